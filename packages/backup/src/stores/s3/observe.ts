import type { S3Client } from '@aws-sdk/client-s3';
import { createHash } from 'node:crypto';
import type { DigestStream } from '../digest.ts';
import { hasStatus } from './cause.ts';
import type { S3Context } from './context.ts';

const CONFLICT_TRIES = 5;

/** How far an upload came; written by the client's requests. */
export interface UploadFlow {
  id: string | undefined;
  /** The upload was asked for, and no answer came yet. */
  creating: boolean;
  /** It was asked for more than once, so there may be a second one. */
  createdTwice: boolean;
  /** The request that publishes the object was sent. */
  publishing: boolean;
  /** The first request that failed for good. */
  failure: unknown;
}

export function newFlow(): UploadFlow {
  return { id: undefined, creating: false, createdTwice: false, publishing: false, failure: undefined };
}

/**
 * Watches the requests of one upload, and gives every part the digest that was taken of its bytes before they were handed
 * over: the server compares it, and nobody has to hash a third and fourth time.
 */
export function observe(context: S3Context, client: S3Client, digest: DigestStream, flow: UploadFlow, signal: AbortSignal, onFailure: () => void): void {
  client.middlewareStack.add((send, { commandName }) => async (args) => {
    // lib-storage tells of a failed part only when its other workers got bytes too, which a stalled body never gives them.
    const next: typeof send = async (given) => send(given).catch((thrown: unknown) => {
      if (commandName !== 'PutObjectCommand') fail(thrown);
      throw thrown;
    });
    const fail = (thrown: unknown): void => {
      flow.failure ??= thrown;
      onFailure();
    };
    switch (commandName) {
      case 'CreateMultipartUploadCommand': {
        flow.creating = true;
        const result = await next(args);
        flow.creating = false;
        if ('UploadId' in result.output) flow.id = result.output.UploadId;
        flow.createdTwice = (result.output.$metadata.attempts ?? 1) > 1;
        return result;
      }
      case 'UploadPartCommand': {
        const number = 'PartNumber' in args.input ? args.input.PartNumber : undefined;
        return next({ ...args, input: { ...args.input, ...integrityOf(context, digest.parts[(number ?? 0) - 1], 'Body' in args.input ? args.input.Body : undefined) } });
      }
      case 'PutObjectCommand': {
        flow.publishing = true;
        const input = { ...args.input, ...integrityOf(context, digest.parts[0], 'Body' in args.input ? args.input.Body : undefined) };
        return retryConflicts(context, signal, async () => next({ ...args, input })).catch((thrown: unknown) => {
          fail(thrown);
          throw thrown;
        });
      }
      case 'CompleteMultipartUploadCommand':
        flow.publishing = true;
        return next(args);
      default:
        return next(args);
    }
  }, { step: 'initialize', name: 'opsObserve' });
  client.middlewareStack.add((next) => async (args) => {
    const headers = headersOf(args.request);
    const sum = headers?.['x-amz-checksum-sha256'];
    // The signature covers the same digest in hex; without it the SDK would compute it once more.
    if (headers !== undefined && sum !== undefined && headers['x-amz-content-sha256'] === undefined) headers['x-amz-content-sha256'] = Buffer.from(sum, 'base64').toString('hex');
    return next(args);
  }, { step: 'build', name: 'opsPayloadHash' });
}

/** What lets the server refuse bytes that were damaged on the way. */
export function integrityOf(context: Pick<S3Context, 'profile'>, digest: Buffer | undefined, body: unknown): { readonly ChecksumSHA256?: string; readonly ContentMD5?: string } {
  if (!context.profile.checksums) return body instanceof Uint8Array ? { ContentMD5: createHash('md5').update(body).digest('base64') } : {};
  return digest === undefined ? {} : { ChecksumSHA256: digest.toString('base64') };
}

/** 409 on a PUT says that another request was at the key at that moment, and asks to come again. */
export async function retryConflicts<T>(context: Pick<S3Context, 'clock' | 'limits'>, signal: AbortSignal, send: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send();
    } catch (thrown) {
      if (attempt >= CONFLICT_TRIES || !hasStatus(thrown, 409)) throw thrown;
    }
    await context.clock.sleep(context.limits.pauseMs * attempt, signal);
  }
}

function headersOf(request: unknown): Record<string, string> | undefined {
  return isRequest(request) ? request.headers : undefined;
}

function isRequest(request: unknown): request is { readonly headers: Record<string, string> } {
  return typeof request === 'object' && request !== null && 'headers' in request && typeof request.headers === 'object' && request.headers !== null;
}
