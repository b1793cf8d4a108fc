import { expect, jest, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contentOf, filesBelow, openBackupScene, type BackupOutcome, type BackupScene, type Inputs, type ManifestJson } from '../support/backup.ts';
import { fileFingerprint } from '../support/backup/fingerprint.ts';
import { describeWithServices } from '../support/require.ts';
import { startS3Faults } from '../support/s3-faults.ts';
import { copySqliteSample } from '../support/samples.ts';

jest.setTimeout(900_000);

/** Without the records of runs, of which each run leaves one. */
const withoutRuns = (folder: string): Record<string, string> => Object.fromEntries(Object.entries(contentOf(folder)).filter(([path]) => !path.includes('/runs/')));
const pruned = (run: BackupOutcome): string[] => (run.record.pruned ?? []).map(({ id }) => id).toSorted();

function expectWhole(scene: BackupScene, run: BackupOutcome | undefined, path: string): void {
  if (run?.record.manifest === undefined) throw new Error('there is no manifest');
  expect(fileFingerprint(scene.restoreFile(run.record.manifest))).toEqual(fileFingerprint(path));
}

describeWithServices('the modes of db-backup', ['sqlite3', 'chinook', 'age', 'age-keygen', 'zstd', 'versitygw'], () => {
  test('plan changes nothing, a dry run names what the real run deletes, and a flipped byte costs a backup its name', async () => {
    await using scene = await openBackupScene();
    const path = join(scene.dir, 'shop.sqlite');
    copySqliteSample('chinook', path);
    const database = readFileSync(path);
    const run = async (inputs: Inputs): Promise<BackupOutcome> => await scene.run({ 'database-url': `sqlite:///${path}`, ...inputs }, { path: process.env['PATH'] ?? '' });

    // plan, on an empty store: not even a folder comes to be.
    const first = await run({ mode: 'plan' });
    expect([first.log, first.exit]).toEqual([first.log, 0]);
    expect(first.record.plan?.join('\n')).toMatch(/artifact dump\.zst\.age/);
    expect(existsSync(scene.folder)).toBe(false);

    const made = [];
    for (const tier of ['frequent', 'frequent', 'daily']) made.push(await run({ prune: 'never', tier }));
    for (const one of made) expect([one.log, one.exit, one.outputs['status']]).toEqual([one.log, 0, 'verified']);
    const ids = made.map((one) => one.outputs['backup-id'] ?? '');

    // Old enough to go are those of the first tier.
    const wish = { retention: 'frequent=1s\ndaily=30d\npre-deploy=1d\nmonthly=365d', 'min-verified': '1', 'confirm-prune': 'true' };
    const held = contentOf(scene.folder);
    const plan = await run({ mode: 'plan', ...wish });
    expect([plan.log, plan.exit]).toEqual([plan.log, 0]);
    expect(contentOf(scene.folder)).toEqual(held);
    expect(readFileSync(path).equals(database)).toBe(true);

    // verify: what is whole passes, what is not is told, and is no proven backup any more.
    const whole = await run({ mode: 'verify', verify: 'sample 1/1', identity: scene.identity('operations') });
    expect([whole.log, whole.exit]).toEqual([whole.log, 0]);
    const verdicts = (one: BackupOutcome): string[] => (one.record.verified ?? []).map(({ id, verdict }) => `${id} ${verdict}`).toSorted();
    expect(verdicts(whole)).toEqual(ids.map((id) => `${id} pass`).toSorted());
    const victim = filesBelow(scene.folder).find((file) => file.includes(`/${ids[1]}/dump`)) ?? '';
    const bytes = readFileSync(victim);
    const middle = Math.floor(bytes.length / 2);
    bytes[middle] = (bytes[middle] ?? 0) ^ 1;
    writeFileSync(victim, bytes);
    const flipped = await run({ mode: 'verify', verify: 'sample 1/1' });
    expect([flipped.log, flipped.exit, flipped.outputs['reason-code']]).toEqual([flipped.log, 3, 'checksum-differs']);
    expect(flipped.sentence).toContain(ids[1]);
    expect(verdicts(flipped)).toEqual(ids.map((id, index) => `${id} ${index === 1 ? 'fail' : 'pass'}`).toSorted());
    const [revoked] = filesBelow(scene.folder).filter((file) => file.includes(`/${ids[1]}.checks/`)).toReversed();
    expect(JSON.parse(readFileSync(revoked ?? 'none', 'utf8'))).toMatchObject({ id: ids[1], kind: 'verify', verdict: 'fail' });

    // prune: the dry run is the real run.
    const unpruned = withoutRuns(scene.folder);
    const dry = await run({ mode: 'prune', prune: 'dry-run', ...wish });
    expect([dry.log, dry.exit]).toEqual([dry.log, 0]);
    expect(withoutRuns(scene.folder)).toEqual(unpruned);
    const real = await run({ mode: 'prune', ...wish });
    expect([real.log, real.exit]).toEqual([real.log, 0]);
    expect([real.log, pruned(real)]).toEqual([real.log, pruned(dry)]);
    // The broken one goes; a proven one of its age stays while there is no other beside the newest.
    expect(pruned(real)).toEqual([ids[1]]);
    expect(real.record.kept?.map(({ id }) => id).toSorted()).toEqual(ids.filter((_id, index) => index !== 1).toSorted());
    expect(real.outputs['pruned']?.split('\n').toSorted()).toEqual(pruned(real));
    for (const id of pruned(real)) expect(filesBelow(scene.folder).filter((file) => file.includes(id) && !file.includes('/runs/'))).toEqual([]);

    // What was kept comes back.
    expectWhole(scene, made[2], path);
  });

  test('when the newest proven backup is itself too old, neither the dry run nor the real one deletes', async () => {
    await using scene = await openBackupScene();
    const path = join(scene.dir, 'shop.sqlite');
    copySqliteSample('chinook', path);
    const run = async (inputs: Inputs): Promise<BackupOutcome> => await scene.run({ 'database-url': `sqlite:///${path}`, ...inputs }, { path: process.env['PATH'] ?? '' });
    const made = [await run({ prune: 'never' }), await run({ prune: 'never' })];
    const wish = { mode: 'prune', retention: 'frequent=1s\ndaily=1s\npre-deploy=1s\nmonthly=1s', 'min-verified': '1', 'confirm-prune': 'true' };
    for (const more of [{ prune: 'dry-run' }, {}]) {
      const pruning = await run({ ...wish, ...more });
      expect([pruning.log, pruning.exit, pruned(pruning)]).toEqual([pruning.log, 0, []]);
      expect(pruning.log).toContain('make a new one first');
      expect(pruning.record.kept?.map(({ id }) => id).toSorted()).toEqual(made.map((one) => one.outputs['backup-id'] ?? '').toSorted());
    }
    expectWhole(scene, made[0], path);
  });

  test('a second store that cannot be written costs the copy and is told, and the primary comes back', async () => {
    await using scene = await openBackupScene();
    const path = join(scene.dir, 'shop.sqlite');
    copySqliteSample('chinook', path);
    const blocked = join(scene.dir, 'no-folder');
    writeFileSync(blocked, '');
    const run = await scene.run({ 'database-url': `sqlite:///${path}`, stores: `${scene.folderStore}\nfile://${blocked}/store` }, { path: process.env['PATH'] ?? '' });
    expect([run.log, run.exit, run.outputs['reason-code'], run.outputs['degraded']]).toEqual([run.log, 5, 'copy-missing', 'true']);
    expect(run.summary).toContain('Copies that are missing');
    expectWhole(scene, run, path);
  });

  test('a second bucket of the same server gets its copy inside the server, which is read back and comes back by its own manifest', async () => {
    await using scene = await openBackupScene({ s3: true });
    const { s3 } = scene;
    if (s3 === undefined) throw new Error('there is no S3 server');
    await using faults = await startS3Faults(s3.endpoint);
    await s3.makeBucket('copies');
    const path = join(scene.dir, 'shop.sqlite');
    copySqliteSample('chinook', path);
    // Nothing that compresses: several parts.
    execFileSync('sqlite3', [path, 'CREATE TABLE ballast (x BLOB); INSERT INTO ballast SELECT randomblob(1000000) FROM generate_series(1, 20);']);
    const run = await scene.run({
      'database-url': `sqlite:///${path}`, stores: ['backups', 'copies'].map((bucket) => `s3://${bucket}/shop?endpoint=${faults.endpoint}&region=us-east-1`).join('\n'),
      'access-key-id': `${s3.accessKeyId}\n${s3.accessKeyId}`, 'secret-access-key': `${s3.secretAccessKey}\n${s3.secretAccessKey}`, lifecycle: 'off',
    }, { path: process.env['PATH'] ?? '' });
    expect([run.log, run.exit, run.outputs['status'], run.outputs['degraded']]).toEqual([run.log, 0, 'verified', 'false']);
    expect(run.log).toContain('Copied to s3://copies/shop.');
    expect(run.log).not.toContain('goes through here');
    expect(faults.seen.some(({ headers, path: at }) => headers['x-amz-copy-source'] !== undefined && at.startsWith('/copies/'))).toBe(true);
    const id = run.outputs['backup-id'] ?? '';
    const [key = ''] = (await s3.keys('copies')).filter((one) => one.endsWith(`/manifests/${id}.json`));
    const manifest: ManifestJson = JSON.parse(await s3.must('GET', `/copies/${key}`));
    expect([manifest.store, manifest.artifacts[0]?.segments[0]]).toEqual(['s3://copies/shop', expect.objectContaining({ proof: 'store' })]);
    expect((await s3.keys('copies')).filter((one) => one.includes(`/manifests/${id}.checks/`))).toHaveLength(1);
    expect(fileFingerprint(scene.restoreFile(manifest))).toEqual(fileFingerprint(path));
  });
});
