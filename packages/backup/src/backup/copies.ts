import { asError, type Log } from '@ops/shared';
import type { Manifest } from '../catalog/manifest.ts';
import { newestManifest } from '../catalog/newest.ts';
import { requireOwnFolder, type Owner } from '../catalog/owner.ts';
import { publishCopies, type Copy, type Published } from '../catalog/publish.ts';
import { BackupFault } from '../fault.ts';
import type { TrustedSigners } from '../catalog/sign.ts';
import type { NotCopied, Store, Tier, Uploaded } from '../stores/store.ts';
import type { BackupConfig } from './config.ts';
import type { BackupIo } from './io.ts';
import type { Looked } from './look.ts';
import { restoreText } from './manifest-of.ts';
import type { BackupRecord } from './record.ts';

type Segment = Manifest['artifacts'][number]['segments'][number];

export interface CopyIo {
  readonly log: Pick<Log, 'info'>;
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
    const copy = await copyData(manifest, primary, store, { log: io.deps.log, onUpload: io.onUpload, owner: looked.owner, trusted: config.trusted, signal });
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
 * Copies the data of a published backup into another store, segment by segment under the same keys: inside the server where
 * it can, else through here. What arrives must have the size and sha256 that the manifest says: a copy is never trusted for
 * being one.
 */
export async function copyData(manifest: Manifest, from: Store, to: Store, io: CopyIo): Promise<DataCopy> {
  try {
    requireOwnFolder(await newestManifest(to, { source: manifest.source, trusted: io.trusted, signal: io.signal }), io.owner, { source: manifest.source, store: to.name });
    const inside = insideServer(from, to, io);
    const artifacts: Manifest['artifacts'] = [];
    for (const artifact of manifest.artifacts) {
      const segments: Segment[] = [];
      for (const segment of artifact.segments) {
        io.onUpload(to, segment.key);
        const copied = await inside(segment, manifest.tier);
        segments.push(described(segment, 'why' in copied ? await send(segment, manifest.tier, copied.leftover, from, to, io.signal) : copied));
      }
      artifacts.push({ ...artifact, segments });
    }
    return { store: to, artifacts };
  } catch (thrown) {
    io.signal.throwIfAborted();
    return { store: to, why: asError(thrown).message };
  }
}

/** Asks the server to copy, until it refuses once; that is told, and it is not asked again. */
function insideServer(from: Store, to: Store, io: CopyIo): (segment: Segment, tier: Tier) => Promise<Uploaded | NotCopied> {
  let refused = false;
  return async (segment, tier) => {
    // What came in one part is sent: a checksum of it could be one that the server merely took over.
    if (refused || to.copyFrom === undefined || from.kind !== to.kind || segment.composite === undefined) return { why: '', leftover: false };
    const { key, bytes, sha256, partBytes, composite } = segment;
    const copied = await to.copyFrom(from, { key, bytes, sha256, partBytes, composite, tier, signal: io.signal });
    if ('why' in copied) {
      refused = true;
      io.log.info(`The copy in ${to.name} goes through here, and not from bucket to bucket inside the server: ${copied.why}.`);
    }
    return copied;
  };
}

async function send(segment: Segment, tier: Tier, replaces: boolean, from: Store, to: Store, signal: AbortSignal): Promise<Uploaded> {
  const body = await from.download(segment.key, signal);
  const uploaded = await to.upload({ key: segment.key, body, tier, estimateBytes: segment.bytes, parallel: 1, replaces, signal });
  if (uploaded.bytes === segment.bytes && uploaded.sha256 === segment.sha256) return uploaded;
  throw new BackupFault({ reason: 'checksum-differs', message: `${segment.key} could not be copied to ${to.name}, because ${from.name} does not give what was backed up: ${uploaded.bytes} bytes with sha256 ${uploaded.sha256} came, the manifest says ${segment.bytes} and ${segment.sha256}.` });
}

/** The segment as it stands in the copy. */
function described({ key }: Segment, { bytes, sha256, proof, partBytes, composite }: Uploaded): Segment {
  return { key, bytes, sha256, proof, ...(partBytes === undefined ? {} : { partBytes }), ...(composite === undefined ? {} : { composite }) };
}
