import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWithServices } from '../support/require.ts';
import { openScene, type Scene } from '../support/scenario.ts';
import { programOf } from '../support/services.ts';

/** Inputs of a store on the runner with two fresh age keys. */
function storeOf(scene: Scene): Readonly<Record<string, string>> & { readonly folder: string } {
  const folder = join(scene.scratch, 'backups');
  const keys = join(scene.scratch, 'keys');
  mkdirSync(keys, { recursive: true });
  const recipients = ['operations', 'offline'].map((name) => {
    execFileSync(programOf('age-keygen') ?? 'age-keygen', ['-o', join(keys, name)], { stdio: 'ignore' });
    return /public key: (\S+)/.exec(readFileSync(join(keys, name), 'utf8'))?.[1] ?? '';
  });
  return { folder, stores: `file://${folder}`, recipients: recipients.join('\n'), backup: 'auto', 'backup-reason': '' };
}

function given({ folder: _folder, ...inputs }: ReturnType<typeof storeOf>): Record<string, string> {
  return inputs;
}

/** Records of the runs in a folder with one source. */
function runsIn(folder: string): readonly unknown[] {
  return globSync('*/runs/*.json', { cwd: folder }).map((path) => JSON.parse(readFileSync(join(folder, path), 'utf8')));
}

describeWithServices('deploy with backup: auto', ['network', 'age-keygen'], () => {
  test.each(['own', undefined] as const)('makes a proven backup before it migrates, and history names it (database: %s)', async (database) => {
    await using scene = await openScene({ hosts: [{ name: 'app1', os: 'bookworm' }], ...(database === undefined ? {} : { database }) });
    const store = storeOf(scene);
    const first = await scene.deploy(await scene.commit({ version: 'A' }), { with: given(store) });
    expect(first.sentence).toContain('succeeded');
    const id = first.outputs['backup-id'] ?? '';
    expect(id).toMatch(/^\d{8}T\d{6}Z-/);
    const [source = ''] = readdirSync(store.folder).filter((name) => !name.startsWith('.'));
    expect(source).toMatch(/^production-/);
    expect(JSON.parse(readFileSync(join(store.folder, source, 'manifests', `${id}.json`), 'utf8'))).toMatchObject({ id, tier: 'pre-deploy', suspect: null, partial: [] });
    expect(runsIn(store.folder)).toMatchObject([{ source, action: 'deploy', mode: 'backup', tier: 'pre-deploy', verdict: 'pass', reason: null, backupId: id, status: 'verified', stores: [{ ok: true }] }]);
    // The summary shows it after what was deployed: id, proof, and the way back.
    expect(first.summary).toMatch(new RegExp(`What was deployed[\\s\\S]*## Backup\\n[\\s\\S]*<code>${id}</code>[\\s\\S]*\\*\\*verified\\*\\*[\\s\\S]*Restore it by hand`));

    const second = await scene.deploy(await scene.commit({ version: 'B', extraMigrations: [{ name: '2026_02_01_000001_create_more_table' }] }), { with: { ...given(store), recipients: '', 'backup-id': id, 'backup-max-age': '1h' } });
    expect(second.sentence).toContain('succeeded');
    expect(second.outputs['backup-id']).toBe(id);
    // One that was made before is neither made again nor shown as new.
    expect(runsIn(store.folder)).toHaveLength(1);
    expect(second.summary).not.toContain('Restore it by hand');
  }, 240_000);

  test('a backup that fails stops the deploy, and its record says why', async () => {
    await using scene = await openScene({ hosts: [{ name: 'app1', os: 'bookworm' }] });
    const store = storeOf(scene);
    const failed = await scene.deploy(await scene.commit({ version: 'A' }), { with: { ...given(store), 'database-url': 'sqlite:///nowhere/shop.sqlite' } });
    expect(failed).toMatchObject({ exit: 1, outputs: { 'reason-code': 'backup', 'backup-id': '' } });
    expect(runsIn(store.folder)).toMatchObject([{ source: 'production-shop.sqlite', action: 'deploy', tier: 'pre-deploy', verdict: 'fail', reason: 'login-refused', stores: [{ ok: true }] }]);
    expect(failed.summary).not.toContain('Restore it by hand');
  }, 240_000);

  test('refuses to migrate without a store, with a backup that is too old, and with bad recipients before anything is touched', async () => {
    await using scene = await openScene({ hosts: [{ name: 'app1', os: 'bookworm' }] });
    const commit = await scene.commit({ version: 'A' });
    const none = await scene.deploy(commit, { with: { backup: 'auto', 'backup-reason': '' } });
    expect(none.outputs['reason-code']).toBe('backup');
    expect(none.sentence).toContain('stores is not set');

    const store = storeOf(scene);
    const lone = await scene.deploy(commit, { with: { ...given(store), recipients: given(store)['recipients']?.split('\n')[0] ?? '' } });
    expect(lone.exit).toBe(1);
    expect(lone.sentence).toContain('recipients');

    const good = await scene.deploy(commit, { with: given(store) });
    const id = good.outputs['backup-id'] ?? '';
    const stale = await scene.deploy(await scene.commit({ version: 'B', extraMigrations: [{ name: '2026_02_01_000001_create_more_table' }] }), { with: { ...given(store), 'backup-id': id, 'backup-max-age': '1ms' } });
    expect(stale.outputs['reason-code']).toBe('backup');
    expect(stale.sentence).toContain('backup-max-age');
    expect(await scene.variants()).toEqual({ app1: 'A' });
  }, 240_000);
});
