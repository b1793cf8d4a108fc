import { parseCatalogKey } from './keys.ts';
import type { Manifest } from './manifest.ts';

/**
 * Why a manifest does not belong where it was read from, one clause; undefined when it does. A manifest that was copied
 * under another name or into another source would otherwise let an old backup pass for a new one.
 */
export function misplaced(manifest: Manifest, source: string, id: string): string | undefined {
  if (manifest.source !== source) return `it belongs to source ${manifest.source}`;
  if (manifest.id !== id) return `it belongs to backup ${manifest.id}`;
  const seen = new Set<string>();
  for (const artifact of manifest.artifacts) {
    let stored = 0;
    for (const segment of artifact.segments) {
      const key = parseCatalogKey(source, segment.key);
      if (key.kind !== 'segment' || key.id !== id || key.tier !== manifest.tier) return `it names ${segment.key}, which is no data of this backup`;
      if (seen.has(segment.key)) return `it names ${segment.key} twice`;
      seen.add(segment.key);
      stored += segment.bytes;
    }
    if (stored !== artifact.storedBytes) return `the segments of ${artifact.name} are ${stored} bytes, and it says ${artifact.storedBytes}`;
  }
  return undefined;
}
