import type { Session } from '@ops/remote';
import { asError } from '@ops/shared';
import type { BatchSize, TargetConfig } from './config.ts';
import { runBatch, StepFailure, type BatchAnswer, type ExecutorContext } from './executor.ts';
import { FleetFailure, onEach } from './fleet.ts';
import type { PlannedBatch } from './plan.ts';
import { hostRecord, identityOf, type RunRecord } from './record.ts';

/** Groups of hosts that switch together: the canary alone, then batches. Pure. */
export function waves<T extends { readonly target: { readonly roles: readonly string[] } }>(sessions: readonly T[], batch: BatchSize, canary: boolean): readonly (readonly T[])[] {
  if (sessions.length < 2) return sessions.length === 0 ? [] : [sessions];
  const first = canary ? (sessions.find((session) => session.target.roles.includes('web')) ?? sessions[0]) : undefined;
  const rest = sessions.filter((session) => session !== first);
  const size = batch.kind === 'all' ? rest.length : batch.kind === 'count' ? batch.count : Math.ceil((sessions.length * batch.percent) / 100);
  const groups: T[][] = first === undefined ? [] : [[first]];
  for (let at = 0; at < rest.length; at += Math.max(1, size)) groups.push(rest.slice(at, at + Math.max(1, size)));
  return groups;
}

/** Hosts that may have switched, in the order they did; the undo list of a rollout. */
export interface Rollout {
  readonly touched: Session[];
}

/**
 * Switches the hosts wave by wave; `judge` looks at each wave before the next. A host counts as touched
 * before its switch is sent. Throws what failed; the caller takes the touched hosts back.
 */
export async function rollOut(sessions: readonly Session[], batch: PlannedBatch, config: TargetConfig, context: ExecutorContext, record: RunRecord, rollout: Rollout, judge: (wave: readonly Session[]) => Promise<void>, signal: AbortSignal): Promise<void> {
  for (const wave of waves(sessions, config.batch, config.canary)) {
    rollout.touched.push(...wave);
    record.switched = true;
    try {
      noteSwitch(record, config, wave, await onEach(wave, batch, context, () => ({ signal })));
    } catch (thrown) {
      if (thrown instanceof FleetFailure) noteSwitch(record, config, wave, thrown.answers);
      throw thrown;
    }
    await judge(wave);
  }
}

function noteSwitch(record: RunRecord, config: TargetConfig, wave: readonly Session[], answers: ReadonlyMap<string, BatchAnswer>): void {
  for (const { target } of wave) {
    const answer = answers.get(target.name);
    if (answer === undefined) continue;
    const entry = hostRecord(record, target.name);
    entry.live = record.releaseId;
    entry.state = 'live';
    entry.identity = identityOf(answer.marks.facts.get('beacon'), config, target);
  }
}

function plainLink(batch: PlannedBatch, session: Session): boolean {
  return (batch.values[session.target.name]?.['BEFORE_LINK'] ?? '') !== '';
}

/** A later step of the way back failed (a restart, a stale opcache): the link is back all the same. */
function linkIsBack(error: Error): boolean {
  return error instanceof StepFailure && error.marks.steps.some((step) => (step.id === 'switch-back' || step.id === 'unpublish') && step.exit === 0);
}

/**
 * Switches touched hosts back, newest first. Goes on when one fails, and reports each host that could not be
 * taken back.
 */
export async function switchBack(rollout: Rollout, batch: PlannedBatch, context: ExecutorContext, record: RunRecord): Promise<readonly { readonly host: string; readonly why: string }[]> {
  const left: { host: string; why: string }[] = [];
  for (const session of rollout.touched.toReversed()) {
    const entry = hostRecord(record, session.target.name);
    try {
      const { marks } = await runBatch(session, batch, context);
      entry.live = entry.before;
      entry.state = entry.before === undefined ? (plainLink(batch, session) ? 'as before' : 'nothing live') : marks.facts.has('unmoved') ? 'as before' : 'switched back';
    } catch (thrown) {
      const error = asError(thrown);
      if (linkIsBack(error)) {
        entry.live = entry.before;
        entry.state = 'switched back, with a problem afterwards';
        const warning = `${error.message} The link itself is back on ${session.target.name}.`;
        record.warnings.push(warning);
        context.log.warning(warning);
        continue;
      }
      entry.state = 'behind: could not be switched back';
      left.push({ host: session.target.name, why: error.message });
      context.log.error(`${session.target.name}: switching back failed: ${error.message}`);
    }
  }
  record.rolledBack = rollout.touched.length > 0 && left.length < rollout.touched.length;
  return left;
}
