import { UserError } from '@ops/shared';
import type { Connection } from '../../connection.ts';
import { BackupFault } from '../../fault.ts';
import type { Place } from '../../place.ts';
import { openClient } from '../client.ts';
import type { Engine, Preparation } from '../engine.ts';
import type { Query } from '../query.ts';
import { findTools, type Tool } from '../tools.ts';
import { mysqlDialect, QUERY_FLAGS } from './dialect.ts';
import { readFacts, versionNumber, type MysqlFacts } from './facts.ts';
import { DEFAULTS, mysqlLogin, type Family, type ServerConnection } from './login.ts';
import { mysqlJudge, mysqlPlan } from './plan.ts';
import { mysqlRefusals } from './refusals.ts';

const CLIENTS = ['mysql', 'mariadb'] as const;
const DUMPERS = ['mysqldump', 'mariadb-dump'] as const;
const FLAGS = ['set-gtid-purged', 'column-statistics', 'masking-policies', 'skip-masking-policies', 'init-command', 'dump-history'] as const;

const PRODUCTS: Readonly<Record<Family, string>> = { mysql: 'MySQL', mariadb: 'MariaDB' };

/** Which family a program belongs to: Debian's `mysqldump` is MariaDB's. */
function familyOf(tool: Tool): Family {
  return /mariadb/i.test(tool.version) ? 'mariadb' : 'mysql';
}

function server(connection: Connection): ServerConnection {
  if (connection.kind !== 'server') throw new Error('a MySQL engine needs a server');
  return connection;
}

/** The program of the server's own family, else any. */
function choose(tools: readonly Tool[], names: readonly string[], family: Family): Tool | undefined {
  const found = tools.filter((tool) => names.includes(tool.name));
  return found.find((tool) => familyOf(tool) === family) ?? found[0];
}

async function connect(place: Place, connection: Connection, family: Family, signal: AbortSignal): Promise<Query> {
  const login = server(connection);
  const client = choose(await findTools(place, CLIENTS, [], signal), CLIENTS, family);
  if (client === undefined) throw toolMissing(place, family);
  const title = `the database ${login.database}`;
  return openClient(place, title, client.path, [DEFAULTS, ...QUERY_FLAGS, `--database=${login.database}`], mysqlLogin(login, familyOf(client)), mysqlDialect(PRODUCTS[family]), signal);
}

function toolMissing(place: Place, family: Family): UserError {
  const name = family === 'mysql' ? 'mysql and mysqldump (package mysql-client)' : 'mariadb and mariadb-dump (package mariadb-client)';
  return new BackupFault({ reason: 'tool-missing', message: `There is no ${PRODUCTS[family]} client on ${place.name}.`, remedy: `Install ${name} there, or set via to the place that has it.` });
}

/** What the server itself says it is: a Laravel connection of driver mysql may well lead to MariaDB. */
export async function mysqlFamily(query: Query, signal: AbortSignal): Promise<{ readonly family: Family; readonly version: string }> {
  const [row] = await query.rows('SELECT VERSION()', signal);
  const version = row?.[0] ?? '';
  return { family: /mariadb/i.test(version) ? 'mariadb' : 'mysql', version };
}

/** MySQL and MariaDB: one dumper, one transaction, rows counted from its stream because no second connection can share the snapshot. */
export function mysqlEngine(family: Family): Engine<MysqlFacts> {
  return {
    name: family,
    connect: (place, connection, signal) => connect(place, connection, family, signal),
    async inspect(query, place, connection, signal) {
      const { version } = await mysqlFamily(query, signal);
      const dumper = choose(await findTools(place, DUMPERS, FLAGS, signal), DUMPERS, family);
      if (dumper === undefined) throw toolMissing(place, family);
      const facts = await readFacts(query, server(connection).database, version, family, signal);
      return { ...facts, client: { program: dumper.name, version: dumper.version }, dumper: { path: dumper.path, flags: dumper.flags, number: versionNumber(/(?:Distrib|from) (\S+)/.exec(dumper.version)?.[1] ?? dumper.version) } };
    },
    refusals: mysqlRefusals,
    prepare: (_query, facts): Promise<Preparation<MysqlFacts>> => Promise.resolve({ facts, release: () => Promise.resolve() }),
    plan: ({ facts }, connection, options) => mysqlPlan(facts, server(connection), options),
    judge: mysqlJudge,
    restoreCommand: (facts, _artifacts, decode) => `${decode('dump')} | ${facts.family === 'mysql' ? 'mysql' : 'mariadb'} --binary-mode --default-character-set=utf8mb4 --max-allowed-packet=1G NEW_DATABASE`,
  };
}
