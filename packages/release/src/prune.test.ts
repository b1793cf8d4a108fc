import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseReleaseId, type ReleaseId } from '@ops/shared';
import { readFacts } from './facts.ts';
import { planPrune } from './prune.ts';

function id(n: number): ReleaseId {
  const parsed = parseReleaseId(`20260101T0000${String(n).padStart(2, '0')}Z-1.1-0000000`);
  if (parsed === undefined) throw new Error('bad id');
  return parsed;
}
const line = (kind: string, n: number): string => JSON.stringify({ kind, id: id(n), sha: '0'.repeat(40), at: 'x', artifact: `key${n}` });
const facts = (history: readonly string[], present: readonly number[]): ReturnType<typeof readFacts> =>
  readFacts('h1', new Map([['history', history.join('\n')], ['releases', present.map((n) => `${id(n)} complete`).join('\n')], ['current', 'absent']]));

describe('planPrune', () => {
  test('keeps the newest committed ones besides the new and the previous', () => {
    const one = facts([1, 2, 3, 4, 5].map((n) => line('deploy', n)), [1, 2, 3, 4, 5]);
    const plan = planPrune(one, { id: id(6), artifact: 'key6' }, id(5), 2);
    expect(plan.releases).toEqual([id(2), id(1)]);
    expect(plan.keepArtifacts).toEqual(['key3', 'key4', 'key5', 'key6']);
  });
  test('bad and never-committed releases go first', () => {
    const one = facts([line('deploy', 1), line('deploy', 2), line('bad', 3)], [1, 2, 3, 4]);
    expect(planPrune(one, { id: id(5), artifact: undefined }, id(2), 5).releases.toSorted()).toEqual([id(3), id(4)]);
  });
  test('never the new one, never the one to return to', () => {
    fc.assert(fc.property(fc.array(fc.record({ bad: fc.boolean(), n: fc.integer({ min: 1, max: 8 }) })), fc.uniqueArray(fc.integer({ min: 1, max: 9 })), fc.integer({ min: 0, max: 4 }), fc.integer({ min: 1, max: 8 }), (rows, present, keep, previous) => {
      const one = facts(rows.map((row) => line(row.bad ? 'bad' : 'deploy', row.n)), present);
      const plan = planPrune(one, { id: id(9), artifact: 'key9' }, id(previous), keep);
      expect(plan.releases).not.toContain(id(9));
      expect(plan.releases).not.toContain(id(previous));
      expect(plan.keepArtifacts).toContain('key9');
    }));
  });
});
