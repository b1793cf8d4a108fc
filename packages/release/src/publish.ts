import type { ReleaseId, Report } from '@ops/shared';
import { fleetIdentity, type RunRecord } from './record.ts';

/** Outputs that deploy and rollback have in common. */
export type RunOutput = 'release-id' | 'previous-release' | 'live-sha' | 'plan-hash' | 'duration-ms' | 'rolled-back' | 'identity';
/** Outputs of deploy alone. */
export type DeployOnlyOutput = 'migrated' | 'backup-id' | 'downtime-ms';

/** The release that is live on all hosts, or undefined when they differ or nothing is. */
export function liveEverywhere(record: RunRecord): ReleaseId | undefined {
  const live = new Set([...record.hosts.values()].map((host) => host.live));
  const [only] = live;
  return live.size === 1 ? only : undefined;
}

/** The commit that is live on all hosts; empty when they differ, nothing is live, or history does not know it. */
export function liveSha(record: RunRecord): string {
  const live = liveEverywhere(record);
  if (live === undefined) return '';
  if (live === record.releaseId) return record.sha ?? '';
  const entry = record.facts.flatMap((one) => one.history).findLast((one) => one.id === live);
  return entry?.sha ?? '';
}

/** Sets the outputs that both actions have, and the result file's data. */
export function publishRun(record: RunRecord, report: Report<RunOutput>, durationMs: number): void {
  report.output('release-id', record.releaseId ?? '');
  report.output('previous-release', record.previous ?? '');
  report.output('live-sha', liveSha(record));
  report.output('plan-hash', record.plan?.hash ?? '');
  report.output('duration-ms', Math.round(durationMs));
  report.output('rolled-back', record.rolledBack);
  report.output('identity', fleetIdentity(record));
  report.result('hosts', [...record.hosts.values()]);
  report.result('warnings', record.warnings);
  report.result('timeline', record.timeline);
  report.result('verdict', record.verdict ?? null);
  report.result('plan', record.plan ?? null);
  report.result('scripts', record.executed);
  report.result('preview', record.preview);
  report.result('journal', Object.fromEntries(record.facts.map((one) => [one.host, one.journal])));
  report.result('history', Object.fromEntries(record.facts.map((one) => [one.host, one.history])));
  report.result('round-trips', Object.fromEntries([...record.hosts.values()].map((host) => [host.host, record.executed.filter((script) => script.host === host.host).length])));
}

/** Sets the outputs that only deploy has. */
export function publishDeploy(record: RunRecord, report: Report<RunOutput | DeployOnlyOutput>, durationMs: number): void {
  publishRun(record, report, durationMs);
  report.output('migrated', record.migrated.join(' '));
  report.output('backup-id', record.backupId ?? '');
  report.output('downtime-ms', Math.round(record.downtimeMs));
}
