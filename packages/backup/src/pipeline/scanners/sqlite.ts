import type { Findings, Scanner } from './scanner.ts';

const MAGIC = 'SQLite format 3\0';
const HEADER_BYTES = 100;
const PAGE_SIZE_AT = 16;
const PAGES_AT = 28;
/** In the header 1 stands for this page size. */
const LARGEST_PAGE = 65_536;

/** Looks at the header of an SQLite file and at its size. Its tables are counted by whoever has sqlite3 and the file. */
export class SqliteScanner implements Scanner {
  readonly #header = Buffer.alloc(HEADER_BYTES);
  #bytes = 0;

  push(chunk: Buffer): void {
    if (this.#bytes < HEADER_BYTES) chunk.copy(this.#header, this.#bytes);
    this.#bytes += chunk.length;
  }

  end(): Findings {
    return { trailers: undefined, inventory: {}, tables: {}, longestStatement: 0, notRun: [], problems: this.#bytes === 0 ? [] : this.#problems() };
  }

  #problems(): string[] {
    if (this.#bytes < HEADER_BYTES || this.#header.toString('latin1', 0, MAGIC.length) !== MAGIC) return ['The file does not begin like an SQLite database.'];
    const size = this.#header.readUInt16BE(PAGE_SIZE_AT);
    const pageBytes = size === 1 ? LARGEST_PAGE : size;
    const pages = this.#header.readUInt32BE(PAGES_AT);
    const expected = pageBytes * pages;
    return expected === this.#bytes ? [] : [`The file has ${this.#bytes} bytes, but its header says ${pages} pages of ${pageBytes} bytes, which are ${expected}.`];
  }
}
