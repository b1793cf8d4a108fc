import { TextDecoder } from 'node:util';

const KEEP_HEAD_BYTES = 8 * 1024 * 1024;
const KEEP_TAIL_BYTES = 8 * 1024 * 1024;

/** Collects one stream of a batch. Of an output beyond 16 MiB the middle is dropped, and a line says how much. */
export class Capture {
  readonly #onText: ((text: string) => void) | undefined;
  readonly #decoder = new TextDecoder();
  readonly #head: Buffer[] = [];
  readonly #tail: Buffer[] = [];
  #headBytes = 0;
  #tailBytes = 0;
  #dropped = 0;

  constructor(onText?: (text: string) => void) {
    this.#onText = onText;
  }

  add(bytes: Buffer): void {
    this.#onText?.(this.#decoder.decode(bytes, { stream: true }));
    const room = Math.min(bytes.length, KEEP_HEAD_BYTES - this.#headBytes);
    if (room > 0) {
      this.#head.push(bytes.subarray(0, room));
      this.#headBytes += room;
    }
    if (room === bytes.length) return;
    this.#tail.push(bytes.subarray(room));
    this.#tailBytes += bytes.length - room;
    while (this.#tailBytes - (this.#tail[0]?.length ?? 0) >= KEEP_TAIL_BYTES) {
      const oldest = this.#tail.shift()?.length ?? 0;
      this.#tailBytes -= oldest;
      this.#dropped += oldest;
    }
  }

  text(): string {
    const head = Buffer.concat(this.#head);
    const tail = Buffer.concat(this.#tail);
    if (this.#dropped === 0) return Buffer.concat([head, tail]).toString('utf8');
    return `${head.toString('utf8')}\n[${this.#dropped} bytes left out]\n${tail.toString('utf8')}`;
  }
}
