import { expect, jest, test } from '@jest/globals';
import { openBackupScene, type BackupScene } from '../support/backup.ts';
import { notPassedOf } from '../support/backup/checks.ts';
import { fingerprint } from '../support/backup/fingerprint.ts';
import { startDatabase, type Product, type TestServer } from '../support/databases.ts';
import { describeWithServices } from '../support/require.ts';

jest.setTimeout(1_800_000);

const PRODUCTS = ['mysql-9.7', 'mariadb-11.8', 'postgres-18'] as const satisfies readonly Product[];
/** MySQL and MariaDB know no names with letters beyond U+FFFF. */
const nameOf = (server: TestServer): string => `it's a "shop"; \`größe\` $(id) 日本${server.family === 'postgres' ? ' 😀' : ''}`;
/** Every printable byte, and what is no letter in any way. */
const PRINTABLE = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).join('');

async function makeDatabase(server: TestServer, password: string): Promise<void> {
  const text = `'${password.replaceAll("'", "''")}'`;
  if (server.family === 'postgres') {
    const name = `"${nameOf(server).replaceAll('"', '""')}"`;
    await server.sql(`CREATE DATABASE ${name};`);
    await server.sql(`CREATE ROLE "back up; 'ü" SUPERUSER LOGIN PASSWORD ${text};`);
  } else {
    const name = `\`${nameOf(server).replaceAll('`', '``')}\``;
    await server.sql(`SET NAMES utf8mb4; CREATE DATABASE ${name} CHARACTER SET utf8mb4; CREATE USER "back up; 'ü" IDENTIFIED BY ${text.replaceAll('\\', '\\\\')}; GRANT ALL ON *.* TO "back up; 'ü"`);
  }
  const statements = `CREATE TABLE "t; 'x' ö" (id integer PRIMARY KEY, label varchar(20)); INSERT INTO "t; 'x' ö" VALUES (1, 'a'), (2, 'ß😀');`;
  await server.sql(server.family === 'postgres' ? statements : `SET NAMES utf8mb4; ${statements.replaceAll(/"([^"]*)"/g, '`$1`')}`, { database: nameOf(server) });
}

async function roundTrip(scene: BackupScene, server: TestServer, into: TestServer, password: string): Promise<void> {
  const made = await scene.run(
    { 'database-url': server.url("back up; 'ü", password, nameOf(server)), identity: scene.identity('operations') },
    { path: server.env['PATH'] ?? '', env: Object.fromEntries(Object.entries(server.env).filter(([name]) => name.endsWith('_PLUGIN_DIR'))), secrets: [password] },
  );
  expect([made.log, made.exit, made.outputs['status']]).toEqual([made.log, 0, 'verified']);
  expect(notPassedOf(made.record)).toEqual([]);
  const { manifest } = made.record;
  if (manifest === undefined) throw new Error('there is no manifest');
  expect(manifest.database).toBe(nameOf(server));
  expect(manifest.artifacts[0]?.segments[0]?.key).toContain('%E6%97%A5');
  await scene.restore(manifest, into, nameOf(server));
  expect(await fingerprint(into, nameOf(server))).toEqual(await fingerprint(server, nameOf(server)));
}

describeWithServices('awkward names and passwords', [...PRODUCTS, 'age', 'age-keygen', 'zstd'], () => {
  test.each(PRODUCTS)('%s: a database with blanks, quotes and other letters, and a password of every awkward byte', async (product) => {
    await using scene = await openBackupScene();
    await using server = await startDatabase(product);
    await using into = await startDatabase(product);
    const password = `${PRINTABLE}\tgröße 日本 😀${server.family === 'postgres' ? '' : '\n\r'} end\\`;
    await makeDatabase(server, password);
    await roundTrip(scene, server, into, password);
  });
});
