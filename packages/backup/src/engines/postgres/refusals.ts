import type { DumpOptions, Refusal } from '../engine.ts';
import type { PostgresFacts } from './facts.ts';

const SHOWN = 5;

/** Why this database must not be dumped as it is. Pure. */
export function postgresRefusals(facts: PostgresFacts, options: DumpOptions): readonly Refusal[] {
  return [...clientRefusal(facts), ...rightRefusals(facts), ...lockRefusal(facts), ...optionRefusals(facts, options)];
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
  const role = `"${facts.account.replaceAll('"', '""')}"`;
  if (facts.unreadable.length > 0) found.push({ reason: 'right-missing', partial: true, message: `The account ${facts.account} may not read ${shown(facts.unreadable)}: pg_dump would end there.`, remedy: `GRANT pg_read_all_data TO ${role};` });
  if (facts.unreadableLargeObjects > 0) found.push({ reason: 'right-missing', partial: false, message: `The account ${facts.account} may not read ${facts.unreadableLargeObjects} of ${facts.largeObjects} large objects.`, remedy: `Dump with the owner of the large objects, or GRANT SELECT ON LARGE OBJECT … TO ${role};` });
  if (facts.rowSecurity.length > 0) found.push({ reason: 'right-missing', partial: false, message: `Row security hides rows of ${shown(facts.rowSecurity)} from ${facts.account}.`, remedy: `ALTER ROLE ${role} BYPASSRLS;` });
  return found;
}

/** Every table and partition takes one lock in the holder and one in each pg_dump. */
function lockRefusal(facts: PostgresFacts): readonly Refusal[] {
  const needed = facts.tables.length;
  if (needed <= facts.locksAvailable) return [];
  return [{ reason: 'not-dumpable', partial: false, message: `${needed} tables and partitions need more locks than the ${facts.locksAvailable} that the server has room for.`, remedy: `Set max_locks_per_transaction = ${Math.max(128, 2 ** Math.ceil(Math.log2((64 * needed) / facts.locksAvailable)))} in postgresql.conf and restart the server.` }];
}

function optionRefusals(facts: PostgresFacts, { excludeData }: DumpOptions): readonly Refusal[] {
  const known = new Set(facts.tables.flatMap((table) => [table.name, table.name.replace(/^public\./, '')]));
  const unknown = excludeData.filter((name) => !known.has(name));
  return unknown.length === 0 ? [] : [{ reason: 'bad-input', partial: false, message: `exclude-data: ${shown(unknown)} ${unknown.length === 1 ? 'is no table' : 'are no tables'} of ${facts.database}.`, remedy: `Example: exclude-data: ${facts.tables[0]?.name ?? 'public.telescope_entries'}` }];
}

function shown(names: readonly string[]): string {
  return names.length > SHOWN ? `${names.slice(0, SHOWN).join(', ')} and ${names.length - SHOWN} more` : names.join(', ');
}
