import type { Manifest } from '../catalog/manifest.ts';
import type { HostCopied } from '../pipeline/artifact.ts';
import type { Store } from '../stores/store.ts';
import type { HostDrafts } from './host-drafts.ts';

type Artifact = Manifest['artifacts'][number];

const REMOVE_MS = 60_000;

/**
 * Gives a copy that the dump wrote on its host its final names, all of its artifacts or none. `copied` is what became of each, in
 * the order of the manifest. Throws why there is no copy, when what was named is taken back.
 */
export async function publishHostCopy(manifest: Manifest, store: Store, copied: readonly (HostCopied | undefined)[], drafts: HostDrafts, signal: AbortSignal): Promise<Artifact[]> {
  const whole = copied.map((copy) => {
    if (copy === undefined || 'why' in copy) throw new Error(copy?.why ?? 'the dump wrote no file there');
    return copy;
  });
  const named: string[] = [];
  const artifacts: Artifact[] = [];
  try {
    for (const [index, artifact] of manifest.artifacts.entries()) {
      const copy = whole[index];
      if (copy === undefined) throw new Error(`the dump wrote no ${artifact.name} there`);
      const { draft, segment } = copy;
      await drafts.publish(draft, segment, signal);
      named.push(segment.key);
      artifacts.push({ ...artifact, segments: [{ ...segment }], storedBytes: segment.bytes, storedSha256: segment.sha256 });
    }
    return artifacts;
  } catch (thrown) {
    // Without a manifest it would lie there, plain, until retention finds it.
    await store.remove(named, AbortSignal.timeout(REMOVE_MS)).catch(() => undefined);
    throw thrown;
  }
}
