import type { Session } from '@ops/remote';
import type { BatchOptions, ExecutorContext } from './executor.ts';
import { readFacts, type HostFacts } from './facts.ts';
import { onEach, type Answers } from './fleet.ts';
import type { PlannedBatch } from './plan.ts';

/** Reads the facts of every host with a batch that contains the fact steps. Ordered like the sessions. */
export async function gather(sessions: readonly Session[], batch: PlannedBatch, context: ExecutorContext, options: BatchOptions = {}): Promise<readonly HostFacts[]> {
  return factsOf(sessions, await onEach(sessions, batch, context, () => options));
}

/** The facts in answers that were already given. */
export function factsOf(sessions: readonly Session[], answers: Answers): readonly HostFacts[] {
  return sessions.flatMap((session) => {
    const answer = answers.get(session.target.name);
    return answer === undefined ? [] : [readFacts(session.target.name, answer.marks.facts)];
  });
}

/**
 * Joins the second look, under the lock, with the first. A host on which no other run came in between answers
 * only what recovery did; then all of the first look holds. What is read once (`live.*`) holds in any case.
 */
export function withFirstLook(before: readonly HostFacts[], now: readonly HostFacts[]): readonly HostFacts[] {
  return now.map((one) => {
    const first = [...(before.find(({ host }) => host === one.host)?.raw ?? [])];
    const kept = one.raw.has('app') ? first.filter(([key]) => key.startsWith('live.')) : first;
    return readFacts(one.host, new Map([...kept, ...one.raw]));
  });
}
