import type { Session } from '@ops/remote';
import { CancelledError, UserError, type Deps } from '@ops/shared';
import type { Artifact } from './artifact.ts';
import type { BackupEngine } from './backup.ts';
import type { DeployConfig } from './config.ts';
import type { ExecutorContext } from './executor.ts';
import type { HostFacts } from './facts.ts';
import type { Connect } from './fleet.ts';
import type { Plan } from './plan.ts';
import type { RunRecord } from './record.ts';

/** What a deploy takes from outside. */
export interface DeployIo {
  readonly deps: Deps;
  readonly connect: Connect;
  /** Undefined while no backup package is tied in: pending migrations then need `backup: never`. */
  readonly backup: BackupEngine | undefined;
}

/** Everything a phase of a deploy needs, made once. */
export interface DeployRun {
  readonly config: DeployConfig;
  readonly io: DeployIo;
  /** The hosts of this run; unreachable ones are left out. */
  readonly fleet: { readonly sessions: readonly Session[] };
  readonly plan: Plan;
  readonly facts: readonly HostFacts[];
  readonly context: ExecutorContext;
  readonly record: RunRecord;
  readonly artifact: Artifact | undefined;
  /** When this run put the site into maintenance, on the monotonic clock; undefined while it is up. */
  readonly downSince: { at: number | undefined };
}

/** Runs an undo on the sessions that still answer, not bound to the aborted signal, and only warns when it fails. */
export async function tidy(run: DeployRun, what: string, undo: (session: Session) => Promise<unknown>): Promise<void> {
  const settled = await Promise.allSettled(run.fleet.sessions.map(undo));
  settled.forEach((one, index) => {
    if (one.status === 'rejected') run.io.deps.log.notice(`${run.fleet.sessions[index]?.target.name ?? ''}: ${what} did not work (${one.reason instanceof UserError ? one.reason.message : String(one.reason)}); the next run does it.`);
  });
}

/** Throws when the run was cancelled. */
export function checkpoint(run: DeployRun, doing: string): void {
  if (run.io.deps.signal.aborted) throw new CancelledError(doing);
}
