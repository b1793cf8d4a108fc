import type { Target } from './target.ts';

/** Everything that rules may look at; all reading is done before the first rule runs. */
export interface App {
  readonly target: Target;
}
