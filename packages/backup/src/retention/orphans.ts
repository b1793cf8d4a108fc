import { stampedTime } from '../catalog/backup-id.ts';
import { checksPrefix, dataPrefix, manifestsPrefix, parseCatalogKey, readingPrefix, type CatalogKey } from '../catalog/keys.ts';
import type { Store } from '../stores/store.ts';

/** Longer than any run, and long enough for a person to look at what a crash left. */
export const ORPHAN_MS = 7 * 86_400_000;

/** Objects of one backup that never got, or no longer has, a manifest. */
export interface Orphan {
  readonly id: string;
  readonly keys: readonly string[];
  readonly bytes: number;
  /** Age of its youngest object or of its id, whichever is younger. */
  readonly ageMs: number;
  /** Old enough to be collected. */
  readonly due: boolean;
}

export interface UnfinishedUpload {
  readonly key: string;
  readonly ageMs: number;
  readonly due: boolean;
}

export interface Leftovers {
  readonly orphans: readonly Orphan[];
  readonly unfinished: readonly UnfinishedUpload[];
  /** Keys under data/ whose names are none of ours. */
  readonly foreign: readonly string[];
}

interface Pile {
  readonly keys: string[];
  bytes: number;
  youngestMs: number;
}

const ofBackup = (key: CatalogKey): string | undefined => (key.kind === 'segment' || key.kind === 'check' || key.kind === 'reading' ? key.id : undefined);

/**
 * What ended runs left. Here, and only here, times of the store count, because nothing else tells how old an orphan is; the
 * younger of them and the id's own decides. `readIds` names the backups that have a manifest object.
 */
export async function findLeftovers(store: Store, source: string, readIds: () => Promise<ReadonlySet<string>>, nowMs: number, signal: AbortSignal): Promise<Leftovers> {
  const piles = new Map<string, Pile>();
  const foreign: string[] = [];
  // Data first, manifests second: a backup that is published in between is then no orphan.
  for (const prefix of [dataPrefix(source), manifestsPrefix(source)]) {
    for await (const object of store.list(prefix, signal)) {
      const key = parseCatalogKey(source, object.key);
      const id = ofBackup(key);
      if (id === undefined) {
        if (key.kind === 'foreign' && prefix === dataPrefix(source)) foreign.push(object.key);
        continue;
      }
      const pile = piles.get(id) ?? { keys: [], bytes: 0, youngestMs: stampedTime(id) ?? Infinity };
      piles.set(id, pile);
      pile.keys.push(object.key);
      pile.bytes += object.bytes;
      pile.youngestMs = Math.max(pile.youngestMs, object.modifiedMs);
    }
  }
  const ids = await readIds();
  const unfinished = await store.unfinished(dataPrefix(source), signal);
  return {
    foreign,
    orphans: [...piles].filter(([id]) => !ids.has(id)).map(([id, pile]) => ({ id, keys: pile.keys, bytes: pile.bytes, ageMs: nowMs - pile.youngestMs, due: nowMs - pile.youngestMs > ORPHAN_MS })),
    unfinished: unfinished
      .filter(({ key }) => parseCatalogKey(source, key).kind === 'segment')
      .map(({ key, sinceMs }) => ({ key, ageMs: nowMs - sinceMs, due: nowMs - sinceMs > ORPHAN_MS })),
  };
}

/** Keys that stand beside a manifest and go with it. */
export async function besideManifest(store: Store, source: string, id: string, signal: AbortSignal): Promise<readonly string[]> {
  const keys: string[] = [];
  for (const prefix of [checksPrefix(source, id), readingPrefix(source, id)]) {
    for await (const object of store.list(prefix, signal)) {
      if (ofBackup(parseCatalogKey(source, object.key)) === id) keys.push(object.key);
    }
  }
  return keys;
}
