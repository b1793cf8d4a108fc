import { StringDecoder } from 'node:string_decoder';
import { Transform, type TransformCallback } from 'node:stream';
import { asError } from '@ops/shared';

/** Of what a login script prints before the mark, for the message when no mark comes. */
const FOREIGN_MAX_BYTES = 65_536;
const LINE_MAX_CHARS = 65_536;
const TAIL_MAX_CHARS = 16_384;
/** As much as a pipe or a read of it holds; more only costs memory. */
const BUFFER_BYTES = 262_144;

/** The script's stdout: begins behind the mark, ends only when `whole` resolves, and fails when that rejects. */
export class StreamStdout extends Transform {
  readonly #mark: Buffer;
  readonly #whole: () => Promise<void>;
  #before: Buffer | undefined = Buffer.alloc(0);

  constructor(nonce: string, whole: () => Promise<void>) {
    super({ readableHighWaterMark: BUFFER_BYTES, writableHighWaterMark: BUFFER_BYTES });
    this.#mark = Buffer.from(`\n${nonce}\n`);
    this.#whole = whole;
    this.on('error', () => {}); // whoever does not listen learns from `exit`
  }

  /** Lines that came before the mark. */
  get foreign(): readonly string[] {
    return (this.#before?.toString('utf8') ?? '').split('\n').map((line) => line.trim()).filter((line) => line !== '').slice(-20);
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#before === undefined) {
      done(null, chunk);
      return;
    }
    const seen = Buffer.concat([this.#before, chunk]);
    const at = seen.indexOf(this.#mark);
    if (at < 0) {
      this.#before = seen.subarray(-FOREIGN_MAX_BYTES);
      done();
      return;
    }
    this.#before = undefined;
    const first = seen.subarray(at + this.#mark.length);
    if (first.length > 0) this.push(first);
    done();
  }

  override _flush(done: TransformCallback): void {
    void this.#finish(done);
  }

  async #finish(done: TransformCallback): Promise<void> {
    let error: Error | null = null;
    try {
      await this.#whole();
    } catch (thrown) {
      error = asError(thrown);
    }
    done(error);
  }
}

/** What the frame says on stderr. */
export interface FrameWord {
  readonly word: string;
  readonly rest: string;
}

/** Splits stderr into the script's lines and the frame's words; an empty line before a word belongs to the word. */
export class StreamStderr {
  readonly #prefix: string;
  readonly #decoder = new StringDecoder('utf8');
  readonly #onLine: (line: string) => void;
  readonly #onWord: (word: FrameWord) => void;
  #line = '';
  #blank = false;
  #tail = '';

  constructor(nonce: string, onLine: (line: string) => void, onWord: (word: FrameWord) => void) {
    this.#prefix = `${nonce} `;
    this.#onLine = onLine;
    this.#onWord = onWord;
  }

  /** The newest lines, without the frame's words. */
  tail(): string {
    return `${this.#tail}${this.#line}`.slice(-TAIL_MAX_CHARS);
  }

  add(chunk: Buffer): void {
    const lines = `${this.#line}${this.#decoder.write(chunk)}`.split('\n');
    this.#line = lines.pop() ?? '';
    for (const line of lines) this.#take(line);
    while (this.#line.length > LINE_MAX_CHARS) {
      this.#say(this.#line.slice(0, LINE_MAX_CHARS));
      this.#line = this.#line.slice(LINE_MAX_CHARS);
    }
  }

  /** A last line without its newline. */
  end(): void {
    const rest = this.#line + this.#decoder.end();
    this.#line = '';
    if (rest !== '') this.#take(rest);
    this.#blank = false;
  }

  #take(line: string): void {
    if (line.startsWith(this.#prefix)) {
      this.#blank = false;
      const [word = '', ...rest] = line.slice(this.#prefix.length).split(' ');
      this.#onWord({ word, rest: rest.join(' ') });
    } else if (line === '') {
      if (this.#blank) this.#say('');
      this.#blank = true;
    } else this.#say(line);
  }

  #say(line: string): void {
    if (this.#blank) {
      this.#blank = false;
      this.#say('');
    }
    this.#tail = `${this.#tail}${line}\n`.slice(-TAIL_MAX_CHARS);
    this.#onLine(line);
  }
}
