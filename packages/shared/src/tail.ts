/** Keeps the newest bytes of a stream. */
export class Tail {
  readonly #limit: number;
  #chunks: Buffer[] = [];
  #size = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    while (this.#size - (this.#chunks[0]?.length ?? 0) >= this.#limit && this.#chunks.length > 1) this.#size -= this.#chunks.shift()?.length ?? 0;
  }

  /** At most `limit` bytes as text; what is left of a character that was cut at the front goes. */
  text(): string {
    const all = Buffer.concat(this.#chunks);
    if (all.length <= this.#limit) return all.toString();
    let from = all.length - this.#limit;
    while (from < all.length && ((all[from] ?? 0) & 0xc0) === 0x80) from += 1;
    return all.subarray(from).toString();
  }
}
