import type { NoAnswer } from './no-answer.ts';
import type { Noted } from './note.ts';
import type { PlannedRequest } from './plan.ts';

/** What became of one planned request. */
export interface Sighting {
  readonly request: PlannedRequest;
  /** The redirects that were followed, oldest first. */
  readonly hops: readonly Noted[];
  readonly outcome: Noted | NoAnswer;
}

/** Why the answer is nobody's that can be judged, whatever was expected: none came, somebody stood in the way, or the site wanted no more questions. */
export function refusalOf({ outcome }: Sighting, what: string): string | undefined {
  if (outcome.kind === 'no-answer') return `for ${what} ${outcome.what}`;
  if (outcome.challenge !== undefined) return `for ${what} ${outcome.challenge} answers`;
  return outcome.status === 429 ? `${what} answers 429: too many requests` : undefined;
}
