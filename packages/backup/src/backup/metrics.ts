import type { RunEnd } from '../catalog/run-history.ts';
import type { Family } from '../notify/metrics-text.ts';
import type { Tier } from '../stores/store.ts';
import type { StoreOutcome } from './diary.ts';
import type { BackupRecord } from './record.ts';

const HOUR_MS = 3_600_000;

/** What is known when a run has ended. */
export interface MetricFacts {
  readonly mode: string;
  readonly tier: Tier;
  readonly record: BackupRecord;
  readonly stores: readonly StoreOutcome[];
  /** How the newest runs of this kind ended, this one among them; undefined when they could not be read. */
  readonly ends: readonly RunEnd[] | undefined;
  readonly nowMs: number;
  readonly durationMs: number;
}

/** The numbers that a run really knows. One that it does not know is left out: a zero would be a lie that no alert tells from the truth. */
export function runMetrics(facts: MetricFacts): readonly Family[] {
  const { record, tier, stores, ends, nowMs, durationMs } = facts;
  const labels = { source: record.source ?? '', tier, store: stores[0]?.name ?? '' };
  const one = (value: number | undefined): Family['samples'] => (value === undefined || !Number.isFinite(value) ? [] : [{ labels, value }]);
  const mine = standing(record).filter((entry) => entry.tier === tier);
  const hoursSince = (times: readonly string[]): number | undefined => (times.length === 0 ? undefined : Math.max(0, nowMs - Math.max(...times.map((at) => Date.parse(at)))) / HOUR_MS);
  return [
    { name: 'count', help: 'Proven backups of this tier in the store.', samples: one(record.historyRead ? mine.filter(({ proven }) => proven).length : undefined) },
    { name: 'success_rate', help: 'Share of the newest runs of this kind, at most 20, that went well.', samples: one(ends === undefined ? undefined : ends.filter((end) => end === 'pass').length / ends.length) },
    { name: 'age_hours', unit: 'hours', help: 'Age of the newest proven backup of this tier when the run ended.', samples: one(hoursSince(mine.filter(({ proven }) => proven).map(({ snapshotAt }) => snapshotAt))) },
    { name: 's3_failures', help: '1 for a store that failed in this run.', samples: stores.map(({ name, ok }) => ({ labels: { ...labels, store: name }, value: ok ? 0 : 1 })).filter(distinctStores()) },
    { name: 'duration_seconds', unit: 'seconds', help: 'How long the run took.', samples: one(durationMs / 1000) },
    { name: 'size_bytes', unit: 'bytes', help: 'Stored size of the newest backup of this tier.', samples: one(mine.at(-1)?.bytes) },
    { name: 'verification_success', help: '1 when what this run read back was what was stored, 0 when not.', samples: one(verification(facts)) },
    { name: 'drill_age_hours', unit: 'hours', help: 'Time since a backup of this tier last passed a restore drill.', samples: one(hoursSince(mine.flatMap(({ drilledAt }) => (drilledAt === undefined ? [] : [drilledAt])))) },
  ];
}

/** The catalog as the run left it, oldest first. */
function standing(record: BackupRecord): BackupRecord['history'] {
  const gone = new Set(record.pruneDryRun ? [] : record.pruned.map(({ id }) => id));
  const lost = new Set(record.verified.filter(({ verdict }) => verdict === 'fail').map(({ id }) => id));
  const proven = ({ id, proven: before }: BackupRecord['history'][number]): boolean => !lost.has(id) && (id === record.manifest?.id ? record.status !== 'complete' : before);
  return record.history.filter(({ id }) => !gone.has(id)).map((entry) => ({ ...entry, proven: proven(entry) }));
}

/** Undefined when nothing was read back: a check that could not run is neither. */
function verification({ mode, record }: MetricFacts): number | undefined {
  if (mode === 'verify') {
    if (record.verified.some(({ verdict }) => verdict === 'fail')) return 0;
    return record.verified.length > 0 && record.verified.every(({ verdict }) => verdict === 'pass') ? 1 : undefined;
  }
  if (record.checks.some(({ name, result }) => result === 'fail' && name !== 'size') || record.verified.some(({ verdict }) => verdict === 'fail')) return 0;
  return record.manifest === undefined || record.status === 'complete' ? undefined : 1;
}

/** Two lines of `stores` may have one name, and a series may be there once: the first that failed wins. */
function distinctStores(): (sample: Family['samples'][number], at: number, all: Family['samples']) => boolean {
  return (sample, _at, all) => {
    const same = all.filter(({ labels }) => labels['store'] === sample.labels['store']);
    return (same.find(({ value }) => value === 1) ?? same[0]) === sample;
  };
}
