import { randomBytes } from 'node:crypto';
import type { Machine } from './machine.ts';

/** One database and the account that owns it. */
export interface DatabaseAccount {
  readonly database: string;
  readonly username: string;
  readonly password: string;
}

/** The MariaDB 10.11 server of a test network, on an address of its own that every host reaches. */
export interface TestDatabase {
  readonly host: string;
  readonly port: 3306;
  /** Runs SQL as root over the server's socket; the rows, tab-separated, without header. Throws with the server's message. */
  admin(sql: string): Promise<string>;
  /** The database of one host, named like it with `_` for `-`; or `shared`, one for all. */
  account(of: string): DatabaseAccount;
}

/** Makes the databases and accounts on the booted database machine. */
export async function startDatabase(machine: Machine, hosts: readonly string[]): Promise<TestDatabase> {
  const accounts = new Map([...hosts, 'shared'].map((name): [string, DatabaseAccount] => {
    const database = name.replaceAll('-', '_');
    return [name, { database, username: database, password: randomBytes(12).toString('hex') }];
  }));
  const admin = async (sql: string): Promise<string> => {
    const done = await machine.exec('mariadb --no-defaults --socket=/run/mysqld/mysqld.sock --user=root --batch --skip-column-names', { input: sql });
    if (done.exit !== 0) throw new Error(`the test database: ${done.stderr.trim()}`);
    return done.stdout;
  };
  await admin([...accounts.values()].map(({ database, username, password }) => [
    `CREATE DATABASE \`${database}\` CHARACTER SET utf8mb4;`,
    `CREATE USER '${username}'@'%' IDENTIFIED BY '${password}';`,
    `GRANT ALL ON \`${database}\`.* TO '${username}'@'%';`,
  ].join('\n')).join('\n'));
  return {
    host: machine.address, port: 3306, admin,
    account(of) {
      const account = accounts.get(of);
      if (account === undefined) throw new Error(`no database for "${of}" in this test network`);
      return account;
    },
  };
}
