/** Everything that a database holds, as texts that are equal when the databases are: definitions, rows, checksums, grants. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import type { TestServer } from '../databases.ts';

/** By the name of what it is about: `table orders`, `rows of orders`, `trigger …`. */
export type Fingerprint = Readonly<Record<string, string>>;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

/** Of a database of a server, asked as the account that may see everything. */
export async function fingerprint(server: TestServer, database: string): Promise<Fingerprint> {
  return server.family === 'postgres' ? await postgres(server, database) : await mysqlFamily(server, database);
}

const MYSQL_LISTS = `
SELECT 'table', table_name, table_type FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')
UNION ALL SELECT 'view', table_name, '' FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'VIEW'
UNION ALL SELECT 'sequence', table_name, '' FROM information_schema.tables WHERE table_schema = DATABASE() AND table_type = 'SEQUENCE'
UNION ALL SELECT LOWER(routine_type), routine_name, sql_mode FROM information_schema.routines WHERE routine_schema = DATABASE()
UNION ALL SELECT 'event', event_name, '' FROM information_schema.events WHERE event_schema = DATABASE()
UNION ALL SELECT 'trigger', trigger_name, '' FROM information_schema.triggers WHERE trigger_schema = DATABASE()
ORDER BY 1, 2`;

async function mysqlFamily(server: TestServer, database: string): Promise<Fingerprint> {
  const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``;
  const text = (value: string): string => `'${value.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
  const found = lines(await server.sql(MYSQL_LISTS, { database })).map((line) => line.split('\t'));
  const history = new Set(found.filter(([, , type]) => type === 'SYSTEM VERSIONED').map(([, name]) => name));
  const marked = found.flatMap(([kind = '', name = '', mode = '']): string[] => {
    const mark = `SELECT ${text(`@@ ${kind} ${name}`)};`;
    const body = kind === 'trigger'
      // SHOW CREATE TRIGGER also says when it was made.
      ? `SELECT event_manipulation, event_object_table, action_order, action_statement, action_timing, sql_mode, definer, character_set_client, collation_connection, database_collation FROM information_schema.triggers WHERE trigger_schema = DATABASE() AND trigger_name = ${text(name)};`
      : `SHOW CREATE ${kind.toUpperCase()} ${quoted(name)};`;
    const all = kind.startsWith('package') ? [`SET sql_mode = ${text(mode)};`, mark, body, "SET sql_mode = '';"] : [mark, body];
    if (kind === 'sequence') return [...all, `SELECT ${text(`@@ value of ${name}`)};`, `SELECT * FROM ${quoted(name)};`];
    if (kind !== 'table') return all;
    return [...all, `SELECT ${text(`@@ rows of ${name}`)};`, `SELECT COUNT(*) FROM ${quoted(name)}${history.has(name) ? ' FOR SYSTEM_TIME ALL' : ''};`, `CHECKSUM TABLE ${quoted(name)} EXTENDED;`];
  });
  const prints = sections(await server.sql(`SET sql_mode = '';\n${marked.join('\n')}`, { database }));
  // The checksum of a table with an index on a JSON array differs from load to load, on one and the same server.
  for (const [kind = '', name = ''] of found.filter(([one, table]) => one === 'table' && /\barray\)/i.test(prints[`table ${table}`] ?? ''))) {
    if (kind === 'table') prints[`rows of ${name}`] = await server.sql(`SELECT * FROM ${quoted(name)}`, { database });
  }
  const settings = await server.sql('SELECT default_character_set_name, default_collation_name FROM information_schema.schemata WHERE schema_name = DATABASE()', { database });
  return { ...prints, settings: settings.trim() };
}

function sections(text: string): Record<string, string> {
  const prints: Record<string, string> = {};
  let name = '';
  for (const line of lines(text)) {
    if (line.startsWith('@@ ')) {
      name = line.slice(3);
      prints[name] = '';
    } else {
      prints[name] = `${prints[name] ?? ''}${line}\n`;
    }
  }
  return prints;
}

const POSTGRES_TABLES = "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE (c.relkind = 'r' OR c.relkind = 'm' AND c.relispopulated) AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1";

const POSTGRES_REST: Readonly<Record<string, string>> = {
  sequences: "SELECT schemaname, sequencename, start_value, min_value, max_value, increment_by, cycle, cache_size, last_value FROM pg_sequences ORDER BY 1, 2",
  'large objects': 'SELECT oid, md5(lo_get(oid)), lomowner::regrole, lomacl, obj_description(oid, \'pg_largeobject\') FROM pg_largeobject_metadata ORDER BY 1',
  roles: "SELECT rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolbypassrls, rolconnlimit, rolvaliduntil, rolpassword FROM pg_authid WHERE rolname !~ '^pg_' AND rolname <> 'postgres' ORDER BY 1",
  members: "SELECT roleid::regrole, member::regrole, admin_option FROM pg_auth_members WHERE roleid::regrole::text !~ '^pg_' ORDER BY roleid::regrole::text, member::regrole::text",
  'settings of roles': "SELECT setrole::regrole, setconfig FROM pg_db_role_setting WHERE setdatabase = 0 ORDER BY setrole::regrole::text",
  extensions: 'SELECT extname, extversion, extnamespace::regnamespace FROM pg_extension ORDER BY 1',
  encoding: 'SELECT pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()',
};

async function postgres(server: TestServer, database: string): Promise<Fingerprint> {
  const ask = async (query: string): Promise<string> => await server.sql(query, { database });
  const prints: Record<string, string> = {};
  const tables = lines(await ask(POSTGRES_TABLES));
  const literal = (name: string): string => `'${name.replaceAll("'", "''")}'`;
  const counts = tables.map((name) => `SELECT ${literal(name)} || ' ' || count(*) || ' ' || coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text) COLLATE "C")), '') FROM ONLY ${name} t;`);
  for (const line of lines(await ask(`SET TIME ZONE 'UTC'; SET extra_float_digits = 3;\n${counts.join('\n')}`))) {
    if (line !== 'SET') prints[`rows of ${line.slice(0, line.lastIndexOf(' ', line.lastIndexOf(' ') - 1))}`] = line;
  }
  for (const [what, query] of Object.entries(POSTGRES_REST)) prints[what] = await ask(query);
  const schema = execFileSync(server.bin('pg_dump'), ['--schema-only', '--no-password', '--host=127.0.0.1', `--port=${server.port}`, `--username=${server.rootUser}`, `--dbname=${connectionText(database)}`], { env: { ...server.env, PGPASSWORD: server.rootPassword }, encoding: 'utf8', maxBuffer: 2 ** 29 });
  // Two lines have a random word.
  for (const [index, part] of schema.replaceAll(/^\\(?:un)?restrict .*$/gm, '').split(/^-- Name: /m).entries()) {
    const name = part.slice(0, Math.max(0, part.indexOf('\n')));
    prints[`definition of ${name === '' || index === 0 ? 'the head' : name}${prints[`definition of ${name}`] === undefined ? '' : ` ${index}`}`] = part.length > 4000 ? sha256(part) : part;
  }
  return prints;
}

function connectionText(database: string): string {
  return `dbname='${database.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** Of a SQLite file: its pragmas, and everything as SQL. */
export function fileFingerprint(path: string): Fingerprint {
  const ask = (sql: string): string => execFileSync('sqlite3', ['-readonly', path, sql], { encoding: 'utf8', maxBuffer: 2 ** 29 });
  return { integrity: ask('PRAGMA integrity_check').trim(), version: ask('PRAGMA user_version').trim(), application: ask('PRAGMA application_id').trim(), encoding: ask('PRAGMA encoding').trim(), content: sha256(ask('.dump')), definitions: ask('.schema') };
}
