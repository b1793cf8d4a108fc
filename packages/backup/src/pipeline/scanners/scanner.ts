import type { Scan, ScanKind } from '../../engines/engine.ts';
import { MysqlScanner } from './mysql.ts';
import { PgArchiveScanner } from './pg-archive.ts';
import { PgGlobalsScanner } from './pg-globals.ts';
import { SqliteScanner } from './sqlite.ts';

/** What a scanner adds to size and hash, which the tap takes of every plaintext. */
export type Findings = Omit<Scan, 'plainBytes' | 'plainSha256'>;

/** Reads plaintext once, in order, in chunks of any size; their borders never change what it finds. */
export interface Scanner {
  /** A promise when a helper program wants no more for now. */
  push(chunk: Buffer): void | Promise<void>;
  /** No more comes. Await nothing but a helper program. */
  end(): Findings | Promise<Findings>;
  /** Ends helper programs; idempotent. */
  close?(): void;
}

export interface ScanOptions {
  /** Path of a pg_restore for archives. */
  readonly pgRestore: string | undefined;
}

export function createScanner(kind: ScanKind, options: ScanOptions): Scanner {
  switch (kind) {
    case 'mysql': return new MysqlScanner();
    case 'pg-archive': return new PgArchiveScanner(options.pgRestore);
    case 'pg-globals': return new PgGlobalsScanner();
    case 'sqlite': return new SqliteScanner();
    default: throw new Error(`No scanner for ${String(kind satisfies never)}.`);
  }
}
