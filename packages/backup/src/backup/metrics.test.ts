import { describe, expect, test } from '@jest/globals';
import type { RunEnd } from '../catalog/run-history.ts';
import { DAY, NOW, Shelf } from '../catalog/testing.ts';
import { runMetrics, type MetricFacts } from './metrics.ts';
import { newBackupRecord, noteHistory, type BackupRecord } from './record.ts';

const HOUR = 3_600_000;

/** The values by name; several stores as a list. */
function values(record: BackupRecord, change: Partial<MetricFacts> = {}): Record<string, number | number[]> {
  const families = runMetrics({ mode: 'backup', tier: 'daily', record, stores: [{ name: 's3://a/b', ok: true }], ends: undefined, nowMs: NOW, durationMs: 90_000, ...change });
  return Object.fromEntries(families.filter(({ samples }) => samples.length > 0).map(({ name, samples }) => [name, samples.length === 1 ? samples[0]?.value ?? Number.NaN : samples.map(({ value }) => value)]));
}

async function known(shelf: Shelf): Promise<BackupRecord> {
  const record = newBackupRecord(NOW);
  noteHistory(record, (await shelf.catalog()).entries);
  return record;
}

describe('the metrics of a run', () => {
  test('that learned nothing are what it took, and that no store failed', () => {
    expect(values(newBackupRecord(NOW))).toEqual({ duration_seconds: 90, s3_failures: 0 });
  });

  test('count what is proven of the tier, as retention left it', async () => {
    const shelf = new Shelf();
    const made = [];
    for (const agoMs of [3 * DAY, 2 * DAY, DAY]) made.push(await shelf.backup({ agoMs, artifacts: { dump: ['x'.repeat(agoMs / DAY)] }, verdicts: [['verify', 'pass']] }));
    await shelf.backup({ agoMs: HOUR, tier: 'frequent', verdicts: [['verify', 'pass']] });
    await shelf.backup({ agoMs: 2 * HOUR, artifacts: { dump: ['12345'] } });
    const record = await known(shelf);
    expect(values(record)).toMatchObject({ count: 3, age_hours: 24, size_bytes: 5 });
    record.pruned.push({ id: made[0]?.manifest.id ?? '', why: 'old' });
    record.verified.push({ id: made[2]?.manifest.id ?? '', verdict: 'fail', why: 'damaged' });
    expect(values(record)).toMatchObject({ count: 1, age_hours: 48, verification_success: 0 });
    record.pruneDryRun = true;
    expect(values(record)).toMatchObject({ count: 2 });
    // Known to be empty is not the same as unknown.
    expect(values(await known(new Shelf()))).toMatchObject({ count: 0 });
    expect(values(await known(new Shelf()))).not.toHaveProperty('age_hours');
  });

  test('of a backup made now: its size, its age, and whether it read back', async () => {
    const shelf = new Shelf();
    const { manifest } = await shelf.backup({ agoMs: HOUR / 2 });
    const record = { ...await known(shelf), manifest };
    expect(values({ ...record, status: 'verified' })).toMatchObject({ count: 1, age_hours: 0.5, verification_success: 1, size_bytes: 4 });
    const unproven = values({ ...record, status: 'complete' });
    expect(unproven).toMatchObject({ count: 0, size_bytes: 4 });
    expect(unproven).not.toHaveProperty('verification_success');
    expect(values({ ...record, status: 'complete', checks: [{ name: 'read-back', result: 'fail', why: 'x' }] })).toMatchObject({ verification_success: 0 });
  });

  test('know a drill from its verdict', async () => {
    const shelf = new Shelf();
    await shelf.backup({ agoMs: 3 * DAY, verdicts: [['verify', 'pass'], ['drill', 'pass']] });
    expect(values(await known(shelf))).toMatchObject({ drill_age_hours: 70 });
  });

  test.each<[BackupRecord['verified'], number | undefined]>([
    [[], undefined],
    [[{ id: 'a', verdict: 'pass', why: '' }], 1],
    [[{ id: 'a', verdict: 'pass', why: '' }, { id: 'b', verdict: 'inconclusive', why: '' }], undefined],
    [[{ id: 'a', verdict: 'inconclusive', why: '' }, { id: 'b', verdict: 'fail', why: '' }], 0],
  ])('of mode verify: %j', (verified, expected) => {
    expect(values({ ...newBackupRecord(NOW), verified }, { mode: 'verify' })['verification_success']).toBe(expected);
  });

  test.each<[readonly RunEnd[] | undefined, number | undefined]>([[undefined, undefined], [['pass'], 1], [['fail', 'pass', 'error', 'pass'], 0.5], [['inconclusive'], 0]])('of the runs %j', (ends, expected) => {
    expect(values(newBackupRecord(NOW), { ends })['success_rate']).toBe(expected);
  });

  test('tell which store failed, one series for each name', () => {
    const stores = [{ name: 's3://a/b', ok: true }, { name: 's3://c/d', ok: true }, { name: 's3://c/d', ok: false, why: 'no' }];
    expect(values(newBackupRecord(NOW), { stores })['s3_failures']).toEqual([0, 1]);
  });
});
