/** Doubles for the tests of whoever uses this package. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { localTarget, openStream } from '@ops/remote';
import { nodeExec, realClock, realRandom } from '@ops/shared';
import { BackupFault } from './fault.ts';
import type { Place } from './place.ts';
import type { StoreFacts, Store, StoredObject, Tier, Uploaded, UploadRequest } from './stores/store.ts';

export interface MemoryStoreOptions {
  readonly name?: string;
  readonly kind?: Store['kind'];
  readonly segmentBytes?: number;
  readonly facts?: Partial<StoreFacts>;
  /** Called for every chunk of an upload: wait in it to stall, throw in it to fail as the store would. */
  readonly onChunk?: (key: string, bytesBefore: number) => Promise<void> | void;
  readonly now?: () => number;
}

interface MemoryObject {
  body: Buffer;
  etag: string;
  readonly modifiedMs: number;
  readonly lockedUntilMs?: number;
}

/**
 * A store in memory that keeps every promise of `Store`: an object is there only as a whole, an existing key is a conflict, a
 * body that errors or an abort leaves nothing behind before `upload` rejects, and unfinished uploads can be listed meanwhile.
 */
export class MemoryStore implements Store {
  readonly name: string;
  readonly kind: Store['kind'];
  readonly objects = new Map<string, MemoryObject>();
  /** Every call that changed something, in order: `upload KEY`, `abort KEY`, `create KEY`, `replace KEY`, `remove KEY`. */
  readonly calls: string[] = [];
  readonly #options: MemoryStoreOptions;
  readonly #open = new Map<string, { readonly key: string; readonly sinceMs: number; readonly abort: AbortController }>();
  #count = 0;

  constructor(options: MemoryStoreOptions = {}) {
    this.#options = options;
    this.name = options.name ?? 's3://memory/backups';
    this.kind = options.kind ?? 's3';
  }

  segmentBytes = (): number => this.#options.segmentBytes ?? Number.MAX_SAFE_INTEGER;

  probe(signal: AbortSignal): Promise<StoreFacts> {
    signal.throwIfAborted();
    return Promise.resolve({ checksums: true, conditional: true, versioning: false, ...this.#options.facts });
  }

  async upload({ key, body, signal }: UploadRequest): Promise<Uploaded> {
    const id = String(++this.#count);
    const abort = new AbortController();
    this.#open.set(id, { key, sinceMs: this.#now(), abort });
    const stop = AbortSignal.any([signal, abort.signal]);
    const onAbort = (): void => { body.destroy(cancelled(key)); };
    stop.addEventListener('abort', onAbort, { once: true });
    try {
      if (stop.aborted) throw cancelled(key);
      const chunks: Buffer[] = [];
      let bytes = 0;
      for await (const chunk of body) {
        const part = Buffer.from(chunk);
        await this.#options.onChunk?.(key, bytes);
        if (stop.aborted) throw cancelled(key);
        chunks.push(part);
        bytes += part.length;
      }
      if (stop.aborted) throw cancelled(key);
      const whole = Buffer.concat(chunks);
      const existing = this.objects.get(key);
      if (existing !== undefined && !existing.body.equals(whole)) throw conflict(this.name, key);
      this.#put(key, whole);
      this.calls.push(`upload ${key}`);
      return { bytes, sha256: sha256(whole), proof: this.#options.facts?.checksums === false ? 'size' : 'store' };
    } catch (thrown) {
      this.calls.push(`abort ${key}`);
      body.destroy();
      throw thrown;
    } finally {
      stop.removeEventListener('abort', onAbort);
      this.#open.delete(id);
    }
  }

  create(key: string, body: Uint8Array, _tier: Tier | undefined, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(cancelled(key));
    const existing = this.objects.get(key);
    if (existing !== undefined) return existing.body.equals(body) ? Promise.resolve() : Promise.reject(conflict(this.name, key));
    this.#put(key, Buffer.from(body));
    this.calls.push(`create ${key}`);
    return Promise.resolve();
  }

  read(key: string, signal: AbortSignal): Promise<{ readonly body: Uint8Array; readonly etag: string } | undefined> {
    if (signal.aborted) return Promise.reject(cancelled(key));
    const found = this.objects.get(key);
    return Promise.resolve(found === undefined ? undefined : { body: Uint8Array.from(found.body), etag: found.etag });
  }

  replace(key: string, body: Uint8Array, etag: string | undefined, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.reject(cancelled(key));
    if (this.objects.get(key)?.etag !== etag) return Promise.resolve(false);
    this.#put(key, Buffer.from(body));
    this.calls.push(`replace ${key}`);
    return Promise.resolve(true);
  }

  download(key: string, signal: AbortSignal): Promise<Readable> {
    if (signal.aborted) return Promise.reject(cancelled(key));
    const found = this.objects.get(key);
    if (found === undefined) return Promise.reject(new BackupFault({ reason: 'store-refused', message: `${this.name} has no ${key}.` }));
    const { body } = found;
    const chunks = function* (): Generator<Buffer> { for (let at = 0; at < body.length; at += 65_536) yield body.subarray(at, at + 65_536); };
    return Promise.resolve(Readable.from(chunks(), { objectMode: false }));
  }

  head(key: string, signal: AbortSignal): Promise<StoredObject | undefined> {
    if (signal.aborted) return Promise.reject(cancelled(key));
    const found = this.objects.get(key);
    return Promise.resolve(found === undefined ? undefined : this.#describe(key, found));
  }

  async *list(prefix: string, signal: AbortSignal): AsyncIterable<StoredObject> {
    for (const key of [...this.objects.keys()].filter((one) => one.startsWith(prefix)).sort()) {
      if (signal.aborted) throw cancelled(prefix);
      const found = this.objects.get(key);
      if (found !== undefined) yield this.#describe(key, found);
      await Promise.resolve();
    }
  }

  remove(keys: readonly string[], signal: AbortSignal): Promise<readonly { readonly key: string; readonly why: string }[]> {
    if (signal.aborted) return Promise.reject(cancelled(keys.join(', ')));
    const refused: { key: string; why: string }[] = [];
    for (const key of keys) {
      if ((this.objects.get(key)?.lockedUntilMs ?? 0) > this.#now()) refused.push({ key, why: 'it is locked' });
      else if (this.objects.delete(key)) this.calls.push(`remove ${key}`);
    }
    return Promise.resolve(refused);
  }

  unfinished(prefix: string): Promise<readonly { readonly key: string; readonly id: string; readonly sinceMs: number }[]> {
    return Promise.resolve([...this.#open].filter(([, { key }]) => key.startsWith(prefix)).map(([id, { key, sinceMs }]) => ({ key, id, sinceMs })));
  }

  async abandon(key: string): Promise<void> {
    for (const one of this.#open.values()) if (one.key === key) one.abort.abort();
    while ([...this.#open.values()].some((one) => one.key === key)) await new Promise((resolve) => { setImmediate(resolve); });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Text of an object, for assertions. */
  text(key: string): string | undefined {
    return this.objects.get(key)?.body.toString('utf8');
  }

  /** Makes the store refuse to delete an object. */
  lock(key: string, untilMs: number): void {
    const found = this.objects.get(key);
    if (found !== undefined) this.objects.set(key, { ...found, lockedUntilMs: untilMs });
  }

  #put(key: string, body: Buffer): void {
    this.objects.set(key, { body, etag: `"${sha256(body).slice(0, 32)}-${++this.#count}"`, modifiedMs: this.#now() });
  }

  #describe(key: string, { body, etag, modifiedMs, lockedUntilMs }: MemoryObject): StoredObject {
    return { key, bytes: body.length, modifiedMs, etag, ...(this.#options.facts?.checksums !== false && { checksum: sha256(body) }), ...(lockedUntilMs !== undefined && { lockedUntilMs }) };
  }

  #now(): number {
    return this.#options.now?.() ?? Date.now();
  }
}

/** All bytes of a stream. */
export async function bytesOf(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => { chunks.push(chunk); });
  await once(stream, 'end');
  return Buffer.concat(chunks);
}

function sha256(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}

function cancelled(key: string): BackupFault {
  return new BackupFault({ reason: 'cancelled', message: `Cancelled while ${key} was on its way.` });
}

function conflict(name: string, key: string): BackupFault {
  return new BackupFault({ reason: 'store-conflict', message: `${name} already has another ${key}.` });
}

/** The test's own machine as a place; `env` joins what children get. */
export function localPlace(env: Readonly<Record<string, string | undefined>>, name = 'the runner'): Place {
  const deps = { exec: nodeExec, env, random: realRandom, clock: realClock };
  return { via: 'runner', name, open: (request) => openStream(localTarget(), undefined, deps, { graceS: 1, ...request }) };
}
