import { bySeverity, type Severity } from './severity.ts';
import type { Reported } from './reported.ts';
import type { RuleId } from './rule.ts';
import type { Suppression } from './suppression.ts';
import { matchesPath } from './path-pattern.ts';

const DAY_MS = 86_400_000;
/** A suppression that ends within these days is said aloud. */
const SOON_DAYS = 14;
const SHORTEST_REASON = 3;

export interface Suppressed {
  /** Which findings are suppressed, and by what. */
  readonly by: ReadonlyMap<Reported, Suppression>;
  /** Suppressions that do not count, each with the reason; MET-002. */
  readonly invalid: readonly { readonly suppression: Suppression; readonly why: string }[];
  /** Those that end soon. */
  readonly ending: readonly Suppression[];
}

export interface SuppressContext {
  readonly todayMs: number;
  /** Rules that were judged, so that a suppression of theirs that suppresses nothing is of no use. */
  readonly judged: ReadonlySet<RuleId>;
}

/** Decides which findings are suppressed. A suppression that is not complete counts for nothing. */
export function suppress(findings: readonly Reported[], suppressions: readonly Suppression[], { todayMs, judged }: SuppressContext): Suppressed {
  const by = new Map<Reported, Suppression>();
  const invalid: { suppression: Suppression; why: string }[] = [];
  const ending: Suppression[] = [];
  for (const suppression of suppressions) {
    const hits = findings.filter((finding) => covers(suppression, finding));
    const why = flaw(suppression, hits, todayMs) ?? (hits.length === 0 && suppression.rule !== undefined && judged.has(suppression.rule) ? 'it suppresses nothing: remove it' : undefined);
    if (why !== undefined) invalid.push({ suppression, why });
    if (why !== undefined || hits.length === 0) continue;
    for (const hit of hits) if (!by.has(hit)) by.set(hit, suppression);
    if (suppression.until !== undefined && lastMoment(suppression.until) - todayMs < SOON_DAYS * DAY_MS) ending.push(suppression);
  }
  return { by, invalid, ending };
}

function covers(suppression: Suppression, finding: Reported): boolean {
  if (suppression.rule !== finding.rule.id) return false;
  const places = [finding.place, ...finding.steps];
  if (suppression.source === 'inline') return places.some(({ file, line }) => file === suppression.place.file && suppression.lines.includes(line));
  const { key, path } = suppression;
  const isSubject = key === undefined || finding.subject === key || finding.subject.startsWith(`${key}[`) || finding.subject.startsWith(`${key}#`) || finding.trace.some(({ env }) => env === key);
  return isSubject && (path === undefined || places.some(({ file }) => matchesPath(path, file)));
}

/** Why a suppression cannot count, in one sentence. */
function flaw(suppression: Suppression, hits: readonly Reported[], todayMs: number): string | undefined {
  if (suppression.refused !== undefined) return suppression.refused;
  if (suppression.rule === undefined) return `no rule is called ${suppression.named}`;
  if ((suppression.reason ?? '').trim().length < SHORTEST_REASON) return 'it gives no reason';
  if (suppression.until !== undefined && lastMoment(suppression.until) < todayMs) return `it ended on ${suppression.until}`;
  const [worst] = hits.map(({ severity }) => severity).toSorted(bySeverity);
  if (worst !== undefined && needsUntil(worst) && suppression.until === undefined) return `a finding of severity ${worst} can only be suppressed until a day: add until`;
  if (suppression.source === 'inline' && hits.some(({ rule }) => rule.policyOnly === true)) return 'this rule is suppressed in the policy file only';
  return undefined;
}

export function needsUntil(severity: Severity): boolean {
  return severity === 'critical' || severity === 'high';
}

/** The end of the day, in UTC. */
export function lastMoment(day: string): number {
  return Date.parse(`${day}T23:59:59.999Z`);
}
