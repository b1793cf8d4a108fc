import { createHash, type Hash } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { asError } from '@ops/shared';
import { BackupFault } from '../fault.ts';
import type { Uploaded } from '../stores/store.ts';
import type { ArtifactRequest, Segment } from './artifact.ts';
import { roomIn } from './room.ts';

/** Stored bytes that may wait for the store before the pipeline waits for it. */
const AHEAD_BYTES = 1024 * 1024;

type SegmentTarget = Pick<ArtifactRequest, 'store' | 'segmentKey' | 'tier' | 'estimateBytes' | 'parallel' | 'onUpload' | 'signal'>;

interface OpenSegment {
  readonly key: string;
  readonly body: PassThrough;
  readonly hash: Hash;
  readonly uploaded: Promise<Uploaded>;
  bytes: number;
}

/** Where stored bytes go. */
export interface Sink {
  readonly bytes: number;
  /** Set as soon as it failed by itself. */
  readonly failure: Error | undefined;
  write(bytes: Buffer): Promise<void>;
  finish(): Promise<{ readonly segments: readonly Segment[]; readonly sha256: string }>;
  fail(cause: Error): Promise<void>;
}

/**
 * Stored bytes on their way into the store, cut into segments. The last body ends only by `finish`: until then the store
 * cannot complete it, and `fail` makes it abort.
 */
export class SegmentWriter implements Sink {
  bytes = 0;
  /** Set as soon as an upload failed by itself. */
  failure: Error | undefined;
  readonly #target: SegmentTarget;
  readonly #onFailure: () => void;
  readonly #limit: number;
  readonly #done: Segment[] = [];
  #whole = createHash('sha256');
  #current: OpenSegment | undefined;
  #failed = false;

  constructor(target: SegmentTarget, onFailure: () => void) {
    this.#target = target;
    this.#onFailure = onFailure;
    this.#limit = target.store.segmentBytes(target.estimateBytes, target.parallel);
  }

  /** Resolves when the store took enough for more to come. Throws the store's error. */
  async write(bytes: Buffer): Promise<void> {
    let rest = bytes;
    while (rest.length > 0) {
      const segment = await this.#room();
      const piece = rest.subarray(0, this.#limit - segment.bytes);
      rest = rest.subarray(piece.length);
      segment.hash.update(piece);
      this.#whole.update(piece);
      segment.bytes += piece.length;
      this.bytes += piece.length;
      if (!segment.body.write(piece)) await roomIn(segment.body);
      // The store ended it: its rejection says why.
      if (segment.body.destroyed) await segment.uploaded;
      if (this.failure !== undefined) throw this.failure;
    }
  }

  /** Ends the last body. Resolves when the store has it and says the same of it as we do. */
  async finish(): Promise<{ readonly segments: readonly Segment[]; readonly sha256: string }> {
    if (this.#current !== undefined) await this.#close(this.#current);
    return { segments: this.#done, sha256: this.#whole.digest('hex') };
  }

  /** Makes the unfinished upload fail with this cause, and waits until nothing of it is left. Never throws. */
  async fail(cause: Error): Promise<void> {
    this.#failed = true;
    const segment = this.#current;
    if (segment === undefined) return;
    segment.body.destroy(cause);
    await segment.uploaded.catch(() => undefined);
  }

  async #room(): Promise<OpenSegment> {
    if (this.#current !== undefined && this.#current.bytes >= this.#limit) await this.#close(this.#current);
    this.#current ??= this.#open();
    return this.#current;
  }

  #open(): OpenSegment {
    const { store, segmentKey, tier, estimateBytes, parallel, onUpload, signal } = this.#target;
    const key = segmentKey(this.#done.length + 1);
    onUpload(key);
    const body = new PassThrough({ highWaterMark: AHEAD_BYTES });
    // Whoever destroys the body says why by the upload's rejection.
    body.on('error', () => undefined);
    const uploaded = store.upload({ key, body, tier, estimateBytes, parallel, signal });
    uploaded.catch((thrown: unknown) => {
      body.destroy();
      if (this.#failed) return;
      this.failure = asError(thrown);
      this.#onFailure();
    });
    return { key, body, hash: createHash('sha256'), uploaded, bytes: 0 };
  }

  async #close(segment: OpenSegment): Promise<void> {
    segment.body.end();
    const uploaded = await segment.uploaded;
    this.#current = undefined;
    const sha256 = segment.hash.digest('hex');
    if (uploaded.bytes !== segment.bytes || uploaded.sha256 !== sha256) {
      const what = uploaded.bytes === segment.bytes ? `sha256 ${uploaded.sha256} instead of ${sha256}` : `${uploaded.bytes} bytes instead of ${segment.bytes}`;
      throw new BackupFault({ reason: 'checksum-differs', message: `${segment.key} in ${this.#target.store.name} holds ${what}.`, remedy: 'The bytes were changed on their way into the store: run the backup again.' });
    }
    this.#done.push({ key: segment.key, ...uploaded });
  }
}
