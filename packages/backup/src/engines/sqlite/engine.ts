import { Secret } from '@ops/shared';
import type { Check } from '../../check.ts';
import type { Connection } from '../../connection.ts';
import { BackupFault } from '../../fault.ts';
import type { Place } from '../../place.ts';
import { scripts } from '../../scripts.generated.ts';
import { openClient } from '../client.ts';
import type { ClientDialect } from '../client-query.ts';
import type { ClientLogin, DumpOptions, Engine, EngineFacts, Refusal } from '../engine.ts';
import { findTools } from '../tools.ts';

export interface SqliteFacts extends EngineFacts {
  readonly path: string;
  readonly program: string;
  /** Tables with rows of their own: not the virtual ones. */
  readonly counted: readonly string[];
}

const [FIELD, RECORD, NULL] = ['\x1f', '\x1e', '\x1d'];
const SHOWN = 8;
const NO_LOGIN: ClientLogin = { files: [{ name: 'none', text: new Secret('') }], env: {} };
const FLAGS = ['-batch', '-bail', '-init', '/dev/null', '-noheader', '-list', '-separator', FIELD, '-newline', RECORD, '-nullvalue', NULL] as const;

const dialect: ClientDialect = {
  product: 'SQLite',
  recordEnd: RECORD,
  frame: (sql, mark) => `${sql};\nSELECT '${mark}';\n`,
  cells: (record) => record.split(FIELD).map((text) => (text === NULL ? null : text)),
  // The first error ends the client.
  failure: () => undefined,
  isError: (line) => /error/i.test(line),
  fault: (words, title) => new BackupFault({
    reason: /unable to open|readonly|permission/i.test(words) ? 'login-refused' : 'dump-failed',
    message: `SQLite cannot read ${title}: ${words}`,
    remedy: 'Check that DB_DATABASE is the absolute path of the file, and that the login may read it and its directory (WAL mode needs both).',
  }),
  quit: '.quit\n',
};

function pathOf(connection: Connection): string {
  if (connection.kind !== 'file') throw new Error('SQLite needs a file');
  return connection.path;
}

/** The name of the database is the base name of its file. */
function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** SQLite: a proven copy made by VACUUM INTO in the private directory, then streamed. */
export const sqliteEngine: Engine<SqliteFacts> = {
  name: 'sqlite',
  async connect(place: Place, connection, signal) {
    const path = pathOf(connection);
    const [client] = await findTools(place, ['sqlite3'], [], signal);
    if (client === undefined) throw new BackupFault({ reason: 'tool-missing', message: `There is no sqlite3 on ${place.name}.`, remedy: 'Install the package sqlite3 there.' });
    return openClient(place, `the file ${path}`, client.path, [...FLAGS, `file:${encodeURI(path).replaceAll('?', '%3F').replaceAll('#', '%23')}?mode=ro`], NO_LOGIN, dialect, signal);
  },
  async inspect(query, place, connection, signal) {
    const path = pathOf(connection);
    const [client] = await findTools(place, ['sqlite3'], [], signal);
    const [[version] = []] = await query.rows('SELECT sqlite_version()', signal);
    const objects = await query.rows("SELECT type, name, sql LIKE 'CREATE VIRTUAL%' FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name", signal);
    const [[pages] = [], [page] = []] = [...await query.rows('PRAGMA page_count', signal), ...await query.rows('PRAGMA page_size', signal)];
    const named = (type: string): readonly string[] => objects.filter((row) => row[0] === type).map((row) => row[1] ?? '');
    const migrations = named('table').includes('migrations') ? await query.rows('SELECT migration FROM migrations ORDER BY id', signal) : [];
    return {
      engine: 'sqlite', path, database: baseName(path), program: client?.path ?? 'sqlite3',
      server: { version: version ?? '', major: (version ?? '').split('.')[0] ?? '', identity: path },
      client: { program: 'sqlite3', version: client?.version ?? '' },
      counted: objects.filter((row) => row[0] === 'table' && row[2] !== '1').map((row) => row[1] ?? ''),
      bytes: Number(pages ?? 0) * Number(page ?? 0),
      inventory: { table: named('table'), view: named('view'), trigger: named('trigger'), index: named('index') },
      migrations: migrations.map((row) => row[0] ?? ''),
    };
  },
  refusals: (_facts, options: DumpOptions): readonly Refusal[] => (options.excludeData.length === 0 ? [] : [{ reason: 'bad-input', partial: false, message: 'exclude-data: a SQLite backup is the whole file, so no table can be left out.', remedy: 'Remove exclude-data.' }]),
  prepare: (_query, facts) => Promise.resolve({ facts, release: () => Promise.resolve() }),
  plan: ({ facts }) => ({
    login: NO_LOGIN,
    artifacts: [{
      name: 'dump',
      before: { id: 'snapshot', program: 'sh', args: ['-c', scripts['snapshot.sh'], 'sh', facts.program, facts.path, { prefix: '', file: 'snapshot.db' }] },
      commands: [{ id: 'read', program: 'cat', args: [{ prefix: '', file: 'snapshot.db' }] }],
      scan: 'sqlite',
    }],
    flags: ['VACUUM INTO', 'integrity_check'],
  }),
  judge(facts, _options, scans): readonly Check[] {
    const scan = scans.get('dump');
    if (scan === undefined) return [{ name: 'content', result: 'fail', why: 'There is no copy.' }];
    const [problem] = scan.problems;
    const missing = facts.counted.filter((name) => scan.tables[name] === undefined);
    // The copy itself was opened and checked by integrity_check before it was read.
    const inventory: Check = missing.length === 0
      ? { name: 'inventory', result: 'pass' }
      : { name: 'inventory', result: 'fail', why: `The copy lacks ${missing.length === 1 ? 'a table' : `${missing.length} tables`} that the database had: ${missing.slice(0, SHOWN).join(', ')}.` };
    return [{ name: 'integrity', result: 'pass' }, inventory, problem === undefined ? { name: 'content', result: 'pass' } : { name: 'content', result: 'fail', why: problem }, ...scan.notRun];
  },
  restoreCommand: (facts, _artifacts, decode) => `${decode('dump')} > '${`restored-${facts.database}`.replaceAll("'", "'\\''")}'`,
};
