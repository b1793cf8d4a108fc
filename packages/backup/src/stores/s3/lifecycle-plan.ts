import type { LifecycleRule } from '@aws-sdk/client-s3';

export interface LifecycleRequest {
  readonly mode: 'check' | 'install';
  /** Catalog folders of this store, for rules of one tier: `shop` for `shop/data/monthly/`. */
  readonly sources: readonly string[];
}

export interface LifecycleReport {
  /** Lines of a diff, `+ …` and `- …`; empty when the bucket has our rules as they should be. */
  readonly diff: readonly string[];
  /** Rules of others that delete current objects below our prefix: they would delete the last good backup. */
  readonly errors: readonly string[];
  /** The rules were written. */
  readonly installed: boolean;
}

const ABORT_DAYS = 7;
const NONCURRENT_DAYS = 30;
const ARCHIVE_DAYS = 90;

export interface LifecycleScope {
  /** Of the store, with its slash; empty for the whole bucket. */
  readonly prefix: string;
  readonly sources: readonly string[];
  /** Class that monthly backups move to; absent where the server has none. */
  readonly archive?: 'GLACIER' | undefined;
}

/** Our rules. No rule ever expires current objects: that would delete the last good backup by age alone. */
export function ourRules(scope: LifecycleScope): readonly LifecycleRule[] {
  const id = idOf(scope.prefix);
  const base: LifecycleRule = {
    ID: `ops-${id}`, Status: 'Enabled', Filter: { Prefix: scope.prefix },
    AbortIncompleteMultipartUpload: { DaysAfterInitiation: ABORT_DAYS }, NoncurrentVersionExpiration: { NoncurrentDays: NONCURRENT_DAYS },
  };
  const { archive } = scope;
  if (archive === undefined) return [base];
  return [base, ...scope.sources.map((source): LifecycleRule => ({
    ID: `ops-${id}-monthly-${idOf(source)}`, Status: 'Enabled', Filter: { Prefix: `${scope.prefix}${source}/data/monthly/` },
    Transitions: [{ Days: ARCHIVE_DAYS, StorageClass: archive }],
  }))];
}

/** Readable, and unique for every prefix of a bucket. */
function idOf(prefix: string): string {
  return prefix.replace(/\/$/, '').replaceAll('/', '.') || 'bucket';
}

export interface LifecyclePlan extends Pick<LifecycleReport, 'diff' | 'errors'> {
  /** All rules as they should be: writing replaces every rule of the bucket. */
  readonly rules: readonly LifecycleRule[];
}

/** What would change. Only rules of ours for this scope are touched, those of other prefixes and of others stay. Pure. */
export function planLifecycle(current: readonly LifecycleRule[], scope: LifecycleScope): LifecyclePlan {
  const wanted = ourRules(scope);
  const ids = new Set(wanted.map(({ ID }) => ID));
  const others = current.filter(({ ID }) => !ids.has(ID));
  const before = current.filter(({ ID }) => ids.has(ID)).map(inWords);
  const after = wanted.map(inWords);
  return {
    rules: [...others, ...wanted],
    diff: [...before.filter((line) => !after.includes(line)).map((line) => `- ${line}`), ...after.filter((line) => !before.includes(line)).map((line) => `+ ${line}`)],
    errors: others.filter((rule) => expiresOurs(rule, scope.prefix)).map((rule) => `rule ${JSON.stringify(rule.ID ?? '(no id)')} deletes current objects (${expiryOf(rule)}) under ${JSON.stringify(prefixOf(rule))}, which holds backups: it would delete the last good one`),
  };
}

function expiryOf({ Expiration: expiration }: LifecycleRule): string {
  if (expiration?.Days !== undefined) return `after ${expiration.Days} days`;
  return expiration?.Date === undefined ? '' : `on ${expiration.Date.toISOString().slice(0, 10)}`;
}

function expiresOurs(rule: LifecycleRule, prefix: string): boolean {
  if (rule.Status !== 'Enabled' || expiryOf(rule) === '') return false;
  const theirs = prefixOf(rule);
  // Our objects have no tags, so a rule for a tag cannot meet them.
  const tags = [...(rule.Filter?.Tag === undefined ? [] : [rule.Filter.Tag]), ...(rule.Filter?.And?.Tags ?? [])];
  return (theirs.startsWith(prefix) || prefix.startsWith(theirs)) && tags.length === 0;
}

function prefixOf(rule: LifecycleRule): string {
  return rule.Filter?.And?.Prefix ?? rule.Filter?.Prefix ?? ('Prefix' in rule && typeof rule.Prefix === 'string' ? rule.Prefix : '');
}

/** One line that says all of a rule that we could have written; anything else of it shows as `and more`. */
function inWords(rule: LifecycleRule): string {
  const { ID, Status, Filter: _filter, Prefix: _prefix, AbortIncompleteMultipartUpload: abort, NoncurrentVersionExpiration: noncurrent, Transitions: transitions, Expiration: _expiration, ...more } = rule;
  const rest = Object.values(more).some((value) => value !== undefined && (!Array.isArray(value) || value.length > 0));
  return [
    `${ID ?? ''} (${Status ?? 'Disabled'}) for ${JSON.stringify(prefixOf(rule))}`,
    ...(abort?.DaysAfterInitiation === undefined ? [] : [`ends unfinished uploads after ${abort.DaysAfterInitiation} days`]),
    ...(noncurrent?.NoncurrentDays === undefined ? [] : [`deletes replaced versions after ${noncurrent.NoncurrentDays} days`]),
    ...(transitions ?? []).map(({ Days, StorageClass }) => `moves to ${StorageClass ?? ''} after ${Days ?? 0} days`),
    ...(expiryOf(rule) === '' ? [] : [`deletes current objects ${expiryOf(rule)}`]),
    ...(rest ? ['and more'] : []),
  ].join(', ');
}
