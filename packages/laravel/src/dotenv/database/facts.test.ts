import { describe, expect, test } from '@jest/globals';
import { UserError } from '@ops/shared';
import { readDotenv } from '../dotenv.ts';
import type { LaravelMajor } from './connections.ts';
import { databaseFacts, type DatabaseFacts, type MysqlFacts } from './facts.ts';

const ALL: readonly LaravelMajor[] = [8, 9, 10, 11, 12, 13];

function facts(text: string, laravel: LaravelMajor = 13): DatabaseFacts {
  return databaseFacts(readDotenv(Buffer.from(text)), { laravel });
}

function mysql(text: string, laravel: LaravelMajor = 13): MysqlFacts {
  const found = facts(text, laravel);
  if (found.driver !== 'mysql' && found.driver !== 'mariadb') throw new Error(`driver ${found.driver}`);
  return found;
}

function refusal(text: string, laravel: LaravelMajor = 13): UserError {
  try {
    facts(text, laravel);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('defaults', () => {
  test('without any key: MySQL up to 10, SQLite from 11', () => {
    expect(ALL.map((laravel) => facts('', laravel).driver)).toEqual(['mysql', 'mysql', 'mysql', 'sqlite', 'sqlite', 'sqlite']);
    expect(facts('')).toEqual({ driver: 'sqlite', connection: { value: 'sqlite', from: { kind: 'default' } }, database: { value: 'database/database.sqlite', from: { kind: 'default' } }, isMemory: false });
  });

  test('names of the account', () => {
    const accounts = ALL.map((laravel) => mysql('DB_CONNECTION=mysql', laravel)).map(({ database, username }) => [database.value, username.value]);
    expect(accounts).toEqual([...Array.from({ length: 3 }, () => ['forge', 'forge']), ...Array.from({ length: 3 }, () => ['laravel', 'root'])]);
  });

  test('an empty password is a value, null is none', () => {
    expect(mysql('DB_CONNECTION=mysql').password.value?.reveal()).toBe('');
    expect(mysql('DB_CONNECTION=mysql\nDB_PASSWORD=').password).toMatchObject({ from: { kind: 'key', key: 'DB_PASSWORD', line: 2 } });
    expect(mysql('DB_CONNECTION=mysql\nDB_PASSWORD=null').password.value).toBeNull();
  });

  test('charsets are fixed up to 10', () => {
    const text = 'DB_CONNECTION=mysql\nDB_CHARSET=latin1\nDB_COLLATION=latin1_bin';
    expect([mysql(text, 10).charset.value, mysql(text, 10).collation.value]).toEqual(['utf8mb4', 'utf8mb4_unicode_ci']);
    expect([mysql(text, 11).charset.value, mysql(text, 11).collation.value]).toEqual(['latin1', 'latin1_bin']);
  });
});

test('every fact says where it is from, and the password does not print', () => {
  const found = mysql('DB_CONNECTION=mariadb\nDB_HOST=db1.example.com\nDB_PORT=3307\nDB_DATABASE=shop\nDB_USERNAME=shop\nDB_PASSWORD="a # \\"b\\""\nDB_SOCKET=/run/mysqld/mysqld.sock\nMYSQL_ATTR_SSL_CA=/etc/ssl/ca.pem');
  const key = (name: string, line: number): unknown => ({ kind: 'key', key: name, line });
  expect(found).toMatchObject({
    driver: 'mariadb', connection: { value: 'mariadb', from: key('DB_CONNECTION', 1) }, host: { value: 'db1.example.com', from: key('DB_HOST', 2) }, port: { value: 3307, from: key('DB_PORT', 3) },
    database: { value: 'shop', from: key('DB_DATABASE', 4) }, socket: { value: '/run/mysqld/mysqld.sock', from: key('DB_SOCKET', 7) }, sslCa: { value: '/etc/ssl/ca.pem', from: key('MYSQL_ATTR_SSL_CA', 8) }, charset: { from: { kind: 'default' } },
  });
  expect(found.password.value?.reveal()).toBe('a # "b"');
  expect(JSON.stringify(found)).not.toContain('# ');
});

describe('database URL', () => {
  test('wins over the other keys, which fill what it leaves out', () => {
    const found = mysql('DB_CONNECTION=mysql\nDB_PASSWORD=kept\nDB_HOST=old\nDB_URL=mysql://shop%40x@db1.example.com:3308/a%20b?charset=utf8');
    expect([found.host.value, found.port.value, found.username.value, found.password.value?.reveal(), found.database.value, found.charset.value]).toEqual(['db1.example.com', 3308, 'shop@x', 'kept', 'a b', 'utf8']);
    expect([found.host.from, found.password.from]).toEqual([{ kind: 'key', key: 'DB_URL', line: 4 }, { kind: 'key', key: 'DB_PASSWORD', line: 2 }]);
  });

  test('its key is DATABASE_URL up to 10', () => {
    const text = 'DB_CONNECTION=mysql\nDATABASE_URL=mysql://old.example.com/a\nDB_URL=mysql://new.example.com/a';
    expect(ALL.map((laravel) => mysql(text, laravel).host.value)).toEqual([...Array.from({ length: 3 }, () => 'old.example.com'), ...Array.from({ length: 3 }, () => 'new.example.com')]);
  });

  test('names the driver', () => {
    expect(facts('DB_URL=postgres://u:p@h/d?sslmode=require')).toMatchObject({ driver: 'pgsql', sslMode: { value: 'require' } });
    expect(facts('DB_URL="sqlite:////var/lib/a.sqlite"')).toMatchObject({ driver: 'sqlite', database: { value: '/var/lib/a.sqlite' } });
  });
});

test('SQLite in memory is told apart', () => {
  expect(facts('DB_DATABASE=:memory:')).toMatchObject({ isMemory: true });
  expect(facts('DB_DATABASE="file:a?mode=memory"')).toMatchObject({ isMemory: true });
  expect(facts('DB_CONNECTION=sqlite\nDB_DATABASE="file:a?mode=memory"', 10)).toMatchObject({ isMemory: false });
});

test('DB_SSLMODE counts where the skeleton reads it', () => {
  const text = 'DB_CONNECTION=pgsql\nDB_SSLMODE=verify-full';
  expect(ALL.map((laravel) => facts(text, laravel)).map((found) => (found.driver === 'pgsql' ? found.sslMode.value : ''))).toEqual(['prefer', 'prefer', 'prefer', 'prefer', 'verify-full', 'verify-full']);
});

test.each([
  ['DB_CONNECTION=hunter2', 13, 'database-connection', 'DB_CONNECTION at line 1'],
  ['DB_CONNECTION=', 13, 'database-connection', 'DB_CONNECTION at line 1'],
  ['DB_CONNECTION=null', 8, 'database-connection', 'DB_CONNECTION at line 1'],
  ['DB_CONNECTION=mariadb', 10, 'database-connection', 'DB_CONNECTION at line 1'],
  ['DATABASE_URL=mariadb://u:hunter2@h/d', 10, 'database-driver', 'DATABASE_URL at line 1'],
  ['\nDB_URL=mongodb://u:hunter2@h/d', 13, 'database-driver', 'DB_URL at line 2'],
  ['DB_URL=mysql://u:hunter2@:33/d', 13, 'database-url', 'DB_URL at line 1'],
  ['DB_URL="mysql://h/d?password[]=hunter2"', 13, 'database-url', 'DB_URL at line 1'],
  ['DB_CONNECTION=mysql\nDB_PORT=hunter2', 13, 'database-port', 'DB_PORT at line 2'],
  ['DB_CONNECTION=mysql\nDB_PORT=65536', 13, 'database-port', 'DB_PORT at line 2'],
  ['DB_CONNECTION=pgsql\nDB_DATABASE=', 13, 'database-name', 'DB_DATABASE at line 2'],
] as const)('refused: %s', (text, laravel, reason, where) => {
  const error = refusal(text, laravel);
  expect(error.reason).toBe(reason);
  expect(error.message).toContain(where);
  expect(`${error.sentence()}${error.stack ?? ''}`).not.toMatch(/hunter2|mongodb|65536(?! *\.)/);
});
