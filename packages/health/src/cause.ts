import type { ReasonCode } from './reason.ts';
import type { State } from './state.ts';

/** One thing that is wrong with an answer. */
export interface Cause {
  readonly reason: ReasonCode;
  readonly state: State;
  readonly finding: string;
}
