import { backupPrefix, holdKey, manifestKey, parseCatalogKey, readingPrefix } from '../catalog/keys.ts';
import type { CatalogEntry } from '../catalog/list.ts';
import { isReading, readingSince } from '../catalog/marks.ts';
import type { Store } from '../stores/store.ts';
import { besideManifest, type Orphan } from './orphans.ts';
import { clause, LEGAL_HOLD, meansNoRight, words } from './plan.ts';

const PUT_BACK_MS = 60_000;

export interface Removal {
  /** The backup is no longer one. */
  readonly gone: boolean;
  /** What stays, one clause each. */
  readonly refused: readonly string[];
  /** The store said that this login may not delete. */
  readonly noRight: boolean;
}

const stays = (why: string, noRight = false): Removal => ({ gone: false, refused: [why], noRight });

/** Why a backup may not go just now: somebody holds or reads it since the catalog was read. */
async function inUse(store: Store, source: string, id: string, nowMs: number, signal: AbortSignal): Promise<string | undefined> {
  if ((await store.head(holdKey(source, id), signal)) !== undefined) return 'it is held since a moment ago';
  for await (const object of store.list(readingPrefix(source, id), signal)) {
    const mark = await store.read(object.key, signal);
    if (mark !== undefined && isReading(readingSince(mark.body), nowMs)) return `it is being read (${object.key.slice(object.key.lastIndexOf('/') + 1)})`;
  }
  return undefined;
}

/**
 * Deletes one backup: the manifest, then the data, then what stands beside. A crash in between leaves orphans, never a
 * manifest without data. A reader that came in the last moment gets the manifest back.
 */
export async function deleteBackup(store: Store, entry: CatalogEntry, nowMs: number, signal: AbortSignal): Promise<Removal> {
  const { source, id, tier } = entry.manifest;
  const key = manifestKey(source, id);
  const used = await inUse(store, source, id, nowMs, signal);
  if (used !== undefined) return stays(used);
  const [head, record] = [await store.head(key, signal), await store.read(key, signal)];
  if (head?.lockedUntilMs !== undefined && head.lockedUntilMs > nowMs) return stays(`the store keeps it locked until ${new Date(head.lockedUntilMs).toISOString()}`);
  if (head?.legalHold === true) return stays(LEGAL_HOLD);
  if (record !== undefined) {
    const [refused] = await remove(store, [key], signal);
    if (refused !== undefined) return stays(`the store refused to delete it: ${clause(refused.why)}`, meansNoRight(refused.why));
    // Not the run's signal: a cancel must not come between deleting the manifest and putting it back.
    const own = AbortSignal.timeout(PUT_BACK_MS);
    const late = await inUse(store, source, id, nowMs, own);
    if (late !== undefined) {
      await store.create(key, record.body, tier, own);
      return stays(`${late}, so its manifest was put back`);
    }
  }
  return finish(await remove(store, await dataKeys(store, entry, signal), signal), await remove(store, await besideManifest(store, source, id, signal), signal));
}

type Refusals = readonly { readonly key: string; readonly why: string }[];

/** A store that refuses the whole request refused each of its keys. */
async function remove(store: Store, keys: readonly string[], signal: AbortSignal): Promise<Refusals> {
  if (keys.length === 0) return [];
  try {
    return await store.remove(keys, signal);
  } catch (thrown) {
    signal.throwIfAborted();
    const why = words(thrown);
    if (!meansNoRight(why)) throw thrown;
    return keys.map((key) => ({ key, why }));
  }
}

/** Segments the manifest names, and what else of this backup's own names stands in its folder. Foreign files are not among them. */
async function dataKeys(store: Store, entry: CatalogEntry, signal: AbortSignal): Promise<readonly string[]> {
  const { source, id, tier, artifacts } = entry.manifest;
  const keys = new Set(artifacts.flatMap(({ segments }) => segments.map((segment) => segment.key)));
  for await (const object of store.list(backupPrefix(source, tier, id), signal)) {
    const key = parseCatalogKey(source, object.key);
    if (key.kind === 'segment' && key.id === id) keys.add(object.key);
  }
  return [...keys];
}

/** Deletes what a run left that never published, if it still has no manifest. */
export async function deleteOrphan(store: Store, source: string, orphan: Orphan, nowMs: number, signal: AbortSignal): Promise<Removal> {
  if ((await store.head(manifestKey(source, orphan.id), signal)) !== undefined) return stays('it has a manifest by now');
  const used = await inUse(store, source, orphan.id, nowMs, signal);
  if (used !== undefined) return stays(used);
  const refused = await remove(store, orphan.keys, signal);
  const removal = finish(refused, []);
  return { ...removal, gone: refused.length < orphan.keys.length, noRight: refused.length === orphan.keys.length && removal.noRight };
}

/** The manifest is gone, so is the backup; objects the store kept (Object Lock) are orphans for a later run. */
function finish(...rounds: readonly Refusals[]): Removal {
  const refused = rounds.flat();
  return { gone: true, refused: refused.map(({ key, why }) => `the store kept ${key}: ${clause(why)}`), noRight: refused.some(({ why }) => meansNoRight(why)) };
}
