import type { Component } from './body/health.ts';
import type { Progress } from './progress.ts';
import { NEXT_STEP, type ReasonCode } from './reason.ts';
import type { Attempt, Round } from './round.ts';

export type GateVerdict = 'pass' | 'fail' | 'inconclusive' | 'error';

/** How a gate ended and all that it saw on the way. */
export interface GateResult {
  readonly verdict: GateVerdict;
  /** `healthy`, or why not. */
  readonly reason: ReasonCode | 'healthy';
  readonly rounds: readonly Round[];
  /** Good rounds in a row at the end. */
  readonly stableCount: number;
  /** From the beginning to the first good round of the last streak. */
  readonly timeToReadyMs: number | undefined;
  readonly durationMs: number;
  /** Of all attempts that got an answer. */
  readonly p95Ms: number | undefined;
  /** The version that answered last. */
  readonly version: string | undefined;
  /** As reported in the last round. */
  readonly components: readonly (Component & { readonly check: string })[];
  readonly certDaysLeft: number | undefined;
  /** The last thing that was seen of what decided, redacted. */
  readonly lastEvidence: string;
  /** The whole verdict in one sentence. */
  readonly sentence: string;
  /** The next thing to do; absent when passed. */
  readonly remedy?: string;
  readonly warnings: readonly string[];
}

export type Ending =
  | { readonly verdict: 'pass' }
  | { readonly verdict: 'fail' | 'inconclusive' | 'error'; readonly reason: ReasonCode; /** What ended the gate, after "ended by". */ readonly why: string };

/** Draws the result from what happened. */
export function conclude(ending: Ending, rounds: readonly Round[], progress: Progress, durationMs: number): GateResult {
  const last = rounds.at(-1);
  const decisive = ending.verdict === 'pass' ? last : (progress.undecided ?? progress.lastFailed ?? last);
  const shown = decisive?.attempts.find(({ result }) => result === (decisive.failed ?? decisive.undecided)) ?? decisive?.attempts[0];
  const reason = ending.verdict === 'pass' ? 'healthy' : ending.reason;
  const version = versionIn(last);
  const days = (last?.attempts ?? []).flatMap(({ seen }) => seen.certDaysLeft ?? []);
  return {
    verdict: ending.verdict,
    reason,
    rounds,
    stableCount: progress.streak?.rounds ?? 0,
    timeToReadyMs: progress.streak?.firstEndMs,
    durationMs,
    p95Ms: percentile(rounds.flatMap(({ attempts }) => attempts.flatMap(({ result, seen }) => (result.status === undefined ? [] : [seen.phases.total]))), 0.95),
    version,
    components: (last?.attempts ?? []).flatMap(({ result }) => result.components.map((component) => ({ ...component, check: result.check }))),
    certDaysLeft: days.length === 0 ? undefined : Math.min(...days),
    lastEvidence: shown?.result.evidence ?? '',
    sentence: sentenceOf(ending, rounds, progress, durationMs, shown, version),
    ...(ending.verdict === 'pass' ? {} : { remedy: NEXT_STEP[ending.reason] }),
    warnings: [...new Set([...(last?.attempts ?? []).flatMap(({ result }) => result.warnings), ...livenessWarning(last), ...(progress.lastFailed?.failed?.warnings ?? [])])],
  };
}

function versionIn(round: Round | undefined): string | undefined {
  const named = round?.attempts.map(({ result }) => result).filter((result) => result.version !== undefined) ?? [];
  return (named.find((result) => result.reason === 'version') ?? named[0])?.version;
}

function sentenceOf(ending: Ending, rounds: readonly Round[], progress: Progress, durationMs: number, shown: Attempt | undefined, version: string | undefined): string {
  const seconds = `${(durationMs / 1000).toFixed(1)} s`;
  if (ending.verdict === 'pass') {
    const count = progress.streak?.rounds ?? 0;
    const named = version === undefined ? '' : `, version ${version}`;
    return `Healthy${named}: ${count} good round${count === 1 ? '' : 's'} in a row after ${seconds}.`;
  }
  if (ending.reason === 'cancelled') return `Cancelled after ${seconds} and ${rounds.length} rounds, before there was a verdict.`;
  const said = shown === undefined ? 'nothing was asked' : `${shown.result.check} ${shown.result.finding} (${shown.seen.url})`;
  const end = `ended by ${ending.why} after ${seconds} and ${rounds.length} round${rounds.length === 1 ? '' : 's'}`;
  if (ending.reason === 'unstable') return `Not stable (unstable): good rounds were broken by failures; the last one: ${said}; ${end}.`;
  if (ending.reason === 'timeout' && progress.streak !== undefined) return `Not stable long enough (timeout): ${progress.streak.rounds} good round${progress.streak.rounds === 1 ? '' : 's'} in a row, but more were asked for; ${end}.`;
  if (ending.verdict === 'inconclusive') return `Inconclusive (${ending.reason}): ${said}; ${end}.`;
  return `Not healthy (${ending.reason}): ${said}; ${end}.`;
}

/** Readiness good and liveness not: whoever restarts on liveness would kill a process that serves. */
function livenessWarning(round: Round | undefined): string[] {
  const results = round?.attempts.map(({ result }) => result) ?? [];
  const live = results.find((result) => result.kind === 'liveness' && !result.ok);
  const ready = results.find((result) => result.kind === 'readiness' && result.ok);
  return live === undefined || ready === undefined ? [] : [`${live.check} (liveness) fails while ${ready.check} (readiness) is good: a restart would hit a process that serves.`];
}

/** Linear interpolation at rank p·(n−1); undefined without values. */
export function percentile(values: readonly number[], p: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const rank = p * (sorted.length - 1);
  const low = sorted[Math.floor(rank)];
  const high = sorted[Math.ceil(rank)];
  return low === undefined || high === undefined ? undefined : low + (high - low) * (rank - Math.floor(rank));
}
