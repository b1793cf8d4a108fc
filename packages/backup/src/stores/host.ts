import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Clock, Random } from '@ops/shared';
import { BackupFault } from '../fault.ts';
import type { Place } from '../place.ts';
import { DigestStream } from './digest.ts';
import { causeOf, missing, notCancelled } from './faults.ts';
import { byKey, parsePartial } from './fs-files.ts';
import { FolderDraft } from './host-draft.ts';
import { endOf, NO_SUCH_FILE, runCall, startCall, type HostCall, type Verb } from './host-script.ts';
import { safeKey, safePrefix } from './key.ts';
import type { HostSum, Store, StoredObject, StoreFacts, Tier, Uploaded, UploadRequest } from './store.ts';

export interface HostDeps {
  readonly place: Place;
  readonly random: Pick<Random, 'hex'>;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * A folder of an app host. The bytes go over one connection into an unfinished file, of which the host says size and
 * sha256; only when both are ours does a second connection give it its name.
 */
export class HostStore implements Store {
  readonly kind = 'host';
  readonly name: string;
  readonly #root: string;
  readonly #deps: HostDeps;

  constructor(target: { readonly name: string; readonly path: string }, deps: HostDeps) {
    this.name = target.name;
    this.#root = target.path;
    this.#deps = deps;
  }

  readonly segmentBytes = (): number => Number.MAX_SAFE_INTEGER;

  get onHost(): NonNullable<Store['onHost']> {
    return { host: this.#deps.place.name, draft: (key, estimateBytes) => this.#draft(safeKey(key), estimateBytes) };
  }

  async probe(signal: AbortSignal): Promise<StoreFacts> {
    await this.#run('probe', undefined, signal, { ID: this.#id() });
    return { checksums: true, conditional: true, versioning: false };
  }

  async upload(request: UploadRequest): Promise<Uploaded> {
    return this.#write(safeKey(request.key), request.body, request.estimateBytes, request.signal);
  }

  async create(key: string, body: Uint8Array, _tier: Tier | undefined, signal: AbortSignal): Promise<void> {
    await this.#write(safeKey(key), Readable.from([body]), body.length, signal);
  }

  async read(key: string, signal: AbortSignal): Promise<{ readonly body: Uint8Array; readonly etag: string } | undefined> {
    const { exit, stdout } = await this.#run('read', safeKey(key), signal);
    return exit === NO_SUCH_FILE ? undefined : { body: stdout, etag: createHash('sha256').update(stdout).digest('hex') };
  }

  async replace(key: string, body: Uint8Array, etag: string | undefined, signal: AbortSignal): Promise<boolean> {
    const draft = this.#draft(safeKey(key), body.length);
    if ((await this.#run('head', key, signal)).exit === NO_SUCH_FILE) return false;
    await this.#receive(draft, Readable.from([body]), signal);
    return (await this.#run('replace', key, signal, { ID: draft.values.ID, ETAG: etag ?? '' })).exit === 0;
  }

  async download(key: string, signal: AbortSignal): Promise<Readable> {
    const found = await this.head(key, signal);
    if (found === undefined) throw missing(this.name, key);
    return Readable.from(this.#bytes(key, found.bytes, signal), { objectMode: false, highWaterMark: 1024 * 1024 });
  }

  async head(key: string, signal: AbortSignal): Promise<StoredObject | undefined> {
    const { exit, stdout } = await this.#run('head', safeKey(key), signal);
    const line = FILE_LINE.exec(stdout.toString().trimEnd())?.groups;
    return exit === NO_SUCH_FILE || line === undefined ? undefined : { key, bytes: Number(line['bytes']), modifiedMs: Number(line['mtime']) * 1000 };
  }

  async *list(prefix: string, signal: AbortSignal): AsyncIterable<StoredObject> {
    for (const file of await this.#files(prefix, signal)) if (parsePartial(file.key) === undefined) yield file;
  }

  async remove(keys: readonly string[], signal: AbortSignal): Promise<readonly { readonly key: string; readonly why: string }[]> {
    const refused: { key: string; why: string }[] = [];
    for (const key of keys) {
      await this.#run('remove', safeKey(key), signal).catch((thrown: unknown) => {
        if (!(thrown instanceof BackupFault) || thrown.reason !== 'store-refused') throw thrown;
        refused.push({ key, why: thrown.message });
      });
    }
    return refused;
  }

  async unfinished(prefix: string, signal: AbortSignal): Promise<readonly { readonly key: string; readonly id: string; readonly sinceMs: number }[]> {
    return (await this.#files(prefix, signal)).flatMap((file) => {
      const partial = parsePartial(file.key);
      return partial === undefined ? [] : [{ ...partial, sinceMs: file.modifiedMs }];
    });
  }

  async abandon(key: string, signal: AbortSignal): Promise<void> {
    await this.#run('abandon', safeKey(key), signal);
  }

  async close(): Promise<void> {
    // Every call has a connection of its own.
  }

  #id(): string {
    return this.#deps.random.hex(8);
  }

  #draft(key: string, estimateBytes: number): FolderDraft {
    return new FolderDraft({ store: this.name, place: this.#deps.place, root: this.#root, key, id: this.#id(), estimateBytes });
  }

  #call(verb: Verb, key: string | undefined, signal: AbortSignal | undefined, values: Readonly<Record<string, string>> = {}): HostCall {
    return { verb, root: this.#root, values, ...(key === undefined ? {} : { key }), ...(signal === undefined ? {} : { signal }) };
  }

  async #run(verb: Verb, key: string | undefined, signal: AbortSignal | undefined, values: Readonly<Record<string, string>> = {}): Promise<{ readonly exit: number; readonly stdout: Buffer }> {
    if (signal !== undefined) notCancelled(signal, `trying to ${verb} ${key ?? this.name}`);
    return runCall(this.#deps.place, this.#call(verb, key, signal, values));
  }

  async #files(prefix: string, signal: AbortSignal): Promise<readonly StoredObject[]> {
    const { stdout } = await this.#run('list', safePrefix(prefix), signal);
    return stdout.toString().split('\n').flatMap((line) => {
      const found = FILE_LINE.exec(line)?.groups;
      const key = found?.['key'] ?? '';
      return found === undefined || !key.startsWith(prefix) ? [] : [{ key, bytes: Number(found['bytes']), modifiedMs: Number(found['mtime']) * 1000 }];
    }).toSorted(byKey);
  }

  async *#bytes(key: string, bytes: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const call = this.#call('read', key, signal);
    const stream = startCall(this.#deps.place, call);
    stream.stdin.on('error', () => undefined);
    stream.end();
    let read = 0;
    let ended = false;
    try {
      for await (const chunk of stream.stdout) {
        if (!(chunk instanceof Uint8Array)) continue;
        read += chunk.length;
        yield chunk;
      }
      ended = true;
    } catch (thrown) {
      await endOf(stream, this.#deps.place, call);
      throw thrown;
    } finally {
      if (!ended) await stream.kill();
    }
    if ((await endOf(stream, this.#deps.place, call)) === NO_SUCH_FILE) throw missing(this.name, key);
    if (read !== bytes) throw new BackupFault({ reason: 'store-refused', message: `${this.name}: ${key} had ${bytes} bytes, and ${read} came.`, remedy: 'Look at who writes to this folder.' });
  }

  async #write(key: string, body: Readable, estimateBytes: number, signal: AbortSignal): Promise<Uploaded> {
    const draft = this.#draft(key, estimateBytes);
    try {
      notCancelled(signal, `writing ${key}`);
      const { ours, said } = await this.#receive(draft, body, signal);
      const proven = draft.prove(ours, { status: 0, said });
      notCancelled(signal, `writing ${key}`);
      await draft.publish(proven, signal);
      return proven;
    } catch (thrown) {
      const cause = causeOf(thrown, body, signal, `writing ${key}`, (error) => error);
      body.destroy();
      throw cause;
    } finally {
      // Published, it is gone already; the signal may have ended everything else.
      await draft.discard();
    }
  }

  async #receive({ key, values }: FolderDraft, body: Readable, signal: AbortSignal): Promise<{ readonly ours: HostSum; readonly said: string }> {
    const call = this.#call('receive', key, signal, values);
    const stream = startCall(this.#deps.place, call);
    const digest = new DigestStream();
    const said: Buffer[] = [];
    stream.stdout.on('data', (chunk: Buffer) => said.push(chunk));
    stream.stdout.on('error', () => undefined);
    let hostFirst = false;
    // A script that ends early shows as one of many errors here, and the pipeline gives it to the body as if it were its own.
    stream.stdin.once('error', () => { hostFirst = body.errored === null; });
    try {
      await pipeline(body, digest, stream.stdin, { signal });
    } catch (thrown) {
      // The host's reason, a full disk say, is better than the broken pipe it shows as here; the body's own is the best.
      if (hostFirst || body.errored === null || isPipeError(body.errored)) {
        const ended = await Promise.race([stream.exit, stream.kill().then(() => stream.exit)]);
        if (!signal.aborted && !ended.lost) await endOf(stream, this.#deps.place, call);
      }
      await stream.kill();
      throw thrown;
    }
    await endOf(stream, this.#deps.place, call);
    return { ours: { bytes: digest.bytes, sha256: digest.sha256 }, said: Buffer.concat(said).toString().trim() };
  }
}

const FILE_LINE = /^(?<bytes>\d+) (?<mtime>\d+) \.\/(?<key>.+)$/;

function isPipeError(error: Error): boolean {
  return 'code' in error && typeof error.code === 'string' && /^(?:EPIPE|ECONNRESET|ERR_STREAM_PREMATURE_CLOSE|ERR_STREAM_DESTROYED)$/.test(error.code);
}
