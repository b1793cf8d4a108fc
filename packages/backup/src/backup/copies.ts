import { asError } from '@ops/shared';
import { newestManifest } from '../catalog/newest.ts';
import { requireOwnFolder } from '../catalog/owner.ts';
import { publishCopies, type Copy, type Published } from '../catalog/publish.ts';
import type { StoredArtifact } from '../pipeline/artifact.ts';
import type { Store } from '../stores/store.ts';
import type { BackupConfig } from './config.ts';
import { copyData, type DataIo } from './data-copy.ts';
import { encryptInto } from './encrypted-copy.ts';
import { publishHostCopy } from './host-copy.ts';
import type { HostDrafts } from './host-drafts.ts';
import type { BackupIo } from './io.ts';
import type { Looked } from './look.ts';
import { restoreText } from './manifest-of.ts';
import { isWrittenOnHost, sealIn } from './on-host.ts';
import type { BackupRecord } from './record.ts';

/** A copy whose data stands in its store, or why it does not. */
type DataCopy = Copy | { readonly store: Store; readonly why: string };

/** A published backup, with what the dump wrote on its host beside it. */
export interface Made {
  readonly published: Published;
  readonly artifacts: readonly StoredArtifact[];
}

/** Copies a published backup into every other store. One that fails is noted, and the others go on: the primary stands. */
export async function makeCopies(config: BackupConfig, looked: Looked, made: Made, drafts: HostDrafts, record: BackupRecord, io: BackupIo, signal: AbortSignal): Promise<void> {
  const [primary, ...others] = config.stores;
  if (primary === undefined || others.length === 0) return;
  const began = io.deps.clock.monotonic();
  const { manifest } = made.published;
  const done: { readonly index: number; readonly copy: Copy }[] = [];
  for (const [at, store] of others.entries()) {
    const index = at + 1;
    const copy = await dataIn(config, looked, { index, store, primary }, made, drafts, { log: io.deps.log, onUpload: io.onUpload, signal });
    if ('why' in copy) degrade(record, io, index, store.name, copy.why);
    else done.push({ index, copy: { ...copy, restore: restoreText(looked, store, copy.artifacts ?? manifest.artifacts, copy.codec ?? manifest.codec) } });
  }
  const results = await publishCopies(manifest, done.map(({ copy }) => copy), config.signer, signal);
  for (const [at, result] of results.entries()) {
    const index = done[at]?.index ?? 0;
    if ('why' in result) degrade(record, io, index, result.store, result.why);
    else io.deps.log.info(`Copied to ${result.store}${isWrittenOnHost(config, index) ? ', written there while dumping' : ''}.`);
  }
  record.timing['copies'] = io.deps.clock.monotonic() - began;
}

/** The data of the backup in one more store: written by the dump already, else read from the primary. */
async function dataIn(config: BackupConfig, looked: Looked, { index, store, primary }: { readonly index: number; readonly store: Store; readonly primary: Store }, { published: { manifest }, artifacts }: Made, drafts: HostDrafts, io: DataIo): Promise<DataCopy> {
  const codec = { ...manifest.codec, ...sealIn(config, index) };
  try {
    requireOwnFolder(await newestManifest(store, { source: manifest.source, trusted: config.trusted, signal: io.signal }), looked.owner, { source: manifest.source, store: store.name });
    if (isWrittenOnHost(config, index)) return { store, codec, artifacts: await publishHostCopy(manifest, store, artifacts.map(({ hostCopies }) => hostCopies[placeOnHost(config, index)]), drafts, io.signal) };
    // The primary on the host is plain, where encryption was wanted: its copies are not.
    if (codec.encryption === 'age' && manifest.codec.encryption === 'none') return { store, codec, artifacts: await encryptInto(manifest, primary, store, codec.recipients, io) };
    return { store, artifacts: await copyData(manifest, primary, store, io) };
  } catch (thrown) {
    io.signal.throwIfAborted();
    return { store, why: asError(thrown).message };
  }
}

/** Which of the copies that the dump wrote belongs to store `index`. */
function placeOnHost(config: BackupConfig, index: number): number {
  return config.stores.filter((_, other) => other > 0 && other < index && isWrittenOnHost(config, other)).length;
}

/** Notes that the copy in store `index` of the input is missing. */
export function degrade(record: BackupRecord, io: Pick<BackupIo, 'deps'>, index: number, store: string, why: string): void {
  record.degraded.push(`${store}: ${why}`);
  record.missing[index] = why;
  io.deps.log.error(`The copy in ${store} is missing: ${why}`, 'Backup');
}
