import { asError } from '@ops/shared';
import type { Manifest } from '../catalog/manifest.ts';
import { newestManifest } from '../catalog/newest.ts';
import { requireOwnFolder, type Owner } from '../catalog/owner.ts';
import { publishCopies, type Copy, type Published } from '../catalog/publish.ts';
import { BackupFault } from '../fault.ts';
import type { TrustedSigners } from '../catalog/sign.ts';
import type { Store, Tier } from '../stores/store.ts';
import type { BackupConfig } from './config.ts';
import type { BackupIo } from './io.ts';
import type { Looked } from './look.ts';
import { restoreText } from './manifest-of.ts';
import type { BackupRecord } from './record.ts';

export interface CopyIo {
  readonly owner: Owner | undefined;
  readonly trusted: TrustedSigners | undefined;
  readonly onUpload: (store: Store, key: string) => void;
  readonly signal: AbortSignal;
}

/** A copy whose data stands in its store, or why it does not. */
export type DataCopy = Copy | { readonly store: Store; readonly why: string };

/** Copies a published backup into every other store. One that fails is noted, and the others go on: the primary stands. */
export async function makeCopies(config: BackupConfig, looked: Looked, published: Published, record: BackupRecord, io: BackupIo, signal: AbortSignal): Promise<void> {
  const [primary, ...others] = config.stores;
  if (primary === undefined || others.length === 0) return;
  const began = io.deps.clock.monotonic();
  const { manifest } = published;
  const done: { readonly index: number; readonly copy: Copy }[] = [];
  for (const [at, store] of others.entries()) {
    const copy = await copyData(manifest, primary, store, { onUpload: io.onUpload, owner: looked.owner, trusted: config.trusted, signal });
    if ('why' in copy) degrade(record, io, at + 1, store.name, copy.why);
    else done.push({ index: at + 1, copy: { ...copy, restore: restoreText(looked, store, manifest.artifacts, manifest.codec) } });
  }
  const results = await publishCopies(manifest, done.map(({ copy }) => copy), config.signer, signal);
  for (const [at, result] of results.entries()) {
    if ('why' in result) degrade(record, io, done[at]?.index ?? 0, result.store, result.why);
    else io.deps.log.info(`Copied to ${result.store}.`);
  }
  record.timing['copies'] = io.deps.clock.monotonic() - began;
}

/** Notes that the copy in store `index` of the input is missing. */
export function degrade(record: BackupRecord, io: Pick<BackupIo, 'deps'>, index: number, store: string, why: string): void {
  record.degraded.push(`${store}: ${why}`);
  record.missing[index] = why;
  io.deps.log.error(`The copy in ${store} is missing: ${why}`, 'Backup');
}

/**
 * Copies the data of a published backup into another store, segment by segment under the same keys. What arrives must have
 * the size and sha256 that the manifest says: a copy is never trusted for being one.
 */
export async function copyData(manifest: Manifest, from: Store, to: Store, io: CopyIo): Promise<DataCopy> {
  try {
    requireOwnFolder(await newestManifest(to, { source: manifest.source, trusted: io.trusted, signal: io.signal }), io.owner, { source: manifest.source, store: to.name });
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
