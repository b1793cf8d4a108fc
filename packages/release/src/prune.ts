import type { ReleaseId } from '@ops/shared';
import type { HostFacts } from './facts.ts';
import { badReleases } from './history.ts';

/**
 * Which releases to remove after a deploy, and which artifacts to keep. Pure. The new release and the one to
 * return to never count towards `keep`; bad ones are never kept. The host itself spares the live release
 * and any that a process still works in.
 */
export function planPrune(facts: HostFacts, fresh: { readonly id: ReleaseId; readonly artifact: string | undefined }, previous: ReleaseId | undefined, keep: number): { readonly releases: readonly ReleaseId[]; readonly keepArtifacts: readonly string[] } {
  const bad = badReleases(facts.history);
  const safe = new Set<ReleaseId>([fresh.id, ...(previous === undefined ? [] : [previous])]);
  const order = facts.history.filter((entry) => entry.kind === 'deploy').map((entry) => entry.id);
  const age = (id: ReleaseId): number => order.lastIndexOf(id);
  const others = facts.releases
    .filter((release) => release.complete && !safe.has(release.id))
    .map((release) => release.id)
    // Newest first: by commit order, and what was never committed by its name, which begins with the time.
    .sort((a, b) => age(b) - age(a) || (a < b ? 1 : -1));
  const kept = others.filter((id) => !bad.has(id) && age(id) >= 0).slice(0, keep);
  const keptSet = new Set<ReleaseId>([...safe, ...kept]);
  const artifacts = new Set(facts.history.flatMap((entry) => (entry.kind === 'deploy' && keptSet.has(entry.id) && entry.artifact !== null ? [entry.artifact] : [])));
  if (fresh.artifact !== undefined) artifacts.add(fresh.artifact);
  return { releases: others.filter((id) => !keptSet.has(id)), keepArtifacts: [...artifacts].sort() };
}
