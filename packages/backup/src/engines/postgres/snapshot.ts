import { BackupFault } from '../../fault.ts';
import type { Preparation } from '../engine.ts';
import type { Query } from '../query.ts';
import { readObjects, type PostgresFacts, type TableFact } from './facts.ts';

const LOCKS_PER_STATEMENT = 500;
const TRIES = 5;

/**
 * Locks every table for reading, and only then takes and exports the snapshot. The other way round a TRUNCATE in between
 * would leave a table that is empty in the dump at exit 0, and a queued ALTER would block all for ever (both measured).
 */
export async function holdSnapshot(query: Query, facts: PostgresFacts, signal: AbortSignal): Promise<Preparation<PostgresFacts>> {
  let tables = facts.tables;
  for (const setting of ['statement_timeout', 'idle_in_transaction_session_timeout']) await query.rows(`SET ${setting} = 0`, signal);
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    await query.rows('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY', signal);
    // A holder that waits for a lock for ever would be no better than a dumper that does.
    await query.rows("SET LOCAL lock_timeout = '30s'", signal);
    if (await lockAll(query, readable(facts, tables), signal)) {
      const [row] = await query.rows('SELECT pg_catalog.pg_export_snapshot()', signal);
      const seen = await readObjects(query, signal);
      if (sameTables(tables, seen.tables)) {
        return {
          facts: { ...facts, ...seen, rowSecurity: facts.rowSecurity },
          snapshot: row?.[0] ?? '',
          count: (ended) => countRows(query, readable(facts, seen.tables), ended),
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
  throw new BackupFault({ reason: 'dump-failed', message: `Tables of ${facts.database} came and went ${TRIES} times while they were being locked.`, remedy: 'Something creates and drops tables all the time; run the backup when it does not.' });
}

function readable(facts: PostgresFacts, tables: readonly TableFact[]): readonly TableFact[] {
  const hidden = new Set(facts.unreadable);
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

/** Rows per table in the snapshot, small tables first, until `ended`: what is not counted by then is not claimed. */
async function countRows(query: Query, tables: readonly TableFact[], ended: AbortSignal): Promise<Readonly<Record<string, number>>> {
  const counted: Record<string, number> = {};
  const plain = tables.filter((table) => table.kind === 'r').toSorted((a, b) => a.bytes - b.bytes);
  for (const table of plain) {
    if (ended.aborted) break;
    try {
      const [row] = await query.rows(`SELECT count(*) FROM ONLY ${table.quoted}`, ended);
      counted[table.name] = Number(row?.[0] ?? Number.NaN);
    } catch (thrown) {
      if (ended.aborted) break;
      throw thrown;
    }
  }
  return counted;
}
