import type { HostTarget } from '@ops/remote';
import type { ReleaseId, Sha } from '@ops/shared';
import type { TargetConfig } from './config.ts';
import type { ExecutedScript } from './executor.ts';
import type { HostFacts } from './facts.ts';
import type { Plan } from './plan.ts';
import type { HealthVerdict } from './verdict.ts';

export type IdentityState = 'proven' | 'not-proven' | 'off';

/** What happened on one host. */
export interface HostRecord {
  readonly host: string;
  before: ReleaseId | undefined;
  live: ReleaseId | undefined;
  /** In words for the summary: `live`, `switched back`, `behind`, … */
  state: string;
  identity: IdentityState;
  roundTrips: number;
}

/**
 * Everything a run found and did, filled while it goes, so that outputs, summary and result file are
 * complete also when it failed.
 */
export interface RunRecord {
  plan: Plan | undefined;
  readonly hosts: Map<string, HostRecord>;
  facts: readonly HostFacts[];
  releaseId: ReleaseId | undefined;
  sha: Sha | undefined;
  previous: ReleaseId | undefined;
  migrated: readonly string[];
  pending: readonly string[];
  /** Classes of the static scan, by migration name. */
  readonly migrationClasses: Map<string, readonly string[]>;
  backupId: string | undefined;
  downtimeMs: number;
  rolledBack: boolean;
  switched: boolean;
  verdict: HealthVerdict | undefined;
  verdictAfterBack: HealthVerdict | undefined;
  /** What hosts said of themselves, in the order they were asked. */
  readonly looks: { readonly from: string; readonly sentence: string }[];
  readonly executed: ExecutedScript[];
  /** Of a dry run: what the real run would execute. */
  preview: readonly ExecutedScript[];
  readonly warnings: string[];
  /** What was checked after a rollback. */
  readonly checklist: { readonly item: string; readonly good: boolean }[];
  /** Steps for the timeline of the summary: what, and when in ms since the start. */
  readonly timeline: { readonly what: string; readonly atMs: number }[];
}

export function newRecord(): RunRecord {
  return {
    plan: undefined, hosts: new Map(), facts: [], releaseId: undefined, sha: undefined, previous: undefined, migrated: [], pending: [], migrationClasses: new Map(),
    backupId: undefined, downtimeMs: 0, rolledBack: false, switched: false, verdict: undefined, verdictAfterBack: undefined, looks: [], executed: [], preview: [], warnings: [], checklist: [], timeline: [],
  };
}

/** The record of a host, made when first asked for. */
export function hostRecord(record: RunRecord, host: string): HostRecord {
  const found = record.hosts.get(host);
  if (found !== undefined) return found;
  const fresh: HostRecord = { host, before: undefined, live: undefined, state: 'untouched', identity: 'off', roundTrips: 0 };
  record.hosts.set(host, fresh);
  return fresh;
}

/** What the answer of the step beacon says of a host. A host that cannot ask itself has proved nothing; one that serves no web is not asked. */
export function identityOf(beacon: string | undefined, config: TargetConfig, target: Pick<HostTarget, 'roles'>): IdentityState {
  if (beacon === 'proven') return 'proven';
  return config.beacon === undefined || config.health.kind === 'none' || !target.roles.includes('web') ? 'off' : 'not-proven';
}

/** `proven` only when every host that was asked proved it. */
export function fleetIdentity(record: RunRecord): IdentityState {
  const states = [...record.hosts.values()].map((host) => host.identity).filter((state) => state !== 'off');
  if (states.length === 0) return 'off';
  return states.every((state) => state === 'proven') ? 'proven' : 'not-proven';
}
