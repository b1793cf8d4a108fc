/** One line of SHOW GRANTS, taken apart. */
export interface Grant {
  readonly revoked: boolean;
  /** Upper case, without column lists: `SELECT`, `ALL PRIVILEGES`, `SHOW_ROUTINE`. */
  readonly privileges: readonly string[];
  /** True for privileges that hold for some columns only. */
  readonly columnsOnly: boolean;
  /** `*` for all databases, else the pattern as it stands (with `_`, `%` and their escapes). */
  readonly database: string;
  /** `*` for all tables. */
  readonly table: string;
}

const GRANT = /^(GRANT|REVOKE) (.+?) ON (?:TABLE )?(`(?:[^`]|``)*`|\*)\.(`(?:[^`]|``)*`|\*) (?:TO|FROM) /s;

/** Roles that lines of SHOW GRANTS give, active or not. Pure. */
export function grantedRoles(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => {
    const list = /^GRANT ((?:`(?:[^`]|``)+`(?:@`(?:[^`]|``)*`)?,? ?)+) TO /.exec(line)?.[1] ?? '';
    return [...list.matchAll(/`((?:[^`]|``)+)`(?:@`(?:[^`]|``)*`)?/g)].map(([, name]) => (name ?? '').replaceAll('``', '`'));
  });
}

/** Under MySQL's partial_revokes `_` and `%` in the names of databases mean themselves. Pure. */
export function withoutWildcards(grants: readonly Grant[]): readonly Grant[] {
  return grants.map((grant) => ({ ...grant, database: grant.database.replace(/\\?([%_])/g, '\\$1') }));
}

/** Reads the lines of SHOW GRANTS of MySQL and MariaDB. Lines that grant roles, proxies or routines are left out. Pure. */
export function parseGrants(lines: readonly string[]): readonly Grant[] {
  return lines.flatMap((line) => {
    const [, verb, list, database, table] = GRANT.exec(line) ?? [];
    if (verb === undefined || list === undefined || database === undefined || table === undefined) return [];
    const columns = /\(/.test(list);
    return [{
      revoked: verb === 'REVOKE',
      privileges: list.replace(/\([^)]*\)/g, '').split(',').map((word) => word.trim().toUpperCase()).filter((word) => word !== ''),
      columnsOnly: columns,
      database: unquoted(database),
      table: unquoted(table),
    }];
  });
}

function unquoted(name: string): string {
  return name.startsWith('`') ? name.slice(1, -1).replaceAll('``', '`') : name;
}

/** Does the pattern of a database-level grant cover this database? `%` and `_` are wildcards unless a backslash stands before. Pure. */
export function covers(pattern: string, database: string): boolean {
  if (pattern === '*' || pattern === database) return true;
  const source = pattern.replace(/\\([%_])|[%_]|[.*+?^${}()|[\]\\]/g, (sign, escaped?: string) => {
    if (escaped !== undefined) return escaped;
    if (sign === '%') return '.*';
    if (sign === '_') return '.';
    return `\\${sign}`;
  });
  return new RegExp(`^${source}$`, 'su').test(database);
}

/** How far a pattern is from a plain name: the server takes the plain one first, then the one whose first wildcard comes last. */
function precision(pattern: string): number {
  const wildcard = /(?<!\\)[%_]/.exec(pattern);
  return wildcard === null ? Number.POSITIVE_INFINITY : wildcard.index;
}

/** The pattern that the server looks at for this database, as it stands in the grant; undefined when none fits. Pure. */
export function decidingPattern(grants: readonly Grant[], database: string): string | undefined {
  const fitting = grants.filter((grant) => !grant.revoked && grant.table === '*' && grant.database !== '*' && covers(grant.database, database));
  return fitting.reduce<string | undefined>((best, { database: pattern }) => (best === undefined || precision(pattern) > precision(best) ? pattern : best), undefined);
}

const STATIC_ALL = ['ALL', 'ALL PRIVILEGES'];

/**
 * Is the privilege held on every table of the database? Table- and column-level grants never are: what they leave out is
 * invisible. A partial revoke (MySQL's partial_revokes) takes a global privilege away. Of several patterns that fit the
 * database the server looks at the most precise one only, in both families (measured). Pure.
 */
export function holdsOnDatabase(grants: readonly Grant[], privilege: string, database: string): boolean {
  const names = [...STATIC_ALL, privilege];
  const whole = grants.filter((grant) => grant.table === '*' && !grant.columnsOnly && grant.privileges.some((one) => names.includes(one)));
  const revoked = whole.some((grant) => grant.revoked && grant.database !== '*' && covers(grant.database, database));
  if (whole.some((grant) => !grant.revoked && grant.database === '*' && !revoked)) return true;
  const deciding = decidingPattern(grants, database);
  return whole.some((grant) => !grant.revoked && grant.database === deciding);
}

/** Is the privilege held globally (`ON *.*`)? */
export function holdsGlobally(grants: readonly Grant[], privilege: string): boolean {
  // Dynamic privileges are listed by name also for ALL PRIVILEGES.
  const names = privilege.includes('_') ? [privilege] : [...STATIC_ALL, privilege];
  return grants.some((grant) => !grant.revoked && grant.database === '*' && grant.table === '*' && !grant.columnsOnly && grant.privileges.some((one) => names.includes(one)));
}

/** Is the privilege held on this one table, by whatever grant? */
export function holdsOnTable(grants: readonly Grant[], privilege: string, database: string, table: string): boolean {
  return holdsOnDatabase(grants, privilege, database) || grants.some((grant) => !grant.revoked && !grant.columnsOnly && covers(grant.database, database) && grant.table === table && grant.privileges.some((one) => [...STATIC_ALL, privilege].includes(one)));
}

/** Tables that only a table-level or column-level grant of SELECT names. */
export function tableLevel(grants: readonly Grant[], database: string): readonly string[] {
  return [...new Set(grants.filter((grant) => grant.table !== '*' && !grant.revoked && covers(grant.database, database)).map((grant) => grant.table))];
}
