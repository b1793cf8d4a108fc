import { describe, expect, test } from '@jest/globals';
import { covers, grantedRoles, holdsGlobally, holdsOnDatabase, holdsOnTable, parseGrants, tableLevel, withoutWildcards } from './grants.ts';

const of = (...lines: string[]): ReturnType<typeof parseGrants> => parseGrants(lines);

describe('SHOW GRANTS', () => {
  test.each([
    ['GRANT SELECT ON *.* TO `b`@`%`', true],
    ['GRANT ALL PRIVILEGES ON *.* TO `b`@`%` WITH GRANT OPTION', true],
    ['GRANT SELECT, SHOW VIEW ON `shop`.* TO `b`@`%`', true],
    ['GRANT ALL PRIVILEGES ON `shop`.* TO `b`@`%` IDENTIFIED BY PASSWORD \'*A4B6157319038724E3560894F7F932C8886EBFCF\'', true],
    ['GRANT SELECT ON `sh%`.* TO `b`@`%`', true],
    ['GRANT SELECT ON `sho_`.* TO `b`@`%`', true],
    ['GRANT SELECT ON `sh\\_p`.* TO `b`@`%`', false],
    ['GRANT SELECT ON `shop`.`orders` TO `b`@`%`', false],
    ['GRANT SELECT (`id`, `name`) ON `shop`.`orders` TO `b`@`%`', false],
    ['GRANT USAGE ON *.* TO `b`@`%`', false],
    ['GRANT EXECUTE ON PROCEDURE `shop`.`p` TO `b`@`%`', false],
    ['GRANT `backup_role`@`%` TO `b`@`%`', false],
    ['GRANT INSERT ON `shop`.* TO `b`@`%`', false],
  ])('%s gives SELECT on the whole database: %s', (line, held) => {
    expect(holdsOnDatabase(of(line), 'SELECT', 'shop')).toBe(held);
  });
  test('a partial revoke takes a global privilege away, and a grant on the database does not bring it back', () => {
    const grants = of('GRANT SELECT ON *.* TO `b`@`%`', 'REVOKE SELECT ON `shop`.* FROM `b`@`%`');
    expect(holdsOnDatabase(grants, 'SELECT', 'shop')).toBe(false);
    expect(holdsOnDatabase(grants, 'SELECT', 'other')).toBe(true);
  });
  test('of several patterns only the most precise one counts', () => {
    const grants = of('GRANT SELECT ON `shop`.* TO `b`@`%`', 'GRANT SELECT, TRIGGER ON `sh%`.* TO `b`@`%`', 'GRANT EVENT ON `s%`.* TO `b`@`%`');
    expect(['SELECT', 'TRIGGER', 'EVENT'].map((one) => holdsOnDatabase(grants, one, 'shop'))).toEqual([true, false, false]);
    expect(['SELECT', 'TRIGGER', 'EVENT'].map((one) => holdsOnDatabase(grants, one, 'shed'))).toEqual([true, true, false]);
    expect(['SELECT', 'TRIGGER', 'EVENT'].map((one) => holdsOnDatabase(grants, one, 'seen'))).toEqual([false, false, true]);
  });
  test('under partial_revokes names have no wildcards', () => {
    expect(holdsOnDatabase(withoutWildcards(of('GRANT SELECT ON `sh%`.* TO `b`@`%`')), 'SELECT', 'shop')).toBe(false);
    expect(holdsOnDatabase(withoutWildcards(of('GRANT SELECT ON `my_app`.* TO `b`@`%`')), 'SELECT', 'my_app')).toBe(true);
    expect(holdsOnDatabase(withoutWildcards(of('GRANT SELECT ON `my\\_app`.* TO `b`@`%`')), 'SELECT', 'my_app')).toBe(true);
  });
  test('roles, and lines that are none of ours', () => {
    expect(grantedRoles(['GRANT `r``1`@`%`,`r 2`@`%` TO `b`@`%` WITH ADMIN OPTION', 'GRANT `plain` TO `b`@`%`', 'GRANT SELECT ON `shop`.* TO `b`@`%`', 'GRANT PROXY ON ``@`` TO `root`@`localhost` WITH GRANT OPTION'])).toEqual(['r`1', 'r 2', 'plain']);
    expect(of('GRANT PROXY ON ``@`` TO `root`@`localhost` WITH GRANT OPTION', 'SET DEFAULT ROLE `r1` FOR `a1`@`%`', 'GRANT EXECUTE ON PACKAGE BODY `shop`.`p` TO `b`@`%`')).toEqual([]);
  });
  test('names with quotes, dots and blanks', () => {
    expect(holdsOnDatabase(of('GRANT SELECT ON `my ``odd``.db`.* TO `b`@`%`'), 'SELECT', 'my `odd`.db')).toBe(true);
  });
  test('dynamic privileges must be named', () => {
    expect(holdsGlobally(of('GRANT SELECT ON *.* TO `b`@`%`', 'GRANT SHOW_ROUTINE,BACKUP_ADMIN ON *.* TO `b`@`%`'), 'SHOW_ROUTINE')).toBe(true);
    expect(holdsGlobally(of('GRANT ALL PRIVILEGES ON `shop`.* TO `b`@`%`'), 'SHOW_ROUTINE')).toBe(false);
  });
  test('which tables a login may read although not the database', () => {
    const grants = of('GRANT SELECT ON `shop`.`orders` TO `b`@`%`', 'GRANT SELECT (`id`) ON `shop`.`users` TO `b`@`%`', 'GRANT SELECT ON `mysql`.`proc` TO `b`@`%`');
    expect(tableLevel(grants, 'shop')).toEqual(['orders', 'users']);
    expect(holdsOnTable(grants, 'SELECT', 'mysql', 'proc')).toBe(true);
    expect(holdsOnTable(grants, 'SELECT', 'shop', 'users')).toBe(false);
  });
  test.each([['%', 'x', true], ['a\\%', 'a%', true], ['a\\%', 'ab', false], ['a.b', 'a.b', true], ['a.b', 'axb', false], ['a(b', 'a(b', true]])('%s covers %s: %s', (pattern, database, covered) => {
    expect(covers(pattern, database)).toBe(covered);
  });
});
