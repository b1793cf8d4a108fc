import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { compositeOf, DigestStream } from './digest.ts';
import { bytesOf, inChunks, sampleBytes } from './testing.ts';

const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();

describe('a stream that hashes', () => {
  test.each([[0, 7], [1, 7], [99, 10], [100, 10], [100, 100], [101, 100], [1000, 999], [1000, 3000]])('%d bytes in chunks of %d: parts of 100', async (length, chunk) => {
    const bytes = sampleBytes(length);
    const digest = new DigestStream(100);
    const passed = bytesOf(digest);
    await pipeline(inChunks(bytes, chunk), digest);
    expect((await passed).equals(bytes)).toBe(true);
    expect(digest.bytes).toBe(length);
    expect(digest.sha256).toBe(sha256(bytes).toString('hex'));
    const parts = Array.from({ length: Math.max(1, Math.ceil(length / 100)) }, (_, at) => sha256(bytes.subarray(at * 100, (at + 1) * 100)));
    expect(digest.parts.map(String)).toEqual(parts.map(String));
    expect(compositeOf(digest.parts)).toBe(`${sha256(Buffer.concat(parts)).toString('base64')}-${parts.length}`);
  });

  test('the digest of a part is there before its last byte is', async () => {
    const digest = new DigestStream(100);
    const seen: [number, number][] = [];
    let read = 0;
    digest.on('data', (chunk: Buffer) => {
      read += chunk.length;
      seen.push([read, digest.parts.length]);
    });
    await pipeline(inChunks(sampleBytes(1000), 30), digest);
    for (const [bytes, parts] of seen) expect(parts).toBeGreaterThanOrEqual(Math.floor(bytes / 100));
  });

  test('there is no digest of what has not ended', () => {
    expect(() => new DigestStream().sha256).toThrow(/before the stream ended/);
  });
});
