import { BackupFault } from '../../fault.ts';
import type { DumpOptions, Preparation } from '../engine.ts';
import type { Query } from '../query.ts';
import { optional, readObjects, SESSION, type PostgresFacts, type TableFact } from './facts.ts';
import { readSequences } from './sequences.ts';

const LOCKS_PER_STATEMENT = 500;
const TRIES = 5;
const COUNTED_AT_ONCE = 100;
const COUNTED_BYTES = 64 * 1024 * 1024;
const LOCK_WAIT = '30s';
/** How soon the server notices, in the middle of a count, that nobody waits for it any more. */
const GONE_AFTER = '1s';

/**
 * Locks every table for reading, and only then takes and exports the snapshot. The other way round a TRUNCATE in between
 * would leave a table that is empty in the dump at exit 0, and a queued ALTER would block all for ever (both measured).
 * `lockWait` as PostgreSQL writes times; a lost race for a lock is `dump-failed: DDL is waiting`.
 */
export async function holdSnapshot(query: Query, facts: PostgresFacts, options: DumpOptions, signal: AbortSignal, lockWait = LOCK_WAIT): Promise<Preparation<PostgresFacts>> {
  let tables = facts.tables;
  // Also for a session that was opened anew for a second try.
  for (const sql of SESSION) await query.rows(sql, signal);
  for (const setting of ['statement_timeout', 'idle_in_transaction_session_timeout']) await query.rows(`SET ${setting} = 0`, signal);
  // PostgreSQL 17 and later; 14 and later.
  await optional(() => query.rows('SET transaction_timeout = 0', signal), signal);
  await optional(() => query.rows(`SET client_connection_check_interval = '${GONE_AFTER}'`, signal), signal);
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    await query.rows('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', signal);
    // A holder that waits for a lock for ever would be no better than a dumper that does.
    await query.rows(`SET LOCAL lock_timeout = '${lockWait}'`, signal);
    if (await lockAll(query, readable(facts, tables), signal)) {
      const [row] = await query.rows('SELECT pg_catalog.pg_export_snapshot()', signal);
      const seen = await readObjects(query, signal);
      const sequenceFacts = sameTables(tables, seen.tables) ? await readSequences(query, readable(facts, seen.sequences), signal) : undefined;
      if (sequenceFacts !== undefined) {
        await query.rows('SET LOCAL lock_timeout = 0', signal);
        return {
          facts: { ...facts, ...seen, sequenceFacts },
          snapshot: row?.[0] ?? '',
          count: (ended) => countRows(query, counted({ ...facts, ...seen }, options), ended),
          release: () => query.close(),
        };
      }
      tables = seen.tables;
      await query.rows('ROLLBACK', signal);
    } else {
      // A table went away between the list and its lock.
      await query.rows('ROLLBACK', signal);
      tables = (await readObjects(query, signal)).tables;
    }
  }
  throw new BackupFault({ reason: 'dump-failed', message: `Tables or sequences of ${facts.database} came and went ${TRIES} times while they were being locked.`, remedy: 'Something creates and drops them all the time; run the backup when it does not.' });
}

/** Tables whose rows are in the dump. */
function counted(facts: PostgresFacts, { excludeData }: DumpOptions): readonly TableFact[] {
  const excluded = new Set(excludeData.flatMap((name) => [name, `public.${name}`]));
  return readable(facts, facts.tables).filter((table) => table.kind === 'r' && !excluded.has(table.name));
}

function readable(facts: PostgresFacts, tables: readonly TableFact[]): readonly TableFact[] {
  const hidden = new Set(facts.unreadable.map(({ name }) => name));
  return tables.filter((table) => !hidden.has(table.name));
}

/** True when all are locked; false when one does not exist any more. */
async function lockAll(query: Query, tables: readonly TableFact[], signal: AbortSignal): Promise<boolean> {
  for (let at = 0; at < tables.length; at += LOCKS_PER_STATEMENT) {
    const names = tables.slice(at, at + LOCKS_PER_STATEMENT).map((table) => `ONLY ${table.quoted}`).join(', ');
    try {
      await query.rows(`LOCK TABLE ${names} IN ACCESS SHARE MODE`, signal);
    } catch (thrown) {
      if (thrown instanceof Error && /\b42P01\b|does not exist/.test(thrown.message)) return false;
      throw thrown;
    }
  }
  return true;
}

function sameTables(one: readonly TableFact[], other: readonly TableFact[]): boolean {
  return one.length === other.length && one.every((table, at) => table.name === other[at]?.name);
}

/**
 * Rows per table in the snapshot, small tables first and many at once, until `ended`: what is not counted by then is not
 * claimed. The savepoint gives back the locks on indexes that a count takes, which would else fill the server's lock table.
 */
async function countRows(query: Query, tables: readonly TableFact[], ended: AbortSignal): Promise<Readonly<Record<string, number>>> {
  const found: Record<string, number> = {};
  try {
    await query.rows('SAVEPOINT ops', ended);
    for (const batch of batches(tables.toSorted((a, b) => a.bytes - b.bytes))) {
      if (ended.aborted) break;
      const counts = batch.map(countOf).join(' UNION ALL ');
      for (const [at, count] of await query.rows(`ROLLBACK TO SAVEPOINT ops; ${counts}`, ended)) {
        const table = batch[Number(at)];
        if (table !== undefined) found[table.name] = Number(count);
      }
    }
  } catch (thrown) {
    if (!ended.aborted) throw thrown;
  }
  return found;
}

/**
 * The question for the rows of one table. Of a table of an extension pg_dump takes those that a condition of the extension names:
 * that is text of the server, so the server puts it together and runs it, and psql never reads it, which has commands of its own.
 */
function countOf({ quoted, configured, oid }: TableFact, at: number): string {
  if (!configured) return `SELECT ${at}, count(*) FROM ONLY ${quoted}`;
  const sql = "pg_catalog.format('SELECT count(*) AS n FROM %s%I.%I %s', CASE WHEN x.condition = '' THEN 'ONLY ' ELSE '' END, n.nspname, c.relname, x.condition)";
  return `SELECT ${at}, pg_catalog.substring(pg_catalog.query_to_xml(${sql}, false, false, '')::text, '<n>([0-9]+)</n>')::bigint FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN (SELECT pg_catalog.unnest(e.extconfig) AS relation, pg_catalog.unnest(e.extcondition) AS condition FROM pg_catalog.pg_extension e) x ON x.relation = c.oid WHERE c.oid = ${oid}`;
}

/** Many small tables, or one large. */
function* batches(tables: readonly TableFact[]): Generator<readonly TableFact[]> {
  let batch: TableFact[] = [];
  let bytes = 0;
  for (const table of tables) {
    if (batch.length > 0 && (batch.length === COUNTED_AT_ONCE || bytes + table.bytes > COUNTED_BYTES)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(table);
    bytes += table.bytes;
  }
  if (batch.length > 0) yield batch;
}
