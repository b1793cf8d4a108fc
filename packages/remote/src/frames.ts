/** What the supervisor says: a message line, bytes of a stream, or text that is not ours (a login script, say). */
export type Frame =
  | { readonly kind: 'message'; readonly word: string; readonly rest: string }
  | { readonly kind: 'data'; readonly stream: StreamName; readonly bytes: Buffer }
  | { readonly kind: 'foreign'; readonly text: string };

/** Streams of a batch, and `file`: the head of a file that a message speaks of. */
export type StreamName = 'stdout' | 'stderr' | 'file';

const STREAMS: Readonly<Record<string, StreamName>> = { o: 'stdout', e: 'stderr', f: 'file' };
const NEWLINE = 10;

/**
 * Cuts the supervisor's stdout into frames. A frame begins on a line of its own with the sentinel, a random word that
 * no batch knows, so nothing a batch prints can pass for one; between `o` and `.` every byte is the batch's.
 */
export class FrameReader {
  readonly #sentinel: string;
  readonly #end: Buffer;
  #rest: Buffer = Buffer.alloc(0);
  #stream: StreamName | undefined;

  constructor(sentinel: string) {
    this.#sentinel = `${sentinel} `;
    this.#end = Buffer.from(`\n${sentinel} .\n`);
  }

  /** The frames that this chunk completes, in order. */
  push(chunk: Buffer): Frame[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const frames: Frame[] = [];
    while (this.#stream === undefined ? this.#line(frames) : this.#data(frames, this.#stream));
    return frames;
  }

  #line(frames: Frame[]): boolean {
    const end = this.#rest.indexOf(NEWLINE);
    if (end < 0) return false;
    const line = this.#rest.subarray(0, end).toString('utf8');
    this.#rest = this.#rest.subarray(end + 1);
    if (!line.startsWith(this.#sentinel)) {
      if (line !== '') frames.push({ kind: 'foreign', text: line });
      return true;
    }
    const text = line.slice(this.#sentinel.length);
    const space = text.indexOf(' ');
    const word = space < 0 ? text : text.slice(0, space);
    this.#stream = STREAMS[word];
    if (this.#stream === undefined) frames.push({ kind: 'message', word, rest: space < 0 ? '' : text.slice(space + 1) });
    return true;
  }

  /** Returns true when the stream's frame is complete. */
  #data(frames: Frame[], stream: StreamName): boolean {
    const end = this.#rest.indexOf(this.#end);
    // What may be the beginning of the end mark waits for the next chunk.
    const size = end < 0 ? Math.max(0, this.#rest.length - this.#end.length + 1) : end;
    if (size > 0) frames.push({ kind: 'data', stream, bytes: this.#rest.subarray(0, size) });
    this.#rest = this.#rest.subarray(end < 0 ? size : end + this.#end.length);
    if (end < 0) return false;
    this.#stream = undefined;
    return true;
  }
}
