import { expect, test } from '@jest/globals';
import { MemoryStore } from '../testing.ts';
import { expectSizes } from './estimate.ts';
import { runKey } from './keys.ts';
import { newRunName } from './run-history.ts';
import { listRuns, recordRun, type RunRecord } from './runs.ts';
import { DAY, forever, NOW, Shelf, SOURCE } from './testing.ts';

const shelf = new Shelf();

function record(agoMs: number, change: Partial<RunRecord> = {}): RunRecord {
  return {
    version: 1, run: newRunName(NOW - agoMs, { runId: '4711', runAttempt: '2' }, shelf.random), source: SOURCE, action: 'db-backup', mode: 'backup', tier: 'daily',
    startedAt: new Date(NOW - agoMs).toISOString(), endedAt: new Date(NOW - agoMs + 1000).toISOString(), verdict: 'fail', reason: 'dump-failed', message: 'mysqldump said no',
    stores: [{ name: 's3://a/b', ok: false, why: 'timeout' }], pruned: [], actor: 'kim', sha: '', runUrl: 'https://github.com/acme/shop/actions/runs/4711', ...change,
  };
}

test('runs are kept, failed ones too, and listed newest first; what is none of ours is told or passed over', async () => {
  const store = new MemoryStore();
  const runs = [record(DAY), record(3 * DAY, { verdict: 'pass', reason: null, backupId: 'x', storedBytes: 5 }), record(2 * DAY)];
  for (const run of runs) expect(await recordRun(store, run, forever)).toBeUndefined();
  expect(runs[0]?.run).toMatch(/^20261124T120000Z-4711\.2-[0-9a-f]{8}$/);
  for (const [name, body] of [['zz', '{'], ['zy', '{"version":2}'], ['zx', JSON.stringify(runs[0])]] as const) await store.create(runKey(SOURCE, name), Buffer.from(body), undefined, forever);
  await store.create(`${SOURCE}/runs/notes.txt`, Buffer.from('x'), undefined, forever);
  const listed = await listRuns(store, SOURCE, 100, forever);
  expect(listed.runs).toEqual([runs[0], runs[2], runs[1]]);
  expect(listed.unreadable.map(({ why }) => why)).toEqual(['it is no JSON', expect.stringContaining('version'), expect.stringContaining('it belongs to run 2026')]);
  expect((await listRuns(store, SOURCE, 4, forever)).runs).toEqual([runs[0]]);
});

test('a record that cannot be written is a sentence, never an error', async () => {
  class Down extends MemoryStore {
    override create(): Promise<void> { return Promise.reject(new Error('region down')); }
  }
  expect(await recordRun(new Down(), record(0, { run: 'r1' }), forever)).toBe('The record of run r1 could not be written to s3://memory/backups: region down');
  expect(await recordRun(new MemoryStore(), record(0, { run: '../x' }), forever)).toContain('cannot name a run');
});

test('sizes are expected from the newest whole backup, else from the database', async () => {
  const own = new Shelf();
  expect(expectSizes(undefined, { databaseBytes: 900, compression: 'zstd' })).toMatchObject({ from: 'database-size', whole: { plainBytes: undefined, storedBytes: 300 } });
  expect(expectSizes({ entries: [] }, { databaseBytes: 0, compression: 'zstd' }).whole.storedBytes).toBe(1);
  expect(expectSizes({ entries: [] }, { databaseBytes: 900, compression: 'none' }).whole.storedBytes).toBe(900);
  const codec = { compression: 'zstd' as const, level: 3, encryption: 'none' as const, recipients: [] };
  await own.backup({ agoMs: 2 * DAY, artifacts: { 'data-1': ['12345', '678'], 'post-data': ['1'] }, change: { codec } });
  await own.backup({ agoMs: DAY, artifacts: { dump: ['1'] }, change: { codec, suspect: 'size-shrank' } });
  const expected = expectSizes(await own.catalog(), { databaseBytes: 900, compression: 'zstd' });
  expect(expected).toMatchObject({ from: 'last-backup', whole: { plainBytes: 9, storedBytes: 9 } });
  expect(expected.artifact('data-1')).toEqual({ plainBytes: 8, storedBytes: 8 });
  expect(expected.artifact('data-2')).toEqual({ plainBytes: undefined, storedBytes: 9 });
});
