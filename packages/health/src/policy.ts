/** When a gate is satisfied and when it gives up. */
export interface GatePolicy {
  /** Counted from the end of the warm-up. */
  readonly timeoutMs: number;
  /** Between the beginnings of two rounds, ± 10 %. */
  readonly intervalMs: number;
  /** Failures before the first good round, and at most this long, count for nothing. */
  readonly warmupMs: number;
  /** Good rounds in a row, and how long they must span. */
  readonly stable: { readonly rounds: number; readonly ms: number };
  /** Failed rounds after the warm-up, in all; 0: only the deadline decides. */
  readonly failureLimit: number;
  /** Status codes (`404`, `4xx`) and reason codes that end the gate when three rounds in a row show the same one. */
  readonly failFastOn: readonly string[];
  /** Ends the gate after so many rounds, whatever they showed; for a dry run. */
  readonly maxRounds?: number;
}

export const DEFAULT_POLICY: GatePolicy = {
  timeoutMs: 300_000,
  intervalMs: 5000,
  warmupMs: 0,
  stable: { rounds: 3, ms: 0 },
  failureLimit: 0,
  failFastOn: ['401', '403', '404', 'tls', 'body'],
};
