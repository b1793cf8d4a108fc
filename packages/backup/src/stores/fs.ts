import { createHash } from 'node:crypto';
import { unlink, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { asError, type Clock, type Random } from '@ops/shared';
import { DigestStream } from './digest.ts';
import { causeOf, missing, notCancelled, taken } from './faults.ts';
import { byKey, filesUnder, nameExclusively, openExisting, openNew, parsePartial, partialName, syncFolder } from './fs-files.ts';
import { checkRoom, codeOf, fileFault, existingRoot, isTrueFolder, safeFolders, safeRoot } from './fs-guard.ts';
import { SWAP, swapFile } from './fs-swap.ts';
import { safeKey, safePrefix } from './key.ts';
import type { Store, StoredObject, StoreFacts, Tier, Uploaded, UploadRequest } from './store.ts';

const WRITE_BYTES = 1024 * 1024;

export interface FsDeps {
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Pick<Random, 'hex'>;
}

/** A folder of the runner. A file has its final name only when all of it is on the disk. */
export class FsStore implements Store {
  readonly kind = 'fs';
  readonly name: string;
  readonly #path: string;
  readonly #deps: FsDeps;
  #root: Promise<string> | undefined;

  constructor(target: { readonly name: string; readonly path: string }, deps: FsDeps) {
    this.name = target.name;
    this.#path = target.path;
    this.#deps = deps;
  }

  readonly segmentBytes = (): number => Number.MAX_SAFE_INTEGER;

  /** What a file system promises is known; that the folder is fit and writable is not. */
  async probe(signal: AbortSignal): Promise<StoreFacts> {
    notCancelled(signal, `looking at ${this.name}`);
    const root = await this.#open();
    const partial = join(root, partialName('.ops-probe', this.#deps.random.hex(8)));
    await this.#doing('write to', root, async () => {
      await (await openNew(partial)).close();
      await unlink(partial);
    });
    return { checksums: false, conditional: true, versioning: false };
  }

  /** Proof is `size`: what a re-read now would see is the page cache, not the disk. Read-back later is the proof. */
  async upload(request: UploadRequest): Promise<Uploaded> {
    const { body, signal } = request;
    const digest = new DigestStream();
    const key = safeKey(request.key);
    await this.#write(key, request.estimateBytes, signal, async (file) => {
      await pipeline(body, digest, async (source: AsyncIterable<Uint8Array>) => {
        for await (const piece of gathered(source)) await file.writeFile(piece);
      }, { signal });
    }, () => ({ bytes: digest.bytes, sha256: digest.sha256 }), body);
    return { bytes: digest.bytes, sha256: digest.sha256, proof: 'size' };
  }

  async create(key: string, body: Uint8Array, _tier: Tier | undefined, signal: AbortSignal): Promise<void> {
    const sha256 = createHash('sha256').update(body).digest('hex');
    await this.#write(safeKey(key), body.length, signal, async (file) => file.writeFile(body), () => ({ bytes: body.length, sha256 }));
  }

  async read(key: string, signal: AbortSignal): Promise<{ readonly body: Uint8Array; readonly etag: string } | undefined> {
    notCancelled(signal, `reading ${key}`);
    const handle = await this.#existing(key);
    if (handle === undefined) return undefined;
    try {
      const body = await handle.readFile();
      return { body, etag: etagOf(body) };
    } catch (thrown) {
      throw fileFault(thrown, key, 'read');
    } finally {
      await handle.close();
    }
  }

  async replace(key: string, body: Uint8Array, etag: string | undefined, signal: AbortSignal): Promise<boolean> {
    const path = await this.#at(key);
    if (path === undefined) return false;
    return swapFile(path, body, this.#deps.clock.now(), async () => {
      const now = await this.read(key, signal);
      return now !== undefined && (etag === undefined || now.etag === etag);
    });
  }

  async download(key: string, signal: AbortSignal): Promise<Readable> {
    const handle = await this.#existing(key);
    if (handle === undefined) throw missing(this.name, key);
    return handle.createReadStream({ signal, highWaterMark: 1024 * 1024 });
  }

  async head(key: string, signal: AbortSignal): Promise<StoredObject | undefined> {
    notCancelled(signal, `looking at ${key}`);
    const handle = await this.#existing(key);
    if (handle === undefined) return undefined;
    try {
      const facts = await handle.stat();
      return facts.isFile() ? { key, bytes: facts.size, modifiedMs: facts.mtimeMs } : undefined;
    } finally {
      await handle.close();
    }
  }

  async *list(prefix: string, signal: AbortSignal): AsyncIterable<StoredObject> {
    const found = await this.#under(prefix);
    for (const file of found.toSorted(byKey)) {
      notCancelled(signal, `listing ${this.name}`);
      if (parsePartial(file.key) === undefined && !file.key.endsWith(SWAP)) yield file;
    }
  }

  async remove(keys: readonly string[], signal: AbortSignal): Promise<readonly { readonly key: string; readonly why: string }[]> {
    const refused: { key: string; why: string }[] = [];
    for (const key of keys) {
      notCancelled(signal, `removing from ${this.name}`);
      await this.#at(key).then(async (path) => (path === undefined ? undefined : unlink(path))).catch((thrown: unknown) => {
        if (codeOf(thrown) !== 'ENOENT') refused.push({ key, why: asError(thrown).message });
      });
    }
    return refused;
  }

  async unfinished(prefix: string, signal: AbortSignal): Promise<readonly { readonly key: string; readonly id: string; readonly sinceMs: number }[]> {
    notCancelled(signal, `listing ${this.name}`);
    return (await this.#under(prefix)).flatMap((file) => {
      const partial = parsePartial(file.key);
      return partial === undefined ? [] : [{ ...partial, sinceMs: file.modifiedMs }];
    });
  }

  async abandon(key: string, _signal: AbortSignal): Promise<void> {
    const root = await this.#look();
    if (root === undefined) return;
    for (const file of await filesUnder(root, safeKey(key))) {
      if (parsePartial(file.key)?.key === key) await unlink(join(root, file.key)).catch((thrown: unknown) => {
        if (codeOf(thrown) !== 'ENOENT') throw fileFault(thrown, file.key, 'remove');
      });
    }
  }

  async close(): Promise<void> {
    // Nothing stays open between calls.
  }

  /** The root for writing. */
  #open(): Promise<string> {
    this.#root ??= safeRoot(this.#path);
    return this.#root;
  }

  /** The root for reading, which makes no folder: a plan changes nothing. */
  async #look(): Promise<string | undefined> {
    if (this.#root !== undefined) return this.#root;
    const found = await existingRoot(this.#path);
    if (found !== undefined) this.#root ??= Promise.resolve(found);
    return found;
  }

  async #under(prefix: string): Promise<Awaited<ReturnType<typeof filesUnder>>> {
    const root = await this.#look();
    return root === undefined ? [] : this.#doing('list', root, async () => filesUnder(root, safePrefix(prefix)));
  }

  async #write(key: string, bytes: number, signal: AbortSignal, fill: (file: FileHandle) => Promise<void>, ours: () => { readonly bytes: number; readonly sha256: string }, body?: Readable): Promise<void> {
    let partial: string | undefined;
    try {
      notCancelled(signal, `writing ${key}`);
      const root = await this.#open();
      await checkRoom(root, bytes);
      const path = join(root, key);
      await safeFolders(root, dirname(path), syncFolder);
      partial = partialName(path, this.#deps.random.hex(8));
      const file = await openNew(partial);
      try {
        await fill(file);
        await file.sync();
      } finally {
        await file.close();
      }
      notCancelled(signal, `writing ${key}`);
      if (await nameExclusively(partial, path)) return;
      await unlink(partial);
      if (!(await this.#holds(key, ours(), signal))) throw taken(this.name, key);
    } catch (thrown) {
      if (partial !== undefined) await unlink(partial).catch(() => undefined);
      const cause = causeOf(thrown, body, signal, `writing ${key}`, (error) => ('syscall' in error ? fileFault(error, join(this.#path, key), 'write') : error));
      body?.destroy();
      throw cause;
    }
  }

  async #holds(key: string, ours: { readonly bytes: number; readonly sha256: string }, signal: AbortSignal): Promise<boolean> {
    if ((await this.head(key, signal))?.bytes !== ours.bytes) return false;
    const digest = new DigestStream();
    await pipeline(await this.download(key, signal), digest, async (source) => {
      for await (const _chunk of source);
    });
    return digest.sha256 === ours.sha256;
  }

  /** Path of a key whose folders exist and are real ones; undefined when they do not exist. */
  async #at(key: string): Promise<string | undefined> {
    const checked = safeKey(key);
    const root = await this.#look();
    if (root === undefined) return undefined;
    const path = join(root, checked);
    return (await isTrueFolder(dirname(path))) ? path : undefined;
  }

  async #existing(key: string): Promise<FileHandle | undefined> {
    const path = await this.#at(key);
    return path === undefined ? undefined : openExisting(path).catch((thrown: unknown) => {
      if (codeOf(thrown) === 'ENOENT') return undefined;
      throw fileFault(thrown, path, 'read');
    });
  }

  async #doing<T>(doing: string, path: string, work: () => Promise<T>): Promise<T> {
    return work().catch((thrown: unknown) => {
      throw fileFault(thrown, path, doing);
    });
  }
}

/** Larger pieces: each write waits for a thread, and on a busy machine that wait is most of it. */
async function* gathered(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of source) {
    held.push(chunk);
    bytes += chunk.length;
    if (bytes < WRITE_BYTES) continue;
    yield Buffer.concat(held);
    held = [];
    bytes = 0;
  }
  if (bytes > 0) yield Buffer.concat(held);
}

function etagOf(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}
