import { expect, test } from '@jest/globals';
import { owaspPlaces } from './owasp.ts';
import { OWASP_LISTS, OWASP_THEMES } from './owasp-lists.ts';

test.each([
  // CWE, 2021, 2025, as the catalogue of the rules says; * where an edition does not list it.
  [[489], 'A05*', 'A02'], [[636], 'A05*', 'A10'], [[703], 'A05*', 'A10'], [[16], 'A05', 'A02'], [[319], 'A02', 'A04'], [[798], 'A07', 'A07'], [[15], 'A05', 'A02'],
  [[320], 'A02*', 'A04'], [[326], 'A02', 'A04'], [[321], 'A02', 'A04'], [[540], 'A01', 'A01'], [[916], 'A02', 'A04'], [[614], 'A05', 'A02'], [[1004], 'A05', 'A02'],
  [[1275], 'A01', 'A01'], [[312], 'A04', 'A06'], [[668], 'A01', 'A01'], [[613], 'A07', 'A07'], [[502], 'A08', 'A08'], [[315], 'A05', 'A02'], [[352], 'A01', 'A01'],
  [[942], 'A05', 'A02'], [[693], 'A05*', 'A06'], [[1021], 'A04', 'A06'], [[330], 'A02', 'A04'], [[200], 'A01', 'A01'], [[497], 'A01', 'A01'], [[290], 'A07', 'A07'],
  [[644], 'A03', 'A05'], [[295], 'A07', 'A07'], [[538], 'A01', 'A01'], [[521], 'A07', 'A07'], [[308], 'A07*', 'A07'], [[269], 'A04', 'A06'], [[346], 'A07', 'A07'],
  [[640], 'A07', 'A07'], [[799], 'A04', 'A06'], [[307], 'A07', 'A07'], [[532], 'A09', 'A09'], [[778], 'A09', 'A09'], [[359], 'A01', 'A01'], [[306], 'A07', 'A07'],
  [[1395], 'A06*', 'A03'], [[1357], 'A06*', 'A03'], [[1104], 'A06', 'A03'], [[494], 'A08', 'A08'], [[522], 'A04', 'A06'], [[209], 'A04', 'A10'], [[829], 'A08', 'A08'],
  [[353], 'A08', 'A08'], [[754], 'A08*', 'A10'],
])('CWE %j belongs to %s of 2021 and %s of 2025', (cwe, of2021, of2025) => {
  const said = (edition: '2021' | '2025'): string => owaspPlaces(cwe, edition).map(({ category, listed }) => `${category}${listed ? '' : '*'}`).join(' ');
  expect([said('2021'), said('2025')]).toEqual([of2021, of2025]);
});

test('no CWE stands in two categories of an edition, and none that is listed has a theme', () => {
  for (const edition of ['2021', '2025'] as const) {
    const all = Object.values(OWASP_LISTS[edition]).flat();
    expect(all.filter((id, at) => all.indexOf(id) !== at)).toEqual([]);
    expect([...OWASP_THEMES[edition].keys()].filter((id) => all.includes(id))).toEqual([]);
  }
});

test('the lists have as many CWEs as the editions say', () => {
  const counts = (edition: '2021' | '2025'): number[] => Object.values(OWASP_LISTS[edition]).map((list) => list.length);
  expect(counts('2021')).toEqual([34, 29, 33, 40, 20, 3, 22, 10, 4, 1]);
  expect(counts('2025')).toEqual([40, 16, 6, 32, 37, 39, 36, 14, 5, 24]);
});
