/** Stores on the very host where the dump runs: written there while dumping, published after the gate, restored by public tools alone. */
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { contentOf, filesBelow, openBackupScene, type BackupOutcome, type BackupPlan, type BackupScene, type Inputs, type ManifestJson } from '../support/backup.ts';
import { notPassedOf } from '../support/backup/checks.ts';
import { fingerprint } from '../support/backup/fingerprint.ts';
import { startDatabase, type TestServer } from '../support/databases.ts';
import { describeWithServices } from '../support/require.ts';
import { loadSample } from '../support/samples.ts';

jest.setTimeout(1_800_000);

const FOLDER = '/srv/backups';
const STORE = `app1:${FOLDER}`;
/** A disk on the host that takes the start of a dump and not all of it. */
const SMALL = '/srv/small';
const AGE = 'age-encryption.org/v1';
const NOISE_ROWS = 2500;

describeWithServices('a store on the host where the dump runs', ['network', 'mariadb-10.11', 'postgres-15', 'chinook', 'versitygw', 'age', 'age-keygen', 'zstd'], () => {
  let scene: BackupScene;
  let server: TestServer;
  let into: TestServer;
  beforeAll(async () => {
    scene = await openBackupScene({ hosts: [{ name: 'app1', os: 'bookworm' }], s3: true });
    [server, into] = await Promise.all([startDatabase('mariadb-10.11'), startDatabase('mariadb-10.11')]);
    await loadSample(server, 'chinook', 'shop');
    await scene.host.expose(server.port);
    await scene.host.exec(`mkdir ${SMALL} && mount -t tmpfs -o size=7m tmpfs ${SMALL}`);
  });
  afterEach(async () => {
    for (const folder of [scene.folder, bucket()]) rmSync(folder, { recursive: true, force: true });
    await scene.host.exec(`rm -rf ${FOLDER} ${SMALL}/*`);
  });
  afterAll(async () => {
    await into?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
    await scene?.[Symbol.asyncDispose]();
  });

  async function backup(inputs: Inputs, database = 'shop', plan: BackupPlan = {}): Promise<BackupOutcome> {
    await scene.host.exec(`for d in ${FOLDER} ${SMALL}/b; do [ -d $d ] || install -d -o deploy -g deploy -m 700 $d; done`);
    return await scene.run({ ...scene.hostInputs(), 'database-url': server.url(server.rootUser, server.rootPassword, database), source: 'shop', ...inputs }, { ...plan, secrets: [server.rootPassword, encodeURIComponent(server.rootPassword), ...(plan.secrets ?? [])] });
  }

  const onHost = (folder = FOLDER): string => join(scene.host.root, folder);
  const filesOf = (folder: string, end: RegExp): string[] => filesBelow(folder).filter((path) => end.test(path));
  function one(paths: readonly string[]): string {
    expect(paths).toHaveLength(1);
    return paths[0] ?? '';
  }
  const manifestIn = (folder: string): ManifestJson & { codec: object } => JSON.parse(readFileSync(one(filesOf(folder, /\/manifests\/[^/]+\.json$/)), 'utf8'));
  const dataIn = (folder: string): Buffer => readFileSync(one(filesOf(folder, /\/dump\.001$/)));
  const bucket = (): string => join(scene.s3?.dataDir ?? '', 'backups', 'shop');
  const isEncrypted = (bytes: Buffer): boolean => bytes.subarray(0, AGE.length).toString() === AGE;

  async function expectWhole(run: BackupOutcome): Promise<void> {
    expect([run.log, run.exit, run.outputs['status']]).toEqual([run.log, 0, 'verified']);
    expect(notPassedOf(run.record).filter((line) => !line.startsWith('plaintext-hash'))).toEqual([]);
    const left = await scene.host.exec('for i in $(seq 30); do p=$(pgrep -u deploy -f "ops-stream|dump|zstd|tee" || :); [ -n "$p" ] || break; sleep 1; done; echo "$p"; find /tmp /var/tmp /dev/shm -name "ops-*"; find / -xdev -name "*.partial"');
    expect(left.stdout.trim()).toBe('');
  }

  /** By the manifest's own command. */
  async function expectRestores(manifest: ManifestJson): Promise<void> {
    await into.sql('DROP DATABASE IF EXISTS shop');
    await scene.restore(manifest, into, 'shop');
    expect(await fingerprint(into, 'shop')).toEqual(await fingerprint(server, 'shop'));
  }

  test('as a copy beside a bucket it holds the same bytes, private, with a manifest of its own', async () => {
    const inputs = { encryption: 'none', stores: `${scene.s3Store}\n${STORE}` };
    const plan = await backup({ ...inputs, mode: 'plan' });
    expect([plan.log, plan.exit]).toEqual([plan.log, 0]);
    expect(plan.record.plan).toContain(`copy ${STORE}, source shop, tier daily, written there while dumping`);
    const run = await backup(inputs);
    await expectWhole(run);
    expect(run.log).toContain(`Copied to ${STORE}, written there while dumping.`);
    expect(dataIn(onHost()).equals(dataIn(bucket()))).toBe(true);
    expect(Object.values(contentOf(onHost())).map((line) => line.split(' ')[1])).toEqual(expect.arrayContaining(['600']));
    expect(Object.values(contentOf(onHost())).filter((line) => line.split(' ')[1] !== '600')).toEqual([]);
    const manifest = manifestIn(onHost());
    expect(manifest).toMatchObject({ id: run.outputs['backup-id'], store: STORE, codec: { compression: 'zstd', encryption: 'none', recipients: [] } });
    await expectRestores(manifest);
  });

  test('with age and allow-plain-host the copy is plain and says so, and the bucket is encrypted', async () => {
    const inputs = { stores: `${scene.s3Store}\n${STORE}`, 'allow-plain-host': 'true' };
    const plan = await backup({ ...inputs, mode: 'plan' });
    expect(plan.record.plan?.join('\n')).toContain('written there while dumping, NOT encrypted (allow-plain-host)');
    const run = await backup({ ...inputs, identity: scene.identity('operations') });
    await expectWhole(run);
    expect([isEncrypted(dataIn(bucket())), isEncrypted(dataIn(onHost()))]).toEqual([true, false]);
    expect(manifestIn(bucket())).toMatchObject({ codec: { encryption: 'age', recipients: scene.recipients } });
    const plain = manifestIn(onHost());
    expect(plain).toMatchObject({ codec: { encryption: 'none', recipients: [] } });
    expect(plain.restore).not.toContain('age');
    await expectRestores(plain);
    // By nothing but what the host has.
    const tail = await scene.host.exec(`zstd -d < "${one(filesOf(onHost(), /\/dump\.001$/)).slice(scene.host.root.length)}" | tail -n 1`, { user: 'deploy' });
    expect(tail.stdout).toMatch(/^-- Dump completed/);

    const verified = await backup({ ...inputs, mode: 'verify', identity: scene.identity('operations') });
    expect([verified.log, verified.exit, verified.record.verified?.map(({ verdict }) => verdict)]).toEqual([verified.log, 0, ['pass', 'pass']]);
  });

  test('with age and without allow-plain-host it is encrypted as everywhere', async () => {
    const plan = await backup({ stores: STORE, mode: 'plan' });
    expect(plan.record.plan?.join('\n')).toContain(`primary ${STORE}, source shop, tier daily, encrypted by the runner, which sends it there (allow-plain-host is false)`);
    const run = await backup({ stores: `${scene.folderStore}\n${STORE}`, identity: scene.identity('operations') });
    await expectWhole(run);
    expect([isEncrypted(dataIn(scene.folder)), isEncrypted(dataIn(onHost()))]).toEqual([true, true]);
    const manifest = manifestIn(onHost());
    expect(manifest).toMatchObject({ codec: { encryption: 'age', recipients: scene.recipients } });
    await expectRestores(manifest);
  });

  test('as the primary it is made without an upload, and retention knows it', async () => {
    const inputs = { stores: STORE, 'allow-plain-host': 'true', prune: 'never' };
    const first = await backup({ ...inputs, tier: 'frequent' });
    await expectWhole(first);
    expect(first.summary).toContain('not encrypted');
    await expectRestores(manifestIn(onHost()));
    const second = await backup(inputs);
    await expectWhole(second);
    const third = await backup(inputs);
    await expectWhole(third);
    const pruned = await backup({ ...inputs, mode: 'prune', prune: 'after-success', retention: 'frequent=1s\ndaily=30d\npre-deploy=1d\nmonthly=365d', 'min-verified': '1' });
    expect([pruned.log, pruned.exit, pruned.outputs['pruned']]).toEqual([pruned.log, 0, first.outputs['backup-id']]);
    expect(filesBelow(onHost()).filter((path) => path.includes(first.outputs['backup-id'] ?? '-') && !path.includes('/runs/'))).toEqual([]);
    expect(filesOf(onHost(), /\/dump\.001$/)).toHaveLength(2);
  });

  test('as the primary with age it is plain, and its copies are encrypted', async () => {
    const run = await backup({ stores: `${STORE}\n${scene.s3Store}\n${scene.folderStore}`, 'allow-plain-host': 'true', identity: scene.identity('operations') });
    await expectWhole(run);
    expect([isEncrypted(dataIn(onHost())), isEncrypted(dataIn(bucket())), isEncrypted(dataIn(scene.folder))]).toEqual([false, true, true]);
    expect(manifestIn(onHost())).toMatchObject({ codec: { encryption: 'none', recipients: [] } });
    for (const folder of [bucket(), scene.folder]) {
      const manifest = manifestIn(folder);
      expect(manifest).toMatchObject({ codec: { encryption: 'age', recipients: scene.recipients } });
      await expectRestores(manifest);
    }
  });

  test('every artifact of PostgreSQL is written there, side by side', async () => {
    await using postgres = await startDatabase('postgres-15');
    await using other = await startDatabase('postgres-15');
    await loadSample(postgres, 'chinook', 'shop');
    await scene.host.expose(postgres.port);
    const run = await backup({ 'database-url': postgres.url(postgres.rootUser, postgres.rootPassword, 'shop'), encryption: 'none', parallel: '2', stores: `${scene.folderStore}\n${STORE}` }, 'shop', { path: postgres.env['PATH'] ?? '', secrets: [postgres.rootPassword] });
    await expectWhole(run);
    const manifest = manifestIn(onHost());
    expect(manifest.artifacts.map(({ name }) => name)).toEqual(['globals', 'pre-data', 'data-1', 'data-2', 'post-data']);
    const objects = (folder: string): Record<string, string> => Object.fromEntries(Object.entries(contentOf(folder)).filter(([path]) => path.includes('/data/')));
    expect(objects(onHost())).toEqual(objects(scene.folder));
    await scene.restore(manifest, other, 'shop');
    expect(await fingerprint(other, 'shop')).toEqual(await fingerprint(postgres, 'shop'));
  });

  describe('on a disk that takes only the start of it', () => {
    const names = (folder: string): string[] => Object.keys(contentOf(onHost(folder))).filter((path) => !path.includes('/runs/'));
    beforeAll(async () => {
      await server.sql('CREATE DATABASE noise');
      await server.sql(`CREATE TABLE noise (id int PRIMARY KEY, b blob); INSERT INTO noise SELECT seq, RANDOM_BYTES(1024) FROM seq_1_to_${NOISE_ROWS}; INSERT INTO noise SELECT id + ${NOISE_ROWS}, RANDOM_BYTES(1024) FROM noise; INSERT INTO noise SELECT id + ${2 * NOISE_ROWS}, RANDOM_BYTES(1024) FROM noise; ANALYZE TABLE noise`, { database: 'noise' });
    });

    test('the copy is missing, the disk is free again, and the primary stands', async () => {
      const run = await backup({ encryption: 'none', stores: `${scene.folderStore}\napp1:${SMALL}/b` }, 'noise');
      expect([run.log, run.exit, run.outputs['reason-code'], run.outputs['degraded'], run.outputs['status']]).toEqual([run.log, 5, 'copy-missing', 'true', 'verified']);
      expect(run.sentence).toMatch(/the disk of .srv.small.b is full: nothing more could be written/);
      expect(names(`${SMALL}/b`)).toEqual([]);
      const manifest = manifestIn(scene.folder);
      await scene.restore(manifest, into, 'noise');
      expect(await fingerprint(into, 'noise')).toEqual(await fingerprint(server, 'noise'));
    });

    test('as the primary it is no-room, and nothing is published', async () => {
      const run = await backup({ encryption: 'none', stores: `app1:${SMALL}/b\n${scene.folderStore}` }, 'noise');
      expect([run.log, run.exit, run.outputs['reason-code'], run.outputs['backup-id'] ?? '']).toEqual([run.log, 1, 'no-room', '']);
      expect(names(`${SMALL}/b`)).toEqual([]);
      expect(existsSync(scene.folder) ? filesBelow(scene.folder) : []).toEqual([]);
    });
  });
});
