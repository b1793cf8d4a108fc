import type { DumpOptions, Refusal } from '../engine.ts';
import { atLeast, quoted, type MysqlFacts } from './facts.ts';
import { decidingPattern, holdsGlobally, holdsOnDatabase, holdsOnTable, tableLevel } from './grants.ts';

/** What a missing privilege leaves out of a dump that ends with exit code 0 and its trailer. Measured on MySQL 9.7 and MariaDB 10.11 and 11.8. */
const NEEDED = [
  ['SELECT', 'tables it was not granted are absent from the dump'],
  ['SHOW VIEW', 'views cannot be dumped'],
  ['TRIGGER', 'triggers are left out without a word'],
  ['EVENT', 'events cannot be dumped'],
] as const;

const SHOWN = 5;

/** Why this database must not be dumped as it is. Pure. */
export function mysqlRefusals(facts: MysqlFacts, options: DumpOptions): readonly Refusal[] {
  return [...clientRefusals(facts), ...rightRefusals(facts), ...routineRefusals(facts), ...reloadRefusal(facts), ...contentRefusals(facts, options), ...optionRefusals(facts, options)];
}

function clientRefusals({ family, client, server }: MysqlFacts): readonly Refusal[] {
  const other = /mariadb/i.test(client.version) ? 'mariadb' : 'mysql';
  if (other === family) return [];
  const [mine, wanted] = family === 'mysql' ? ['MariaDB', 'mysqldump of MySQL (package mysql-client)'] : ['MySQL', 'mariadb-dump (package mariadb-client)'];
  return [{ reason: 'client-mismatch', partial: false, message: `The server is ${family === 'mysql' ? 'MySQL' : 'MariaDB'} ${server.version}, and the only dumper found is the one of ${mine} (${client.version}): its dumps do not load back.`, remedy: `Install ${wanted} where the dump runs, or set via to the other place.` }];
}

/** On the pattern that already decides for this database: beside a more precise one another grant would change nothing. */
function grantText(privileges: string, { grants, database, literalNames, account }: MysqlFacts): string {
  const pattern = literalNames ? database : (decidingPattern(grants, database) ?? database);
  return `GRANT ${privileges} ON ${quoted(pattern)}.* TO ${accountText(account)};`;
}

/** CURRENT_USER() is `user@host`; either part may hold an @. */
function accountText(account: string): string {
  const at = account.lastIndexOf('@');
  return at < 0 ? quoted(account) : `${quoted(account.slice(0, at))}@${quoted(account.slice(at + 1))}`;
}

function rightRefusals(facts: MysqlFacts): readonly Refusal[] {
  const missing = NEEDED.filter(([privilege]) => !holdsOnDatabase(facts.grants, privilege, facts.database));
  if (missing.length === 0) return [];
  const tables = tableLevel(facts.grants, facts.database);
  const idle = facts.idleRoles.length > 0 ? ` Its ${facts.idleRoles.length === 1 ? 'role' : 'roles'} ${shown(facts.idleRoles)} ${facts.idleRoles.length === 1 ? 'is' : 'are'} not active when it logs in (SET DEFAULT ROLE).` : '';
  const only = tables.length > 0 ? ` It has rights on single tables only (${shown(tables)}); every other table would be missing, and nothing would say so.` : '';
  return [{
    reason: 'right-missing', partial: true,
    message: `The account ${facts.account} lacks ${missing.map(([privilege]) => privilege).join(', ')} on the whole database ${facts.database}: ${missing.map(([, effect]) => effect).join('; ')}.${only}${idle}`,
    remedy: grantText(missing.map(([privilege]) => privilege).join(', '), facts),
  }];
}

function routineRefusals(facts: MysqlFacts): readonly Refusal[] {
  const { family, grants, database } = facts;
  const whole = family === 'mysql'
    ? holdsGlobally(grants, 'SHOW_ROUTINE') || (atLeast(facts.number, [8, 0, 20]) && holdsGlobally(grants, 'SELECT')) || (!atLeast(facts.number, [8]) && holdsOnTable(grants, 'SELECT', 'mysql', 'proc'))
    : holdsOnTable(grants, 'SELECT', 'mysql', 'proc') || (atLeast(facts.number, [11, 3]) && holdsOnDatabase(grants, 'SHOW CREATE ROUTINE', database));
  const right = family === 'mysql' && atLeast(facts.number, [8]) ? (atLeast(facts.number, [8, 0, 20]) ? 'SHOW_ROUTINE ON *.*' : 'SELECT ON *.*') : 'SELECT ON mysql.proc';
  const remedy = `GRANT ${right} TO ${accountText(facts.account)};`;
  if (facts.hiddenRoutines.length > 0) {
    return [{ reason: 'right-missing', partial: true, message: `The account ${facts.account} may not see the body of ${facts.hiddenRoutines.length === 1 ? 'the routine' : `${facts.hiddenRoutines.length} routines`} ${shown(facts.hiddenRoutines)}: the dump would hold none of it.`, remedy }];
  }
  if (whole) return [];
  // With one of these on the database every routine is listed, and all bodies were readable.
  const listed = ['EXECUTE', 'CREATE ROUTINE', 'ALTER ROUTINE'].some((privilege) => holdsOnDatabase(grants, privilege, database));
  return listed ? [] : [{ reason: 'right-missing', partial: true, message: `The account ${facts.account} cannot list the procedures and functions of ${database}: if there are any, the dump leaves them out without a word.`, remedy }];
}

/** mysqldump 5.7.41 and 8.0.32 flush tables for every consistent dump (actions/runner-images#7041). */
function reloadRefusal(facts: MysqlFacts): readonly Refusal[] {
  const version = facts.dumper.number.join('.');
  if (facts.family !== 'mysql' || (version !== '8.0.32' && version !== '5.7.41')) return [];
  if (holdsGlobally(facts.grants, 'RELOAD') || holdsGlobally(facts.grants, 'FLUSH_TABLES')) return [];
  return [{ reason: 'right-missing', partial: false, message: `mysqldump ${version} needs RELOAD or FLUSH_TABLES, which ${facts.account} lacks.`, remedy: `GRANT FLUSH_TABLES ON *.* TO ${accountText(facts.account)}; or install a newer client.` }];
}

function contentRefusals(facts: MysqlFacts, { excludeData }: DumpOptions): readonly Refusal[] {
  const found: Refusal[] = [];
  const unsafe = facts.unsafe.filter(({ table }) => !excludeData.includes(table));
  if (unsafe.length > 0) {
    found.push({
      reason: 'not-dumpable', partial: true,
      message: `${unsafe.length} ${unsafe.length === 1 ? 'table is' : 'tables are'} not InnoDB (${shown(unsafe.map((one) => `${one.table} is ${one.storage}`))}): rows written during the dump would be torn.`,
      remedy: `${unsafe.map(({ table }) => `ALTER TABLE ${quoted(facts.database)}.${quoted(table)} ENGINE=InnoDB;`).join('\n')}`,
    });
  }
  // Without these a view that is well cannot be opened either.
  if (facts.brokenViews.length > 0 && ['SELECT', 'SHOW VIEW'].every((privilege) => holdsOnDatabase(facts.grants, privilege, facts.database))) {
    found.push({ reason: 'not-dumpable', partial: true, message: `${facts.brokenViews.length === 1 ? 'The view' : 'The views'} ${shown(facts.brokenViews)} cannot be read: ${facts.brokenViews.length === 1 ? 'it refers' : 'they refer'} to tables, columns or definers that do not exist, and the dump would end there.`, remedy: `Repair ${facts.brokenViews.length === 1 ? 'it' : 'them'}, or: DROP VIEW ${facts.brokenViews.map((view) => `${quoted(facts.database)}.${quoted(view)}`).join(', ')};` });
  }
  return found;
}

function optionRefusals(facts: MysqlFacts, { excludeData }: DumpOptions): readonly Refusal[] {
  const unknown = excludeData.filter((name) => facts.inventory.table?.includes(name) !== true);
  return unknown.length === 0 ? [] : [{ reason: 'bad-input', partial: false, message: `exclude-data: ${shown(unknown)} ${unknown.length === 1 ? 'is no table' : 'are no tables'} of ${facts.database}.`, remedy: `Example: exclude-data: ${facts.inventory.table?.[0] ?? 'telescope_entries'}` }];
}

function shown(names: readonly string[]): string {
  return names.length > SHOWN ? `${names.slice(0, SHOWN).join(', ')} and ${names.length - SHOWN} more` : names.join(', ');
}
