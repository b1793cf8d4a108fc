import type { EngineFacts } from '../engine.ts';
import type { Cell, Query } from '../query.ts';
import { grantedRoles, parseGrants, withoutWildcards, type Grant } from './grants.ts';
import type { Family } from './login.ts';
import { readViewOrder } from './views.ts';

/** What MySQL and MariaDB are asked before a dump. */
export interface MysqlFacts extends EngineFacts {
  readonly family: Family;
  /** Number of the server: 9.7.4 as [9, 7, 4]. */
  readonly number: readonly number[];
  readonly account: string;
  readonly grants: readonly Grant[];
  /** partial_revokes is on: names of databases in grants have no wildcards. */
  readonly literalNames: boolean;
  /** Roles the account has, but that are not active when it logs in. */
  readonly idleRoles: readonly string[];
  /** Tables whose storage engine takes no part in the snapshot, with that engine. */
  readonly unsafe: readonly { readonly table: string; readonly storage: string }[];
  readonly brokenViews: readonly string[];
  /** All views that work, in the order in which they load; undefined when any order will do. */
  readonly viewOrder?: readonly string[];
  /** Columns whose default asks a sequence (MariaDB). */
  readonly sequenceDefaults: readonly string[];
  /** A table is system-versioned (MariaDB). */
  readonly keepsHistory: boolean;
  /** Routines that are listed but whose body this account may not see. */
  readonly hiddenRoutines: readonly string[];
  readonly maxAllowedPacket: number;
  /** net_write_timeout of new sessions: how long the server waits for a client that reads nothing. */
  readonly writeTimeoutMs: number;
  readonly dumper: { readonly path: string; readonly flags: ReadonlySet<string>; readonly number: readonly number[] };
}

/** A string literal; safe under every sql_mode and whatever the text. */
export function literal(text: string): string {
  return `_utf8mb4 X'${Buffer.from(text, 'utf8').toString('hex')}'`;
}

/** A name between backticks. */
export function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
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

/** The client prints NULL and the text NULL alike, and a name is never NULL. */
function nameAt(row: readonly Cell[], at: number): string {
  return row[at] ?? 'NULL';
}

async function column(query: Query, sql: string, signal: AbortSignal): Promise<readonly string[]> {
  return (await query.rows(sql, signal)).map((row) => nameAt(row, 0));
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

/** All grants of the account, with those of its active roles, and the roles that are not active. */
export async function readGrants(query: Query, family: Family, signal: AbortSignal): Promise<Pick<MysqlFacts, 'grants' | 'idleRoles' | 'literalNames'>> {
  const more = async (sql: string): Promise<readonly string[]> => (await optional(query, sql, signal))?.map((row) => row[0] ?? '') ?? [];
  const lines = [...await column(query, 'SHOW GRANTS FOR CURRENT_USER()', signal)];
  const roles = grantedRoles(lines);
  const [active = ''] = await more('SELECT CURRENT_ROLE()');
  const none = active === '' || active === 'NONE';
  if (!none) lines.push(...await more(family === 'mysql' ? `SHOW GRANTS FOR CURRENT_USER() USING ${active}` : 'SHOW GRANTS FOR CURRENT_ROLE'));
  // What everybody has; MariaDB 10.11 and later.
  if (family === 'mariadb') lines.push(...await more('SHOW GRANTS FOR PUBLIC'));
  const literalNames = family === 'mysql' && (await more('SELECT @@partial_revokes'))[0] === '1';
  const grants = parseGrants(lines);
  const activeRoles = active.startsWith('`') ? grantedRoles([`GRANT ${active} TO x`]) : [active];
  return { literalNames, grants: literalNames ? withoutWildcards(grants) : grants, idleRoles: roles.filter((role) => none || !activeRoles.includes(role)) };
}

/** Views that cannot be opened: as the dumpers do it, because no list tells of a definer that is gone. */
async function findBrokenViews(query: Query, database: string, views: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
  const broken: string[] = [];
  for (const view of views) {
    if (await optional(query, `SHOW FIELDS FROM ${quoted(database)}.${quoted(view)}`, signal) === undefined) broken.push(view);
  }
  return broken;
}

const MS_PER_S = 1000;

/** Storage engines whose rows come from the one snapshot; an empty word is a table that cannot be opened, which the dumper says loudly. */
const SNAPSHOT_SAFE: readonly string[] = ['innodb', 'rocksdb', 'tokudb', ''];

/** Asks the server for everything but the client's own facts. */
export async function readFacts(query: Query, database: string, version: string, family: Family, signal: AbortSignal): Promise<Omit<MysqlFacts, 'client' | 'dumper'>> {
  const name = literal(database);
  const number = versionNumber(version);
  const [settings] = await query.rows("SELECT CURRENT_USER(), @@GLOBAL.sql_mode, IF(@@time_zone = 'SYSTEM', @@system_time_zone, @@time_zone), @@max_allowed_packet, @@GLOBAL.net_write_timeout", signal);
  // ANSI_QUOTES changes what SHOW GRANTS prints, and ORACLE what is a word.
  await query.rows("SET SESSION sql_mode = ''", signal);
  const identity = await optional(query, family === 'mysql' ? 'SELECT @@server_uuid' : 'SELECT @@server_uid', signal);
  const [schema] = await query.rows(`SELECT DEFAULT_CHARACTER_SET_NAME, DEFAULT_COLLATION_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ${name}`, signal);
  const tables = await query.rows(`SELECT TABLE_NAME, TABLE_TYPE, IFNULL(ENGINE, ''), IFNULL(DATA_LENGTH, 0) FROM information_schema.TABLES WHERE TABLE_SCHEMA = ${name} ORDER BY TABLE_NAME`, signal);
  const ofType = (type: (word: string) => boolean): readonly string[] => tables.filter((row) => type(row[1] ?? '')).map((row) => nameAt(row, 0));
  const views = ofType((word) => word === 'VIEW');
  const base = ofType(isTable);
  const routines = await query.rows(`SELECT ROUTINE_NAME, ROUTINE_TYPE, ROUTINE_DEFINITION IS NULL FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = ${name} ORDER BY ROUTINE_NAME`, signal);
  const routinesOf = (type: string): readonly string[] => routines.filter((row) => row[1] === type).map((row) => nameAt(row, 0));
  const migrations = base.includes('migrations') ? await optional(query, `SELECT migration FROM ${quoted(database)}.migrations ORDER BY id`, signal) : undefined;
  const brokenViews = await findBrokenViews(query, database, views, signal);
  const viewOrder = await readViewOrder(query, name, database, views.filter((view) => !brokenViews.includes(view)), signal);
  const sequences = ofType((word) => word === 'SEQUENCE');
  const id = identity?.[0]?.[0];
  return {
    engine: family, family, number, database,
    server: { version, major: number.slice(0, 2).join('.'), ...(id === undefined || id === null || id === '' ? {} : { identity: id }) },
    account: settings?.[0] ?? '',
    sqlMode: settings?.[1] ?? '',
    timeZone: settings?.[2] ?? '',
    maxAllowedPacket: Number(settings?.[3] ?? 0),
    writeTimeoutMs: Number(settings?.[4] ?? 0) * MS_PER_S,
    ...(schema === undefined ? {} : { charset: schema[0] ?? '', collation: schema[1] ?? '' }),
    bytes: tables.reduce((sum, row) => sum + Number(row[3] ?? 0), 0),
    inventory: {
      table: base,
      view: views,
      trigger: await column(query, `SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = ${name} ORDER BY TRIGGER_NAME`, signal),
      procedure: routinesOf('PROCEDURE'),
      function: routinesOf('FUNCTION'),
      event: await column(query, `SELECT EVENT_NAME FROM information_schema.EVENTS WHERE EVENT_SCHEMA = ${name} ORDER BY EVENT_NAME`, signal),
      ...(family === 'mariadb' ? { sequence: sequences, package: routinesOf('PACKAGE'), 'package-body': routinesOf('PACKAGE BODY') } : {}),
    },
    migrations: (migrations ?? []).map((row) => nameAt(row, 0)),
    ...await readGrants(query, family, signal),
    unsafe: tables.filter((row) => isTable(row[1] ?? '') && !SNAPSHOT_SAFE.includes((row[2] ?? '').toLowerCase())).map((row) => ({ table: nameAt(row, 0), storage: row[2] ?? '' })),
    keepsHistory: tables.some((row) => row[1] === 'SYSTEM VERSIONED'),
    brokenViews,
    ...(viewOrder === undefined ? {} : { viewOrder }),
    // Only where there is one: this opens every table.
    sequenceDefaults: sequences.length === 0 ? [] : await column(query, `SELECT CONCAT(TABLE_NAME, '.', COLUMN_NAME) FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ${name} AND COLUMN_DEFAULT LIKE 'nextval(%' ORDER BY 1`, signal),
    hiddenRoutines: routines.filter((row) => row[2] === '1').map((row) => nameAt(row, 0)),
  };
}

/** `BASE TABLE`, and MariaDB's `SYSTEM VERSIONED`. */
function isTable(type: string): boolean {
  return type !== 'VIEW' && type !== 'SYSTEM VIEW' && type !== 'SEQUENCE' && !type.startsWith('TEMPORARY');
}
