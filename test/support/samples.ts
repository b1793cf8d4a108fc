/**
 * Data for database tests: two real databases (Chinook, 11 tables; Foodmart, 37 tables), and one with everything that dumps get wrong.
 *
 *     await using server = await startDatabase('postgres-17');
 *     await loadSample(server, 'chinook', 'shop');         // makes the database
 *     await loadAwkward(server, 'odd');
 *     expect(await countRows(server, 'shop')).toEqual(sampleRows('chinook'));
 *
 * Chinook takes about 0.5 s, Foodmart (42 MB of SQL) 10 to 25 s: give that test two minutes. A test that wants them names the
 * services `chinook` and `foodmart`.
 */
import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TestServer } from './databases.ts';
import { HOW_TO_INSTALL, placeOf } from './services.ts';

export type Sample = 'chinook' | 'foodmart';

const AWKWARD = fileURLToPath(new URL('../fixtures/awkward', import.meta.url));

/** Makes the database (lower case letters, digits, `_`) and loads the sample into it. */
export async function loadSample(server: TestServer, sample: Sample, database: string): Promise<void> {
  await createDatabase(server, database);
  await server.sqlFile(join(samplePlace(sample), server.family === 'postgres' ? 'postgres.sql' : 'mysql.sql'), { database });
}

/** Copies the sample as a SQLite file, which has no foreign keys. */
export function copySqliteSample(sample: Sample, path: string): void {
  copyFileSync(join(samplePlace(sample), 'sqlite.db'), path);
}

/** The published number of rows of every table of a sample. */
export function sampleRows(sample: Sample): Record<string, number> {
  return asRows(readFileSync(join(samplePlace(sample), 'rows.tsv'), 'utf8'));
}

/**
 * Makes the database and fills it with what dumps and restores get wrong: every column type with its extremes, charsets, foreign-key
 * cycles, triggers, routines with awkward bodies, events, nested views, sequences, partitions; on PostgreSQL also large objects,
 * extensions, policies, domains, arrays, grants. Roles and definers it makes: `awkward_owner`, `awkward_reader`.
 */
export async function loadAwkward(server: TestServer, database: string): Promise<void> {
  await createDatabase(server, database);
  const files = server.family === 'postgres' ? ['postgres.sql'] : ['mysql-family.sql', `${server.family}.sql`];
  for (const file of files) await server.sqlFile(join(AWKWARD, file), { database });
}

/** Rows of every base table, by counting them; tables of other PostgreSQL schemas than public as `schema.table`. */
export async function countRows(server: TestServer, database: string): Promise<Record<string, number>> {
  const [quote, list] = server.family === 'postgres'
    ? ['"', "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2"]
    : ['`', "SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED') ORDER BY 2"];
  const quoted = (name: string): string => `${quote}${name.replaceAll(quote, quote + quote)}${quote}`;
  const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;
  const tables = linesOf(await server.sql(list, { database })).map((line) => line.split('\t'));
  if (tables.length === 0) return {};
  const counts = tables.map(([schema = '', table = '']) => {
    const name = server.family !== 'postgres' || schema === 'public' ? table : `${schema}.${table}`;
    return `SELECT ${text(name)}, COUNT(*) FROM ${quoted(schema)}.${quoted(table)}`;
  });
  return asRows(await server.sql(counts.join(' UNION ALL '), { database }));
}

async function createDatabase(server: TestServer, database: string): Promise<void> {
  if (!/^[a-z][a-z0-9_]*$/.test(database)) throw new Error(`a database of a test cannot be named "${database}"`);
  await server.sql(`CREATE DATABASE ${database}${server.family === 'postgres' ? '' : ' CHARACTER SET utf8mb4'}`);
}

function samplePlace(sample: Sample): string {
  const place = placeOf(sample);
  if (!existsSync(place)) throw new Error(`no ${sample} on this machine; install with: ${HOW_TO_INSTALL}`);
  return place;
}

function asRows(text: string): Record<string, number> {
  return Object.fromEntries(linesOf(text).map((line) => {
    const [table = '', count = ''] = line.split('\t');
    return [table, Number(count)];
  }));
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}
