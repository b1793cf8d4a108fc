import { createHash, type Hash } from 'node:crypto';
import { Transform, type TransformCallback } from 'node:stream';

/** Digest of a multipart object as S3 computes it: base64 sha256 over the parts' sha256, then `-N`. */
export function compositeOf(partDigests: readonly Buffer[]): string {
  return `${createHash('sha256').update(Buffer.concat(partDigests)).digest('base64')}-${partDigests.length}`;
}

/**
 * Passes bytes on and hashes them as a whole and in parts. Every part has `partBytes` but the last; the digest of a part
 * is there before its last byte is handed on.
 */
export class DigestStream extends Transform {
  readonly #partBytes: number;
  readonly #whole = createHash('sha256');
  readonly #parts: Buffer[] = [];
  #part: Hash = createHash('sha256');
  #inPart = 0;
  #bytes = 0;
  #sha256: string | undefined;

  constructor(partBytes = Number.POSITIVE_INFINITY) {
    super();
    this.#partBytes = partBytes;
  }

  /** Bytes that came by. */
  get bytes(): number {
    return this.#bytes;
  }

  /** sha256, hex, of everything; only after the end. */
  get sha256(): string {
    if (this.#sha256 === undefined) throw new Error('a digest was asked for before the stream ended');
    return this.#sha256;
  }

  /** sha256 of each part that is complete; of all of them after the end. */
  get parts(): readonly Buffer[] {
    return this.#parts;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#bytes += chunk.length;
    this.#whole.update(chunk);
    for (let rest = chunk; rest.length > 0; ) {
      const taken = rest.subarray(0, this.#partBytes - this.#inPart);
      this.#part.update(taken);
      this.#inPart += taken.length;
      rest = rest.subarray(taken.length);
      if (this.#inPart === this.#partBytes) this.#endPart();
    }
    done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    if (this.#inPart > 0 || this.#parts.length === 0) this.#endPart();
    this.#sha256 = this.#whole.digest('hex');
    done();
  }

  #endPart(): void {
    this.#parts.push(this.#part.digest());
    this.#part = createHash('sha256');
    this.#inPart = 0;
  }
}
