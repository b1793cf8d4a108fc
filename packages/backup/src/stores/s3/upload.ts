import { asError, CancelledError, UserError } from '@ops/shared';
import { finished, type Readable } from 'node:stream';
import { compositeOf, DigestStream } from '../digest.ts';
import { taken } from '../faults.ts';
import type { Uploaded, UploadRequest } from '../store.ts';
import { factsOf, storeFault } from './cause.ts';
import { freshClient, fullKey, objectParams, type S3Context } from './context.ts';
import { headObject } from './objects.ts';
import { newFlow, observe } from './observe.ts';
import { partBytes, queueSize } from './profiles.ts';
import { proveStored } from './proof.ts';
import { endQuietly } from './uploads.ts';

/**
 * Streams one new object. The body's end is the only thing that publishes it: an error of the body, or a cancel, ends
 * all requests at once, and this rejects only when the store lists no unfinished upload of the key.
 */
export async function uploadObject(context: S3Context, request: UploadRequest): Promise<Uploaded> {
  const { body, signal } = request;
  const key = fullKey(context.target, request.key);
  const partSize = partBytes(context.profile, request.estimateBytes);
  const digest = new DigestStream(partSize);
  const flow = newFlow();
  const end = new AbortController();
  const client = freshClient(context, end.signal);
  const source = watch(body, digest, signal, () => {
    end.abort();
    void upload?.abort();
  });
  let upload: InstanceType<S3Context['sdk']['Upload']> | undefined;
  try {
    const conditional = request.replaces !== true && (await mayPublish(context, request.key, signal));
    observe(context, client, digest, flow, end.signal, () => void upload?.abort());
    upload = new context.sdk.Upload({ client, partSize, queueSize: queueSize(request.parallel), leavePartsOnError: false, params: {
      Bucket: context.target.bucket, Key: key, Body: digest, ContentType: 'application/octet-stream', ...objectParams(context, request.tier, true),
      ...(context.profile.checksums ? { ChecksumAlgorithm: 'SHA256' } : {}), ...(conditional ? { IfNoneMatch: '*' } : {}),
    } });
    if (source.failed() !== undefined) throw asError(source.failed());
    await upload.done();
    if (flow.createdTwice) await endQuietly(context, key, { unanswered: false });
    return await prove(context, request.key, digest, partSize, signal);
  } catch (caught) {
    end.abort();
    const thrown = flow.failure ?? caught;
    const own = source.failed();
    body.destroy();
    digest.destroy();
    const there = own === undefined && flow.publishing && !(thrown instanceof UserError) ? await published(context, request.key, digest, partSize, signal) : undefined;
    // Also when it is there: then by an upload of its own, and this one is left over.
    if (flow.id !== undefined || flow.creating) await endQuietly(context, key, { id: flow.id, unanswered: flow.creating });
    if (there !== undefined) return there;
    if (own !== undefined) throw own;
    if (flow.publishing && factsOf(thrown).status === 412) throw taken(context.target.name, request.key);
    throw storeFault(thrown, context.target, { verb: 'write', key: request.key, permission: 's3:PutObject', signal });
  } finally {
    source.release();
    client.destroy();
  }
}

/** Leads the body through the digest, and remembers what it failed with: its own error, or the cancel. */
function watch(body: Readable, digest: DigestStream, signal: AbortSignal, stop: () => void): { failed(): Error | undefined; release(): void } {
  let failure: Error | undefined;
  const fail = (error: Error): void => {
    failure ??= error;
    digest.destroy(failure);
    stop();
  };
  const cancel = (): void => {
    // Who cancels because the body failed has told the body first.
    const own = body.errored ?? undefined;
    fail(own === undefined || own.name === 'AbortError' ? new CancelledError('writing to the store') : own);
  };
  // Its clean-up would take the listener of late errors away as well, and one of those would end the process.
  finished(body, (error) => {
    if (error !== undefined && error !== null && !digest.destroyed) fail(error);
  });
  // A digest that the SDK no longer reads may still be told of an error.
  digest.on('error', () => undefined);
  if (signal.aborted) cancel();
  else signal.addEventListener('abort', cancel, { once: true });
  body.pipe(digest);
  return { failed: () => failure, release: () => signal.removeEventListener('abort', cancel) };
}

/** True when the store itself refuses a second object under the key; else looks now, as well as that can be done. */
export async function mayPublish(context: S3Context, key: string, signal: AbortSignal): Promise<boolean> {
  if (context.profile.conditional === 'always' || (await context.facts(signal)).conditional) return true;
  if ((await headObject(context, key, signal)) !== undefined) throw taken(context.target.name, key);
  return false;
}

/** What the store says of the object must be what was sent. */
async function prove(context: S3Context, key: string, digest: DigestStream, partSize: number, signal: AbortSignal): Promise<Uploaded> {
  const multipart = digest.parts.length > 1;
  const composite = compositeOf(digest.parts);
  const proof = await proveStored(context, key, { bytes: digest.bytes, checksum: multipart ? composite : digest.sha256 }, signal);
  return { bytes: digest.bytes, sha256: digest.sha256, ...(multipart ? { partBytes: partSize, composite } : {}), proof };
}

/**
 * After a lost answer: the object as proven, if it is there and ours. Where the store has no checksums, its size must do:
 * ids are unique, and proof `size` asks for a read-back anyway.
 */
async function published(context: S3Context, key: string, digest: DigestStream, partSize: number, signal: AbortSignal): Promise<Uploaded | undefined> {
  if (signal.aborted) return undefined;
  try {
    return await prove(context, key, digest, partSize, signal);
  } catch {
    return undefined;
  }
}
