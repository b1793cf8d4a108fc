import type { Connection } from '../../connection.ts';
import { BackupFault } from '../../fault.ts';
import type { Place } from '../../place.ts';
import { openClient } from '../client.ts';
import type { Engine } from '../engine.ts';
import { findTools, type Tool } from '../tools.ts';
import { postgresDialect, QUERY_FLAGS } from './dialect.ts';
import { readFacts, type PostgresFacts } from './facts.ts';
import { postgresLogin, type ServerConnection } from './login.ts';
import { postgresJudge, postgresPlan } from './plan.ts';
import { postgresRefusals } from './refusals.ts';
import { holdSnapshot } from './snapshot.ts';

function server(connection: Connection): ServerConnection {
  if (connection.kind !== 'server') throw new Error('PostgreSQL needs a server');
  return connection;
}

function majorOf(tool: Tool): number {
  return Number(/\) (\d+)/.exec(tool.version)?.[1] ?? 0);
}

function toolMissing(place: Place, name: string): BackupFault {
  return new BackupFault({ reason: 'tool-missing', message: `There is no ${name} on ${place.name}.`, remedy: 'Install postgresql-client of the server\'s major version there, or set via to the place that has it.' });
}

/** PostgreSQL: archives of sections over one exported snapshot that a session of ours holds. */
export const postgresEngine: Engine<PostgresFacts> = {
  name: 'postgres',
  async connect(place, connection, signal) {
    const login = server(connection);
    const [client] = await findTools(place, ['psql'], [], signal);
    if (client === undefined) throw toolMissing(place, 'psql');
    return openClient(place, `the database ${login.database}`, client.path, QUERY_FLAGS, postgresLogin(login), postgresDialect, signal);
  },
  async inspect(query, place, _connection, signal) {
    const facts = await readFacts(query, signal);
    const tools = await findTools(place, ['pg_dump', 'pg_dumpall', 'pg_restore'], [], signal);
    const major = Number(facts.server.major);
    const of = (name: string): readonly Tool[] => tools.filter((tool) => tool.name === name);
    const dump = of('pg_dump').find((tool) => majorOf(tool) === major) ?? of('pg_dump')[0];
    if (dump === undefined) throw toolMissing(place, 'pg_dump');
    return {
      ...facts,
      client: { program: 'pg_dump', version: dump.version },
      dumpMajors: of('pg_dump').map(majorOf),
      programs: { dump: dump.path, dumpAll: of('pg_dumpall').find((tool) => majorOf(tool) === major)?.path, restore: of('pg_restore').find((tool) => majorOf(tool) >= major)?.path },
    };
  },
  refusals: postgresRefusals,
  prepare: (query, facts, options, signal) => holdSnapshot(query, facts, options, signal),
  plan: ({ facts, snapshot }, connection, options) => postgresPlan(facts, snapshot, server(connection), options),
  judge: postgresJudge,
  restoreCommand: (facts, artifacts, decode) => [
    ...(artifacts.includes('globals') ? [`${decode('globals')} | psql -X postgres   # roles; those that exist are reported and kept`] : []),
    // Whatever somebody added to template1 would collide with the dump, and its encoding may be another one.
    `createdb --template=template0${facts.charset === 'UTF8' ? ' --encoding=UTF8' : ''} NEW_DATABASE`,
    ...artifacts.filter((name) => name !== 'globals').map((name) => `${decode(name)} | pg_restore --exit-on-error -d NEW_DATABASE`),
  ].join('\n'),
};
