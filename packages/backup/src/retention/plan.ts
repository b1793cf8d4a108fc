import { asError } from '@ops/shared';
import { mapBounded } from '../catalog/bounded.ts';
import { manifestKey } from '../catalog/keys.ts';
import { readCatalog, type Catalog } from '../catalog/list.ts';
import { requireOwnFolder, type Owner } from '../catalog/owner.ts';
import type { TrustedSigners } from '../catalog/sign.ts';
import type { Store } from '../stores/store.ts';
import type { RetentionPolicy } from './ages.ts';
import { retentionItems } from './items.ts';
import { findLeftovers, type Leftovers } from './orphans.ts';
import { decideRetention, type RetentionDecision } from './policy.ts';

const HEADS_AT_ONCE = 16;
export const LEGAL_HOLD = 'the store keeps it under a legal hold';

/** What keeps a backup that retention would let go. */
export interface Lock {
  readonly lockedUntilMs?: number;
  readonly held?: string;
}

/** What prune would do. The real run carries out exactly this. */
export interface PrunePlan {
  readonly source: string;
  readonly store: string;
  readonly decision: RetentionDecision;
  /** Backups that would go, were they not locked in the store. */
  readonly locked: readonly (Lock & { readonly id: string })[];
  readonly leftovers: Leftovers;
  /** Why nothing may be deleted now, one sentence; undefined when it may. */
  readonly blocked: string | undefined;
  readonly catalog: Catalog;
}

export interface PlanRequest {
  readonly source: string;
  /** Whose folder it must be, where that is known: nobody else's backups may be deleted by this policy. */
  readonly owner?: Owner | undefined;
  readonly policy: RetentionPolicy;
  readonly trusted: TrustedSigners | undefined;
  readonly nowMs: number;
  /** The backup that this run made: only when it is proven anything is deleted. Without one the newest proven backup must be within its age. */
  readonly after: string | undefined;
  readonly signal: AbortSignal;
}

/** Reads the catalog and decides. Changes nothing. Throws `bad-input` when it is somebody else's. */
export async function planPrune(store: Store, request: PlanRequest): Promise<PrunePlan> {
  let catalog: Catalog | undefined;
  const leftovers = await findLeftovers(store, request.source, async () => {
    catalog = await readCatalog(store, request);
    return catalog.ids;
  }, request.nowMs, request.signal);
  catalog ??= await readCatalog(store, request);
  requireOwnFolder(catalog.entries[0]?.manifest, request.owner, catalog);
  const items = retentionItems(catalog);
  const first = decideRetention(items, request.policy, request.nowMs);
  const locks = await locksOf(store, request, first);
  const decision = locks.size === 0 ? first : decideRetention(items.map((item) => ({ ...item, ...locks.get(item.id) })), request.policy, request.nowMs);
  return { source: request.source, store: store.name, decision, locked: [...locks].map(([id, lock]) => ({ id, ...lock })), leftovers, blocked: blockedBy(catalog, request), catalog };
}

/**
 * Locks of what would go: a list does not tell of them. Deleting such an object without naming its version would even succeed,
 * and put a marker over it: no longer in the catalog, and paid for all the same.
 */
async function locksOf(store: Store, { source, nowMs, signal }: PlanRequest, decision: RetentionDecision): Promise<ReadonlyMap<string, Lock>> {
  const locks = new Map<string, Lock>();
  if (store.kind !== 's3') return locks;
  await mapBounded(decision.delete, HEADS_AT_ONCE, async ({ id }) => {
    const found = await store.head(manifestKey(source, id), signal);
    if (found?.legalHold === true) locks.set(id, { held: LEGAL_HOLD });
    else if (found?.lockedUntilMs !== undefined && found.lockedUntilMs > nowMs) locks.set(id, { lockedUntilMs: found.lockedUntilMs });
  });
  return locks;
}

/** Deleting starts only from a backup that is known to be good. */
function blockedBy(catalog: Catalog, request: PlanRequest): string | undefined {
  if (request.after !== undefined) {
    const entry = catalog.entries.find(({ manifest }) => manifest.id === request.after);
    if (entry === undefined) return `the backup of this run, ${request.after}, is not in ${catalog.store}`;
    return entry.proven ? undefined : `the backup of this run, ${request.after}, is ${entry.status} and not verified${entry.doubts.length > 0 ? ` (${entry.doubts.join('; ')})` : ''}`;
  }
  const newest = catalog.entries.find(({ proven, manifest }) => proven && Date.parse(manifest.snapshotAt) <= request.nowMs);
  if (newest === undefined) return 'no backup of this source is verified';
  const ageMs = request.nowMs - Date.parse(newest.manifest.snapshotAt);
  return ageMs <= request.policy.ages[newest.manifest.tier] ? undefined : `the newest verified backup, ${newest.manifest.id}, is older than its tier's age: make a new one first`;
}

/**
 * A store's words about a refused deletion that mean the login may not delete at all. S3 says AccessDenied for a locked
 * object too, but then it names the lock.
 */
export function meansNoRight(why: string): boolean {
  return !/\bworm\b|object.?lock|retention|legal.?hold/i.test(why) && /access ?denied|accessdenied|forbidden|not authori[sz]ed|unauthorized|permission denied|may not|lacks s3:|EACCES|EPERM|EROFS|403/i.test(why);
}

/** What was thrown, as a clause. */
export function words(thrown: unknown): string {
  return clause(asError(thrown).message);
}

/** A sentence of a store inside one of ours. */
export function clause(sentence: string): string {
  return sentence.replace(/\.+$/, '');
}
