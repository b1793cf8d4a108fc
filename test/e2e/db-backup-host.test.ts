import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openBackupScene, type BackupOutcome, type BackupScene } from '../support/backup.ts';
import { notPassedOf } from '../support/backup/checks.ts';
import { fileFingerprint, fingerprint } from '../support/backup/fingerprint.ts';
import { installMysqlClient } from '../support/backup/mysql-client.ts';
import { startDatabase, type Product, type TestServer } from '../support/databases.ts';
import { describeWithServices } from '../support/require.ts';
import { copySqliteSample, loadSample } from '../support/samples.ts';

jest.setTimeout(1_800_000);

// Each with what Laravel's .env can say: quotes, an escape, a comment, a variable.
const PASSWORD = `p4:ss\\wo'rd"#$ %;`;
const PRODUCTS = ['mysql-9.7', 'mariadb-10.11', 'postgres-15'] as const satisfies readonly Product[];

function envText(server: TestServer): string {
  const driver = server.family === 'postgres' ? 'pgsql' : server.family === 'mariadb' ? 'mariadb' : 'mysql';
  const quoted = `"${PASSWORD.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('$', '\\$')}"`;
  return `APP_NAME="My shop"\r\nDB_CONNECTION=${driver} # the driver\nDB_HOST=127.0.0.1\nDB_PORT=${server.port}\nNAME=shop\nDB_DATABASE=\${NAME}\nDB_USERNAME='laravel'\nDB_PASSWORD=${quoted}\nMAIL_PASSWORD=not-a-word-of-ours\n`;
}

/** An account as Laravel has it: everything in its own database, nothing beyond. */
async function makeLogin(server: TestServer): Promise<void> {
  const text = `'${PASSWORD.replaceAll("'", "''")}'`;
  if (server.family === 'postgres') {
    await server.sql(`CREATE ROLE laravel LOGIN PASSWORD ${text}; ALTER DATABASE shop OWNER TO laravel;`);
    await server.sql("DO $$ DECLARE r record; BEGIN FOR r IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP EXECUTE format('ALTER TABLE %I OWNER TO laravel', r.tablename); END LOOP; END $$;", { database: 'shop' });
  } else {
    await server.sql(`CREATE USER laravel IDENTIFIED BY ${text.replaceAll('\\', '\\\\')}; GRANT ALL ON shop.* TO laravel`);
  }
}

describeWithServices('a dump made on a host', ['network', ...PRODUCTS, 'chinook', 'sqlite3', 'age', 'age-keygen', 'zstd'], () => {
  let scene: BackupScene;
  beforeAll(async () => {
    scene = await openBackupScene({ hosts: [{ name: 'app1', os: 'bookworm', appDir: '/srv/my shop/app' }] });
    installMysqlClient(scene.host);
  });
  afterAll(async () => { await scene?.[Symbol.asyncDispose](); });

  function onHost(path: string): string { return join(scene.host.root, path); }

  async function writeEnv(text: string): Promise<void> {
    mkdirSync(dirname(onHost(`${scene.host.appDir}/shared/.env`)), { recursive: true });
    writeFileSync(onHost(`${scene.host.appDir}/shared/.env`), text);
    await scene.host.exec(`chown -R deploy:deploy "${scene.host.appDir}/shared" && chmod 640 "${scene.host.appDir}/shared/.env"`);
  }

  /** Nothing of a run is left on the host: no process of its login, no directory of a stream. */
  async function expectNothingLeft(): Promise<void> {
    const left = await scene.host.exec('for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30; do p=$(pgrep -u deploy -f "ops-stream|dump|zstd" || :); [ -n "$p" ] || break; sleep 1; done; echo "$p"; find /tmp /var/tmp /dev/shm -name "ops-*"');
    expect(left.stdout.trim()).toBe('');
  }

  async function expectWhole(made: BackupOutcome): Promise<NonNullable<BackupOutcome['record']['manifest']>> {
    expect(made).toMatchObject({ exit: 0, outputs: { status: 'verified' } });
    await expectNothingLeft();
    if (made.record.manifest === undefined) throw new Error('there is no manifest');
    return made.record.manifest;
  }

  test.each(PRODUCTS)('%s: login from its .env, stored in a folder of the runner and of the host', async (product) => {
    await using server = await startDatabase(product);
    await using into = await startDatabase(product);
    await loadSample(server, 'chinook', 'shop');
    await makeLogin(server);
    await scene.host.expose(server.port);
    await writeEnv(envText(server));
    const hostStore = `app1:/srv/backups-${server.family}`;
    await scene.host.exec(`install -d -o deploy -g deploy -m 700 /srv/backups-${server.family}`);
    const toHost = server.family === 'mariadb';
    const made = await scene.run(
      { ...scene.hostInputs(), stores: toHost ? hostStore : `${scene.folderStore}\n${hostStore}`, identity: scene.identity('operations') },
      { secrets: [PASSWORD, 'not-a-word-of-ours'], path: into.env['PATH'] ?? '' },
    );
    const manifest = await expectWhole(made);
    // An account that may not read pg_authid cannot store the passwords of roles, and says so.
    expect(notPassedOf(made.record).filter((line) => !line.startsWith('role-passwords not-run'))).toEqual([]);
    expect(made.summary).toContain('dumped on app1');
    expect(manifest.store).toBe(toHost ? hostStore : scene.folderStore);

    await scene.restore(manifest, into, 'shop');
    const rolesDiffer = (prints: Readonly<Record<string, string>>): Record<string, string> => Object.fromEntries(Object.entries(prints).filter(([name]) => name !== 'roles'));
    expect(rolesDiffer(await fingerprint(into, 'shop'))).toEqual(rolesDiffer(await fingerprint(server, 'shop')));
    await scene.host.exec(`rm -rf /srv/backups-${server.family}`);
    rmSync(scene.folder, { recursive: true, force: true });
  });

  test('SQLite: the file of the app, named in .env', async () => {
    const path = `${scene.host.appDir}/shared/database.sqlite`;
    mkdirSync(dirname(onHost(path)), { recursive: true });
    copySqliteSample('chinook', onHost(path));
    copySqliteSample('chinook', join(scene.dir, 'same.sqlite'));
    const before = fileFingerprint(join(scene.dir, 'same.sqlite'));
    await writeEnv(`DB_CONNECTION=sqlite\nDB_DATABASE="${path}"\n`);
    await scene.host.exec('install -d -o deploy -g deploy -m 700 /srv/backups-sqlite');
    const made = await scene.run({ ...scene.hostInputs(), stores: 'app1:/srv/backups-sqlite', identity: scene.identity('operations') }, { path: process.env['PATH'] ?? '' });
    const manifest = await expectWhole(made);
    expect(notPassedOf(made.record)).toEqual([]);
    expect(fileFingerprint(scene.restoreFile(manifest))).toEqual(before);
  });
});

