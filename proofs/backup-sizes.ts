/**
 * Databases of unusual size: thousands of tables, and one very large row. Each is backed up by the bundled db-backup and restored by
 * public tools alone, tables, rows and checksums are compared, and the memory of the action is watched: it may not grow with the data.
 */
import { readFileSync } from 'node:fs';
import { openBackupScene, type BackupScene } from '../test/support/backup.ts';
import { startDatabase, type Product, type TestServer } from '../test/support/databases.ts';
import type { ProofIo, Proven } from './checks.ts';

const MIB = 1024 ** 2;
/** Of node alone. The promise for node and its codecs is 350 MiB. */
const MOST_RSS = 350 * MIB;

interface Outcome {
  readonly holds: boolean;
  readonly note: string;
}

export async function proof({ quick, log }: ProofIo): Promise<Proven> {
  const tables = quick ? 500 : 10_000;
  const rowBytes = quick ? 20 * MIB : 300 * MIB;
  let passed = 0;
  let total = 0;
  const judge = (what: string, { holds, note }: Outcome): void => {
    total += 1;
    passed += holds ? 1 : 0;
    log(`${holds ? 'ok    ' : 'NOT OK'}  ${what}: ${note}`);
  };
  for (const product of ['mariadb-10.11', 'postgres-17'] as const) {
    judge(`${product}, ${tables} tables`, await manyTables(product, tables));
    judge(`${product}, a row of ${rowBytes / MIB} MiB`, await largeRow(product, rowBytes));
  }
  return { passed, total };
}

async function manyTables(product: Product, count: number): Promise<Outcome> {
  await using scene = await openBackupScene();
  // A dump of PostgreSQL locks every table in one transaction.
  const settings = product.startsWith('postgres') ? { max_locks_per_transaction: '256', fsync: 'off' } : { 'table-open-cache': '4000' };
  await using server = await startDatabase(product, { settings });
  await using into = await startDatabase(product, { settings });
  await server.sql('CREATE DATABASE many');
  for (let from = 0; from < count; from += 1000) {
    const statements = Array.from({ length: Math.min(1000, count - from) }, (_, index) => {
      const name = `t${String(from + index).padStart(5, '0')}`;
      return `CREATE TABLE ${name} (id integer PRIMARY KEY, label varchar(20)); INSERT INTO ${name} VALUES (1, 'one of ${name}'), (2, NULL);`;
    });
    await server.sql(statements.join('\n'), { database: 'many' });
  }
  return await roundTrip(scene, server, into, 'many', async (one) => {
    const names = Array.from({ length: count }, (_, index) => `t${String(index).padStart(5, '0')}`);
    const rows = await one.sql(names.map((name) => `SELECT '${name}', id, label FROM ${name} ORDER BY id;`).join('\n'), { database: 'many' });
    const lines = rows.trim().split('\n').length;
    if (lines !== 2 * count) throw new Error(`${lines} rows instead of ${2 * count}`);
    return rows;
  });
}

async function largeRow(product: Product, bytes: number): Promise<Outcome> {
  const postgres = product.startsWith('postgres');
  await using scene = await openBackupScene();
  const settings: Record<string, string> = postgres ? {} : { 'max-allowed-packet': '1G', 'innodb-log-file-size': '1G' };
  await using server = await startDatabase(product, { settings });
  await using into = await startDatabase(product, { settings });
  await server.sql('CREATE DATABASE large');
  const type = postgres ? 'bytea' : 'longblob';
  // No two blocks are alike, so that nothing packs it small, and nothing of it crosses the line of a client.
  const fill = postgres
    ? `INSERT INTO big SELECT 1, decode(string_agg(md5(n::text) || md5((n * 7)::text), ''), 'hex') FROM generate_series(1, ${Math.ceil(bytes / 32)}) n`
    : `SET SESSION group_concat_max_len = 4294967295; INSERT INTO big SELECT 1, GROUP_CONCAT(UNHEX(CONCAT(MD5(seq), MD5(seq * 7))) SEPARATOR '') FROM seq_1_to_${Math.ceil(bytes / 32)}`;
  await server.sql(`CREATE TABLE big (id integer PRIMARY KEY, content ${type}); ${fill};`, { database: 'large' });
  return await roundTrip(scene, server, into, 'large', async (one) => {
    const said = (await one.sql('SELECT length(content), md5(content) FROM big', { database: 'large' })).trim();
    if (Number(said.split('\t')[0]) < bytes) throw new Error(`the row has ${said} bytes, not ${bytes}`);
    return said;
  });
}

async function roundTrip(scene: BackupScene, server: TestServer, into: TestServer, database: string, look: (server: TestServer) => Promise<string>): Promise<Outcome> {
  const before = await look(server);
  const { handle, done } = scene.startBackup(server, database, {}, { watch: false });
  let peak = 0;
  const timer = setInterval(() => { peak = Math.max(peak, peakOf(handle.pid)); }, 100);
  const began = performance.now();
  const made = await done.finally(() => { clearInterval(timer); });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const { manifest } = made.record;
  if (made.exit !== 0 || manifest === undefined) return { holds: false, note: made.sentence };
  const rss = `node at most ${Math.round(peak / MIB)} MiB`;
  await scene.restore(manifest, into, database);
  if (await look(into) !== before) return { holds: false, note: 'the restored rows differ' };
  return { holds: peak > 0 && peak <= MOST_RSS, note: `${made.outputs['raw-bytes']} bytes read, ${made.outputs['stored-bytes']} stored, ${seconds} s, ${rss}; restored and equal` };
}

/** The most resident memory the process ever had. */
function peakOf(pid: number | undefined): number {
  try {
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
