import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseReleaseId, type ReleaseId } from '@ops/shared';
import { badReleases, candidates, committedLive, orphans, parseHistory, parseMigrated, schemaAhead, withOrphans } from './history.ts';

function id(n: number): ReleaseId {
  const parsed = parseReleaseId(`20260101T0000${String(n).padStart(2, '0')}Z-1.1-000000${n % 10}`);
  if (parsed === undefined) throw new Error('bad id');
  return parsed;
}

function entry(kind: 'deploy' | 'rollback' | 'bad', n: number, previous?: number, migrations: readonly string[] = [], classes: readonly string[] = []): string {
  return JSON.stringify({ kind, id: id(n), sha: String(n % 10).repeat(40), at: '2026-01-01T00:00:00Z', previous: previous === undefined ? null : id(previous), migrations: migrations.map((name) => ({ name, classes })) });
}

const all = (...ns: number[]): ReadonlySet<ReleaseId> => new Set(ns.map(id));

describe('history', () => {
  test('skips lines that a power cut left half-written', () => {
    const text = `${entry('deploy', 1)}\n${entry('deploy', 2, 1).slice(0, 40)}\nnull\n{}\n${entry('deploy', 3, 1)}\n`;
    expect(parseHistory(text).map((one) => one.id)).toEqual([id(1), id(3)]);
    expect(committedLive(parseHistory(text))?.id).toBe(id(3));
  });

  test('a bad release is no base and no candidate, until it is deployed again', () => {
    const text = [entry('deploy', 1), entry('deploy', 2, 1), entry('bad', 3, 2)].join('\n');
    expect(committedLive(parseHistory(text))?.id).toBe(id(2));
    expect(badReleases(parseHistory(text))).toEqual(all(3));
    expect(badReleases(parseHistory(`${text}\n${entry('deploy', 3, 2)}`))).toEqual(all());
  });

  test('the default candidate is the last good one before current, and twice in a row goes further back', () => {
    const three = [entry('deploy', 1), entry('deploy', 2, 1), entry('deploy', 3, 2)];
    const first = candidates(parseHistory(three.join('\n')), all(1, 2, 3), id(3));
    expect(first.find((one) => one.refused === undefined)?.id).toBe(id(2));
    const again = candidates(parseHistory([...three, entry('rollback', 2, 3)].join('\n')), all(1, 2, 3), id(2));
    expect(again.find((one) => one.refused === undefined)?.id).toBe(id(1));
    expect(again.find((one) => one.id === id(3))?.refused).toBe('a rollback took it back');
  });

  test('after a crash in the switch the committed release is the candidate', () => {
    const list = candidates(parseHistory([entry('deploy', 1), entry('deploy', 2, 1)].join('\n')), all(1, 2, 3), id(3));
    expect(list.find((one) => one.refused === undefined)?.id).toBe(id(2));
  });

  test('a release whose files are gone is named, not offered', () => {
    const list = candidates(parseHistory([entry('deploy', 1), entry('deploy', 2, 1)].join('\n')), all(2), id(2));
    expect(list.map((one) => one.refused)).toEqual(['it is live', 'its files are gone (keep-releases)']);
  });

  test('schema ahead counts what later releases applied, bad ones too', () => {
    const history = parseHistory([entry('deploy', 1, undefined, ['m1']), entry('deploy', 2, 1, ['m2'], ['loses-data']), entry('bad', 3, 2, ['m3'])].join('\n'));
    expect(schemaAhead(history, id(1)).map((one) => one.name)).toEqual(['m3', 'm2']);
    expect(schemaAhead(history, id(2)).map((one) => one.name)).toEqual(['m3']);
  });

  test('migrations of a lost run count once, under its release, until history names it', () => {
    const at = (text: string, time: string): string => text.replace('2026-01-01T00:00:00Z', time);
    const line = (n: number, time: string): string => `{"ts":"x","run":"9.1","actor":"a","host":"h","sha":"${String(n).repeat(40)}","step":"migrate","phase":"migrated","fence":4,"release":"${id(n)}","at":"${time}","migrations":[{"name":"m${n}","classes":["loses-data"]}]}`;
    const history = parseHistory([at(entry('deploy', 1), '2026-01-01T00:00:00Z'), at(entry('deploy', 3, 1, ['m3']), '2026-01-03T00:00:00Z')].join('\n'));
    const migrated = parseMigrated([line(2, '2026-01-02T00:00:00Z'), line(2, '2026-01-02T00:00:00Z'), line(3, '2026-01-02T12:00:00Z'), '{"release":'].join('\n'));
    const whole = withOrphans(history, migrated);
    expect(schemaAhead(whole, id(1))).toEqual([{ name: 'm3', classes: [], by: id(3) }, { name: 'm2', classes: ['loses-data'], by: id(2) }]);
    expect(schemaAhead(whole, id(3))).toEqual([]);
    const written = parseHistory([...history, ...orphans(history, migrated)].map((one) => JSON.stringify(one)).join('\n'));
    expect(orphans(written, migrated)).toEqual([]);
    expect(committedLive(whole)?.id).toBe(id(3));
  });

  test('no candidate is ever live, bad or incomplete', () => {
    const kinds = fc.constantFrom('deploy' as const, 'rollback' as const, 'bad' as const);
    fc.assert(
      fc.property(fc.array(fc.record({ kind: kinds, n: fc.integer({ min: 1, max: 6 }), previous: fc.integer({ min: 1, max: 6 }) }), { maxLength: 20 }), fc.uniqueArray(fc.integer({ min: 1, max: 6 })), fc.integer({ min: 1, max: 6 }), (rows, complete, live) => {
        const history = parseHistory(rows.map((row) => entry(row.kind, row.n, row.previous)).join('\n'));
        const bad = badReleases(history);
        for (const one of candidates(history, all(...complete), id(live))) {
          if (one.refused !== undefined) continue;
          expect(one.id).not.toBe(id(live));
          expect(bad.has(one.id)).toBe(false);
          expect(complete.map(id)).toContain(one.id);
        }
      }),
    );
  });
});
