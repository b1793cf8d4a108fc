import { asError, UserError, type Deps } from '@ops/shared';
import { StepFailure, type ExecutorContext } from './executor.ts';
import { FleetFailure, type Fleet } from './fleet.ts';
import type { Marks } from './marks.ts';
import { batchOf, type Plan } from './plan.ts';
import { hostRecord, type HostRecord, type RunRecord } from './record.ts';
import { switchBack } from './rollout.ts';

/** Notes that a host serves the release of the rollback. */
export function noteLive(record: RunRecord, plan: Plan, host: string, { facts }: Marks): void {
  const entry = hostRecord(record, host);
  const beacon = facts.get('beacon');
  entry.live = plan.releaseId;
  entry.state = 'live';
  entry.identity = beacon === 'proven' ? 'proven' : beacon === 'off' ? 'off' : 'not-proven';
}

/** Some hosts failed: outputs must say what is live on each. The link of a failed one may be switched all the same. */
export function notePartly(record: RunRecord, plan: Plan, failure: FleetFailure): void {
  for (const [host, { marks }] of failure.answers) if (marks.facts.has('switched')) noteLive(record, plan, host, marks);
  for (const [host, error] of failure.failed) {
    const entry = hostRecord(record, host);
    if (error instanceof StepFailure && error.marks.facts.has('switched')) {
      noteLive(record, plan, host, error.marks);
      entry.state = `live, but the step ${error.step ?? ''} failed`;
    } else if (!(error instanceof StepFailure)) {
      // Nobody answered: it may or may not have switched.
      entry.live = undefined;
    }
  }
}

/**
 * All hosts or none: a rollback that failed on one host at the switch is taken back on all of them, and one
 * error says what each serves now. A host that cannot be taken back is `host-behind`.
 */
export async function returnAll(fleet: Fleet, plan: Plan, context: ExecutorContext, deps: Deps, record: RunRecord, thrown: unknown): Promise<never> {
  const cause = asError(thrown);
  if (cause instanceof FleetFailure) notePartly(record, plan, cause);
  deps.log.info(`${cause.message} Every host goes back to what it served before.`);
  const left = await switchBack({ touched: [...fleet.sessions] }, batchOf(plan, 'back'), context, record);
  // Whoever was taken back, or goes back by itself once its connection is gone, must not be told to do it twice.
  for (const session of fleet.sessions) if (left.every((one) => one.host !== session.target.name)) session.disarm();
  // The release that was asked for is live nowhere, or only where it should not be.
  record.switched = false;
  record.rolledBack = false;
  for (const entry of record.hosts.values()) if (entry.identity === 'proven') entry.identity = 'not-proven';
  const known = cause instanceof UserError ? cause : undefined;
  const now = [...record.hosts.values()].filter(({ host }) => left.every((one) => one.host !== host)).map(standing);
  const others = now.length === 0 ? '' : ` ${now.join('; ')}.`;
  if (left.length > 0 && deps.signal.aborted) {
    for (const { host } of left) hostRecord(record, host).state = 'cancelled: goes back by itself';
    throw new UserError({
      reason: 'cancelled',
      message: `Cancelled in the middle of the switch. ${left.map(({ host }) => host).join(', ')} ${left.length === 1 ? 'ends' : 'end'} that step and then ${left.length === 1 ? 'goes' : 'go'} back by ${left.length === 1 ? 'itself' : 'themselves'} to what was live before.${others}`,
      remedy: 'Run mode: status after a minute to see what is live; then run the rollback again when you are ready.',
      cause,
    });
  }
  if (left.length > 0) {
    throw new UserError({
      reason: 'host-behind',
      message: `${cause.message} The rollback was taken back on the other hosts, but ${left.map(({ host, why }) => (why === cause.message ? `${host} could not be switched back` : `${host} could not be switched back (${why})`)).join('; ')}.${others}`,
      remedy: `Look at ${left.map(({ host }) => host).join(', ')} now: readlink current says which release it serves, and it may be ${plan.releaseId}. Once it can be reached, run the rollback again; it goes to the same release on all hosts.`,
      cause,
    });
  }
  throw new UserError({
    reason: known?.reason ?? 'bug',
    message: `${cause.message} So no host was rolled back:${others}`,
    remedy: `${known?.remedy ?? 'Read what that host printed in the log above.'} Then run the rollback again; it goes to the same release.`,
    cause,
  });
}

function standing({ host, state, before }: HostRecord): string {
  const where = before ?? 'what it served before';
  if (state === 'as before') return `${host} stayed on ${where}`;
  if (state === 'nothing live') return `${host} has nothing live, as before`;
  return `${host} is back on ${where}`;
}
