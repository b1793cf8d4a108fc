/** What was seen, or why nothing can be concluded from what came back. */
export type Fact<T> = Seen<T> | Inconclusive;

export interface Seen<T> {
  readonly kind: 'seen';
  readonly value: T;
}

export interface Inconclusive {
  readonly kind: 'inconclusive';
  /** A clause without a full stop that says what was asked and what came back: `the page answers 503`. */
  readonly why: string;
}

export function seen<T>(value: T): Seen<T> {
  return { kind: 'seen', value };
}

export function inconclusive(why: string): Inconclusive {
  return { kind: 'inconclusive', why };
}

/** The same fact about something that follows from it, which may itself be inconclusive. */
export function andThen<T, U>(fact: Fact<T>, next: (value: T) => Fact<U>): Fact<U> {
  return fact.kind === 'seen' ? next(fact.value) : fact;
}
