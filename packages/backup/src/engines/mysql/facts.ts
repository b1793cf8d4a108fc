import type { EngineFacts } from '../engine.ts';
import type { Query } from '../query.ts';
import type { Grant } from './grants.ts';
import { parseGrants } from './grants.ts';
import type { Family } from './login.ts';

/** What MySQL and MariaDB are asked before a dump. */
export interface MysqlFacts extends EngineFacts {
  readonly family: Family;
  /** Number of the server: 9.7.4 as [9, 7, 4]. */
  readonly number: readonly number[];
  readonly account: string;
  readonly grants: readonly Grant[];
  /** Tables whose storage engine takes no part in the snapshot, with that engine. */
  readonly unsafe: readonly { readonly table: string; readonly storage: string }[];
  readonly brokenViews: readonly string[];
  /** Routines that are listed but whose body this account may not see. */
  readonly hiddenRoutines: readonly string[];
  readonly maxAllowedPacket: number;
  readonly dumper: { readonly path: string; readonly flags: ReadonlySet<string>; readonly number: readonly number[] };
}

/** A string literal; safe under every sql_mode because quotes are doubled and backslashes never occur unescaped. */
export function literal(text: string): string {
  return `_utf8mb4 X'${Buffer.from(text, 'utf8').toString('hex')}'`;
}

export function versionNumber(version: string): readonly number[] {
  return (/(\d+)\.(\d+)(?:\.(\d+))?/.exec(version)?.slice(1) ?? []).filter((part) => part !== undefined).map(Number);
}

/** Compares version numbers part by part. */
export function atLeast(number: readonly number[], wanted: readonly number[]): boolean {
  for (const [at, part] of wanted.entries()) {
    const mine = number[at] ?? 0;
    if (mine !== part) return mine > part;
  }
  return true;
}

async function column(query: Query, sql: string, signal: AbortSignal): Promise<readonly string[]> {
  return (await query.rows(sql, signal)).map((row) => row[0] ?? '');
}

/** A question that an account or an old server may not be allowed; undefined then. */
async function optional(query: Query, sql: string, signal: AbortSignal): Promise<readonly (readonly (string | null)[])[] | undefined> {
  try {
    return await query.rows(sql, signal);
  } catch (thrown) {
    if (signal.aborted || (thrown instanceof Error && 'reason' in thrown && thrown.reason !== 'dump-failed' && thrown.reason !== 'login-refused')) throw thrown;
    return undefined;
  }
}

/** All grants of the account, with those of its active roles. */
export async function readGrants(query: Query, family: Family, signal: AbortSignal): Promise<readonly Grant[]> {
  const lines = [...await column(query, 'SHOW GRANTS FOR CURRENT_USER()', signal)];
  const [role = 'NONE'] = await optional(query, 'SELECT CURRENT_ROLE()', signal).then((rows) => rows?.map((row) => row[0] ?? 'NONE') ?? ['NONE']);
  if (role !== 'NONE' && role !== '') {
    const sql = family === 'mysql' ? `SHOW GRANTS FOR CURRENT_USER() USING ${role}` : 'SHOW GRANTS FOR CURRENT_ROLE()';
    lines.push(...(await optional(query, sql, signal))?.map((row) => row[0] ?? '') ?? []);
  }
  // MariaDB 10.11 and later: what everybody has.
  if (family === 'mariadb') lines.push(...(await optional(query, 'SHOW GRANTS FOR PUBLIC', signal))?.map((row) => row[0] ?? '') ?? []);
  return parseGrants(lines);
}

const NOT_SNAPSHOT_SAFE = "ENGINE NOT IN ('InnoDB', 'ROCKSDB', 'TokuDB')";

/** Asks the server for everything but the client's own facts. */
export async function readFacts(query: Query, database: string, version: string, family: Family, signal: AbortSignal): Promise<Omit<MysqlFacts, 'client' | 'dumper'>> {
  const name = literal(database);
  const number = versionNumber(version);
  const [settings] = await query.rows("SELECT CURRENT_USER(), @@sql_mode, IF(@@time_zone = 'SYSTEM', @@system_time_zone, @@time_zone), @@max_allowed_packet", signal);
  const identity = await optional(query, family === 'mysql' ? 'SELECT @@server_uuid' : 'SELECT @@server_uid', signal);
  const [schema] = await query.rows(`SELECT DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ${name}`, signal);
  const tables = await query.rows(`SELECT TABLE_NAME, TABLE_TYPE, IFNULL(ENGINE, ''), IFNULL(DATA_LENGTH, 0), IFNULL(TABLE_COMMENT, '') LIKE '%references invalid%' FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${name} ORDER BY TABLE_NAME`, signal);
  const kinds = (type: (word: string) => boolean): readonly string[] => tables.filter((row) => type(row[1] ?? '')).map((row) => row[0] ?? '');
  const views = kinds((word) => word === 'VIEW');
  const base = kinds((word) => word !== 'VIEW' && word !== 'SEQUENCE' && !word.startsWith('TEMPORARY'));
  const routines = await query.rows(`SELECT ROUTINE_NAME, ROUTINE_TYPE, ROUTINE_DEFINITION IS NULL FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = ${name} ORDER BY ROUTINE_NAME`, signal);
  const triggers = await column(query, `SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ${name} ORDER BY TRIGGER_NAME`, signal);
  const events = await column(query, `SELECT EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA = ${name} ORDER BY EVENT_NAME`, signal);
  const unsafe = await query.rows(`SELECT TABLE_NAME, ENGINE FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${name} AND TABLE_TYPE IN ('BASE TABLE', 'SYSTEM VERSIONED') AND ${NOT_SNAPSHOT_SAFE} ORDER BY TABLE_NAME`, signal);
  const migrations = base.includes('migrations') ? await optional(query, `SELECT migration FROM \`${database.replaceAll('`', '``')}\`.migrations ORDER BY id`, signal) : undefined;
  const id = identity?.[0]?.[0];
  return {
    engine: family, family, number, database,
    server: { version, major: number.slice(0, 2).join('.'), ...(id === undefined || id === null || id === '' ? {} : { identity: id }) },
    account: settings?.[0] ?? '',
    sqlMode: settings?.[1] ?? '',
    timeZone: settings?.[2] ?? '',
    maxAllowedPacket: Number(settings?.[3] ?? 0),
    ...(schema === undefined ? {} : { charset: schema[0] ?? '', collation: schema[1] ?? '' }),
    bytes: tables.reduce((sum, row) => sum + Number(row[3] ?? 0), 0),
    inventory: {
      table: base,
      view: views,
      trigger: triggers,
      procedure: routines.filter((row) => row[1] === 'PROCEDURE').map((row) => row[0] ?? ''),
      function: routines.filter((row) => row[1] === 'FUNCTION').map((row) => row[0] ?? ''),
      event: events,
      ...(family === 'mariadb' ? { sequence: kinds((word) => word === 'SEQUENCE') } : {}),
    },
    migrations: (migrations ?? []).map((row) => row[0] ?? ''),
    grants: await readGrants(query, family, signal),
    unsafe: unsafe.map((row) => ({ table: row[0] ?? '', storage: row[1] ?? '' })),
    brokenViews: tables.filter((row) => row[1] === 'VIEW' && row[4] === '1').map((row) => row[0] ?? ''),
    hiddenRoutines: routines.filter((row) => row[2] === '1').map((row) => row[0] ?? ''),
  };
}
