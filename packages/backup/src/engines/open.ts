import type { Connection } from '../connection.ts';
import { BackupFault } from '../fault.ts';
import type { Place } from '../place.ts';
import type { Engine } from './engine.ts';
import { mysqlEngine, mysqlFamily } from './mysql/engine.ts';
import { postgresEngine } from './postgres/engine.ts';
import type { Query } from './query.ts';
import { sqliteEngine } from './sqlite/engine.ts';

/** An engine and an open session with the database. Engines are used through Engine alone: their own facts stay their business. */
export interface OpenedSource {
  readonly engine: Engine;
  readonly query: Query;
}

/**
 * Opens the database with the engine that it really is: a Laravel connection of driver mysql may lead to MariaDB, so the
 * server is asked. Throws BackupFault `tool-missing`, `login-refused`, `host-unreachable`.
 */
export async function openSource(place: Place, connection: Connection, signal: AbortSignal): Promise<OpenedSource> {
  if (connection.kind === 'file') return { engine: sqliteEngine, query: await asked(sqliteEngine, place, connection, signal, 'SELECT 1') };
  if (connection.engine === 'postgres') return { engine: postgresEngine, query: await asked(postgresEngine, place, connection, signal, 'SELECT 1') };
  const first = connection.engine;
  try {
    return await openMysql(place, connection, first, signal);
  } catch (thrown) {
    // The client of the other family may know the account's plugin, or the TLS options, that this one does not.
    if (signal.aborted || !(thrown instanceof BackupFault) || !/\b(?:2059|1251|2061)\b|plugin/i.test(thrown.message)) throw thrown;
    return await openMysql(place, connection, first === 'mysql' ? 'mariadb' : 'mysql', signal);
  }
}

async function openMysql(place: Place, connection: Connection, hint: 'mysql' | 'mariadb', signal: AbortSignal): Promise<OpenedSource> {
  const query = await mysqlEngine(hint).connect(place, connection, signal);
  try {
    const { family } = await mysqlFamily(query, signal);
    return { engine: mysqlEngine(family), query };
  } catch (thrown) {
    await query.close();
    throw thrown;
  }
}

/** A wrong password shows with the first question. */
async function asked(engine: Pick<Engine, 'connect'>, place: Place, connection: Connection, signal: AbortSignal, sql: string): Promise<Query> {
  const query = await engine.connect(place, connection, signal);
  try {
    await query.rows(sql, signal);
    return query;
  } catch (thrown) {
    await query.close();
    throw thrown;
  }
}
