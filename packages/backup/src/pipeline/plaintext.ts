import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { asError } from '@ops/shared';
import { AgeDamage, AgeDecryptor, AgeWrongIdentity } from '../codecs/age.ts';
import type { Codec } from '../codecs/codec.ts';
import { identityLines, wrongIdentity } from '../codecs/identity.ts';
import { BackupFault } from '../fault.ts';
import type { Store } from '../stores/store.ts';
import type { OpenPlaintext } from './artifact.ts';
import { roomIn } from './room.ts';

type Segments = Parameters<OpenPlaintext>[0];
const AHEAD_BYTES = 1024 * 1024;
const SAID_CHARS = 2048;

/**
 * The plaintext of an artifact. The stream ends only when every segment was read to its end, age has seen its last chunk and
 * the decoder has exited with 0; else it errors with BackupFault `checksum-differs`, `identity-wrong`, `tool-missing` or the store's own.
 */
export const openPlaintext: OpenPlaintext = (segments, store, codec, identity, signal) => {
  if (codec.encryption === 'age' && identity === undefined) {
    return Promise.reject(new BackupFault({ reason: 'identity-missing', message: `The backup is encrypted for ${codec.recipients.join(', ')}, and no identity was given.`, remedy: 'Give the input `identity` the age key of one of them.' }));
  }
  const decryptor = codec.encryption === 'age' && identity !== undefined ? new AgeDecryptor(identityLines(identity)) : undefined;
  const stored = storedBytes(segments, store, decryptor, signal);
  const why = (thrown: unknown): Error => explain(asError(thrown), codec, segments);
  const plain = codec.compression === 'none' ? undecoded(stored, why) : decoded(stored, codec.compression, signal, why);
  return Promise.resolve(Readable.from(plain, { objectMode: false, highWaterMark: AHEAD_BYTES }));
};

async function* undecoded(stored: AsyncGenerator<Buffer>, why: (thrown: unknown) => Error): AsyncGenerator<Buffer> {
  try {
    yield* stored;
  } catch (thrown) {
    throw why(thrown);
  }
}

/** Every byte of the segments in order, decrypted. */
async function* storedBytes(segments: Segments, store: Store, decryptor: AgeDecryptor | undefined, signal: AbortSignal): AsyncGenerator<Buffer> {
  for (const { key } of segments) {
    const stream = await store.download(key, signal);
    for await (const piece of stream) {
      const chunk = Buffer.isBuffer(piece) ? piece : Buffer.from(piece);
      if (decryptor === undefined) yield chunk;
      else yield* await decryptor.update(chunk);
    }
  }
  if (decryptor !== undefined) yield decryptor.final();
}

/** What the decoder makes of it. A reader that goes away ends the decoder too. */
async function* decoded(stored: AsyncGenerator<Buffer>, program: 'zstd' | 'gzip', signal: AbortSignal, why: (thrown: unknown) => Error): AsyncGenerator<Uint8Array> {
  const child = program === 'zstd' ? spawn('zstd', ['-d', '-q', '-c']) : spawn('gzip', ['-d', '-c']);
  const end = (): void => { child.kill('SIGKILL'); };
  signal.addEventListener('abort', end, { once: true });
  const closed = once(child, 'close');
  closed.catch(() => undefined);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => { said = (said + text).slice(-SAID_CHARS); });
  // Why the store gave no more is the cause, whatever the decoder says of its input.
  let broken: Error | undefined;
  const fed = feed(stored, child).catch((thrown: unknown) => {
    broken = asError(thrown);
    end();
  });
  try {
    for await (const chunk of child.stdout) if (chunk instanceof Uint8Array) yield chunk;
    const [code, killed] = await closed;
    await fed;
    if (broken !== undefined) throw broken;
    if (code !== 0) throw new DecoderFailed(program, killed === null ? `exit code ${String(code)}` : String(killed), said.trim().split('\n').at(-1) ?? '');
    signal.throwIfAborted();
  } catch (thrown) {
    throw why(thrown);
  } finally {
    signal.removeEventListener('abort', end);
    end();
  }
}

async function feed(stored: AsyncGenerator<Buffer>, child: ChildProcessWithoutNullStreams): Promise<void> {
  // Why it takes no more is said by its exit code.
  child.stdin.on('error', () => undefined);
  for await (const chunk of stored) {
    if (child.stdin.destroyed || child.exitCode !== null) return;
    if (!child.stdin.write(chunk)) await roomIn(child.stdin);
  }
  child.stdin.end();
}

class DecoderFailed extends Error {
  constructor(program: string, how: string, said: string) {
    super(`${program} ended with ${how}${said === '' ? '' : ` (${said})`}`);
  }
}

function explain(error: Error, codec: Codec, segments: Segments): Error {
  if (error instanceof AgeWrongIdentity) return wrongIdentity(codec.recipients);
  if (error instanceof AgeDamage || error instanceof DecoderFailed) {
    return new BackupFault({ reason: 'checksum-differs', message: `${segments[0]?.key ?? 'The artifact'} cannot be decoded: ${error.message}.`, remedy: 'It was damaged in the store or cut off: use another backup, or the copy in another store.', cause: error });
  }
  if ('code' in error && error.code === 'ENOENT') return new BackupFault({ reason: 'tool-missing', message: `The runner has no ${codec.compression} to unpack the backup.`, remedy: `Install ${codec.compression}.` });
  return error;
}
