import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { describeWithServices } from '../support/require.ts';
import { openScene, type Scene } from '../support/scenario.ts';

const DROPS = { name: '2026_02_01_000001_drop_title', body: { up: "Schema::table('posts', function (Blueprint $table) { $table->dropColumn('title'); });" } };

describeWithServices('rollback of one host', ['network'], () => {
  let scene: Scene;
  const shas: Record<string, string> = {};
  beforeAll(async () => {
    scene = await openScene({ hosts: [{ name: 'app1', os: 'trixie', appFs: 'tmpfs:100m' }], database: 'own' });
    for (const version of ['A', 'B', 'C']) {
      const commit = await scene.commit({ version });
      shas[version] = commit.sha;
      expect(await scene.deploy(commit)).toMatchObject({ exit: 0 });
    }
  }, 180_000);
  afterAll(async () => { await scene?.[Symbol.asyncDispose](); }, 120_000);

  test('works on a disk without a free block', async () => {
    const filled = await scene.host.exec('head -c 1G /dev/zero > "$APP/fill"; df --output=avail "$APP" | tail -n 1', { user: 'deploy', env: { APP: scene.host.appDir } });
    expect(filled.stdout.trim()).toBe('0');
    const back = await scene.rollback();
    expect(back).toMatchObject({ exit: 0, outputs: { 'live-sha': shas['B'], identity: 'proven', verdict: 'pass' } });
    expect(await scene.variants()).toEqual({ app1: 'B' });
    await scene.host.exec('rm "$APP/fill"', { user: 'deploy', env: { APP: scene.host.appDir } });
  }, 120_000);

  test('a second time it goes further back, and then says what there is', async () => {
    expect(await scene.rollback()).toMatchObject({ exit: 0, outputs: { 'live-sha': shas['A'] } });
    const none = await scene.rollback();
    expect(none).toMatchObject({ exit: 1, outputs: { 'reason-code': 'no-candidate' } });
    expect(none.sentence).toContain('a rollback took it back');
    expect(await scene.variants()).toEqual({ app1: 'A' });
  }, 120_000);

  test('goes to the commit that is asked for, also forward', async () => {
    expect(await scene.rollback({ with: { to: shas['C']?.slice(0, 8) ?? '' } })).toMatchObject({ exit: 0, outputs: { 'live-sha': shas['C'] } });
    const unknown = await scene.rollback({ with: { to: 'feedfacecafe' } });
    expect(unknown).toMatchObject({ exit: 1, outputs: { 'reason-code': 'no-candidate' } });
    expect(await scene.variants()).toEqual({ app1: 'C' });
  }, 120_000);

  test('knows that a dropped column breaks the old code', async () => {
    const d = await scene.commit({ version: 'D', extraMigrations: [DROPS] });
    const blocked = await scene.deploy(d);
    expect(blocked).toMatchObject({ exit: 1, outputs: { 'reason-code': 'destructive', 'live-sha': shas['C'] } });
    expect(await scene.network.database?.admin("SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = 'app1' AND table_name = 'posts' AND column_name = 'title'")).toBe('1\n');
    expect(await scene.deploy(d, { with: { 'destructive-migrations': 'allow' } })).toMatchObject({ exit: 0, outputs: { migrated: DROPS.name } });
    const refused = await scene.rollback();
    expect(refused).toMatchObject({ exit: 1, outputs: { 'reason-code': 'schema-ahead', 'live-sha': d.sha } });
    expect(refused.sentence).toContain(DROPS.name);
    expect(await scene.variants()).toEqual({ app1: 'D' });
    expect(await scene.rollback({ with: { 'allow-schema-ahead': 'true' } })).toMatchObject({ exit: 0, outputs: { 'live-sha': shas['C'] } });
  }, 120_000);

  test('mode: status names what is live and the way back, and changes nothing', async () => {
    const status = await scene.rollback({ with: { mode: 'status' } });
    expect(status).toMatchObject({ exit: 0 });
    expect(status.summary).toContain('Live now');
    expect(status.summary).toContain(shas['C']?.slice(0, 7));
    expect(await scene.variants()).toEqual({ app1: 'C' });
  }, 120_000);
});

describeWithServices('rollback of two hosts', ['network'], () => {
  test('one that cannot switch keeps both on what they serve, and the next try works', async () => {
    await using scene = await openScene({ hosts: [{ name: 'app1', os: 'bookworm' }, { name: 'app2', os: 'bookworm' }] });
    const a = await scene.commit({ version: 'A' });
    const b = await scene.commit({ version: 'B' });
    for (const commit of [a, b]) expect(await scene.deploy(commit)).toMatchObject({ exit: 0 });
    const stuck = scene.hosts.find((host) => host.name === 'app2');
    if (stuck === undefined) throw new Error('no app2');
    await stuck.exec('chmod a-w "$APP"', { user: 'deploy', env: { APP: stuck.appDir } });
    const refused = await scene.rollback();
    expect(refused).toMatchObject({ exit: 1, outputs: { 'reason-code': 'switch', 'live-sha': b.sha, 'rolled-back': 'false' } });
    expect(refused.log).toMatch(/no host was rolled back: app1 is back on \S+; app2 stayed on \S+/);
    expect(await scene.variants()).toEqual({ app1: 'B', app2: 'B' });
    await stuck.exec('chmod u+w "$APP"', { user: 'deploy', env: { APP: stuck.appDir } });
    expect(await scene.rollback()).toMatchObject({ exit: 0, outputs: { 'live-sha': a.sha, 'rolled-back': 'true' } });
    expect(await scene.variants()).toEqual({ app1: 'A', app2: 'A' });
  }, 600_000);
});
