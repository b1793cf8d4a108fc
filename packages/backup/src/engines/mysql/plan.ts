import type { Check } from '../../check.ts';
import { inventoryDifferences, type Inventory } from '../../inventory.ts';
import type { Argument, DumpCommand, DumpOptions, DumpPlan, Scan } from '../engine.ts';
import type { MysqlFacts } from './facts.ts';
import { DEFAULTS, mysqlLogin, type ServerConnection } from './login.ts';

/** Statements above it can never be loaded: it is the most that max_allowed_packet can be. */
const LARGEST_STATEMENT = 2 ** 30;
const SHOWN = 8;

/** One consistent snapshot in one transaction, everything that belongs to the schema, bytes as hex, and comments (the trailer is one). */
const COMMON = [
  '--single-transaction', '--skip-lock-tables', '--quick', '--routines', '--triggers', '--events', '--hex-blob',
  '--default-character-set=utf8mb4', '--no-tablespaces', '--tz-utc', '--max-allowed-packet=1G',
] as const;

function flagsOf(facts: MysqlFacts): readonly string[] {
  const knows = (flag: string): boolean => facts.dumper.flags.has(flag);
  return [
    ...COMMON,
    ...(facts.family === 'mysql' && knows('set-gtid-purged') ? ['--set-gtid-purged=OFF'] : []),
    // Asks for histograms that older servers lack.
    ...(facts.family === 'mysql' && knows('column-statistics') ? ['--column-statistics=0'] : []),
    // On by default since 9.7, it prints an error at exit 0 for accounts without global SELECT.
    ...(knows('skip-masking-policies') || knows('masking-policies') ? ['--skip-masking-policies'] : []),
    // Else of a table that keeps its history only the present rows are dumped, with the restore as their beginning.
    ...(facts.keepsHistory && knows('dump-history') ? ['--dump-history'] : []),
    // Under LOCK TABLES of one table an INSERT that asks a sequence for its default is refused (error 1100): such a dump never loads.
    ...(facts.family === 'mariadb' ? ['--skip-add-locks'] : []),
    // A slow store must not make the server give up on us.
    ...(knows('init-command') ? ['--init-command=SET SESSION net_write_timeout=3600'] : []),
  ];
}

/** Programs, flags and login of one dump. Pure. */
export function mysqlPlan(facts: MysqlFacts, connection: ServerConnection, options: DumpOptions): DumpPlan {
  const flags = flagsOf(facts);
  const program = facts.dumper.path;
  const excluded = options.excludeData;
  // allow-partial got us here: the dumper would end at them.
  const ordered = facts.viewOrder ?? [];
  const leftOutViews = [...facts.brokenViews, ...ordered].map((view) => `--ignore-table=${facts.database}.${view}`);
  const commands: DumpCommand[] = [];
  let leaveOut: readonly Argument[] = [];
  if (excluded.length > 0 && facts.family === 'mariadb') leaveOut = excluded.map((name) => `--ignore-table-data=${facts.database}.${name}`);
  else if (excluded.length > 0) {
    // Structure first: views of the main part may stand on these tables.
    const structure = flags.filter((flag) => flag !== '--routines' && flag !== '--events');
    commands.push({ id: 'structure', program, args: [DEFAULTS, ...structure, '--no-data', '--', facts.database, ...excluded] });
    leaveOut = excluded.map((name) => `--ignore-table=${facts.database}.${name}`);
  }
  commands.push({ id: 'dump', program, args: [DEFAULTS, ...flags, ...leaveOut, ...leftOutViews, '--', facts.database] });
  if (ordered.length > 0) {
    const definitions = flags.filter((flag) => !['--routines', '--events', '--triggers', '--dump-history'].includes(flag));
    commands.push({ id: 'views', program, args: [DEFAULTS, ...definitions, '--skip-triggers', '--no-data', '--', facts.database, ...ordered] });
  }
  const patience = facts.dumper.flags.has('init-command') ? {} : { patienceMs: facts.writeTimeoutMs };
  return { login: mysqlLogin(connection, facts.family), artifacts: [{ name: 'dump', commands, scan: 'mysql', ...patience }], flags: [...flags, ...excluded.map((name) => `exclude-data ${name}`)] };
}

/** Compares what the dump holds with what the server listed. Pure. */
export function mysqlJudge(facts: MysqlFacts, options: DumpOptions, scans: ReadonlyMap<string, Scan>): readonly Check[] {
  const scan = scans.get('dump');
  if (scan === undefined) return [{ name: 'inventory', result: 'fail', why: 'There is no dump.' }];
  const checks: Check[] = [trailerCheck(scan, dumps(facts, options)), inventoryCheck(expected(facts), scan)];
  const tooLarge = scan.longestStatement > LARGEST_STATEMENT;
  checks.push(tooLarge
    ? { name: 'row-size', result: 'fail', why: `One statement is ${scan.longestStatement} bytes long; no server loads more than 1 GiB at once, so this dump could never be restored.` }
    : { name: 'row-size', result: 'pass' });
  const [problem] = scan.problems;
  checks.push(problem === undefined ? { name: 'content', result: 'pass' } : { name: 'content', result: 'fail', why: problem });
  return [...checks, ...nameCheck(facts), ...scan.notRun];
}

/** Dumpers that write one after another, as in mysqlPlan. */
function dumps({ family, viewOrder = [] }: MysqlFacts, { excludeData }: DumpOptions): number {
  return 1 + (family === 'mysql' && excludeData.length > 0 ? 1 : 0) + (viewOrder.length > 0 ? 1 : 0);
}

/** MariaDB writes `nextval(database.sequence)` into such a default. */
function nameCheck({ sequenceDefaults, database }: MysqlFacts): readonly Check[] {
  return sequenceDefaults.length === 0 ? [] : [{ name: 'database-name', result: 'not-run', why: `${shown(sequenceDefaults)} ${sequenceDefaults.length === 1 ? 'takes its default' : 'take their defaults'} from a sequence that the dump names together with its database: load it into a database named ${database}, or the defaults lead to the old one.` }];
}

function expected({ inventory, brokenViews }: MysqlFacts): Inventory {
  return { ...inventory, view: (inventory.view ?? []).filter((view) => !brokenViews.includes(view)) };
}

function trailerCheck(scan: Scan, wanted: number): Check {
  return scan.trailers === wanted ? { name: 'trailer', result: 'pass' } : { name: 'trailer', result: 'fail', why: `The dump has ${scan.trailers ?? 0} lines "-- Dump completed" instead of ${wanted}.` };
}

function inventoryCheck(expected: Inventory, scan: Scan): Check {
  const { missing, unexpected } = inventoryDifferences(expected, scan.inventory);
  if (missing.length === 0 && unexpected.length === 0) return { name: 'inventory', result: 'pass' };
  const words = [missing.length === 0 ? '' : `missing: ${shown(missing)}`, unexpected.length === 0 ? '' : `not listed before: ${shown(unexpected)}`].filter((one) => one !== '');
  return { name: 'inventory', result: 'fail', why: `The dump and the server's own list differ (${words.join('; ')}). Either the account may not see everything, or the schema changed during the dump.` };
}

function shown(names: readonly string[]): string {
  return names.length > SHOWN ? `${names.slice(0, SHOWN).join(', ')} and ${names.length - SHOWN} more` : names.join(', ');
}
