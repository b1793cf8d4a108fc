const MAX_TIMER_MS = 2 ** 31 - 1;

/** Aborts after `ms` of real time; AbortSignal.timeout throws for fractions and for more than 2^31. */
export function timeLimit(ms: number): AbortSignal {
  return AbortSignal.timeout(Math.min(MAX_TIMER_MS, Math.max(1, Math.ceil(ms))));
}
