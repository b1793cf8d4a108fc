import { createHash } from 'node:crypto';
import { addAbortSignal, PassThrough, type Readable } from 'node:stream';
import { asError } from '@ops/shared';
import type { Check } from '../check.ts';
import type { Manifest } from '../catalog/manifest.ts';
import { requireFittingIdentity } from '../codecs/identity.ts';
import { BackupFault } from '../fault.ts';
import type { OpenPlaintext } from '../pipeline/artifact.ts';
import { roomIn } from '../pipeline/room.ts';
import type { Store } from '../stores/store.ts';

type Artifact = Manifest['artifacts'][number];

/** Looks at decoded bytes: the SQL scanner, `pg_restore -f /dev/null`. It need not read to the end. */
export type InspectPlaintext = (artifact: Artifact, plaintext: Readable) => Promise<readonly Check[]>;

export interface DecodeRequest {
  readonly open: OpenPlaintext;
  readonly identity: string | undefined;
  readonly inspect?: InspectPlaintext;
  readonly store: Store;
  readonly manifest: Manifest;
  readonly artifact: Artifact;
  readonly signal: AbortSignal;
}

/** Decrypts and decompresses one artifact and compares the plaintext with the manifest. Throws `identity-wrong` and on cancel. */
export async function decodeArtifact(request: DecodeRequest): Promise<readonly Check[]> {
  const { artifact, manifest, signal } = request;
  try {
    const plaintext = await request.open(artifact.segments, request.store, manifest.codec, request.identity, signal);
    const branch = request.inspect === undefined ? undefined : new PassThrough();
    // An inspector that does not listen any more must not turn the error of the stream into a crash.
    branch?.on('error', () => undefined);
    // Both end before either's failure is told: nothing reads on behind our back.
    const [pumped, inspected] = await Promise.allSettled([pump(addAbortSignal(signal, plaintext), branch), inspectBranch(request, branch)]);
    if (pumped.status === 'rejected') throw pumped.reason;
    if (inspected.status === 'rejected') throw inspected.reason;
    return [hashCheck(artifact, pumped.value), ...inspected.value];
  } catch (thrown) {
    signal.throwIfAborted();
    if (thrown instanceof BackupFault && (thrown.reason === 'identity-wrong' || thrown.reason === 'identity-missing')) {
      if (!(await fits(request.identity, manifest))) throw thrown;
      return [{ name: 'plaintext-hash', result: 'fail', why: `${artifact.name} does not open with a key it was encrypted for: the header of age was changed` }];
    }
    // A store that stops answering, or a tool that is not there, is no word about the backup; the read of all bytes that follows judges the store.
    const unable = thrown instanceof BackupFault && (thrown.reason === 'store-refused' || thrown.reason === 'store-timeout' || thrown.reason === 'tool-missing');
    return [{ name: 'plaintext-hash', result: unable ? 'not-run' : 'fail', why: `${artifact.name} could not be decoded: ${asError(thrown).message}` }];
  }
}

/** True when the key is one of the manifest's: then it is not the key that is wrong. */
async function fits(identity: string | undefined, { codec }: Manifest): Promise<boolean> {
  if (identity === undefined) return false;
  return await requireFittingIdentity(identity, codec.recipients).then(() => true, () => false);
}

interface Plain {
  readonly bytes: number;
  readonly sha256: string;
}

function hashCheck(artifact: Artifact, plain: Plain): Check {
  if (plain.bytes !== artifact.plainBytes) return { name: 'plaintext-hash', result: 'fail', why: `${artifact.name} decodes to ${plain.bytes} bytes, the manifest says ${artifact.plainBytes}` };
  return plain.sha256 === artifact.plainSha256 ? { name: 'plaintext-hash', result: 'pass' } : { name: 'plaintext-hash', result: 'fail', why: `${artifact.name} decodes to other bytes than were dumped` };
}

/** Hashes everything, and hands it to the branch for as long as somebody reads there. */
async function pump(plaintext: AsyncIterable<Uint8Array>, branch: PassThrough | undefined): Promise<Plain> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of plaintext) {
      hash.update(chunk);
      bytes += chunk.length;
      if (branch !== undefined && !branch.destroyed && !branch.write(chunk)) await roomIn(branch);
    }
    branch?.end();
  } catch (thrown) {
    branch?.destroy(asError(thrown));
    throw thrown;
  }
  return { bytes, sha256: hash.digest('hex') };
}

async function inspectBranch({ inspect, artifact }: DecodeRequest, branch: PassThrough | undefined): Promise<readonly Check[]> {
  if (inspect === undefined || branch === undefined) return [];
  try {
    return await inspect(artifact, branch);
  } finally {
    branch.destroy();
  }
}
