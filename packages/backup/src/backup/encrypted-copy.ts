import { createHash } from 'node:crypto';
import { asError } from '@ops/shared';
import { segmentKey } from '../catalog/keys.ts';
import type { Manifest } from '../catalog/manifest.ts';
import { AgeEncryptor } from '../codecs/age.ts';
import { BackupFault } from '../fault.ts';
import { SegmentWriter } from '../pipeline/segments.ts';
import type { Store } from '../stores/store.ts';

type Artifact = Manifest['artifacts'][number];

interface CopyIo {
  readonly onUpload: (store: Store, key: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Copies the data of a published backup that is not encrypted into a store where it shall be. Every byte read must be what the
 * manifest says, else the copy is taken back. Throws BackupFault `checksum-differs`, and what the stores throw.
 */
export async function encryptInto(manifest: Manifest, from: Store, to: Store, recipients: readonly string[], io: CopyIo): Promise<Artifact[]> {
  const artifacts: Artifact[] = [];
  for (const artifact of manifest.artifacts) artifacts.push(await encryptArtifact(manifest, artifact, from, to, recipients, io));
  return artifacts;
}

async function encryptArtifact({ source, tier, id }: Manifest, artifact: Artifact, from: Store, to: Store, recipients: readonly string[], { onUpload, signal }: CopyIo): Promise<Artifact> {
  const writer = new SegmentWriter({
    store: to, tier, estimateBytes: artifact.storedBytes, parallel: 1, signal,
    segmentKey: (index) => segmentKey(source, tier, id, artifact.name, index),
    onUpload: (key) => onUpload(to, key),
  }, () => undefined);
  try {
    const encryptor = await AgeEncryptor.to(recipients);
    for (const segment of artifact.segments) await pour(segment, from, signal, async (chunk) => write(writer, encryptor.update(chunk)));
    await write(writer, encryptor.final());
    const { segments, sha256 } = await writer.finish();
    return { ...artifact, segments: segments.map((segment) => ({ ...segment })), storedBytes: writer.bytes, storedSha256: sha256 };
  } catch (thrown) {
    await writer.fail(asError(thrown));
    throw writer.failure ?? thrown;
  }
}

async function write(writer: SegmentWriter, pieces: readonly Buffer[]): Promise<void> {
  for (const piece of pieces) await writer.write(piece);
}

async function pour(segment: Artifact['segments'][number], from: Store, signal: AbortSignal, take: (chunk: Buffer) => Promise<void>): Promise<void> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const piece of await from.download(segment.key, signal)) {
    const chunk = Buffer.from(piece);
    hash.update(chunk);
    bytes += chunk.length;
    await take(chunk);
  }
  signal.throwIfAborted();
  if (bytes !== segment.bytes || hash.digest('hex') !== segment.sha256) {
    throw new BackupFault({ reason: 'checksum-differs', message: `${segment.key} in ${from.name} gave other bytes than the manifest says, so it was not copied.`, remedy: 'Look at the store: it may be damaged. Run the backup again.' });
  }
}
