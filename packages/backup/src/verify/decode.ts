import { createHash } from 'node:crypto';
import { PassThrough, Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { asError } from '@ops/shared';
import type { Check } from '../check.ts';
import type { Manifest } from '../catalog/manifest.ts';
import { BackupFault } from '../fault.ts';
import type { OpenPlaintext } from '../pipeline/artifact.ts';
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
  const hash = createHash('sha256');
  let bytes = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(undefined, chunk);
    },
  });
  const inspected = new PassThrough();
  try {
    const plaintext = await request.open(artifact.segments, request.store, manifest.codec, request.identity, signal);
    const [, checks] = await Promise.all([pipeline(plaintext, meter, inspected, { signal }), inspectAll(request, inspected)]);
    if (bytes !== artifact.plainBytes) return [{ name: 'plaintext-hash', result: 'fail', why: `${artifact.name} decodes to ${bytes} bytes, the manifest says ${artifact.plainBytes}` }, ...checks];
    return [hash.digest('hex') === artifact.plainSha256 ? { name: 'plaintext-hash', result: 'pass' } : { name: 'plaintext-hash', result: 'fail', why: `${artifact.name} decodes to other bytes than were dumped` }, ...checks];
  } catch (thrown) {
    signal.throwIfAborted();
    inspected.destroy();
    if (thrown instanceof BackupFault && (thrown.reason === 'identity-wrong' || thrown.reason === 'identity-missing')) throw thrown;
    // A store that stops answering, or a tool that is not there, is no word about the backup; the read of all bytes that follows judges the store.
    const unable = thrown instanceof BackupFault && (thrown.reason === 'store-refused' || thrown.reason === 'store-timeout' || thrown.reason === 'tool-missing');
    return [{ name: 'plaintext-hash', result: unable ? 'not-run' : 'fail', why: `${artifact.name} could not be decoded: ${asError(thrown).message}` }];
  }
}

/** Lets the inspector read, and reads on to the end where it stopped, so that the hash is over everything. */
async function inspectAll({ inspect, artifact }: DecodeRequest, plaintext: Readable): Promise<readonly Check[]> {
  try {
    return (await inspect?.(artifact, plaintext)) ?? [];
  } finally {
    plaintext.resume();
  }
}
