import type { Check } from '../../check.ts';
import { inventoryDifferences, type Inventory, type ObjectKind } from '../../inventory.ts';
import type { Argument, ArtifactPlan, DumpOptions, DumpPlan, Scan } from '../engine.ts';
import type { PostgresFacts, TableFact } from './facts.ts';
import { conninfoDatabase, postgresLogin, type ServerConnection } from './login.ts';
import { sequenceCheck } from './sequences.ts';

const SHOWN = 8;
/** Uncompressed custom format: our own codec compresses, and parts stay comparable. */
const FLAGS = ['--format=custom', '--compress=0', '--no-password', '--lock-wait-timeout=30s'] as const;

/** A pattern of pg_dump that matches exactly this table: quotes take every meaning out of signs and upper case. */
function pattern({ schema, table }: TableFact): string {
  return [schema, table].map((part) => `"${part.replaceAll('"', '""')}"`).join('.');
}

/** Programs, flags and login of one dump over one snapshot. Pure. */
export function postgresPlan(facts: PostgresFacts, snapshot: string | undefined, connection: ServerConnection, options: DumpOptions): DumpPlan {
  const common = [...FLAGS, ...(snapshot === undefined ? [] : [`--snapshot=${snapshot}`])];
  const excluded = new Set(options.excludeData);
  const largest = facts.tables.filter((table) => table.kind === 'r' && !table.configured && !excluded.has(table.name) && !excluded.has(table.name.replace(/^public\./, ''))).toSorted((a, b) => b.bytes - a.bytes).slice(0, Math.max(0, options.parallel - 1));
  const leftOut = facts.tables.filter((table) => excluded.has(table.name) || excluded.has(table.name.replace(/^public\./, '')));
  // allow-partial got us here: what cannot be read must be named, or pg_dump fails on its lock.
  const skip = facts.unreadable.map((table) => `--exclude-table=${pattern(table)}`);
  const dump = (name: string, args: readonly Argument[]): ArtifactPlan => ({ name, commands: [{ id: 'dump', program: facts.programs.dump, args: [...common, ...skip, ...args] }], scan: 'pg-archive' });
  const data = [
    ...largest.map((table, at) => dump(`data-${at + 1}`, ['--section=data', `--table=${pattern(table)}`])),
    dump(`data-${largest.length + 1}`, ['--section=data', ...[...largest, ...leftOut].map((table) => `--exclude-table-data=${pattern(table)}`)]),
  ];
  const globals: ArtifactPlan[] = facts.programs.dumpAll === undefined ? [] : [{
    name: 'globals',
    commands: [{ id: 'globals', program: facts.programs.dumpAll, args: ['--globals-only', '--no-password', `--database=${conninfoDatabase(facts.database)}`, ...(facts.readsRolePasswords ? [] : ['--no-role-passwords'])] }],
    scan: 'pg-globals',
  }];
  return {
    login: postgresLogin(connection),
    artifacts: [...globals, dump('pre-data', ['--section=pre-data']), ...data, dump('post-data', ['--section=post-data'])],
    flags: [...FLAGS, ...(facts.readsRolePasswords ? [] : ['--no-role-passwords']), `parallel ${options.parallel}`, ...options.excludeData.map((name) => `exclude-data ${name}`)],
  };
}

/** Compares the archives with what the snapshot held. Pure. */
export function postgresJudge(facts: PostgresFacts, options: DumpOptions, scans: ReadonlyMap<string, Scan>, counted: Readonly<Record<string, number>> | undefined): readonly Check[] {
  const unread = [...scans].flatMap(([artifact, scan]) => scan.notRun.map((check) => `${artifact}: ${check.why ?? check.name}`));
  const problems = [...scans].flatMap(([artifact, scan]) => scan.problems.map((problem): Check => ({ name: `content of ${artifact}`, result: 'fail', why: problem })));
  // Under these very names: without them a read-back cannot call a backup verified.
  const compared: readonly Check[] = unread.length > 0
    ? (['inventory', 'rows', 'sequences'] as const).map((name) => ({ name, result: 'not-run', why: unread[0] ?? '' }))
    : [...inventoryChecks(facts, scans), ...rowChecks(facts, options, scans, counted), sequenceCheck(facts, scans)];
  return [...trailerCheck(scans), ...roleCheck(facts), ...subscriptionCheck(facts), ...compared, ...problems];
}

/** Only the globals are text, and have a trailer. */
function trailerCheck(scans: ReadonlyMap<string, Scan>): readonly Check[] {
  const globals = scans.get('globals');
  if (globals === undefined) return [];
  return globals.trailers === 1 ? [{ name: 'trailer', result: 'pass' }] : [{ name: 'trailer', result: 'fail', why: `The dump of the roles has ${globals.trailers ?? 0} lines "cluster dump complete" instead of 1.` }];
}

function subscriptionCheck({ subscriptions, account }: PostgresFacts): readonly Check[] {
  return subscriptions === 0 ? [] : [{ name: 'subscriptions', result: 'not-run', why: `${subscriptions === 1 ? 'One subscription is' : `${subscriptions} subscriptions are`} not in this backup: pg_dump writes them for superusers only, and ${account} is none.` }];
}

function roleCheck(facts: PostgresFacts): readonly Check[] {
  if (facts.programs.dumpAll === undefined) return [{ name: 'globals', result: 'not-run', why: 'There is no pg_dumpall where the dump runs, so roles and tablespaces are not in this backup.' }];
  return [facts.readsRolePasswords
    ? { name: 'role-passwords', result: 'pass' }
    : { name: 'role-passwords', result: 'not-run', why: `${facts.account} may not read pg_authid: roles are in the backup without their passwords.` }];
}

function joined(scans: ReadonlyMap<string, Scan>): Inventory {
  const all: Partial<Record<ObjectKind, string[]>> = {};
  for (const name of ['pre-data', 'post-data']) {
    for (const kind of ['table', 'view', 'sequence', 'function', 'procedure', 'trigger', 'policy', 'type', 'index', 'extension'] as const) {
      all[kind] = [...(all[kind] ?? []), ...(scans.get(name)?.inventory[kind] ?? [])];
    }
  }
  return all;
}

function inventoryChecks(facts: PostgresFacts, scans: ReadonlyMap<string, Scan>): readonly Check[] {
  const hidden = new Set(facts.unreadable.map(({ name }) => name));
  const left = (names: readonly string[] | undefined): readonly string[] => (names ?? []).filter((name) => !hidden.has(name));
  const expected: Inventory = { ...facts.inventory, table: left(facts.inventory.table), sequence: left(facts.inventory.sequence), view: left(facts.inventory.view) };
  const { missing, unexpected } = inventoryDifferences(expected, joined(scans));
  if (missing.length === 0 && unexpected.length === 0) return [{ name: 'inventory', result: 'pass' }];
  const words = [missing.length === 0 ? '' : `missing: ${shown(missing)}`, unexpected.length === 0 ? '' : `not listed before: ${shown(unexpected)}`].filter((one) => one !== '');
  return [{ name: 'inventory', result: 'fail', why: `The archives and the snapshot's own catalog differ (${words.join('; ')}).` }];
}

function rowChecks(facts: PostgresFacts, options: DumpOptions, scans: ReadonlyMap<string, Scan>, counted: Readonly<Record<string, number>> | undefined): readonly Check[] {
  const dumped = new Map<string, number>();
  for (const scan of scans.values()) for (const [name, data] of Object.entries(scan.tables)) dumped.set(name, (dumped.get(name) ?? 0) + data.rows);
  const excluded = new Set(options.excludeData.flatMap((name) => [name, `public.${name}`]));
  const hidden = new Set(facts.unreadable.map(({ name }) => name));
  const asked = facts.tables.filter((table) => table.kind === 'r' && !excluded.has(table.name) && !hidden.has(table.name));
  const wrong = asked.filter((table) => counted?.[table.name] !== undefined && counted[table.name] !== (dumped.get(table.name) ?? 0));
  if (wrong.length > 0) return [{ name: 'rows', result: 'fail', why: `Rows differ from the snapshot: ${shown(wrong.map((table) => `${table.name} has ${counted?.[table.name] ?? 0}, the dump ${dumped.get(table.name) ?? 0}`))}.` }];
  const uncounted = asked.filter((table) => counted?.[table.name] === undefined);
  if (uncounted.length > 0) return [{ name: 'rows', result: 'not-run', why: `${uncounted.length} of ${asked.length} tables were not counted before the dump ended: ${shown(uncounted.map((table) => table.name))}.` }];
  return [{ name: 'rows', result: 'pass' }];
}

function shown(names: readonly string[]): string {
  return names.length > SHOWN ? `${names.slice(0, SHOWN).join(', ')} and ${names.length - SHOWN} more` : names.join(', ');
}
