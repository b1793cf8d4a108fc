/** How well a thing is, from best to worst: up, degraded, unknown, down. */
export type State = 'up' | 'degraded' | 'unknown' | 'down';

const RANK: Readonly<Record<State, number>> = { up: 0, degraded: 1, unknown: 2, down: 3 };

const WORDS: ReadonlyMap<string, State> = new Map([
  ...words('up', 'pass ok up healthy true alive ready'),
  ...words('degraded', 'warn warning degraded'),
  ...words('down', 'fail failed error down unhealthy out_of_service crashed not_ready'),
  ...words('unknown', 'unknown skipped'),
]);

function words(state: State, list: string): (readonly [string, State])[] {
  return list.split(' ').map((word) => [word, state] as const);
}

/** The worst of the given states; `up` when there are none. */
export function worst(states: Iterable<State>): State {
  let result: State = 'up';
  for (const state of states) if (RANK[state] > RANK[result]) result = state;
  return result;
}

/** True when `a` is strictly worse than `b`. */
export function isWorse(a: State, b: State): boolean {
  return RANK[a] > RANK[b];
}

/** What a status word of a body means. A word that is not known means unknown, and unknown never passes. */
export function stateOf(word: unknown): State {
  return WORDS.get(wordOf(word).toLowerCase()) ?? 'unknown';
}

/** True when the value is a status word of one of the known formats. */
export function isStatusWord(word: unknown): boolean {
  return (typeof word === 'string' || word === true) && WORDS.has(wordOf(word).toLowerCase());
}

/** A status word as text; anything that is not text or a boolean is the empty word. */
export function wordOf(word: unknown): string {
  return typeof word === 'string' ? word.trim() : typeof word === 'boolean' ? String(word) : '';
}
