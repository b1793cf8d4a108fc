import { describe, expect, test } from '@jest/globals';
import { waves } from './rollout.ts';

const host = (name: string, ...roles: string[]): { name: string; target: { roles: string[] } } => ({ name, target: { roles } });
const names = (groups: readonly (readonly { name: string }[])[]): string[] => groups.map((group) => group.map((one) => one.name).join('+'));

describe('waves', () => {
  const five = [host('a', 'worker'), host('b', 'web'), host('c', 'web'), host('d', 'web'), host('e', 'web')];
  test.each([
    [{ kind: 'all' } as const, true, ['b', 'a+c+d+e']],
    [{ kind: 'all' } as const, false, ['a+b+c+d+e']],
    [{ kind: 'count', count: 2 } as const, true, ['b', 'a+c', 'd+e']],
    [{ kind: 'percent', percent: 25 } as const, true, ['b', 'a+c', 'd+e']],
    [{ kind: 'percent', percent: 1 } as const, false, ['a', 'b', 'c', 'd', 'e']],
  ])('%o with canary %s', (batch, canary, expected) => {
    expect(names(waves(five, batch, canary))).toEqual(expected);
  });
  test('one host is one wave', () => {
    expect(names(waves([host('a', 'web')], { kind: 'all' }, true))).toEqual(['a']);
  });
});
