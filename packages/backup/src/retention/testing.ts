/** Random catalogs, and the promises of retention, each checked by itself without a look at how policy.ts decides. For tests and proofs. */
import fc from 'fast-check';
import { TIERS } from '../stores/store.ts';
import type { RetentionPolicy } from './ages.ts';
import { decideRetention, type KnownItem, type RetentionDecision, type RetentionItem } from './policy.ts';

export const DAY_MS = 86_400_000;
export const NOW_MS = Date.UTC(2026, 10, 25, 12);

const known: fc.Arbitrary<Omit<KnownItem, 'id'>> = fc.record({
  kind: fc.constant('known' as const),
  source: fc.constantFrom('production-shop', 'production-shop', 'production-shop', 'staging-shop'),
  tier: fc.constantFrom(...TIERS),
  identity: fc.constantFrom('server-a', 'server-a', 'server-b', undefined),
  // Whole days meet each other and the ages exactly; the rest lies anywhere from three years ago to two years ahead.
  snapshotMs: fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 0, max: 800 }).map((ago) => NOW_MS - ago * DAY_MS) }, { weight: 2, arbitrary: fc.integer({ min: NOW_MS - 1100 * DAY_MS, max: NOW_MS }) }, { weight: 1, arbitrary: fc.integer({ min: NOW_MS, max: NOW_MS + 730 * DAY_MS }) }),
  latestMs: fc.constant(0),
  proven: fc.boolean(),
  drilled: fc.boolean(),
  held: fc.oneof({ weight: 15, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.constant('audit') }),
  readers: fc.oneof({ weight: 20, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.constant(['run-1']) }),
  lockedUntilMs: fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: fc.integer({ min: NOW_MS - 100 * DAY_MS, max: NOW_MS + 100 * DAY_MS }) }),
  bytes: fc.nat(1e9),
}).chain((item) => fc.integer({ min: 0, max: DAY_MS / 2 }).map((took) => ({ ...item, drilled: item.drilled && item.proven, latestMs: item.snapshotMs + took })));

const unknown = fc.record({ kind: fc.constant('unknown' as const), why: fc.constant('it is of version 2') });

/** Most of what one server left would go: here the guard has to speak. */
const longKept = known.map((item) => ({ ...item, source: 'production-shop', identity: 'server-a', tier: 'frequent' as const, readers: [], held: undefined, lockedUntilMs: undefined }));

export const anyItems: fc.Arbitrary<readonly RetentionItem[]> = fc
  .oneof({ weight: 4, arbitrary: fc.array(fc.oneof({ weight: 10, arbitrary: known }, { weight: 1, arbitrary: unknown }), { maxLength: 40, size: 'max' }) }, { weight: 1, arbitrary: fc.array(longKept, { maxLength: 40, size: 'max' }) })
  .chain((items) => fc.shuffledSubarray(items.map((_, at) => `id-${String(at).padStart(3, '0')}`), { minLength: items.length }).map((ids) => items.map((item, at): RetentionItem => ({ ...item, id: ids[at] ?? '' }))));

export const anyPolicy: fc.Arbitrary<RetentionPolicy> = fc.record({
  ages: fc.record({ frequent: fc.integer({ min: 1, max: 30 }), daily: fc.integer({ min: 1, max: 90 }), 'pre-deploy': fc.integer({ min: 1, max: 30 }), monthly: fc.integer({ min: 1, max: 700 }) }).map((ages) => ({ frequent: ages.frequent * DAY_MS, daily: ages.daily * DAY_MS, 'pre-deploy': ages['pre-deploy'] * DAY_MS, monthly: ages.monthly * DAY_MS })),
  minVerified: fc.integer({ min: 1, max: 5 }),
});

type Holds = (items: readonly RetentionItem[], policy: RetentionPolicy, decision: RetentionDecision, gone: ReadonlySet<string>) => boolean;

const knownOf = (items: readonly RetentionItem[]): readonly KnownItem[] => items.filter((item) => item.kind === 'known');
const isFuture = (item: KnownItem): boolean => Math.max(item.snapshotMs, item.latestMs) > NOW_MS;
const sameServer = (left: KnownItem, right: KnownItem): boolean => left.source === right.source && left.identity === right.identity;
const pastProven = (items: readonly RetentionItem[]): readonly KnownItem[] => knownOf(items).filter((item) => item.proven && !isFuture(item));
/** How many of `among` are strictly newer. */
const newer = (item: KnownItem, among: readonly KnownItem[]): number => among.filter((other) => other.snapshotMs > item.snapshotMs).length;
const ids = (found: readonly { readonly id: string }[]): string => JSON.stringify(found.map(({ id }) => id).sort());
const again = (items: readonly RetentionItem[], policy: RetentionPolicy): RetentionDecision => decideRetention(items, policy, NOW_MS);

function inZone(zone: string, body: () => RetentionDecision): RetentionDecision {
  const before = process.env['TZ'];
  try {
    process.env['TZ'] = zone;
    return body();
  } finally {
    if (before === undefined) delete process.env['TZ'];
    else process.env['TZ'] = before;
  }
}

/** Each promise by its name; true when the decision keeps it. */
export const PROMISES: Readonly<Record<string, Holds>> = {
  'every backup is kept or deleted, once': (items, _, { keep, delete: gone }) => ids([...keep, ...gone]) === ids(items),
  'each has a reason': (_, __, { keep, delete: gone }) => keep.every(({ reasons }) => reasons.length > 0 && reasons.every((why) => why !== '')) && gone.every(({ reason }) => reason !== ''),
  'what goes is older than its tier says': (items, policy, _, gone) => knownOf(items).every((item) => !gone.has(item.id) || NOW_MS - item.snapshotMs > policy.ages[item.tier]),
  'the newest verified of a source stays': (items, _, __, gone) => pastProven(items).every((item) => newer(item, pastProven(items).filter((other) => other.source === item.source)) > 0 || !gone.has(item.id) || pastProven(items).some((other) => other.source === item.source && other.snapshotMs === item.snapshotMs && !gone.has(other.id))),
  'the newest drilled stays': (items, _, __, gone) => pastProven(items).filter((item) => item.drilled).every((item, __at, drilled) => newer(item, drilled.filter((other) => other.source === item.source)) > 0 || !gone.has(item.id) || drilled.some((other) => other.source === item.source && other.snapshotMs === item.snapshotMs && !gone.has(other.id))),
  'held stays': (items, _, __, gone) => knownOf(items).every((item) => item.held === undefined || !gone.has(item.id)),
  'locked stays': (items, _, __, gone) => knownOf(items).every((item) => (item.lockedUntilMs ?? 0) <= NOW_MS || !gone.has(item.id)),
  'dated in the future stays': (items, _, __, gone) => knownOf(items).every((item) => !isFuture(item) || !gone.has(item.id)),
  'of unknown version stays': (items, _, __, gone) => items.every((item) => item.kind === 'known' || !gone.has(item.id)),
  'being read stays': (items, _, __, gone) => knownOf(items).every((item) => item.readers.length === 0 || !gone.has(item.id)),
  'min-verified of each source and server stay': (items, policy, _, gone) => pastProven(items).every((item) => {
    const server = pastProven(items).filter((other) => sameServer(item, other));
    return server.filter((other) => !gone.has(other.id)).length >= Math.min(policy.minVerified, server.length);
  }),
  'and they are the newest ones': (items, policy, _, gone) => pastProven(items).every((item) => !gone.has(item.id) || newer(item, pastProven(items).filter((other) => sameServer(item, other) && !gone.has(other.id))) >= Math.min(1, policy.minVerified)),
  'an unproven one never pushes out a proven one': (items, policy, _, gone) => {
    const alone = again(items.filter((item) => item.kind === 'known' && item.proven), policy);
    return ids(alone.delete) === ids(knownOf(items).filter((item) => item.proven && gone.has(item.id)));
  },
  'a proven one goes only when two newer proven ones of its server were made after it had outlived its tier': (items, policy, _, gone) => pastProven(items).every((item) => !gone.has(item.id) || pastProven(items).filter((other) => sameServer(item, other) && other.snapshotMs > item.snapshotMs + policy.ages[item.tier]).length >= 2),
  'an unproven one goes only when a proven one of its server is newer': (items, _, __, gone) => knownOf(items).every((item) => item.proven || !gone.has(item.id) || newer(item, pastProven(items).filter((other) => sameServer(item, other))) > 0),
  'a backup of the future protects and pushes out nothing else': (items, policy, decision) => ids(again(items.filter((item) => item.kind === 'unknown' || !isFuture(item)), policy).delete) === ids(decision.delete),
  'one more backup of another server changes nothing': (items, policy, decision) => ids(again([...items, { kind: 'known', id: 'zz', source: 'production-shop', identity: 'server-c', tier: 'daily', snapshotMs: NOW_MS - 1, latestMs: NOW_MS - 1, proven: false, drilled: false, held: undefined, readers: [], lockedUntilMs: undefined, bytes: 1 }], policy).delete) === ids(decision.delete),
  'order changes nothing': (items, policy, decision) => JSON.stringify(again(items.toReversed(), policy)) === JSON.stringify(decision),
  'time zone changes nothing': (items, policy, decision) => ['Pacific/Kiritimati', 'America/St_Johns', 'Europe/Berlin'].every((zone) => JSON.stringify(inZone(zone, () => again(items, policy))) === JSON.stringify(decision)),
  'deciding again after deleting deletes nothing more': (items, policy, _, gone) => again(items.filter((item) => !gone.has(item.id)), policy).delete.length === 0,
  'more than half needs confirmation': (items, _, decision) => (decision.guard !== undefined) === (decision.delete.length > items.length / 2),
};

/** Names of the promises that the decision about these items breaks. */
export function brokenPromises(items: readonly RetentionItem[], policy: RetentionPolicy): readonly string[] {
  const decision = again(items, policy);
  const gone = new Set(decision.delete.map(({ id }) => id));
  return Object.entries(PROMISES).filter(([, holds]) => !holds(items, policy, decision, gone)).map(([name]) => name);
}

/** Four backups a day that all fail their read-back for a year, after ten good ones, then one that is verified. */
export function yearOfFailures(): readonly RetentionItem[] {
  const one = (at: number, agoDays: number, proven: boolean): RetentionItem => ({ kind: 'known', id: `id-${String(at).padStart(5, '0')}`, source: 'production-shop', identity: 'server-a', tier: 'daily', snapshotMs: NOW_MS - agoDays * DAY_MS, latestMs: NOW_MS - agoDays * DAY_MS, proven, drilled: false, held: undefined, readers: [], lockedUntilMs: undefined, bytes: 1000 });
  const good = Array.from({ length: 10 }, (_, at) => one(at, 375 - at, true));
  const bad = Array.from({ length: 365 * 4 }, (_, at) => one(10 + at, 365 - at / 4, false));
  return [...good, ...bad, one(10_000, 0, true)];
}
