import type { ScanKind } from '../../engines/engine.ts';
import { MysqlScanner } from './mysql.ts';
import { PgArchiveScanner } from './pg-archive.ts';
import { PgGlobalsScanner } from './pg-globals.ts';
import type { Scanner } from './scanner.ts';
import { SqliteScanner } from './sqlite.ts';

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
