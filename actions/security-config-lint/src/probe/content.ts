import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { linesOf, type HeaderList } from '../headers/list.ts';

/** Of each answer, counted before and after decompression. */
export const BODY_LIMIT_BYTES = 256 * 1024;

/** What was read of a body. It is looked at once and never kept. */
export interface Content {
  readonly bytes: Buffer;
  /** False when there is more, or when the rest did not come or cannot be decompressed. */
  readonly whole: boolean;
}

/** Reads a body up to the limit and lets go of the connection: neither a huge body nor one that unpacks to a huge one fills the memory. Never rejects. */
export function readContent(message: IncomingMessage, headers: HeaderList, limit: AbortSignal): Promise<Content> {
  const decoder = decoderOf(headers);
  if (decoder === 'unknown') {
    message.destroy();
    return Promise.resolve({ bytes: Buffer.alloc(0), whole: false });
  }
  const source: Readable = decoder === undefined ? message : message.pipe(decoder);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let received = 0;
    let unpacked = 0;
    const settle = (whole: boolean): void => {
      resolve({ bytes: Buffer.concat(chunks).subarray(0, BODY_LIMIT_BYTES), whole });
      message.destroy();
      decoder?.destroy();
    };
    limit.addEventListener('abort', () => settle(false), { once: true });
    for (const stream of new Set([message, source])) stream.on('error', () => settle(false));
    message.on('aborted', () => settle(false));
    message.on('data', (chunk: Buffer) => {
      received += chunk.length;
      if (received > BODY_LIMIT_BYTES) settle(false);
    });
    source.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      unpacked += chunk.length;
      if (unpacked > BODY_LIMIT_BYTES) settle(false);
    });
    source.on('end', () => settle(true));
  });
}

/** Nothing compressed was asked for; some servers send it all the same. */
function decoderOf(headers: HeaderList): ReturnType<typeof createGunzip | typeof createInflate | typeof createBrotliDecompress | typeof createZstdDecompress> | 'unknown' | undefined {
  const encodings = linesOf(headers, 'content-encoding').join(',').split(',').map((name) => name.trim().toLowerCase()).filter((name) => name !== '' && name !== 'identity');
  if (encodings.length > 1) return 'unknown';
  switch (encodings[0]) {
    case undefined:
      return undefined;
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    case 'zstd':
      return createZstdDecompress();
    default:
      return 'unknown';
  }
}
