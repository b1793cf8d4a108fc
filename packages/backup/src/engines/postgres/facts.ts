import type { Inventory, ObjectKind } from '../../inventory.ts';
import type { EngineFacts, SequenceStand } from '../engine.ts';
import type { Cell, Query } from '../query.ts';

/** A table whose rows are dumped. */
export interface TableFact {
  /** `schema.name`, plain. */
  readonly name: string;
  /** Quoted as SQL wants it, `"schema"."name"` where needed. */
  readonly quoted: string;
  readonly oid: string;
  readonly bytes: number;
  /** `r` plain, `p` partitioned (no rows of its own), `S` a sequence; `u` and `s` unlogged on a standby (nothing to be read). */
  readonly kind: string;
  /** Belongs to an extension, which makes it, while its rows are the user's (pg_extension_config_dump). */
  readonly configured: boolean;
  readonly schema: string;
  readonly table: string;
}

/** Where a sequence stood before the dumps began. */
export interface SequenceFact extends SequenceStand {
  readonly name: string;
  readonly descends: boolean;
  /** It begins anew when it has come to its end, so that its numbers say nothing about the order. */
  readonly cycles: boolean;
}

/** What PostgreSQL is asked before a dump. */
export interface PostgresFacts extends EngineFacts {
  readonly account: string;
  readonly superuser: boolean;
  readonly tables: readonly TableFact[];
  readonly sequences: readonly TableFact[];
  /** Where they stood before the dumps began; asked once everything is locked. */
  readonly sequenceFacts?: readonly SequenceFact[];
  /** Tables and sequences. */
  readonly unreadable: readonly TableFact[];
  readonly unreadableLargeObjects: number;
  readonly largeObjects: number;
  /** Tables with row security that this account does not bypass. */
  readonly rowSecurity: readonly string[];
  readonly locksAvailable: number;
  readonly locksPerTransaction: number;
  /** That this account cannot dump. */
  readonly subscriptions: number;
  readonly readsRolePasswords: boolean;
  readonly programs: { readonly dump: string; readonly dumpAll: string | undefined; readonly restore: string | undefined };
  /** Majors of pg_dump that were found where the dump runs. */
  readonly dumpMajors: readonly number[];
}

/** Objects of users: neither the server's own schemas nor members of extensions, which CREATE EXTENSION brings back. */
function own(alias: string, catalog: string, schema: string): string {
  return `${schema} !~ '^pg_' AND ${schema} <> 'information_schema' AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.${catalog}'::pg_catalog.regclass AND d.objid = ${alias}.oid AND d.deptype = 'e')`;
}

/** pg_dump puts the name of an object on one line. */
function line(sql: string): string {
  return `pg_catalog.translate(${sql}, E'\\n\\r', '  ')`;
}

/**
 * Name, quoted name, kind, size, whether it may be read, whether row security hides rows. row_security_active knows owners,
 * BYPASSRLS, FORCE and superusers. On a standby nobody can read unlogged tables, and pg_dump leaves their rows out. Of what extensions
 * brought (oids from 16384 on; the server's own have no rows of users) pg_dump takes the rows that they say are the user's.
 */
const RELATIONS = `SELECT ${line("n.nspname || '.' || c.relname")}, pg_catalog.format('%I.%I', n.nspname, c.relname), CASE WHEN c.relpersistence = 'u' AND c.relkind IN ('r', 'S') AND pg_catalog.pg_is_in_recovery() THEN CASE c.relkind WHEN 'r' THEN 'u' ELSE 's' END ELSE c.relkind::text END, CASE WHEN c.relkind IN ('r', 'm') THEN pg_catalog.pg_relation_size(c.oid) ELSE 0 END, pg_catalog.has_table_privilege(c.oid, 'SELECT') AND pg_catalog.has_schema_privilege(n.oid, 'USAGE'), c.relkind IN ('r', 'p') AND pg_catalog.row_security_active(c.oid), n.nspname, c.relname, c.oid, x.relation IS NOT NULL FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace LEFT JOIN (SELECT DISTINCT pg_catalog.unnest(e.extconfig) AS relation FROM pg_catalog.pg_extension e WHERE e.oid >= 16384) x ON x.relation = c.oid AND c.relkind IN ('r', 'S') WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND c.relpersistence <> 't' AND (x.relation IS NOT NULL OR ${own('c', 'pg_class', 'n.nspname')}) ORDER BY 1`;

/** Argument types as pg_dump writes them: of its IN arguments, qualified unless they are the server's own (search_path is empty). */
const ARGUMENTS = "COALESCE((SELECT pg_catalog.string_agg(pg_catalog.format_type(a.type, NULL), ', ' ORDER BY a.place) FROM pg_catalog.unnest(p.proargtypes::pg_catalog.oid[]) WITH ORDINALITY AS a (type, place)), CASE WHEN p.prokind = 'a' THEN '*' ELSE '' END)";

/** Names as pg_dump writes them into the comment above each object: `schema.` and its tag. */
const OBJECTS = [
  `SELECT CASE p.prokind WHEN 'p' THEN 'procedure' ELSE 'function' END, ${line(`n.nspname || '.' || p.proname || '(' || ${ARGUMENTS} || ')'`)} FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend r WHERE r.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND r.objid = p.oid AND r.deptype = 'i') AND ${own('p', 'pg_proc', 'n.nspname')}`,
  `SELECT 'trigger', ${line("n.nspname || '.' || c.relname || ' ' || t.tgname")} FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE NOT t.tgisinternal AND t.tgparentid = 0 AND ${own('c', 'pg_class', 'n.nspname')}`,
  `SELECT 'policy', ${line("n.nspname || '.' || c.relname || ' ' || p.polname")} FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class c ON c.oid = p.polrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE ${own('c', 'pg_class', 'n.nspname')}`,
  // Array types are made by the server, and so are multiranges.
  `SELECT 'type', ${line("n.nspname || '.' || t.typname")} FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid WHERE t.typisdefined AND (t.typtype IN ('e', 'd', 'r') OR (t.typtype = 'b' AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_type e WHERE e.typarray = t.oid)) OR (t.typtype = 'c' AND c.relkind = 'c')) AND ${own('t', 'pg_type', 'n.nspname')}`,
  `SELECT 'index', ${line("n.nspname || '.' || c.relname")} FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_class o ON o.oid = i.indrelid WHERE i.indisvalid AND o.relkind IN ('r', 'p', 'm') AND o.relpersistence <> 't' AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x')) AND ${own('o', 'pg_class', 'n.nspname')}`,
  `SELECT 'extension', ${line('e.extname')} FROM pg_catalog.pg_extension e WHERE e.extname <> 'plpgsql'`,
] as const;

/** Kinds that can be compared by name; constraints cannot. */
const COMPARED = ['table', 'view', 'sequence', 'function', 'procedure', 'trigger', 'policy', 'type', 'index', 'extension'] as const;

const KINDS: Readonly<Record<string, 'table' | 'view' | 'sequence'>> = { r: 'table', u: 'table', p: 'table', f: 'table', v: 'view', m: 'view', S: 'sequence', s: 'sequence' };

/** What pg_dump locks. */
const LOCKED: readonly string[] = ['r', 'p', 'u'];

function tableFact(row: readonly Cell[]): TableFact {
  const [name, quoted, kind, bytes, , , schema, table, oid, configured] = row.map((cell) => cell ?? '');
  return { name: name ?? '', quoted: quoted ?? '', kind: kind ?? '', bytes: Number(bytes ?? 0), schema: schema ?? '', table: table ?? '', oid: oid ?? '', configured: configured === 't' };
}

export async function optional<T>(ask: () => Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  try {
    return await ask();
  } catch (thrown) {
    if (signal.aborted || (thrown instanceof Error && 'reason' in thrown && thrown.reason !== 'dump-failed')) throw thrown;
    return undefined;
  }
}

/** Tables and inventory as one session sees them now. */
export async function readObjects(query: Query, signal: AbortSignal): Promise<Pick<PostgresFacts, 'inventory' | 'tables' | 'sequences' | 'unreadable' | 'rowSecurity' | 'bytes'>> {
  const relations = await query.rows(RELATIONS, signal);
  const names = new Map<ObjectKind, Set<string>>(COMPARED.map((kind) => [kind, new Set()]));
  const note = (kind: string, name: string): void => void names.get(COMPARED.find((known) => known === kind) ?? 'table')?.add(name);
  // CREATE EXTENSION brings back what is its own: no archive names it.
  for (const row of relations) if (!tableFact(row).configured) note(KINDS[row[2] ?? ''] ?? 'table', row[0] ?? '');
  for (const sql of OBJECTS) for (const row of await query.rows(sql, signal)) note(row[0] ?? '', row[1] ?? '');
  const inventory: Inventory = Object.fromEntries([...names].map(([kind, set]) => [kind, [...set].sort()]));
  const tables = relations.filter((row) => LOCKED.includes(row[2] ?? '')).map(tableFact);
  return {
    inventory, tables,
    sequences: relations.filter((row) => row[2] === 'S').map(tableFact),
    bytes: tables.reduce((sum, table) => sum + table.bytes, 0),
    // pg_dump reads rows of tables and the state of sequences; views, and foreign tables, are definitions to it.
    unreadable: relations.filter((row) => row[4] !== 't' && [...LOCKED, 'S', 's'].includes(row[2] ?? '')).map(tableFact),
    rowSecurity: relations.filter((row) => row[5] === 't').map((row) => row[0] ?? ''),
  };
}

const SETTINGS = `SELECT current_user, pg_catalog.current_setting('is_superuser'), pg_catalog.current_setting('server_version'), pg_catalog.current_setting('server_version_num'), pg_catalog.current_database(), pg_catalog.pg_encoding_to_char(d.encoding), d.datcollate, pg_catalog.current_setting('TimeZone'), pg_catalog.current_setting('max_locks_per_transaction')::int * (pg_catalog.current_setting('max_connections')::int + pg_catalog.current_setting('max_prepared_transactions')::int), pg_catalog.has_table_privilege('pg_catalog.pg_authid', 'SELECT'), pg_catalog.current_setting('max_locks_per_transaction') FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()`;

const LARGE_OBJECTS = `SELECT count(*), count(*) FILTER (WHERE NOT (pg_catalog.current_setting('lo_compat_privileges')::bool OR pg_catalog.pg_has_role(m.lomowner, 'USAGE') OR EXISTS (SELECT 1 FROM pg_catalog.aclexplode(m.lomacl) a WHERE a.privilege_type = 'SELECT' AND (a.grantee = 0 OR pg_catalog.pg_has_role(a.grantee, 'USAGE'))))) FROM pg_catalog.pg_largeobject_metadata m`;

/** pg_dump leaves them out, with a warning, unless a superuser runs it. */
const SUBSCRIPTIONS = 'SELECT count(s.oid) FROM pg_catalog.pg_subscription s JOIN pg_catalog.pg_database d ON d.oid = s.subdbid WHERE d.datname = pg_catalog.current_database()';

/** Once a session: names come qualified, and rows that row security would hide are an error instead of a gap. */
export const SESSION = ["SELECT pg_catalog.set_config('search_path', '', false)", 'SET row_security = off'] as const;

/** Everything but the facts of the programs. */
export async function readFacts(query: Query, signal: AbortSignal): Promise<Omit<PostgresFacts, 'client' | 'programs' | 'dumpMajors'>> {
  for (const sql of SESSION) await query.rows(sql, signal);
  const [settings] = await query.rows(SETTINGS, signal);
  const cell = (at: number): string => settings?.[at] ?? '';
  const identity = await optional(() => query.rows('SELECT system_identifier FROM pg_catalog.pg_control_system()', signal), signal);
  const [objects] = await query.rows(LARGE_OBJECTS, signal);
  const seen = await readObjects(query, signal);
  const superuser = cell(1) === 'on';
  const laravel = seen.tables.find((table) => /^[^.]+\.migrations$/.test(table.name));
  const migrations = laravel === undefined ? undefined : await optional(() => query.rows(`SELECT migration FROM ${laravel.quoted} ORDER BY id`, signal), signal);
  const id = identity?.[0]?.[0];
  return {
    ...seen,
    engine: 'postgres',
    server: { version: cell(2), major: String(Math.floor(Number(cell(3)) / 10_000)), ...(typeof id === 'string' ? { identity: id } : {}) },
    account: cell(0), superuser,
    database: cell(4), charset: cell(5), collation: cell(6), timeZone: cell(7),
    locksAvailable: Number(cell(8)),
    locksPerTransaction: Number(cell(10)),
    subscriptions: superuser ? 0 : Number((await optional(() => query.rows(SUBSCRIPTIONS, signal), signal))?.[0]?.[0] ?? 0),
    readsRolePasswords: cell(9) === 't',
    largeObjects: Number(objects?.[0] ?? 0),
    unreadableLargeObjects: superuser ? 0 : Number(objects?.[1] ?? 0),
    migrations: (migrations ?? []).map((row) => row[0] ?? ''),
  };
}
