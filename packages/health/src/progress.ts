import type { GatePolicy } from './policy.ts';
import type { ReasonCode } from './reason.ts';
import type { Round } from './round.ts';

/** The same code in this many rounds in a row ends a gate early: one bad answer during a restart does not. */
const FAIL_FAST_ROUNDS = 3;

/** What a gate remembers from round to round. */
export interface Progress {
  /** Good rounds in a row, up to now. */
  readonly streak: { readonly rounds: number; readonly firstStartMs: number; readonly firstEndMs: number; readonly lastEndMs: number } | undefined;
  /** When the warm-up ended; undefined while it lasts. */
  readonly warmEndMs: number | undefined;
  readonly hadGood: boolean;
  /** A failure came after a good round. */
  readonly broken: boolean;
  /** Failed rounds that count towards the limit. */
  readonly failures: number;
  readonly lastFailed: Round | undefined;
  /** The last round that could not be judged, unless a failure came after it. */
  readonly undecided: Round | undefined;
  /** How many rounds in a row showed each code that ends a gate early. */
  readonly repeated: Readonly<Record<string, number>>;
}

export const NO_PROGRESS: Progress = { streak: undefined, warmEndMs: undefined, hadGood: false, broken: false, failures: 0, lastFailed: undefined, undecided: undefined, repeated: {} };

/** The memory after one more round. Pure; no streak survives a failure. */
export function advance(before: Progress, round: Round, policy: GatePolicy): Progress {
  if (round.undecided !== undefined) return { ...before, undecided: round };
  if (round.good) {
    const streak = { rounds: (before.streak?.rounds ?? 0) + 1, firstStartMs: before.streak?.firstStartMs ?? round.startMs, firstEndMs: before.streak?.firstEndMs ?? round.endMs, lastEndMs: round.endMs };
    return { ...before, streak, hadGood: true, repeated: {}, warmEndMs: before.warmEndMs ?? Math.min(round.endMs, policy.warmupMs) };
  }
  const warmEndMs = before.warmEndMs ?? (round.startMs >= policy.warmupMs ? policy.warmupMs : undefined);
  const counts = warmEndMs !== undefined && round.reason !== 'version';
  return {
    ...before,
    streak: undefined,
    warmEndMs,
    broken: before.hadGood,
    failures: before.failures + (counts ? 1 : 0),
    lastFailed: round,
    undecided: undefined,
    repeated: counts ? Object.fromEntries(fastCodes(round, policy).map((code) => [code, (before.repeated[code] ?? 0) + 1])) : {},
  };
}

/** Codes of the failed check that `fail-fast-on` lists. Maintenance ends by itself, so it never fails fast. */
function fastCodes({ failed, reason }: Round, policy: GatePolicy): string[] {
  if (failed === undefined || reason === undefined || reason === 'maintenance') return [];
  const status = failed.status === undefined ? [] : [String(failed.status), `${Math.floor(failed.status / 100)}xx`];
  return [...status, reason].filter((code) => policy.failFastOn.includes(code));
}

/** Good long enough? */
export function isStable({ streak }: Progress, { stable }: GatePolicy): boolean {
  return streak !== undefined && streak.rounds >= stable.rounds && streak.lastEndMs - streak.firstEndMs >= stable.ms;
}

/** Why to give up before the deadline, or undefined. */
export function giveUp(progress: Progress, policy: GatePolicy): { readonly reason: ReasonCode; readonly why: string } | undefined {
  const reason = progress.lastFailed?.reason;
  if (progress.streak !== undefined || reason === undefined) return undefined;
  const fast = Object.entries(progress.repeated).find(([, times]) => times >= FAIL_FAST_ROUNDS);
  if (fast !== undefined) return { reason, why: `${fast[0]} in ${FAIL_FAST_ROUNDS} rounds in a row, which \`fail-fast-on\` lists` };
  if (policy.failureLimit > 0 && progress.failures >= policy.failureLimit) return { reason, why: `${progress.failures} failed rounds, the \`failure-limit\`` };
  return undefined;
}

/** When the gate must end, milliseconds since it began. */
export function deadlineMs(progress: Progress, policy: GatePolicy): number {
  return (progress.warmEndMs ?? policy.warmupMs) + policy.timeoutMs;
}

/** The code at the deadline. */
export function reasonAtDeadline({ lastFailed, hadGood, broken }: Progress): ReasonCode {
  if (lastFailed?.reason === 'version') return 'version';
  if (hadGood && !broken) return 'timeout';
  if (broken) return 'unstable';
  return lastFailed?.reason ?? 'timeout';
}
