/** How things stood when they were last told, kept in the record of each run: there is no other memory. */
export interface Told {
  readonly state: 'good' | 'bad';
  /** When it became so, as far as records say; ISO 8601, UTC. */
  readonly since: string;
  /** When a channel last took a message about it. */
  readonly at: string;
}

/** What the newest earlier run of the same kind left. */
export interface Earlier {
  readonly bad: boolean;
  /** ISO 8601, UTC. */
  readonly at: string;
  readonly told?: Told | undefined;
}

export interface News {
  readonly event: 'failure' | 'reminder' | 'recovery';
  /** When it became bad. */
  readonly since: string;
}

/** A day, less what GitHub's scheduler is late or early: a daily run would else remind every other day. */
const REMIND_AFTER_MS = 22 * 3_600_000;

/**
 * Whether a run is news: a change from good to bad or back, and once a day that it is still bad. `earlier` is undefined
 * for a first run. Whoever was never told of a failure is told now.
 */
export function newsOf(bad: boolean, earlier: Earlier | undefined, nowMs: number): News | undefined {
  const now = new Date(nowMs).toISOString();
  const told = earlier?.told;
  const wasBad = told === undefined ? earlier?.bad === true : told.state === 'bad';
  const since = !wasBad ? now : told?.since ?? earlier?.at ?? now;
  if (!bad) return wasBad ? { event: 'recovery', since } : undefined;
  if (!wasBad || told === undefined) return { event: 'failure', since };
  return nowMs - Date.parse(told.at) >= REMIND_AFTER_MS ? { event: 'reminder', since } : undefined;
}

/** What the record of this run says: what was told now, else what was told before. A message that nobody took was not told. */
export function toldAfter(news: News | undefined, taken: boolean, earlier: Earlier | undefined, nowMs: number): Told | undefined {
  if (news === undefined || !taken) return earlier?.told;
  const at = new Date(nowMs).toISOString();
  return news.event === 'recovery' ? { state: 'good', since: at, at } : { state: 'bad', since: news.since, at };
}
