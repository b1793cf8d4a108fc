import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
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

    const second = await scene.deploy(await scene.commit({ version: 'B', extraMigrations: [{ name: '2026_02_01_000001_create_more_table' }] }), { with: { ...given(store), recipients: '', 'backup-id': id, 'backup-max-age': '1h' } });
    expect(second.sentence).toContain('succeeded');
    expect(second.outputs['backup-id']).toBe(id);
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
