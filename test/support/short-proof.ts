import { expect } from '@jest/globals';

interface Proof {
  readonly proof: (io: { readonly quick: boolean; readonly log: (line: string) => void }) => Promise<{ readonly passed: number; readonly total: number }>;
}

/** Runs the short form of a proof; what did not hold is the failure's text. */
export async function holdsInShort({ proof }: Proof, atLeast: number): Promise<void> {
  const lines: string[] = [];
  const { passed, total } = await proof({ quick: true, log: (line) => lines.push(line) });
  expect(lines.filter((line) => line.includes('NOT OK'))).toEqual([]);
  expect(passed).toBe(total);
  expect(total).toBeGreaterThanOrEqual(atLeast);
}
