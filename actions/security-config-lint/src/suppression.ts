import type { RuleId } from './rule.ts';
import type { Place } from './finding.ts';

/** Something that says: this finding is known and accepted. Whether it counts is decided by `judgeSuppression`. */
export interface Suppression {
  readonly source: 'policy' | 'inline';
  /** As it stands there: an id or slug, perhaps of no rule. */
  readonly named: string;
  readonly rule: RuleId | undefined;
  readonly reason: string | undefined;
  readonly owner: string | undefined;
  /** `2027-01-31`: the last day on which it counts, in UTC. */
  readonly until: string | undefined;
  readonly place: Place;
  /** Policy: config path, key, header or directive; inline: undefined. */
  readonly key: string | undefined;
  /** Policy: a pattern of paths. */
  readonly path: string | undefined;
  /** Inline: the lines that it covers. */
  readonly lines: readonly number[];
  /** Why it cannot count whatever it suppresses; undefined when nothing is wrong with its form. */
  readonly refused: string | undefined;
}
