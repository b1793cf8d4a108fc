import type { Catalog } from '../catalog/list.ts';
import type { RetentionItem } from './policy.ts';

/** The catalog as retention sees it. Every backup that has a manifest is in it once. */
export function retentionItems(catalog: Catalog): readonly RetentionItem[] {
  const known = catalog.entries.map((entry): RetentionItem => {
    const { manifest } = entry;
    const moments = [manifest.startedAt, manifest.snapshotAt, manifest.endedAt].map((text) => Date.parse(text));
    return {
      kind: 'known',
      id: manifest.id,
      source: manifest.source,
      tier: manifest.tier,
      identity: manifest.server.identity,
      snapshotMs: Date.parse(manifest.snapshotAt),
      latestMs: Math.max(...moments),
      proven: entry.proven,
      drilled: entry.proven && entry.status === 'drilled',
      held: entry.held,
      readers: entry.readers,
      lockedUntilMs: entry.lockedUntilMs,
      bytes: manifest.artifacts.reduce((bytes, artifact) => bytes + artifact.storedBytes, 0),
    };
  });
  const unknown = catalog.oddities.flatMap((oddity): RetentionItem[] => (oddity.kind === 'manifest' && oddity.id !== undefined ? [{ kind: 'unknown', id: oddity.id, why: oddity.why }] : []));
  return [...known, ...unknown];
}
