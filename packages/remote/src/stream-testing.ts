/** Streams for the tests of this package; no test of another package needs it. */
import type { Readable } from 'node:stream';
import { openStream } from './stream-open.ts';
import { localTarget, type RemoteStream, type StreamRequest } from './stream.ts';
import type { TestBench } from './testing.ts';

/** A stream on this machine whose processes carry OPS_TEST_MARK=<dir of the bench> in their environment. */
export function openLocal(bench: TestBench, script: string, more: Partial<StreamRequest> & { env?: Readonly<Record<string, string>> } = {}): RemoteStream {
  const { env = {}, ...rest } = more;
  const deps = { ...bench.deps, env: { ...bench.deps.env, OPS_TEST_MARK: bench.dir, ...env } };
  return openStream(localTarget(), undefined, deps, { title: 'test', script, ...rest });
}

/** All that comes, until the end or an error. */
export async function collect(stream: Readable): Promise<{ bytes: Buffer; error: Error | undefined }> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of stream) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  } catch (thrown) {
    if (thrown instanceof Error) return { bytes: Buffer.concat(chunks), error: thrown };
    throw thrown;
  }
  return { bytes: Buffer.concat(chunks), error: undefined };
}

/** Every byte value, in an order that repeats late. */
export function allBytes(length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_, index) => (index * 7 + (index >> 8)) % 256));
}
