import { Secret } from '@ops/shared';
import { Readable } from 'node:stream';
import type { StoreSettings } from './settings.ts';

const DAY_MS = 86_400_000;

/** Settings as an action would pass them that was given nothing but keys for one store. */
export function sampleSettings(change: Partial<StoreSettings> = {}): StoreSettings {
  return {
    profile: 'aws', purpose: 'backup', accessKeyIds: ['AKIAEXAMPLE'], secretAccessKey: new Secret('example-secret'), storageClass: [],
    sse: 'none', objectLock: 'none', ages: { frequent: 7 * DAY_MS, daily: 30 * DAY_MS, 'pre-deploy': 7 * DAY_MS, monthly: 365 * DAY_MS },
    verifyHead: false, hosts: [], ...change,
  };
}

/** All bytes of a stream. */
export async function bytesOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}

/** Bytes that no codec would shorten and every run makes again, in chunks that fit no border. */
export function sampleBytes(length: number, seed = 1): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed;
  for (let at = 0; at + 4 <= length; at += 4) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes.writeUInt32LE(state, at);
  }
  return bytes;
}

export function inChunks(bytes: Buffer, size = 77_777): Readable {
  return Readable.from((function* chunks() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  })(), { objectMode: false });
}

/** A body that fails after its bytes, as the pipeline's gate makes it. */
export function failingBody(bytes: Buffer, error: Error): Readable {
  return Readable.from((async function* chunks() {
    for (let at = 0; at < bytes.length; at += 77_777) yield bytes.subarray(at, at + 77_777);
    throw error;
  })(), { objectMode: false });
}
