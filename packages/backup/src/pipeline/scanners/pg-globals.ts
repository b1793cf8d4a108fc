import type { Findings, Scanner } from './scanner.ts';

const TRAILER = '-- PostgreSQL database cluster dump complete';
const ROLE = /^CREATE ROLE (?:"((?:[^"]|"")+)"|([^\s";]+));$/;
/** No line of a dump of roles that matters is longer; what is over is passed over. */
const LINE_BYTES = 64 * 1024;

/** Reads what `pg_dumpall --globals-only` writes: roles, and the trailer. Line by line; it is small. */
export class PgGlobalsScanner implements Scanner {
  readonly #roles = new Set<string>();
  #rest: Buffer = Buffer.alloc(0);
  #trailers = 0;
  #afterTrailer = false;

  push(chunk: Buffer): void {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      this.#line(Buffer.concat([this.#rest, chunk.subarray(from, end)]).toString('utf8'));
      this.#rest = Buffer.alloc(0);
      from = end + 1;
    }
    if (this.#rest.length < LINE_BYTES) this.#rest = Buffer.concat([this.#rest, chunk.subarray(from, from + LINE_BYTES)]);
  }

  end(): Findings {
    const problems = this.#trailers > 0 && !this.#afterTrailer ? ['Text follows the last "cluster dump complete" line.'] : [];
    return { trailers: this.#trailers, inventory: { role: [...this.#roles].sort() }, tables: {}, longestStatement: 0, notRun: [], problems };
  }

  #line(line: string): void {
    if (line === TRAILER) { this.#trailers += 1; this.#afterTrailer = true; return; }
    // Since the fixes for CVE-2025-8714 `\unrestrict` stands after the trailer's comment.
    if (line !== '' && line !== '--' && !line.startsWith('\\unrestrict ')) this.#afterTrailer = false;
    const role = ROLE.exec(line);
    if (role !== null) this.#roles.add(role[1]?.replaceAll('""', '"') ?? role[2] ?? '');
  }
}
