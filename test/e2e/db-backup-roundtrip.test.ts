import { expect, jest, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { contentOf, filesBelow, openBackupScene, type BackupOutcome, type BackupScene } from '../support/backup.ts';
import { watchEnvirons } from '../support/backup/environs.ts';
import { fileFingerprint, fingerprint } from '../support/backup/fingerprint.ts';
import { notPassedOf } from '../support/backup/checks.ts';
import { writeSqlite } from '../support/backup/sqlite-load.ts';
import { startDatabase, type Product, type TestServer } from '../support/databases.ts';
import { describeWithServices } from '../support/require.ts';
import { leaksIn, secretForms } from '../support/runner/leaks.ts';
import { copySqliteSample, loadAwkward, loadSample, sampleRows } from '../support/samples.ts';

jest.setTimeout(1_800_000);

const PRODUCTS = ['mysql-9.7', 'mariadb-10.11', 'mariadb-11.8', 'postgres-15', 'postgres-17', 'postgres-18'] as const satisfies readonly Product[];
const DUMPERS = /^(?:mysqldump|mariadb-dump|pg_dump|pg_dumpall|pg_restore|mysql|mariadb|psql|zstd)$/;

/** What a dump cannot carry: the accounts that own things, and a table that no dump of a running server gets right. */
async function makeDumpable(server: TestServer, into: TestServer): Promise<void> {
  if (server.family === 'postgres') return;
  await into.sql("CREATE USER awkward_owner@localhost IDENTIFIED BY 'x'; GRANT ALL ON *.* TO awkward_owner@localhost");
  if (server.family === 'mariadb') await server.sql('ALTER TABLE crash_safe ENGINE = InnoDB', { database: 'odd' });
}

/** Nothing that a run wrote anywhere shows a secret. */
async function expectNoSecret(scene: BackupScene, run: BackupOutcome, secrets: readonly string[]): Promise<void> {
  const forms = secretForms(secrets);
  const texts = [run.log, run.summary, JSON.stringify(run.record), JSON.stringify(run.outputs), JSON.stringify(run.state)];
  for (const key of await scene.s3?.keys('backups') ?? []) if (key.endsWith('.json')) texts.push(await scene.s3?.must('GET', `/backups/${key}`) ?? '');
  expect(texts.flatMap((text, index) => leaksIn(`text ${index}`, text, forms))).toEqual([]);
}

describeWithServices('a backup of a server comes back by public tools alone', [...PRODUCTS, 'versitygw', 'age', 'age-keygen', 'zstd'], () => {
  test.each(PRODUCTS)('%s: awkward data, encrypted, from S3 and from the copy in a folder', async (product) => {
    await using scene = await openBackupScene({ s3: true });
    await using server = await startDatabase(product);
    await using into = await startDatabase(product);
    await loadAwkward(server, 'odd');
    await makeDumpable(server, into);
    const environs = watchEnvirons(DUMPERS, server.env['HOME'] ?? '-', [server.rootPassword, encodeURIComponent(server.rootPassword)]);
    const made = await scene.backup(server, 'odd', { stores: `${scene.s3Store}\n${scene.folderStore}`, identity: scene.identity('operations'), parallel: server.family === 'postgres' ? '2' : '1' });
    const { seen, leaks } = environs.stop();
    expect(made).toMatchObject({ exit: 0, outputs: { status: 'verified', degraded: 'false', verdict: 'pass', 'reason-code': '' } });
    expect(notPassedOf(made.record)).toEqual([]);
    expect([...leaks]).toEqual([]);
    expect(seen.size).toBeGreaterThan(0);
    await expectNoSecret(scene, made, [server.rootPassword, encodeURIComponent(server.rootPassword), scene.identity('operations')]);

    const { manifest } = made.record;
    if (manifest === undefined) throw new Error('there is no manifest');
    expect(manifest.restore).toContain('aws s3 cp');
    // Under the same name, on a server that never saw it, whose roles come from the backup too.
    await scene.restore(manifest, into, 'odd');
    const before = await fingerprint(server, 'odd');
    expect(Object.keys(before).length).toBeGreaterThan(40);
    expect(await fingerprint(into, 'odd')).toEqual(before);

    // The copy has a manifest of its own, whose command reads from there: here under another name and with the other key.
    const [copied] = filesBelow(scene.folder).filter((path) => /\/manifests\/[^/]+\.json$/.test(path));
    const copy = scene.readManifest(copied ?? 'none');
    expect(copy).toMatchObject({ id: manifest.id, store: scene.folderStore });
    await scene.restore(copy, into, 'other', 'break-glass');
    const other = await fingerprint(into, 'other');
    expect(Object.keys(other)).toEqual(Object.keys(before));
    for (const [name, print] of Object.entries(before)) if (name.startsWith('rows of ')) expect([name, other[name]?.replace(/^other\./m, 'odd.')]).toEqual([name, print]);
  });

  test('gzip and a signed manifest without encryption come back too', async () => {
    await using scene = await openBackupScene();
    await using server = await startDatabase('mariadb-11.8');
    await loadSample(server, 'chinook', 'shop');
    const made = await scene.backup(server, 'shop', { compression: 'gzip', encryption: 'none' });
    expect(made).toMatchObject({ exit: 0, outputs: { status: 'verified' } });
    const { manifest } = made.record;
    if (manifest === undefined) throw new Error('there is no manifest');
    expect(Object.fromEntries(Object.entries(manifest.tables).map(([name, { rows }]) => [name, rows]))).toEqual(sampleRows('chinook'));
    await using into = await startDatabase('mariadb-11.8');
    await scene.restore(manifest, into, 'shop');
    expect(await fingerprint(into, 'shop')).toEqual(await fingerprint(server, 'shop'));
  });
});

describeWithServices('a backup of a SQLite file', ['sqlite3', 'chinook', 'versitygw', 'age', 'age-keygen', 'zstd'], () => {
  test('in WAL mode under write load is one moment, whole, and leaves the file and its writer alone', async () => {
    await using scene = await openBackupScene({ s3: true });
    const path = join(scene.dir, 'live one.sqlite');
    copySqliteSample('chinook', path);
    const before = fileFingerprint(path);
    const load = await writeSqlite(path);
    const atLeast = load.written();
    const made = await scene.run({ 'database-url': `sqlite:///${path}`, stores: scene.s3Store, identity: scene.identity('operations') });
    const writer = await load.stop();
    expect(made).toMatchObject({ exit: 0, outputs: { status: 'verified' } });
    expect(notPassedOf(made.record)).toEqual([]);
    // The writer was never locked out for good, and went on.
    expect(writer.failed).toBe('');
    expect(writer.written).toBeGreaterThan(atLeast);

    const { manifest } = made.record;
    if (manifest === undefined) throw new Error('there is no manifest');
    const restored = scene.restoreFile(manifest);
    // Pairs are written in one transaction: both halves, none missing between.
    const pairs = ask(restored, 'SELECT (SELECT count(*) FROM pair_a), (SELECT count(*) FROM pair_b), (SELECT coalesce(max(id), 0) FROM pair_a), (SELECT count(*) FROM pair_a JOIN pair_b USING (id, payload))');
    const [a, b, last, joined] = (await pairs).trim().split('|').map(Number);
    expect([b, last, joined]).toEqual([a, a, a]);
    expect(a).toBeGreaterThanOrEqual(atLeast);
    // Apart from what the writer added it is the file as it was.
    await ask(restored, 'DROP TABLE pair_a; DROP TABLE pair_b');
    expect(fileFingerprint(restored)).toEqual(before);
    expect(Object.keys(contentOf(scene.dir)).filter((name) => /live one\.sqlite(?!-wal$|-shm$)./.test(name))).toEqual([]);
  });
});

async function ask(path: string, sql: string): Promise<string> {
  const child = spawn('sqlite3', [path, sql], { stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}
