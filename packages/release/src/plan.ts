import { createHash } from 'node:crypto';
import type { ReleaseId, Sha } from '@ops/shared';

/** One intent of a plan: a host script body with its name. Scripts hold no user text; values travel apart. */
export interface Step {
  /** Unique in its batch, for journal and log. */
  readonly id: string;
  readonly title: string;
  /** POSIX sh body, run as `( set -eu; … )` after the prelude. */
  readonly script: string;
  /** Names of the hosts it runs on; undefined means all of the batch. */
  readonly only?: readonly string[];
  /** Of neighbours with the same group the first runs beside the others; none may need what another finds. */
  readonly group?: string;
}

/** Steps that go to a host together: one round trip. */
export interface PlannedBatch {
  readonly id: string;
  readonly title: string;
  /** `once`: on one host of the fleet; `host`: on each. */
  readonly scope: 'once' | 'host';
  readonly steps: readonly Step[];
  /** Environment of the script, by host name. */
  readonly values: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Names of values that only the run itself can know, such as the history line. */
  readonly runtime: readonly string[];
  /** Names of secrets that are added at run time; their values are never in a plan. */
  readonly secrets: readonly string[];
  /** The reason code when a step fails without naming its own. */
  readonly reason: string;
  /** True: a lost runner lets it finish on the host. */
  readonly critical: boolean;
  /** True: from its first line on, going back means the compensation and not just dropping the stage. */
  readonly pointOfNoReturn: boolean;
  readonly timeoutMs: number;
  /** Ids of the batches that undo this one. */
  readonly compensations: readonly string[];
  /** True: its output is data for us and not shown in the log. */
  readonly quiet?: boolean;
  /** In words, when it depends on what earlier batches found. */
  readonly condition?: string;
}

export interface Plan {
  readonly kind: 'deploy' | 'rollback';
  readonly releaseId: ReleaseId;
  readonly sha: Sha;
  readonly runId: string;
  /** Host names in the order of work. */
  readonly hosts: readonly string[];
  /** The host of `once` batches. */
  readonly once: string;
  readonly batches: readonly PlannedBatch[];
  /** Batches that run only to take something back. */
  readonly compensations: readonly PlannedBatch[];
  /** Sentences a reader of the dry run should know. */
  readonly notes: readonly string[];
  /** sha256 over all of the above, with release id, run id and nonce left out: equal intent, equal hash. */
  readonly hash: string;
}

/** Finishes a plan: computes its hash. */
export function sealPlan(plan: Omit<Plan, 'hash'>, nonce: string): Plan {
  // The beacon's expected answer is itself a hash over release id and nonce.
  const text = JSON.stringify(plan, (key, value: unknown) => (key === 'BEACON_EXPECT' ? '<answer>' : value)).replaceAll(nonce, '<nonce>').replaceAll(plan.releaseId, '<release>').replaceAll(plan.runId, '<run>');
  return { ...plan, hash: createHash('sha256').update(text).digest('hex') };
}

/** Finds a batch or compensation by id; a missing one is our bug. */
export function batchOf(plan: Plan, id: string): PlannedBatch {
  const found = [...plan.batches, ...plan.compensations].find((batch) => batch.id === id);
  if (found === undefined) throw new Error(`The plan has no batch ${id}.`);
  return found;
}

/** True when the plan holds the batch. */
export function hasBatch(plan: Plan, id: string): boolean {
  return plan.batches.some((batch) => batch.id === id);
}
