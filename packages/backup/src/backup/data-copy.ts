import type { Log } from '@ops/shared';
import type { Manifest } from '../catalog/manifest.ts';
import { BackupFault } from '../fault.ts';
import type { NotCopied, Store, Tier, Uploaded } from '../stores/store.ts';

type Artifact = Manifest['artifacts'][number];
type Segment = Artifact['segments'][number];

export interface DataIo {
  readonly log: Pick<Log, 'info'>;
  readonly onUpload: (store: Store, key: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Copies the data of a published backup into another store, segment by segment under the same keys: inside the server where
 * it can, else through here. What arrives must have the size and sha256 that the manifest says: a copy is never trusted for
 * being one. Throws BackupFault `checksum-differs`, and what the stores throw.
 */
export async function copyData(manifest: Manifest, from: Store, to: Store, io: DataIo): Promise<Artifact[]> {
  const inside = insideServer(from, to, io);
  const artifacts: Artifact[] = [];
  for (const artifact of manifest.artifacts) {
    const segments: Segment[] = [];
    for (const segment of artifact.segments) {
      io.onUpload(to, segment.key);
      const copied = await inside(segment, manifest.tier);
      segments.push(described(segment, 'why' in copied ? await send(segment, manifest.tier, copied.leftover, from, to, io.signal) : copied));
    }
    artifacts.push({ ...artifact, segments });
  }
  return artifacts;
}

/** Asks the server to copy, until it refuses once; that is told, and it is not asked again. */
function insideServer(from: Store, to: Store, io: DataIo): (segment: Segment, tier: Tier) => Promise<Uploaded | NotCopied> {
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
