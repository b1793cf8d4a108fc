import type { Check, GatePolicy } from '@ops/health';

/** How the result of a switch is judged. `none` is a decision of the user and printed in red. */
export type HealthConfig =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'gate';
      readonly checks: readonly Check[];
      readonly policy: GatePolicy;
      /** What a host asks itself, or undefined to judge from the runner only. */
      readonly hostUrl: string | undefined;
    };

/** The judgement of one switch, from hosts and runner together. */
export interface HealthVerdict {
  readonly verdict: 'pass' | 'fail' | 'inconclusive' | 'off';
  readonly reason: string;
  /** One sentence: what was asked, what came back, why that is good or bad. */
  readonly sentence: string;
  /** The next thing to do; absent when it is good. */
  readonly remedy?: string;
  /** Who said it: `runner` or host names. */
  readonly from: readonly string[];
  readonly evidence: readonly { readonly from: string; readonly sentence: string }[];
}
