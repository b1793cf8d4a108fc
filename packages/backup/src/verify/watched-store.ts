import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { Store, StoredObject, StoreFacts, Tier, Uploaded, UploadRequest } from '../stores/store.ts';

interface Seen {
  readonly bytes: number;
  readonly sha256: string;
}

/** A store that remembers length and sha256 of every object that was read to its end: one read serves hash and decoder. */
export class WatchedStore implements Store {
  readonly name: string;
  readonly kind: Store['kind'];
  readonly #store: Store;
  readonly #onBytes: (bytes: number) => void;
  readonly #seen = new Map<string, Seen>();

  constructor(store: Store, onBytes: (bytes: number) => void) {
    this.#store = store;
    this.#onBytes = onBytes;
    this.name = store.name;
    this.kind = store.kind;
  }

  /** What was read under a key; undefined when it was not read to its end. */
  seen(key: string): Seen | undefined {
    return this.#seen.get(key);
  }

  async download(key: string, signal: AbortSignal): Promise<Readable> {
    return Readable.from(this.#watch(key, await this.#store.download(key, signal)), { objectMode: false });
  }

  async *#watch(key: string, stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of stream) {
      hash.update(chunk);
      bytes += chunk.length;
      this.#onBytes(chunk.length);
      yield chunk;
    }
    this.#seen.set(key, { bytes, sha256: hash.digest('hex') });
  }

  readonly segmentBytes = (estimateBytes: number, parallel: number): number => this.#store.segmentBytes(estimateBytes, parallel);
  probe(signal: AbortSignal): Promise<StoreFacts> { return this.#store.probe(signal); }
  upload(request: UploadRequest): Promise<Uploaded> { return this.#store.upload(request); }
  create(key: string, body: Uint8Array, tier: Tier | undefined, signal: AbortSignal): Promise<void> { return this.#store.create(key, body, tier, signal); }
  read(key: string, signal: AbortSignal): ReturnType<Store['read']> { return this.#store.read(key, signal); }
  replace(key: string, body: Uint8Array, etag: string | undefined, signal: AbortSignal): Promise<boolean> { return this.#store.replace(key, body, etag, signal); }
  head(key: string, signal: AbortSignal): Promise<StoredObject | undefined> { return this.#store.head(key, signal); }
  list(prefix: string, signal: AbortSignal): AsyncIterable<StoredObject> { return this.#store.list(prefix, signal); }
  remove(keys: readonly string[], signal: AbortSignal): ReturnType<Store['remove']> { return this.#store.remove(keys, signal); }
  unfinished(prefix: string, signal: AbortSignal): ReturnType<Store['unfinished']> { return this.#store.unfinished(prefix, signal); }
  abandon(key: string, signal: AbortSignal): Promise<void> { return this.#store.abandon(key, signal); }
  close(): Promise<void> { return this.#store.close(); }
}
