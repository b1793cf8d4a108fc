import { asError, UserError, type Verdict } from '@ops/shared';
import type { TargetConfig } from './config.ts';
import { fleetIdentity, type RunRecord } from './record.ts';

function seconds(record: RunRecord): string {
  return `${((record.timeline.at(-1)?.atMs ?? 0) / 1000).toFixed(1)} s`;
}

function hostsOf(record: RunRecord): string {
  return [...record.hosts.values()].filter((host) => host.state === 'live').map((host) => host.host).join(', ');
}

function judged(config: TargetConfig, record: RunRecord): string {
  const identity = { proven: 'the new code is proven to answer', 'not-proven': 'identity not proven', off: 'identity not asked' }[fleetIdentity(record)];
  return config.health.kind === 'none' ? `Health was NOT judged (health: none); ${identity}.` : `Healthy; ${identity}.`;
}

/** One sentence of how a run ended. A bug is thrown on; only user errors become verdicts. */
export function conclude(kind: 'deploy' | 'rollback', config: TargetConfig, record: RunRecord, thrown?: unknown): Verdict {
  if (thrown !== undefined) {
    const error = asError(thrown);
    if (!(error instanceof UserError)) throw error;
    return { ok: false, sentence: error.message, reason: error.reason, ...(error.remedy === undefined ? {} : { remedy: error.remedy }) };
  }
  const commit = record.sha?.slice(0, 7) ?? '';
  if (config.dryRun) return { ok: true, sentence: `Dry run: ${kind} of ${commit} was planned (${record.plan?.batches.length ?? 0} batches, plan ${record.plan?.hash.slice(0, 12) ?? ''}); nothing was changed.` };
  const behind = [...record.hosts.values()].filter((host) => host.state.startsWith('behind'));
  const rest = behind.length === 0 ? '' : ` Left behind on their old release: ${behind.map((host) => host.host).join(', ')}.`;
  const what = kind === 'deploy' ? `Commit ${commit} is live` : `Release ${record.releaseId ?? ''} (commit ${commit}) is live again`;
  return { ok: true, sentence: `${what} on ${hostsOf(record)} after ${seconds(record)}. ${judged(config, record)}${rest}` };
}
