import type { HostTarget, LockHolder, Session } from '@ops/remote';
import { asError, UserError, type Clock } from '@ops/shared';
import type { TargetConfig } from './config.ts';
import { runBatch, type BatchAnswer, type BatchOptions, type ExecutorContext } from './executor.ts';
import type { PlannedBatch } from './plan.ts';

export type Connect = (target: HostTarget) => Promise<Session>;

/** The sessions of a run, sorted by host name. Connections are made by the first batch. */
export interface Fleet extends AsyncDisposable {
  readonly sessions: readonly Session[];
}

/** Opens one session per host. */
export async function openFleet(targets: readonly HostTarget[], connect: Connect): Promise<Fleet> {
  const sorted = targets.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const sessions = await Promise.all(sorted.map((target) => connect(target)));
  return {
    sessions,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(sessions.map((session) => session.close()));
    },
  };
}

/** Hosts that answered the first batch, with their answers, and those that could not be reached. */
export interface FirstLook {
  readonly sessions: readonly Session[];
  readonly answers: Answers;
  readonly unreachable: readonly { readonly host: string; readonly why: string }[];
}

/**
 * Runs the first batch, which also connects. A host that cannot be reached fails the run before anything
 * changed, unless `maxUnavailable` allows to go on without it; a refused key or a wrong host key is never skipped.
 */
export async function lookFirst(fleet: Fleet, batch: PlannedBatch, context: ExecutorContext, maxUnavailable: number, signal: AbortSignal): Promise<FirstLook> {
  try {
    return { sessions: fleet.sessions, answers: await onEach(fleet.sessions, batch, context, () => ({ signal })), unreachable: [] };
  } catch (thrown) {
    if (!(thrown instanceof FleetFailure) || thrown.failed.size > maxUnavailable || thrown.answers.size === 0) throw thrown;
    if ([...thrown.failed.values()].some((error) => !(error instanceof UserError && error.reason === 'connect'))) throw thrown;
    return {
      sessions: fleet.sessions.filter((session) => thrown.answers.has(session.target.name)),
      answers: thrown.answers,
      unreachable: [...thrown.failed].map(([host, error]) => ({ host, why: error.message })),
    };
  }
}

/** Answers by host name. */
export type Answers = ReadonlyMap<string, BatchAnswer>;

/** Some hosts of a fleet failed a batch; `answered` did not. The error shown is the first host's. */
export class FleetFailure extends UserError {
  readonly answers: Answers;
  readonly failed: ReadonlyMap<string, Error>;

  constructor(answers: Answers, failed: ReadonlyMap<string, Error>) {
    const [host, first] = [...failed][0] ?? ['', new Error('unknown')];
    const others = [...failed.keys()].filter((name) => name !== host);
    const suffix = others.length === 0 ? '' : ` Also failed: ${others.join(', ')}.`;
    const known = first instanceof UserError;
    super({
      reason: known ? first.reason : 'bug',
      message: first.message + suffix,
      ...(known && first.remedy !== undefined ? { remedy: first.remedy } : {}),
      cause: first,
    });
    this.name = 'FleetFailure';
    this.answers = answers;
    this.failed = failed;
  }
}

/** Runs one batch on many hosts at once. All end before this returns or throws FleetFailure. */
export async function onEach(sessions: readonly Session[], batch: PlannedBatch, context: ExecutorContext, options: (session: Session) => BatchOptions): Promise<Answers> {
  const settled = await Promise.allSettled(sessions.map((session) => runBatch(session, batch, context, options(session))));
  const answers = new Map<string, BatchAnswer>();
  const failed = new Map<string, Error>();
  settled.forEach((one, index) => {
    const host = sessions[index]?.target.name ?? '';
    if (one.status === 'fulfilled') answers.set(host, one.value);
    else failed.set(host, asError(one.reason));
  });
  const bug = [...failed.values()].find((error) => !(error instanceof UserError));
  if (bug !== undefined) throw bug;
  if (failed.size > 0) throw new FleetFailure(answers, failed);
  return answers;
}

/** Long enough for the other of two crossed runs to free its hosts. */
const CROSSED_WAIT_MS = 5_000;

/**
 * Takes the lock of every host and runs `batch` under it. First all at once without waiting; if a lock is
 * held, all are freed and then taken one after the other by name, so that two runs over the same hosts can
 * never wait for each other. `waitMs` is one limit for all hosts; giving up frees all.
 */
export async function lockAll(sessions: readonly Session[], batch: PlannedBatch, context: ExecutorContext, lock: { readonly waitMs: number; readonly holder: LockHolder; readonly clock: Clock; readonly signal: AbortSignal }): Promise<Answers> {
  const take = (session: Session, waitMs: number): Promise<BatchAnswer> => runBatch(session, batch, context, { lock: { waitMs, holder: lock.holder }, signal: lock.signal });
  try {
    return await onEach(sessions, batch, context, () => ({ lock: { waitMs: 0, holder: lock.holder }, signal: lock.signal }));
  } catch (thrown) {
    const busy = thrown instanceof FleetFailure && [...thrown.failed.values()].every((error) => error instanceof UserError && error.reason === 'lock');
    // Two runs that got a host each would both give up: then the order of names decides even when nobody waits.
    const crossed = thrown instanceof FleetFailure && thrown.answers.size > 0;
    if (!busy || (lock.waitMs === 0 && !crossed)) throw thrown;
    context.log.notice(`${thrown.message} ${lock.waitMs === 0 ? 'Taking the hosts by name.' : `Waiting for at most ${Math.round(lock.waitMs / 1000)} s.`}`);
  }
  await Promise.all(sessions.map((session) => session.unlock()));
  const deadline = lock.clock.monotonic() + Math.max(lock.waitMs, CROSSED_WAIT_MS);
  const answers = new Map<string, BatchAnswer>();
  for (const session of sessions) {
    answers.set(session.target.name, await take(session, Math.max(0, deadline - lock.clock.monotonic())));
  }
  return answers;
}

/** Who to name in `.deploy/lock.json`. */
export function lockHolder(config: TargetConfig, clock: Clock): LockHolder {
  const { runId, attempt, actor, runUrl } = config.run;
  return { actor, runUrl, runId: `${runId}.${attempt}`, since: new Date(clock.now()).toISOString() };
}
