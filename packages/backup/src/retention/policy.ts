import type { Tier } from '../stores/store.ts';
import type { RetentionPolicy } from './ages.ts';

/** One backup as retention sees it. */
export type RetentionItem = KnownItem | UnknownItem;

export interface KnownItem {
  readonly kind: 'known';
  readonly id: string;
  readonly source: string;
  readonly tier: Tier;
  /** Which server it is of; undefined when nobody could read it, which is a server of its own. */
  readonly identity: string | undefined;
  /** When its snapshot was taken; the only age there is. */
  readonly snapshotMs: number;
  /** The latest moment it names. */
  readonly latestMs: number;
  /** Verified or drilled, whole, not suspect, not taken back. */
  readonly proven: boolean;
  readonly drilled: boolean;
  readonly held: string | undefined;
  readonly readers: readonly string[];
  readonly lockedUntilMs: number | undefined;
  readonly bytes: number;
}

/** A manifest that this release cannot use: another version, unreadable, replayed, wrongly signed. */
export interface UnknownItem {
  readonly kind: 'unknown';
  readonly id: string;
  readonly why: string;
}

export interface Kept {
  readonly id: string;
  readonly reasons: readonly string[];
}

export interface Deleted {
  readonly id: string;
  readonly reason: string;
  readonly bytes: number;
}

export interface RetentionDecision {
  /** Both newest first. */
  readonly keep: readonly Kept[];
  readonly delete: readonly Deleted[];
  /** Set when more than half would go: nothing is deleted without confirmation. */
  readonly guard: string | undefined;
}

const DAY_MS = 86_400_000;

function days(ms: number): string {
  const count = Math.floor((ms / DAY_MS) * 10) / 10;
  return `${Number.isInteger(count) ? count : count.toFixed(1)} d`;
}

const newestFirst = (left: KnownItem, right: KnownItem): number => right.snapshotMs - left.snapshotMs || (left.id < right.id ? 1 : left.id > right.id ? -1 : 0);

/** Backups that take each other's place: one source, one server. JSON, because either may hold any character. */
const groupOf = (item: KnownItem): string => JSON.stringify([item.source, item.identity ?? null]);

/**
 * Decides what goes. Pure: neither the order of the items nor a time zone matters. Proven backups are judged among proven
 * ones alone; nothing dated in the future counts for another, so a clock that ran ahead protects only its own backups.
 */
export function decideRetention(items: readonly RetentionItem[], policy: RetentionPolicy, nowMs: number): RetentionDecision {
  const known = items.filter((item) => item.kind === 'known').sort(newestFirst);
  const past = known.filter((item) => item.latestMs <= nowMs && item.snapshotMs <= nowMs);
  const standing = protectedReasons(past.filter((item) => item.proven), policy.minVerified);
  const provenMs = new Map<string, number[]>();
  for (const item of past) if (item.proven) provenMs.set(groupOf(item), [...(provenMs.get(groupOf(item)) ?? []), item.snapshotMs]);
  const keep: Kept[] = items.filter((item) => item.kind === 'unknown').map((item) => ({ id: item.id, reasons: [`not understood: ${item.why}`] }));
  const gone: Deleted[] = [];
  for (const item of known) {
    const reasons = [...ownReasons(item, policy, nowMs), ...(standing.get(item) ?? []), ...relativeReasons(item, policy, provenMs.get(groupOf(item)) ?? [])];
    if (reasons.length > 0) keep.push({ id: item.id, reasons });
    else gone.push({ id: item.id, bytes: item.bytes, reason: `${days(nowMs - item.snapshotMs)} old, and tier ${item.tier} is kept ${days(policy.ages[item.tier])}${item.proven ? '' : '; it was never proven, and a newer one is'}` });
  }
  keep.sort((left, right) => (left.id < right.id ? 1 : left.id > right.id ? -1 : 0));
  const guard = gone.length * 2 > items.length ? `${gone.length} of ${items.length} backups would be deleted, more than half` : undefined;
  return { keep, delete: gone, guard };
}

/** Reasons that lie in the backup itself. */
function ownReasons(item: KnownItem, policy: RetentionPolicy, nowMs: number): readonly string[] {
  const reasons: string[] = [];
  if (item.held !== undefined) reasons.push(`held: ${item.held}`);
  if (item.readers.length > 0) reasons.push(`being read by ${item.readers.join(', ')}`);
  if (item.lockedUntilMs !== undefined && item.lockedUntilMs > nowMs) reasons.push(`locked in the store until ${new Date(item.lockedUntilMs).toISOString()}`);
  if (item.latestMs > nowMs || item.snapshotMs > nowMs) reasons.push(`dated in the future: ${new Date(Math.max(item.latestMs, item.snapshotMs)).toISOString()}`);
  // Written so that a moment which is no number keeps too.
  else if (!(nowMs - item.snapshotMs > policy.ages[item.tier])) reasons.push(`younger than ${days(policy.ages[item.tier])} (${item.tier})`);
  return reasons;
}

/** Reasons that lie in what else there is; `proven` newest first, none of the future. */
function protectedReasons(proven: readonly KnownItem[], minVerified: number): ReadonlyMap<KnownItem, readonly string[]> {
  const reasons = new Map<KnownItem, string[]>();
  const add = (item: KnownItem, why: string): void => { reasons.set(item, [...(reasons.get(item) ?? []), why]); };
  const first = (of: (item: KnownItem) => string, among: readonly KnownItem[], why: string): void => {
    const seen = new Set<string>();
    for (const item of among) {
      if (!seen.has(of(item))) add(item, why);
      seen.add(of(item));
    }
  };
  first((item) => item.source, proven, 'newest verified');
  first(groupOf, proven.filter((item) => item.drilled), 'newest drilled');
  const counts = new Map<string, number>();
  for (const item of proven) {
    const rank = (counts.get(groupOf(item)) ?? 0) + 1;
    counts.set(groupOf(item), rank);
    if (rank <= minVerified) add(item, `one of the ${minVerified} newest verified of its server`);
  }
  return reasons;
}

/**
 * Reasons that lie in the proven backups of its server; `provenMs` newest first. An unproven backup may be all there is: it
 * goes only when a proven one is newer. And no proven backup ages while backups fail: it must have outlived its tier when the
 * proven one before the newest was made, so that one success after a year of failures deletes nothing good.
 */
function relativeReasons(item: KnownItem, policy: RetentionPolicy, [newestMs = -Infinity, previousMs = -Infinity]: readonly number[]): readonly string[] {
  if (!item.proven) return newestMs > item.snapshotMs ? [] : ['unproven, but no proven backup of its server is newer'];
  return previousMs - item.snapshotMs > policy.ages[item.tier] ? [] : [`when the proven backup before the newest was made, it had not outlived ${days(policy.ages[item.tier])} (${item.tier})`];
}
