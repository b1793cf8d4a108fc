import type { Store, StoredObject } from '../stores/store.ts';
import { manifestsPrefix, parseCatalogKey } from './keys.ts';
import type { CatalogQuery } from './list.ts';
import type { Manifest } from './manifest.ts';
import { readManifest } from './records.ts';

/** The newest manifest by its id that may be used, without reading all of them; undefined when there is none. */
export async function newestManifest(store: Store, query: Omit<CatalogQuery, 'nowMs'>): Promise<Manifest | undefined> {
  const found: { readonly id: string; readonly object: StoredObject }[] = [];
  for await (const object of store.list(manifestsPrefix(query.source), query.signal)) {
    const key = parseCatalogKey(query.source, object.key);
    if (key.kind === 'manifest') found.push({ id: key.id, object });
  }
  for (const { id, object } of found.sort((left, right) => (left.id < right.id ? 1 : -1))) {
    const read = await readManifest(store, { ...query, id, object });
    if (read !== undefined && 'manifest' in read) return read.manifest;
  }
  return undefined;
}
