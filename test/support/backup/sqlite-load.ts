import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface SqliteLoad {
  /** Pairs that are committed for sure. */
  written(): number;
  stop(): Promise<{ readonly written: number; readonly failed: string }>;
}

const PAIR = (id: number): string => `BEGIN IMMEDIATE; INSERT INTO pair_a VALUES (${id}, hex(randomblob(500))); INSERT INTO pair_b SELECT id, payload FROM pair_a WHERE id = ${id}; COMMIT; SELECT ${id};\n`;

/** Puts a file into WAL mode and writes pairs of rows into it, one transaction each, until it is stopped. */
export async function writeSqlite(path: string): Promise<SqliteLoad> {
  const child = spawn('sqlite3', ['-bail', '-cmd', '.timeout 60000', path], { stdio: ['pipe', 'pipe', 'pipe'] });
  let written = 0;
  let failed = '';
  let ending = false;
  let first: (() => void) | undefined;
  const begun = new Promise<void>((resolve) => { first = resolve; });
  child.stderr.on('data', (chunk: Buffer) => { failed += chunk.toString(); });
  child.stdin.on('error', () => undefined);
  child.stdin.write('PRAGMA journal_mode = WAL; CREATE TABLE pair_a (id INTEGER PRIMARY KEY, payload TEXT); CREATE TABLE pair_b (id INTEGER PRIMARY KEY, payload TEXT);\n');
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (!/^(?:wal|\d+)$/.test(line)) return;
    if (line !== 'wal') {
      written = Number(line);
      first?.();
    }
    if (ending) child.stdin.end();
    else child.stdin.write(PAIR(written + 1));
  });
  const closed = once(child, 'close');
  await Promise.race([begun, closed.then(() => { throw new Error(`sqlite3 ended: ${failed}`); })]);
  return {
    written: () => written,
    stop: async () => {
      ending = true;
      await closed;
      return { written, failed };
    },
  };
}
