import { expect, test } from '@jest/globals';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describeWithServices } from '../support/require.ts';
import { openScene } from '../support/scenario.ts';

describeWithServices('a first deploy', ['network'], () => {
  test('that is not healthy leaves nothing live, and the next one works', async () => {
    await using scene = await openScene({ hosts: [{ name: 'app1', os: 'trixie' }] });
    const app = join(scene.host.root, scene.host.appDir);
    const bad = await scene.deploy(await scene.commit({ version: 'bad', healthy: false }));
    expect(bad).toMatchObject({ exit: 1, outputs: { 'live-sha': '', verdict: 'fail', 'rolled-back': 'true' } });
    expect(bad.sentence).toContain('500');
    expect(bad.sentence).toContain('nothing is live');
    expect(existsSync(join(app, 'current'))).toBe(false);

    const good = await scene.commit({ version: 'good' });
    expect(await scene.deploy(good)).toMatchObject({ exit: 0, outputs: { 'live-sha': good.sha } });
    expect(await scene.variants()).toEqual({ app1: 'good' });

    // What failed is never a way back.
    const back = await scene.rollback();
    expect(back).toMatchObject({ exit: 1, outputs: { 'reason-code': 'no-candidate' } });
    expect(await scene.variants()).toEqual({ app1: 'good' });
    expect(readdirSync(join(app, 'releases')).length).toBeGreaterThan(0);
  }, 120_000);
});
