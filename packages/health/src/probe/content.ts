import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { ProbeFault } from './fault.ts';

export const BODY_LIMIT_BYTES = 1024 * 1024;

/**
 * Reads a body up to the limit, counted after decompression, then cuts the connection: neither a huge
 * body nor a gzip bomb can fill the memory. Never rejects with anything but a ProbeFault or Node's own error.
 */
export async function readContent(message: IncomingMessage, signal: AbortSignal): Promise<string> {
  const decoder = decoderOf(message.headers['content-encoding']);
  const source: Readable = decoder === undefined ? message : message.pipe(decoder);
  const chunks: Buffer[] = [];
  let bytes = 0;
  return new Promise<string>((resolve, reject) => {
    const stop = (error: unknown): void => {
      // First: destroying makes the message report that it was aborted.
      reject(error);
      message.destroy();
      decoder?.destroy();
    };
    const onAbort = (): void => stop(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    message.on('error', stop);
    message.on('aborted', () => stop(new ProbeFault('reset', 'broke off in the middle of its answer')));
    decoder?.on('error', () => stop(new ProbeFault('body', `sends a body that is not the ${message.headers['content-encoding']} it claims to be`)));
    source.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > BODY_LIMIT_BYTES) stop(new ProbeFault('body', 'answers with more than 1 MiB: that is no health body'));
      else chunks.push(chunk);
    });
    source.on('end', () => {
      signal.removeEventListener('abort', onAbort);
      resolve(Buffer.concat(chunks).toString('utf8'));
    });
  });
}

function decoderOf(encoding: string | undefined): ReturnType<typeof createGunzip | typeof createInflate | typeof createBrotliDecompress> | undefined {
  switch (encoding?.trim().toLowerCase()) {
    case undefined:
    case '':
    case 'identity':
      return undefined;
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    default:
      throw new ProbeFault('body', `sends its body in the encoding ${encoding}, which nobody asked for`);
  }
}
