import type { Clock, Log, Random } from '@ops/shared';
import { attempt, pathFinder } from './ask.ts';
import type { Check } from './check.ts';
import type { Observation } from './observation.ts';
import { timeLimit } from './limit.ts';
import type { GatePolicy } from './policy.ts';
import type { ProxyEnv } from './probe/proxy.ts';
import { probe, type Ask } from './probe/probe.ts';
import { advance, deadlineMs, giveUp, isStable, NO_PROGRESS, reasonAtDeadline, type Progress } from './progress.ts';
import { conclude, type Ending, type GateResult } from './result.ts';
import { roundOf, type Attempt, type Round } from './round.ts';

const MAX_PARALLEL = 8;
const JITTER = 0.1;

export interface GateDeps {
  readonly clock: Clock;
  readonly random: Random;
  /** For the proxy variables. */
  readonly env: ProxyEnv;
  readonly log?: Pick<Log, 'info'>;
  /** Asks one check once; tests pass their own. */
  readonly ask?: Ask;
}

/**
 * Asks all checks round after round until they are good long enough, or until the deadline, a limit or
 * a cancel says stop. Never rejects for what a server does.
 */
export async function gate(checks: readonly Check[], policy: GatePolicy, deps: GateDeps, signal: AbortSignal): Promise<GateResult> {
  const began = deps.clock.monotonic();
  const elapsed = (): number => deps.clock.monotonic() - began;
  const finders = checks.map((check) => pathFinder(check, deps.ask ?? probe));
  const rounds: Round[] = [];
  let progress = NO_PROGRESS;
  for (;;) {
    const startMs = elapsed();
    const limit = AbortSignal.any([signal, timeLimit(deadlineMs(progress, policy) - startMs)]);
    const attempts = await askAll(finders, deps, limit);
    if (signal.aborted) return conclude({ verdict: 'error', reason: 'cancelled', why: 'the run was cancelled' }, rounds, progress, elapsed());
    const cut = limit.aborted && attempts.some(({ result }) => result.reason === 'cancelled');
    if (!cut || rounds.length === 0) {
      const round = roundOf(rounds.length + 1, startMs, elapsed(), cut ? attempts.map(outOfTime) : attempts);
      rounds.push(round);
      progress = advance(progress, round, policy);
      deps.log?.info(lineOf(round, progress, policy));
    }
    const end = endingOf(rounds.length, progress, policy);
    if (end !== undefined) return conclude(end, rounds, progress, elapsed());
    const next = startMs + policy.intervalMs * (1 - JITTER + 2 * JITTER * deps.random.fraction());
    if (cut || Math.max(next, elapsed()) >= deadlineMs(progress, policy)) return conclude(deadlineEnding(progress), rounds, progress, elapsed());
    try {
      await deps.clock.sleep(Math.max(0, next - elapsed()), signal);
    } catch (thrown) {
      if (!signal.aborted) throw thrown;
      return conclude({ verdict: 'error', reason: 'cancelled', why: 'the run was cancelled' }, rounds, progress, elapsed());
    }
  }
}

/**
 * Judges observations that were made elsewhere, for example on a host, as one check's rounds: good as
 * soon as the last ones are good in a row. The time between them is what their clock says.
 */
export function gateObservations(check: Check, observations: readonly Observation[], policy: GatePolicy): GateResult {
  const began = observations[0]?.at ?? 0;
  const rounds: Round[] = [];
  let progress = NO_PROGRESS;
  for (const observation of observations) {
    // A host's clock may count in seconds: no round ends before the one in front of it.
    const startMs = Math.max(observation.at - began, rounds.at(-1)?.endMs ?? 0);
    const round = roundOf(rounds.length + 1, startMs, startMs + observation.phases.total, [attempt(check, observation)]);
    rounds.push(round);
    progress = advance(progress, round, policy);
  }
  const last = rounds.at(-1)?.endMs ?? 0;
  return conclude(isStable(progress, policy) ? PASS : deadlineEnding(progress), rounds, progress, last);
}

const PASS = { verdict: 'pass' } as const satisfies Ending;

function endingOf(rounds: number, progress: Progress, policy: GatePolicy): Ending | undefined {
  if (isStable(progress, policy)) return PASS;
  const early = giveUp(progress, policy);
  if (early !== undefined) return { verdict: 'fail', ...early };
  return rounds >= (policy.maxRounds ?? Infinity) ? { ...deadlineEnding(progress), why: 'the dry run' } : undefined;
}

function deadlineEnding(progress: Progress): Exclude<Ending, typeof PASS> {
  if (progress.undecided !== undefined) return { verdict: 'inconclusive', reason: 'no-data', why: 'the deadline' };
  return { verdict: 'fail', reason: reasonAtDeadline(progress), why: 'the deadline' };
}

/** At most 8 checks at a time, results in list order. */
async function askAll(finders: readonly ((deps: GateDeps, signal: AbortSignal) => Promise<Attempt>)[], deps: GateDeps, signal: AbortSignal): Promise<Attempt[]> {
  const results = new Map<number, Attempt>();
  const queue = finders.entries();
  const worker = async (): Promise<void> => {
    for (const [index, find] of queue) results.set(index, await find(deps, signal));
  };
  await Promise.all(Array.from({ length: Math.min(MAX_PARALLEL, finders.length) }, worker));
  return finders.flatMap((_find, index) => results.get(index) ?? []);
}

function outOfTime(cut: Attempt): Attempt {
  if (cut.result.reason !== 'cancelled') return cut;
  return { ...cut, result: { ...cut.result, reason: 'timeout', finding: 'gave no answer before the deadline of the gate' } };
}

function lineOf(round: Round, progress: Progress, policy: GatePolicy): string {
  const at = `${(round.endMs / 1000).toFixed(1)} s`;
  const shown = round.attempts.find(({ result }) => result === (round.failed ?? round.undecided)) ?? round.attempts[0];
  const said = shown === undefined ? 'nothing to ask' : `${shown.result.check} ${shown.result.finding}`;
  const took = shown === undefined ? '' : `, ${Math.round(shown.seen.phases.total)} ms`;
  const streak = round.good ? `good ${progress.streak?.rounds ?? 0}/${policy.stable.rounds}` : (round.reason ?? 'failed');
  const warming = !round.good && progress.warmEndMs === undefined ? ', warming up' : '';
  return `Round ${round.number} at ${at}: ${streak}${warming} · ${said}${took}`;
}
