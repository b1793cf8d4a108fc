import { describe, expect, test } from '@jest/globals';
import { ProgressLines, shownSeconds } from './progress.ts';

function bench(expected?: number): { lines: ProgressLines; said: string[]; at: (ms: number) => void } {
  const said: string[] = [];
  let now = 0;
  const lines = new ProgressLines('dump', expected, { monotonic: () => now }, { info: (line) => void said.push(line), warning: (line) => void said.push(line) });
  return { lines, said, at: (ms) => { now = ms; } };
}

describe('progress lines', () => {
  test('say read, stored, rate, share and what is left, over all artifacts', () => {
    const { lines, said, at } = bench(100 * 2 ** 20);
    using _ = lines;
    lines.note({ artifact: 'data-1', readBytes: 100 * 2 ** 20, storedBytes: 20 * 2 ** 20 });
    lines.note({ artifact: 'data-2', readBytes: 50 * 2 ** 20, storedBytes: 5 * 2 ** 20 });
    at(10_000);
    lines.tick();
    expect(said).toEqual(['dump 150 MiB read, 25.0 MiB stored, 15.0 MiB/s, 25 %, ETA 30s']);
  });
  test('leave out what nobody can know without an earlier backup', () => {
    const { lines, said, at } = bench();
    using _ = lines;
    lines.note({ artifact: 'dump', readBytes: 2048, storedBytes: 100 });
    at(1000);
    lines.tick();
    expect(said).toEqual(['dump 2.00 KiB read, 100 B stored, 2.00 KiB/s']);
  });
  test('say once that nothing moves, and go on when it does', () => {
    const { lines, said, at } = bench();
    using _ = lines;
    at(30_000);
    lines.tick();
    at(40_000);
    lines.tick();
    expect(said).toEqual(['dump: stalled, no byte for 30 s; the database has not sent anything yet: it may wait for a lock.']);
    lines.note({ artifact: 'dump', readBytes: 1, storedBytes: 0 });
    lines.tick();
    expect(said[1]).toMatch(/^dump 1 B read/);
  });
  test.each([[0, '1s'], [59.4, '59s'], [130, '2m10s'], [3900, '1h05m']])('%d s is %s', (seconds, shown) => {
    expect(shownSeconds(seconds)).toBe(shown);
  });
});
