import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { describeWithServices } from '../support/require.ts';
import { openScene, type Commit, type Scene } from '../support/scenario.ts';

const STEPS = { name: '2026_02_01_000001_create_steps_table', statements: 3, prints: true };

describeWithServices('a deploy with a pending migration to one host', ['network'], () => {
  let scene: Scene;
  let a: Commit;
  let b: Commit;
  beforeAll(async () => {
    scene = await openScene({ hosts: [{ name: 'laravel8', os: 'bookworm' }, { name: 'laravel10', os: 'trixie' }, { name: 'laravel13', os: 'sid' }], database: 'own' });
    a = await scene.commit({ version: 'A' });
    b = await scene.commit({ version: 'B', extraMigrations: [STEPS] });
  }, 120_000);
  afterAll(async () => { await scene?.[Symbol.asyncDispose](); }, 60_000);

  describe.each([['laravel8', '8.83'], ['laravel10', '10.48'], ['laravel13', '13.31']])('%s', (name, version) => {
    test(`Laravel ${version}: B is live, its migration ran once, rollback brings A back`, async () => {
      const hosts = [scene.network.host(name)];
      expect(await scene.deploy(a, { hosts })).toMatchObject({ exit: 0, outputs: { verdict: 'pass', identity: 'proven', 'live-sha': a.sha } });
      const done = await scene.deploy(b, { hosts });
      expect(done).toMatchObject({ exit: 0, outputs: { verdict: 'pass', identity: 'proven', migrated: STEPS.name, 'live-sha': b.sha } });
      expect((await scene.variants())[name]).toBe('B');
      expect(await scene.network.database?.admin(`SELECT (SELECT COUNT(*) FROM ${name}.steps), (SELECT COUNT(*) FROM ${name}.migrations)`)).toBe('3\t3\n');
      expect(await scene.rollback({ hosts })).toMatchObject({ exit: 0, outputs: { 'live-sha': a.sha, identity: 'proven' } });
      expect((await scene.variants())[name]).toBe('A');
    }, 120_000);
  });
});
