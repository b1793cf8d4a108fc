import { SPACE } from './sql-bytes.ts';

const BYTES = 512 * 1024;
/** A DELIMITER line is short; a longer head is a statement. */
const DELIMITER_BYTES = 64;

/** The first bytes of a statement, without comments: enough to know what it is, never all of it. */
export class StatementHead {
  readonly #bytes = Buffer.allocUnsafe(BYTES);
  #length = 0;

  keep(byte: number): void {
    if (this.#length >= BYTES) return;
    this.#bytes[this.#length] = byte;
    this.#length += 1;
  }

  clear(): void {
    this.#length = 0;
  }

  text(): string {
    return this.#bytes.toString('utf8', 0, this.#length);
  }

  /** True when it reads `INSERT … VALUES` or `REPLACE … VALUES`. */
  beginsData(): boolean {
    let end = this.#length;
    while (end > 0 && (this.#bytes[end - 1] ?? 0) <= SPACE) end -= 1;
    return /[\s)`"]values?$/i.test(this.#bytes.toString('latin1', Math.max(0, end - 8), end)) && /^\s*(insert|replace)\s/i.test(this.#bytes.toString('latin1', 0, 16));
  }

  /** True inside the client's own command, whose argument may look like the end of a statement. */
  isDelimiter(): boolean {
    return this.#length < DELIMITER_BYTES && /^delimiter[ \t]/i.test(this.#bytes.toString('latin1', 0, this.#length));
  }

  /** The argument of a whole DELIMITER line. */
  delimiter(): string | undefined {
    return this.isDelimiter() ? /^delimiter[ \t]+(\S+)\s*$/i.exec(this.#bytes.toString('latin1', 0, this.#length))?.[1] : undefined;
  }
}

const COMMENT_BYTES = 1024;

/** The begin of a line comment. */
export class LineComment {
  readonly #bytes = Buffer.allocUnsafe(COMMENT_BYTES);
  #length = 0;

  open(sign: string): void {
    this.#length = this.#bytes.write(sign, 'latin1');
  }

  keep(byte: number): void {
    if (this.#length < COMMENT_BYTES) this.#bytes[this.#length++] = byte;
  }

  text(): string {
    return this.#bytes.toString('utf8', 0, this.#length);
  }
}
