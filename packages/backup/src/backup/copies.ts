import { asError } from '@ops/shared';
import type { Manifest } from '../catalog/manifest.ts';
import type { Copy } from '../catalog/publish.ts';
import { BackupFault } from '../fault.ts';
import type { Store, Tier } from '../stores/store.ts';

export interface CopyIo {
  readonly onUpload: (store: Store, key: string) => void;
  readonly signal: AbortSignal;
}

/** A copy whose data stands in its store, or why it does not. */
export type DataCopy = Copy | { readonly store: Store; readonly why: string };

/**
 * Copies the data of a published backup into another store, segment by segment under the same keys. What arrives must have
 * the size and sha256 that the manifest says: a copy is never trusted for being one.
 */
export async function copyData(manifest: Manifest, from: Store, to: Store, io: CopyIo): Promise<DataCopy> {
  try {
    const artifacts: Manifest['artifacts'] = [];
    for (const artifact of manifest.artifacts) {
      const segments: Manifest['artifacts'][number]['segments'] = [];
      for (const segment of artifact.segments) segments.push(await copySegment(segment, manifest.tier, from, to, io));
      artifacts.push({ ...artifact, segments });
    }
    return { store: to, artifacts };
  } catch (thrown) {
    io.signal.throwIfAborted();
    return { store: to, why: asError(thrown).message };
  }
}

async function copySegment(segment: Manifest['artifacts'][number]['segments'][number], tier: Tier, from: Store, to: Store, io: CopyIo): Promise<Manifest['artifacts'][number]['segments'][number]> {
  const body = await from.download(segment.key, io.signal);
  io.onUpload(to, segment.key);
  const uploaded = await to.upload({ key: segment.key, body, tier, estimateBytes: segment.bytes, parallel: 1, signal: io.signal });
  if (uploaded.bytes !== segment.bytes || uploaded.sha256 !== segment.sha256) {
    throw new BackupFault({ reason: 'checksum-differs', message: `${segment.key} changed on its way from ${from.name} to ${to.name}: ${uploaded.bytes} bytes with sha256 ${uploaded.sha256}, the manifest says ${segment.bytes} and ${segment.sha256}.` });
  }
  return {
    key: segment.key, bytes: uploaded.bytes, sha256: uploaded.sha256, proof: uploaded.proof,
    ...(uploaded.partBytes === undefined ? {} : { partBytes: uploaded.partBytes }),
    ...(uploaded.composite === undefined ? {} : { composite: uploaded.composite }),
  };
}
