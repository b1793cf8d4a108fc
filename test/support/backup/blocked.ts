/** A database whose dump stands still at one table for as long as a test wants, and processes to be found meanwhile. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { TestServer } from '../databases.ts';

export interface Lock extends AsyncDisposable {
  /** Resolves once a dumper waits for the lock. */
  reached(): Promise<void>;
}

const WAITING = "SELECT COUNT(*) FROM information_schema.processlist WHERE state LIKE 'Waiting for table metadata lock%'";

/** Locks a table of a MySQL or MariaDB server against everybody, until disposed. */
export async function lockTable(server: TestServer, database: string, table: string): Promise<Lock> {
  const child = spawn(server.bin(server.family), ['--host=127.0.0.1', `--port=${server.port}`, `--user=${server.rootUser}`, '--batch', '--skip-column-names', '--unbuffered', database], { env: { ...server.env, MYSQL_PWD: server.rootPassword }, stdio: ['pipe', 'pipe', 'inherit'] });
  const closed = once(child, 'close');
  child.stdin.on('error', () => undefined);
  child.stdin.write(`LOCK TABLES ${table} WRITE;\nSELECT 'locked';\n`);
  await Promise.race([once(child.stdout, 'data'), closed.then(() => { throw new Error('the lock was not got'); })]);
  return {
    reached: () => until('a dumper that waits for the lock', async () => Number(await server.sql(WAITING)) > 0),
    [Symbol.asyncDispose]: async () => {
      child.stdin.end();
      await closed;
    },
  };
}

/** Ends what waits for the lock: the server does not notice that such a client is gone. */
export async function nobodyWaits(server: TestServer): Promise<void> {
  await until('the end of waits in the server', async () => {
    const ids = (await server.sql(WAITING.replace('COUNT(*)', 'id'))).split('\n').filter((id) => id !== '');
    for (const id of ids) await server.sql(`KILL ${id}`).catch(() => undefined); // it ended just now
    return ids.length === 0;
  });
}

const LIMIT_MS = 300_000;

/** Waits for what other processes do, however busy the machine is. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + LIMIT_MS;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited ${LIMIT_MS / 1000} s for: ${what}`);
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
}

export interface Found {
  readonly pid: number;
  readonly line: string;
}

/** Processes of that name whose environment has the mark. */
export function processesOf(name: RegExp, mark: string): readonly Found[] {
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).flatMap((pid) => {
    try {
      if (!name.test(readFileSync(`/proc/${pid}/comm`, 'utf8').trim()) || !readFileSync(`/proc/${pid}/environ`, 'utf8').includes(mark)) return [];
      readlinkSync(`/proc/${pid}/exe`);
      return [{ pid: Number(pid), line: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ') }];
    } catch {
      return []; // it ended just now
    }
  });
}
