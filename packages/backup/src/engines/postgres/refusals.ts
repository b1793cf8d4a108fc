import type { DumpOptions, Refusal } from '../engine.ts';
import type { PostgresFacts } from './facts.ts';

const SHOWN = 5;
const FIRST_WITH_READ_ALL = 14;
const SECTIONS_BESIDE_DATA = 2;
/** The server's default. */
const FEWEST_LOCKS = 64;

/** Why this database must not be dumped as it is. Pure. */
export function postgresRefusals(facts: PostgresFacts, options: DumpOptions): readonly Refusal[] {
  return [...clientRefusal(facts), ...rightRefusals(facts), ...lockRefusal(facts, options), ...optionRefusals(facts, options)];
}

function clientRefusal(facts: PostgresFacts): readonly Refusal[] {
  const { major } = facts.server;
  if (facts.dumpMajors.includes(Number(major))) return [];
  return [{
    reason: 'client-mismatch', partial: false,
    message: `The server is PostgreSQL ${facts.server.version}, and the pg_dump found is of ${facts.dumpMajors.map((one) => `version ${one}`).join(' and ')}: an older one refuses to work, and what a newer one writes does not load into ${major}.`,
    remedy: `Install postgresql-client-${major} where the dump runs.`,
  }];
}

function rightRefusals(facts: PostgresFacts): readonly Refusal[] {
  const found: Refusal[] = [];
  const role = quoted(facts.account);
  if (facts.unreadable.length > 0) found.push({ reason: 'right-missing', partial: true, message: `The account ${facts.account} may not read ${shown(facts.unreadable.map(({ name }) => name))}: pg_dump would end there.`, remedy: readGrant(facts, role) });
  if (facts.unreadableLargeObjects > 0) found.push({ reason: 'right-missing', partial: false, message: `The account ${facts.account} may not read ${facts.unreadableLargeObjects} of ${facts.largeObjects} large objects: pg_dump would end there.`, remedy: largeObjectGrant(role) });
  if (facts.rowSecurity.length > 0) found.push({ reason: 'right-missing', partial: false, message: `Row security hides rows of ${shown(facts.rowSecurity)} from ${facts.account}: pg_dump would end there.`, remedy: `ALTER ROLE ${role} BYPASSRLS;` });
  return found;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** One role for all that is there and all that will come, since PostgreSQL 14. */
function readGrant(facts: PostgresFacts, role: string): string {
  if (Number(facts.server.major) >= FIRST_WITH_READ_ALL) return `GRANT pg_read_all_data TO ${role};`;
  const schemas = [...new Set(facts.unreadable.map(({ schema }) => quoted(schema)))].join(', ');
  return `GRANT USAGE ON SCHEMA ${schemas} TO ${role}; GRANT SELECT ON ALL TABLES IN SCHEMA ${schemas} TO ${role}; GRANT SELECT ON ALL SEQUENCES IN SCHEMA ${schemas} TO ${role};`;
}

/** There is no GRANT for all large objects at once. */
function largeObjectGrant(role: string): string {
  return `DO $ops$ DECLARE one oid; BEGIN FOR one IN SELECT oid FROM pg_catalog.pg_largeobject_metadata LOOP EXECUTE pg_catalog.format('GRANT SELECT ON LARGE OBJECT %s TO %s', one, '${role.replaceAll("'", "''")}'); END LOOP; END $ops$;`;
}

/**
 * Every table and partition takes one lock, and one entry for the holder and each pg_dump, as all run at once, and every sequence one
 * for the pg_dump that reads it; the server has room for twice as many entries as locks.
 */
function lockRefusal(facts: PostgresFacts, { parallel }: DumpOptions): readonly Refusal[] {
  const holders = Math.max(1, parallel) + SECTIONS_BESIDE_DATA + 1;
  const sequences = facts.sequences.length;
  const needed = Math.max(facts.tables.length + sequences, Math.ceil((facts.tables.length * holders + sequences) / 2));
  if (needed <= facts.locksAvailable) return [];
  const perTransaction = 2 ** Math.ceil(Math.log2(Math.max(FEWEST_LOCKS, (facts.locksPerTransaction * needed) / facts.locksAvailable)));
  return [{ reason: 'not-dumpable', partial: false, message: `${facts.tables.length} tables and partitions${sequences === 0 ? '' : `, and ${sequences} sequences,`} need room for ${needed} locks while ${holders - 1} dumps and the holder of the snapshot read them, and the server has room for ${facts.locksAvailable}: it would run out of shared memory.`, remedy: `Set max_locks_per_transaction = ${perTransaction} in postgresql.conf and restart the server.` }];
}

function optionRefusals(facts: PostgresFacts, { excludeData }: DumpOptions): readonly Refusal[] {
  const known = new Set(facts.tables.flatMap((table) => [table.name, table.name.replace(/^public\./, '')]));
  const unknown = excludeData.filter((name) => !known.has(name));
  return unknown.length === 0 ? [] : [{ reason: 'bad-input', partial: false, message: `exclude-data: ${shown(unknown)} ${unknown.length === 1 ? 'is no table' : 'are no tables'} of ${facts.database}.`, remedy: `Example: exclude-data: ${facts.tables[0]?.name ?? 'public.telescope_entries'}` }];
}

function shown(names: readonly string[]): string {
  return names.length > SHOWN ? `${names.slice(0, SHOWN).join(', ')} and ${names.length - SHOWN} more` : names.join(', ');
}
