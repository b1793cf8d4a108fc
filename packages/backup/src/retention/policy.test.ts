import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseRetention, retentionAges, DEFAULT_RETENTION, type RetentionPolicy } from './ages.ts';
import { decideRetention, type KnownItem, type RetentionItem } from './policy.ts';
import { anyItems, anyPolicy, brokenPromises, DAY_MS, NOW_MS, PROMISES, yearOfFailures } from './testing.ts';

const ages = { frequent: 7 * DAY_MS, daily: 30 * DAY_MS, 'pre-deploy': 7 * DAY_MS, monthly: 365 * DAY_MS };
const policy: RetentionPolicy = { ages, minVerified: 3 };

function backup(id: string, agoDays: number, more: Partial<KnownItem> = {}): KnownItem {
  const snapshotMs = NOW_MS - agoDays * DAY_MS;
  return { kind: 'known', id, source: 'production-shop', tier: 'daily', identity: 'a', snapshotMs, latestMs: snapshotMs, proven: true, drilled: false, held: undefined, readers: [], lockedUntilMs: undefined, bytes: 10, ...more };
}

const gone = (items: readonly RetentionItem[], of: RetentionPolicy = policy): readonly string[] => decideRetention(items, of, NOW_MS).delete.map(({ id }) => id);
const young = ['y1', 'y2', 'y3'].map((id, at) => backup(id, at));

describe('the input', () => {
  test('as it stands in the schema', () => expect(parseRetention(DEFAULT_RETENTION)).toEqual({ ages }));
  test.each(['frequent 7d, daily 30d, pre-deploy 7d, monthly 365d', ' monthly = 365d\n\nfrequent=7d\ndaily=30d\n pre-deploy=168h\n'])('%j', (text) => expect(parseRetention(text)).toEqual({ ages }));
  test.each([
    ['daily=30d', ['tier frequent has no age', 'tier pre-deploy has no age', 'tier monthly has no age']],
    ['frequent=7d\ndaily\npre-deploy=7d\nmonthly=365d', ['tier daily has no age']],
    ['frequent=7d\ndaily=30\npre-deploy=7d\nmonthly=365d', ['`daily=30`: the age must be a duration such as 500ms, 10s or 1h30m, above zero']],
    ['frequent=7d\ndaily=0\npre-deploy=7d\nmonthly=365d', ['`daily=0`: the age must be a duration such as 500ms, 10s or 1h30m, above zero']],
    ['frequent=7d\ndaily=30d\ndaily=31d\npre-deploy=7d\nmonthly=365d', ['tier daily stands there twice']],
    [`${DEFAULT_RETENTION}\nyearly=10d`, ['`yearly=10d` names no tier: frequent, daily, pre-deploy, monthly are the tiers']],
    ['', ['tier frequent has no age', 'tier daily has no age', 'tier pre-deploy has no age', 'tier monthly has no age']],
  ])('%j is an error', (text, problems) => expect(parseRetention(text)).toEqual({ problems }));
  test('says all of it as the message of the input', () => expect(retentionAges().safeParse('daily').error?.issues[0]?.message).toContain('tier daily has no age; tier frequent has no age'));
});

describe('what goes', () => {
  test('an old one, with its reason', () => {
    const { delete: deleted, keep } = decideRetention([...young, backup('old', 31.5)], policy, NOW_MS);
    expect(deleted).toEqual([{ id: 'old', bytes: 10, reason: '31.5 d old, and tier daily is kept 30 d' }]);
    expect(keep.find(({ id }) => id === 'y1')?.reasons).toEqual(['younger than 30 d (daily)', 'newest verified', 'one of the 3 newest verified of its server', 'when the proven backup before the newest was made, it had not outlived 30 d (daily)']);
  });
  test('not at its age to the millisecond, but after; the proven one before the newest is what ages it', () => {
    expect(gone([...young, backup('old', 31)])).toEqual([]);
    expect(gone([...young, backup('old', 31, { snapshotMs: NOW_MS - 31 * DAY_MS - 1 })])).toEqual(['old']);
    expect(gone([...young, backup('old', 30, { proven: false })])).toEqual([]);
    expect(gone([...young, backup('old', 30, { proven: false, snapshotMs: NOW_MS - 30 * DAY_MS - 1 })])).toEqual(['old']);
  });
  test.each([
    ['held', { held: 'audit' }, 'held: audit'],
    ['being read', { readers: ['r1'] }, 'being read by r1'],
    ['locked', { lockedUntilMs: NOW_MS + 1 }, 'locked in the store until 2026-11-25T12:00:00.001Z'],
    ['ended in the future', { latestMs: NOW_MS + 1 }, 'dated in the future: 2026-11-25T12:00:00.001Z'],
    ['newest drilled', { drilled: true }, 'newest drilled'],
    ['of another server', { identity: 'b' }, 'one of the 3 newest verified of its server'],
  ] as const)('%s: stays', (_, more, why) => {
    const decision = decideRetention([...young, backup('old', 500, more)], policy, NOW_MS);
    expect(decision.delete).toEqual([]);
    expect(decision.keep.find(({ id }) => id === 'old')?.reasons).toContain(why);
  });
  test('three old ones stay for good, whatever unproven ones came later', () => {
    const old = [backup('a', 400), backup('b', 401), backup('c', 402), backup('d', 450)];
    const failures = Array.from({ length: 50 }, (_, at) => backup(`f${at}`, at + 40, { proven: false }));
    expect(gone([...old, ...failures])).toEqual(['d']);
  });
  test('without one proven backup nothing goes', () => expect(gone([1, 100, 1000].map((ago) => backup(`u${ago}`, ago, { proven: false })))).toEqual([]));
  test('a proven one dated two years ahead does not take the place of a real one', () => {
    expect(gone([backup('ahead', -700), backup('a', 100), backup('b', 101), backup('c', 102)])).toEqual([]);
  });
  test('unknown versions stay, and count as there', () => {
    const decision = decideRetention([...young, { kind: 'unknown', id: 'v2', why: 'it is of version 2' }], policy, NOW_MS);
    expect(decision.keep.find(({ id }) => id === 'v2')?.reasons).toEqual(['not understood: it is of version 2']);
  });
  test('exactly half passes, one more needs confirmation', () => {
    const old = (count: number): RetentionItem[] => Array.from({ length: count }, (_, at) => backup(`o${at}`, 100 + at));
    expect(decideRetention([...young, ...old(3)], policy, NOW_MS)).toMatchObject({ guard: undefined });
    expect(decideRetention([...young, ...old(4)], policy, NOW_MS)).toMatchObject({ guard: '4 of 7 backups would be deleted, more than half' });
  });
});

test('a year of failures, then one success: nothing good goes', () => {
  const items = yearOfFailures();
  const decision = decideRetention(items, policy, NOW_MS);
  const good = new Set(items.flatMap((item) => (item.kind === 'known' && item.proven ? [item.id] : [])));
  expect(decision.delete.filter(({ id }) => good.has(id))).toEqual([]);
  expect(decision.guard).toMatch(/^13\d\d of 1471 backups would be deleted, more than half$/);
  // Before that success nothing goes at all, and the second one ages what it replaces, down to min-verified.
  expect(decideRetention(items.slice(0, -1), policy, NOW_MS).delete).toEqual([]);
  const later = decideRetention([...items, backup('z-next', 0.5, { identity: 'server-a' })], policy, NOW_MS);
  expect(later.keep.filter(({ id }) => good.has(id) || id === 'z-next').map(({ id }) => id)).toEqual(['z-next', 'id-10000', 'id-00009']);
});

test('all promises, in random catalogs', () => {
  fc.assert(fc.property(anyItems, anyPolicy, (items, any) => { expect(brokenPromises(items, any)).toEqual([]); }), { numRuns: 300 });
}, 120_000);

test('random catalogs reach what the promises are about', () => {
  const reached = new Set<string>();
  for (const [items, any] of fc.sample(fc.tuple(anyItems, anyPolicy), 300)) {
    const decision = decideRetention(items, any, NOW_MS);
    if (decision.delete.length > 0) reached.add('deletes');
    if (decision.guard !== undefined) reached.add('guard');
    for (const { reasons } of decision.keep) for (const why of reasons) reached.add(why.replace(/[ :(].*/, ''));
  }
  expect([...reached].sort()).toEqual(expect.arrayContaining(['being', 'dated', 'deletes', 'guard', 'held', 'locked', 'newest', 'not', 'one', 'unproven,', 'when', 'younger']));
  expect(Object.keys(PROMISES).length).toBeGreaterThanOrEqual(20);
}, 120_000);
