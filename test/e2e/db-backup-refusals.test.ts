import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { contentOf, openBackupScene, type BackupPlan, type BackupScene, type Inputs } from '../support/backup.ts';
import { fingerprint } from '../support/backup/fingerprint.ts';
import { freePort } from '../support/daemon.ts';
import { startDatabase, type TestServer } from '../support/databases.ts';
import { describeWithServices } from '../support/require.ts';
import { loadSample } from '../support/samples.ts';

jest.setTimeout(1_800_000);

const SECRET = 'Wr0ng:pass word#1';

interface Refusal {
  readonly name: string;
  readonly with?: (scene: BackupScene, server: TestServer) => Promise<Inputs> | Inputs;
  readonly plan?: (scene: BackupScene, server: TestServer) => BackupPlan;
  readonly exit: number;
  readonly reason: string;
  /** What the log must say: the cause, and what to do. */
  readonly says: readonly RegExp[];
}

const at = (server: TestServer, user: string, password: string, database = 'shop'): Inputs => ({ 'database-url': server.url(user, password, database) });
const asRoot = (server: TestServer, database?: string): Inputs => at(server, server.rootUser, server.rootPassword, database);

const REFUSALS: readonly Refusal[] = [
  { name: 'a wrong password', with: (_, server) => at(server, server.rootUser, SECRET), exit: 1, reason: 'login-refused', says: [/refused|denied/i, /password|login/i] },
  { name: 'a host name that does not exist', with: () => ({ 'database-url': `mysql://root:${encodeURIComponent(SECRET)}@db1.example.invalid/shop`, 'db-tls': 'off' }), exit: 1, reason: 'host-unreachable', says: [/db1\.example\.invalid/] },
  { name: 'a server that is not there', with: async () => ({ 'database-url': `mysql://root:${encodeURIComponent(SECRET)}@127.0.0.1:${await freePort()}/shop` }), exit: 1, reason: 'host-unreachable', says: [/127\.0\.0\.1/] },
  { name: 'a database that does not exist', with: (_, server) => asRoot(server, 'shopp'), exit: 1, reason: 'login-refused', says: [/shopp/] },
  { name: 'an account without a right', with: (_, server) => at(server, 'reader', SECRET), exit: 1, reason: 'right-missing', says: [/TRIGGER/, /GRANT .*TRIGGER.* ON .*shop/] },
  { name: 'a client of the other family', with: (_, server) => asRoot(server), plan: (scene) => ({ path: join(scene.dir, 'only-mysql') }), exit: 1, reason: 'client-mismatch', says: [/client/, /Install .*mariadb-client/] },
  { name: 'no client at all', with: (_, server) => asRoot(server), plan: (scene) => ({ path: join(scene.dir, 'no-client') }), exit: 1, reason: 'tool-missing', says: [/no MySQL client on the runner/, /Install mysql and mysqldump/] },
  { name: 'one recipient', with: (scene, server) => ({ ...asRoot(server), recipients: scene.recipients[0] }), exit: 1, reason: 'input', says: [/recipients/, /two/] },
  { name: 'a recipient that is a private key', with: (scene, server) => ({ ...asRoot(server), recipients: `${scene.recipients[0]}\n${scene.identity('operations')}` }), exit: 1, reason: 'input', says: [/recipients/, /private|secret/i] },
  { name: 'credentials in the address of a store', with: (_, server) => ({ ...asRoot(server), stores: 's3://AKIAIOSFODNN7EXAMPLE:wJalrXUtnFEMI@backups/shop' }), exit: 1, reason: 'input', says: [/stores/, /access-key-id/] },
  { name: 'a retention without a tier', with: (_, server) => ({ ...asRoot(server), retention: 'daily=30d\nmonthly=never' }), exit: 1, reason: 'input', says: [/monthly/, /frequent/] },
  { name: 'a dump on a host without hosts', with: (_, server) => ({ ...asRoot(server), via: 'host' }), exit: 1, reason: 'input', says: [/via: host needs hosts/] },
  { name: 'a dump that is too small', with: (_, server) => ({ ...asRoot(server), 'min-size': '1GiB' }), exit: 3, reason: 'empty-dump', says: [/min-size/] },
  { name: 'a store without room', with: (scene, server) => ({ ...asRoot(server), stores: `file://${join(scene.dir, 'full')}`, compression: 'none' }), exit: 4, reason: 'store-refused', says: [/room|full|space/i] },
];

describeWithServices('what db-backup refuses', ['mariadb-10.11', 'mysql-9.7', 'chinook', 'age', 'age-keygen', 'zstd'], () => {
  let scene: BackupScene;
  let server: TestServer;
  beforeAll(async () => {
    scene = await openBackupScene();
    server = await startDatabase('mariadb-10.11');
    await loadSample(server, 'chinook', 'shop');
    await server.sql(`CREATE USER reader IDENTIFIED BY '${SECRET}'; GRANT SELECT, SHOW VIEW, EVENT ON shop.* TO reader`);
    await using other = await startDatabase('mysql-9.7');
    // Folders with what a shell needs, and besides nothing, or MySQL's client alone.
    for (const [name, clients] of [['only-mysql', ['mysql', 'mysqldump']], ['no-client', []]] as const) {
      const folder = join(scene.dir, name);
      mkdirSync(folder);
      const programs = execFileSync('sh', ['-c', 'for p in /usr/bin/* /bin/*; do [ ! -x "$p" ] || echo "$p"; done'], { encoding: 'utf8' }).trim().split('\n');
      const seen = new Set<string>();
      for (const path of programs) {
        const base = path.slice(path.lastIndexOf('/') + 1);
        if (/mysql|maria|^pg_|^psql/.test(base) || seen.has(base)) continue;
        seen.add(base);
        symlinkSync(path, join(folder, base));
      }
      for (const client of clients) execFileSync('cp', ['-L', other.bin(client), join(folder, client)]);
    }
    const full = join(scene.dir, 'full');
    mkdirSync(full);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', full]);
  });
  afterAll(async () => {
    try {
      execFileSync('umount', [join(scene.dir, 'full')]);
    } finally {
      await server?.[Symbol.asyncDispose]();
      await scene?.[Symbol.asyncDispose]();
    }
  });

  test.each(REFUSALS)('$name: says why and what to do, and writes nothing', async ({ with: inputs, plan, exit, reason, says }) => {
    const run = await scene.backup(server, 'shop', await inputs?.(scene, server) ?? {}, { secrets: [SECRET, 'wJalrXUtnFEMI'], ...plan?.(scene, server) });
    expect([run.log, run.exit, run.outputs['reason-code']]).toEqual([run.log, exit, reason]);
    for (const text of says) expect(run.log).toMatch(text);
    expect(run.summary).toContain(reason);
    expect(run.outputs['backup-id'] ?? '').toBe('');
    // At most the record of the run.
    for (const folder of [scene.folder, join(scene.dir, 'full')]) expect(Object.keys(contentOf(folder)).filter((path) => !/\/runs\/[^/]+\.json$/.test(path))).toEqual([]);
  });

  test('several mistakes are told at once', async () => {
    const run = await scene.run({ via: 'host', recipients: scene.recipients[0], retention: 'daily=1d', 'compression-level': '77', stores: 'ftp://x/y', 'database-url': 'mysql://root@127.0.0.1/shop' });
    expect(run.exit).toBe(1);
    for (const text of [/via: host/, /recipients/, /monthly/, /compression-level/, /stores/]) expect(run.log).toMatch(text);
  });

  test('and afterwards the same database is backed up and comes back', async () => {
    const made = await scene.backup(server, 'shop', { identity: scene.identity('operations') });
    expect(made).toMatchObject({ exit: 0, outputs: { status: 'verified' } });
    await using into = await startDatabase('mariadb-10.11');
    if (made.record.manifest === undefined) throw new Error('there is no manifest');
    await scene.restore(made.record.manifest, into, 'shop');
    expect(await fingerprint(into, 'shop')).toEqual(await fingerprint(server, 'shop'));
  });
});
