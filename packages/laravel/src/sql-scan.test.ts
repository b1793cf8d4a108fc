import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { scanPretended } from './pretended.ts';
import { scanSql } from './sql-scan.ts';

describe('scanSql', () => {
  test.each([
    ['DROP TABLE IF EXISTS users', 'breaks-old-code+loses-data'],
    ['drop view v', 'breaks-old-code'],
    ['truncate table users', 'loses-data'],
    ['delete from users where id = 1', 'loses-data'],
    ['WITH x AS (select 1) DELETE FROM users', 'loses-data'],
    ['alter table `users` drop `a`', 'breaks-old-code+loses-data'],
    ['alter table "users" drop column "a", drop column "b"', 'breaks-old-code+loses-data'],
    ['alter table users add column x int, drop a', 'breaks-old-code+loses-data'],
    ['alter table users drop index a', 'locks-table'],
    ['alter table users drop foreign key a', 'locks-table'],
    ['alter table users rename to people', 'breaks-old-code'],
    ['alter table users rename column a to b', 'breaks-old-code'],
    ['rename table a to b', 'breaks-old-code'],
    ['alter table users change a b varchar(9) not null', 'breaks-old-code+locks-table+loses-data'],
    ['alter table users modify a varchar(9)', 'breaks-old-code+locks-table+loses-data'],
    ['alter table "users" alter column "a" type varchar(9)', 'breaks-old-code+locks-table+loses-data'],
    ['alter table users alter column a set not null', 'breaks-old-code+locks-table'],
    ['alter table users add index a (b)', 'locks-table'],
    ['create unique index a on users (b)', 'locks-table'],
    ['/*!40000 DROP TABLE a */', 'breaks-old-code+loses-data'],
    ['DROP /* x */ TABLE\n a', 'breaks-old-code+loses-data'],
  ])('%s', (sql, classes) => {
    expect(scanSql(sql).map((found) => found.classes.join('+'))).toEqual([classes]);
  });

  test.each([
    ["insert into a values ('drop table b; truncate c')"], ['update users set a = 1'], ['alter table users add column a int'], ['alter table users add a int'],
    ['create index concurrently a on users (b)'], ['alter table users alter column a drop default'], ['alter table users alter column a drop not null'],
    ['create table a (b int); alter table a add index c (b); create index d on a (b)'], ['-- drop table a'], ['# drop table a'], ['/* drop table a */'], [''], [';;'],
    ['create function f() returns int as $$ begin drop table x; end $$ language plpgsql'], ['alter table a rename index b to c'],
  ])('finds nothing in %s', (sql) => {
    expect(scanSql(sql)).toEqual([]);
  });

  test('gives the line of each statement, and at most 120 characters of it', () => {
    expect(scanSql(`select 1;\n\n-- note\ndrop table a;\nselect '\n';\ndrop table ${'b'.repeat(200)}`)).toEqual([
      { statement: 'drop table a', line: 4, classes: ['breaks-old-code', 'loses-data'] },
      { statement: `drop table ${'b'.repeat(108)}…`, line: 7, classes: ['breaks-old-code', 'loses-data'] },
    ]);
  });

  test('takes any text', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom("'", '"', '`', '$$', '--', '/*', '*/', ';', '\n', 'drop table a', 'alter table ', ' ') }), (sql) => void scanSql(sql)));
  });
});

test('scanPretended names the migration and counts its statements', () => {
  const rows = [{ migration: 'a', sql: 'create table x (y int)' }, { migration: 'a', sql: 'alter table x add index (y)' }, { migration: 'b', sql: "alter table z\ndrop y" }, { migration: 'b', sql: 'drop table z' }];
  expect(scanPretended(rows.map((one) => JSON.stringify(one)).join('\n'))).toEqual([
    { migration: 'b', line: 1, call: 'alter table z drop y', classes: ['breaks-old-code', 'loses-data'] },
    { migration: 'b', line: 2, call: 'drop table z', classes: ['breaks-old-code', 'loses-data'] },
  ]);
  expect(scanPretended('')).toEqual([]);
  expect(() => scanPretended('nonsense')).toThrow();
});
