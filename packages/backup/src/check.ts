/** One thing that was looked at. What could not run never counts as passed. */
export interface Check {
  /** Stable word, for example `trailer`, `inventory`, `rows`, `plaintext-hash`, `read-back`. */
  readonly name: string;
  readonly result: 'pass' | 'fail' | 'not-run';
  /** Why it failed or could not run; one sentence. */
  readonly why?: string;
}

/** True when every check passed; `not-run` is not a pass. */
export function allPassed(checks: readonly Check[]): boolean {
  return checks.every((check) => check.result === 'pass');
}
