import { expect, test } from '@jest/globals';
import { Secret } from '@ops/shared';
import { freePort } from '../support/daemon.ts';
import { startDatabase, type Product, type TestServer } from '../support/databases.ts';
import { connectionOf, dumpOf, notPassed, openAs, openAsRoot, openConnection, placeOfServer } from '../support/dumps.ts';
import { describeWithServices } from '../support/require.ts';

const LONG_MS = 180_000;
const PRODUCTS = ['mysql-9.7', 'mariadb-10.11', 'mariadb-11.8', 'postgres-15', 'postgres-18'] as const satisfies readonly Product[];
/** Every byte of ASCII that a password file can hold, and what any quoting rule of option files, shells or conninfo strings could trip over at either end. */
function passwordOf(server: TestServer): string {
  const every = String.fromCharCode(...Array.from({ length: 127 }, (_, index) => index + 1));
  return ` "it's" \\n # $HOME \`id\` ;:\\: [x]= %41 ${server.family === 'postgres' ? every.replaceAll(/[\n\r]/g, '') : every} ü😀\t\\`;
}

const literal = (server: TestServer, text: string): string => (server.family === 'postgres' ? `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'` : `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`);
const name = (server: TestServer, text: string): string => (server.family === 'postgres' ? `"${text.replaceAll('"', '""')}"` : `\`${text.replaceAll('`', '``')}\``);

async function account(server: TestServer, user: string, password: string): Promise<void> {
  await server.sql(server.family === 'postgres'
    ? `CREATE ROLE ${name(server, user)} LOGIN SUPERUSER PASSWORD ${literal(server, password)}`
    : `CREATE USER ${name(server, user)} IDENTIFIED BY ${literal(server, password)}; GRANT ALL ON *.* TO ${name(server, user)}`);
}

describeWithServices('logins of every kind', [...PRODUCTS], () => {
  test.each(PRODUCTS)('%s: awkward passwords and names of databases and tables, over TCP and over the socket', async (product) => {
    await using server = await startDatabase(product);
    const longest = server.family === 'postgres' ? 63 : 64;
    const databases = [`-x "it's" $HOME \`id\` ü.dot`, 'd'.repeat(longest)];
    const user = `we"ird' us\\er`;
    const password = passwordOf(server);
    await account(server, user, password);
    for (const database of databases) {
      await server.sql(`CREATE DATABASE ${name(server, database)}`);
      await using source = await openAs(server, { user, password, database });
      const tables = [`-t "it's" $HOME \`id\` ü.dot;`, 'NULL', 't'.repeat(longest)];
      const at = (table: string): string => (server.family === 'postgres' ? name(server, table) : `${name(server, database)}.${name(server, table)}`);
      for (const table of tables) await source.query.rows(`CREATE TABLE ${server.family === 'postgres' ? `public.${at(table)}` : at(table)} (id INT PRIMARY KEY)`);
      await using again = await openAs(server, { user, password, database }, { host: undefined, socket: server.socket } as never);
      expect(again.refusals()).toEqual([]);
      expect(again.facts.database).toBe(database);
      const prefix = server.family === 'postgres' ? 'public.' : '';
      expect(again.facts.inventory.table).toEqual(expect.arrayContaining(tables.map((table) => `${prefix}${table}`)));
      expect(notPassed((await dumpOf(again, { excludeData: tables.slice(0, 1).map((table) => `${prefix}${table}`), parallel: 2 })).checks)).toEqual([]);
    }
  }, LONG_MS);

  test.each(PRODUCTS)('%s: what is wrong with a login is said, and no secret with it', async (product) => {
    await using server = await startDatabase(product);
    await server.sql('CREATE DATABASE shop');
    await account(server, 'app', 'Right-Pa55word');
    const place = placeOfServer(server);
    const fault = async (more: Parameters<typeof connectionOf>[2], password = 'Right-Pa55word'): Promise<{ reason: string; said: string }> => {
      const outcome: unknown = await openConnection(place, connectionOf(server, { user: 'app', password, database: 'shop' }, more)).then((source) => source.query.close().then(() => 'it worked'), (thrown: unknown) => thrown);
      if (!(outcome instanceof Error) || !('reason' in outcome)) throw new Error(`no fault: ${String(outcome)}`);
      return { reason: String(outcome.reason), said: outcome.message };
    };
    const wrong = await fault({}, 'Wrong-Pa55word');
    expect(wrong).toMatchObject({ reason: 'login-refused', said: expect.stringContaining('refused the login for the database shop') });
    expect(wrong.said).not.toMatch(/Pa55word/);
    expect(await fault({ database: 'no_such' })).toMatchObject({ reason: 'login-refused', said: expect.stringContaining('no_such') });
    expect(await fault({ host: 'no-such-host.invalid' })).toMatchObject({ reason: 'host-unreachable', said: expect.stringContaining('no-such-host.invalid') });
    expect(await fault({ port: await freePort() })).toMatchObject({ reason: 'host-unreachable', said: expect.stringContaining('cannot be reached') });
    expect(await fault({ tls: 'verify', ca: '/nonexistent/ca.pem' })).toMatchObject({ reason: 'login-refused', said: expect.stringMatching(/TLS/) });
    expect(await fault({}, 'a\0b')).toMatchObject({ reason: 'bad-input' });
    // The server goes away in the middle.
    const source = await openAsRoot(server, 'shop');
    await server.kill('SIGKILL');
    await expect(source.query.rows('SELECT 1')).rejects.toMatchObject({ reason: 'server-lost' });
    await source.query.close();
  }, LONG_MS);

  test.each(['mysql-9.7', 'mariadb-11.8'] as const)('%s: with and without TLS, without a password, and under modes of SQL that change its words', async (product) => {
    await using server = await startDatabase(product, { settings: { 'sql-mode': server_modes(product) } });
    await server.sql('CREATE DATABASE shop; CREATE TABLE shop.`a"b` (id INT PRIMARY KEY, words VARCHAR(20)); ');
    await server.sql(`INSERT INTO shop.\`a"b\` VALUES (1, 'back\\slash'), (2, 'it''s')`);
    await account(server, 'app', 'pw');
    await account(server, 'nobody', '');
    for (const tls of ['default', 'require', 'off'] as const) {
      await using source = await openAs(server, { user: 'app', password: 'pw', database: 'shop' }, { tls });
      const [[cipher = ''] = []] = (await source.query.rows("SHOW SESSION STATUS LIKE 'Ssl_cipher'")).map((row) => row.slice(1));
      expect([tls, (cipher ?? '') !== '']).toEqual([tls, tls !== 'off']);
      expect(source.refusals()).toEqual([]);
      const dump = await dumpOf(source);
      expect(notPassed(dump.checks)).toEqual([]);
      expect(dump.scans.get('dump')?.tables['a"b']?.rows).toBe(2);
    }
    await using source = await openAs(server, { user: 'nobody', password: '', database: 'shop' });
    expect(source.refusals()).toEqual([]);
  }, LONG_MS);

  test('a password with a line break is refused in words where the client cannot carry it', async () => {
    await using server = await startDatabase('postgres-15');
    await expect(openConnection(placeOfServer(server), { ...connectionOf(server, { user: 'app', password: '', database: 'postgres' }), password: new Secret('two\nlines') })).rejects.toMatchObject({ reason: 'bad-input', message: expect.stringContaining('line break') });
  }, LONG_MS);
});

function server_modes(product: Product): string {
  return product.startsWith('mariadb') ? 'ORACLE,NO_BACKSLASH_ESCAPES' : 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES';
}
