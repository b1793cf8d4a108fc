import { describe, expect, test } from '@jest/globals';
import { MemoryStore } from '../testing.ts';
import { parseCatalogKey, runKey } from './keys.ts';
import { newRunName, runHistory, type RunEnd, type RunKind } from './run-history.ts';
import { recordRun, type RunRecord } from './runs.ts';
import { countingRandom, DAY, forever, NOW, SOURCE } from './testing.ts';

const random = countingRandom();
const DAILY: RunKind = { action: 'db-backup', mode: 'backup', tier: 'daily' };

class Diary extends MemoryStore {
  reads = 0;

  async keep(agoMs: number, end: RunEnd, kind: RunKind = DAILY, change: Partial<RunRecord> = {}): Promise<RunRecord> {
    const at = new Date(NOW - agoMs).toISOString();
    const record: RunRecord = {
      version: 1, run: newRunName(NOW - agoMs, { runId: '4711', runAttempt: '2' }, random, { kind, end }), source: SOURCE, ...kind,
      startedAt: at, endedAt: at, verdict: end === 'cancelled' ? 'fail' : end, reason: end === 'pass' ? null : end === 'cancelled' ? 'cancelled' : 'dump-failed', message: '', stores: [], pruned: [], actor: 'kim', sha: '', runUrl: '', ...change,
    };
    expect(await recordRun(this, record, forever)).toBeUndefined();
    return record;
  }

  override read(...given: Parameters<MemoryStore['read']>): ReturnType<MemoryStore['read']> {
    this.reads += 1;
    return super.read(...given);
  }
}

const history = (store: Diary, kind = DAILY, limit = 20): ReturnType<typeof runHistory> => runHistory(store, SOURCE, kind, limit, forever);

describe('a name of a run', () => {
  test.each<[RunKind, RunEnd, RegExp]>([
    [DAILY, 'pass', /^20261125T120000Z-4711\.2-db-backup\.backup\.daily-pass-[0-9a-f]{8}$/],
    [{ action: 'deploy', mode: 'backup', tier: 'pre-deploy' }, 'inconclusive', /-deploy\.backup\.pre-deploy-inconclusive-/],
    [{ action: 'db-restore', mode: 'side-by-side' }, 'cancelled', /-db-restore\.side-by-side-cancelled-/],
  ])('says what it was for and how it ended: %j %s', (kind, end, expected) => {
    const name = newRunName(NOW, { runId: '4711', runAttempt: '2' }, random, { kind, end });
    expect(name).toMatch(expected);
    expect(parseCatalogKey(SOURCE, runKey(SOURCE, name))).toEqual({ kind: 'run', run: name });
  });

  test('is never too long to be a name', () => {
    const longest = newRunName(NOW, { runId: '9'.repeat(50), runAttempt: '9'.repeat(50) }, random, { kind: { action: 'db-restore-drill', mode: 'drill', tier: 'pre-deploy' }, end: 'inconclusive' });
    expect(() => runKey(SOURCE, longest)).not.toThrow();
  });
});

describe('earlier runs of a kind', () => {
  test('are told from all others, newest first, by names; one record is read', async () => {
    const store = new Diary();
    await store.keep(3 * DAY, 'pass');
    const last = await store.keep(2 * DAY, 'error');
    await store.keep(DAY, 'pass', { ...DAILY, tier: 'frequent' });
    await store.keep(DAY, 'pass', { ...DAILY, mode: 'verify' });
    await store.keep(DAY, 'pass', { ...DAILY, action: 'deploy' });
    await store.create(runKey(SOURCE, 'of-an-older-release'), Buffer.from('{}'), undefined, forever);
    expect(await history(store)).toEqual({ ends: ['error', 'pass'], newest: last });
    expect(store.reads).toBe(1);
    expect((await history(store, DAILY, 1)).ends).toEqual(['error']);
    expect(await history(store, { ...DAILY, tier: 'monthly' })).toEqual({ ends: [], newest: undefined });
  });

  test('a cancelled one says nothing about backups', async () => {
    const store = new Diary();
    const last = await store.keep(2 * DAY, 'pass');
    await store.keep(DAY, 'cancelled');
    expect(await history(store)).toEqual({ ends: ['pass'], newest: last });
  });

  test('of several that ended in one second the last counts, whatever their names', async () => {
    const store = new Diary();
    for (const ms of [100, 900, 500, 300]) await store.keep(-ms, ms === 900 ? 'pass' : 'fail', DAILY, { endedAt: new Date(NOW + ms).toISOString() });
    await store.keep(1000, 'error');
    expect(await history(store)).toMatchObject({ newest: { verdict: 'pass', endedAt: new Date(NOW + 900).toISOString() } });
  });

  test('what cannot be read is passed over; a store that does not answer is the error of the caller', async () => {
    const store = new Diary();
    const last = await store.keep(2 * DAY, 'pass');
    const { run } = await store.keep(DAY, 'fail');
    store.objects.delete(runKey(SOURCE, run));
    await store.create(runKey(SOURCE, run), Buffer.from('{'), undefined, forever);
    expect((await history(store)).newest).toEqual(last);
    await expect(runHistory(store, SOURCE, DAILY, 20, AbortSignal.abort())).rejects.toThrow('Cancelled');
  });
});
