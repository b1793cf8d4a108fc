import { asError, CancelledError } from '@ops/shared';
import { Readable } from 'node:stream';
import { BackupFault } from '../../fault.ts';
import { missing } from '../faults.ts';
import { factsOf, hasStatus, storeFault, type Doing } from './cause.ts';
import { fullKey, type S3Context } from './context.ts';

interface Opened {
  readonly body: AsyncIterator<unknown>;
  readonly stop: () => void;
  readonly etag: string | undefined;
  readonly bytes: number;
}

/** The bytes of an object. A broken or silent connection is taken up where it broke, from the same object. */
export async function downloadObject(context: S3Context, key: string, signal: AbortSignal): Promise<Readable> {
  const first = await open(context, key, 0, undefined, signal);
  return Readable.from(chunks(context, key, first, signal), { objectMode: false, highWaterMark: 1024 * 1024 });
}

async function open(context: S3Context, key: string, from: number, etag: string | undefined, signal: AbortSignal): Promise<Opened> {
  const doing: Doing = { verb: 'read', key, permission: 's3:GetObject', signal };
  try {
    const found = await context.client.send(new context.sdk.GetObjectCommand({
      Bucket: context.target.bucket, Key: fullKey(context.target, key), ...(from === 0 ? {} : { Range: `bytes=${from}-` }), ...(etag === undefined ? {} : { IfMatch: etag }),
    }), { abortSignal: signal });
    const { Body: body } = found;
    if (!(body instanceof Readable)) throw new Error('the SDK gave no stream');
    // A server that does not know ranges sends everything once more.
    if (from > 0 && found.ContentRange?.startsWith(`bytes ${from}-`) !== true) throw new BackupFault({ reason: 'store-refused', message: `${context.target.name}: ${key} broke off after ${from} bytes, and the server cannot go on from there.`, remedy: 'Start the run again.' });
    return { body: body[Symbol.asyncIterator](), stop: () => body.destroy(), etag: found.ETag, bytes: from + (found.ContentLength ?? 0) };
  } catch (thrown) {
    if (hasStatus(thrown, 404) && factsOf(thrown).name !== 'NoSuchBucket') throw missing(context.target.name, key);
    if (hasStatus(thrown, 412)) throw new BackupFault({ reason: 'store-conflict', message: `${context.target.name}: ${key} was replaced while it was read.`, remedy: 'Backups are never replaced: look at who writes to this prefix.' });
    throw storeFault(thrown, context.target, doing);
  }
}

async function* chunks(context: S3Context, key: string, first: Opened, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  let opened = first;
  let at = 0;
  let failures = 0;
  const { etag, bytes } = first;
  try {
    while (at < bytes) {
      let broke: unknown;
      try {
        const { done, value } = await nextChunk(opened, context.limits.readIdleMs);
        if (done !== true && value instanceof Uint8Array) {
          at += value.length;
          failures = 0;
          yield value;
          continue;
        }
        broke = Object.assign(new Error('premature end'), { code: 'ECONNRESET' });
      } catch (thrown) {
        broke = thrown;
      }
      opened.stop();
      if (signal.aborted) throw new CancelledError(`reading ${key}`);
      failures += 1;
      if (failures >= context.limits.attempts) throw storeFault(broke, context.target, { verb: 'read', key, permission: 's3:GetObject', signal });
      await context.clock.sleep(context.limits.pauseMs * failures, signal);
      opened = await open(context, key, at, etag, signal);
    }
  } finally {
    opened.stop();
  }
}

/** The next bytes. Only the server's silence counts, not that of whoever reads here. */
async function nextChunk(opened: Opened, idleMs: number): Promise<IteratorResult<unknown>> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error(`no byte for ${idleMs} ms`), { name: 'TimeoutError' })), idleMs);
  });
  try {
    return await Promise.race([opened.body.next(), silence]);
  } catch (thrown) {
    throw asError(thrown);
  } finally {
    clearTimeout(timer);
  }
}
