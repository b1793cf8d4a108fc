import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { TestHost } from '../support/hosts.ts';
import { get } from '../support/request.ts';
import { describeWithServices } from '../support/require.ts';
import { openScene, type Commit, type Outcome, type Scene } from '../support/scenario.ts';

const RELOAD = 'sudo -n /usr/local/sbin/fpm-reload';

/** opcache with validate_timestamps=0 on every port: what nginx passes to PHP decides who answers after a switch. */
describeWithServices('who answers after the switch', ['network'], () => {
  let scene: Scene;
  let host: TestHost;
  let a: Commit;
  beforeAll(async () => {
    scene = await openScene({ hosts: [{ name: 'app1', os: 'bookworm' }] });
    host = scene.host;
    a = await scene.commit({ version: 'A' });
    expect(await scene.deploy(a)).toMatchObject({ exit: 0 });
  }, 120_000);
  afterAll(async () => { await scene?.[Symbol.asyncDispose](); }, 60_000);

  async function deployBy(port: keyof TestHost['ports'], version: string, more: Readonly<Record<string, string>> = {}): Promise<Outcome> {
    const url = `http://${host.address}:${host.ports[port]}/api/health`;
    await get(scene.network, url); // the old code is compiled under this port's path
    return await scene.deploy(await scene.commit({ version }), { with: { 'health-url': url, ...more } });
  }

  test('with $realpath_root the new code answers at once', async () => {
    expect(await deployBy('realpath', 'B')).toMatchObject({ exit: 0, outputs: { identity: 'proven' } });
    expect(await scene.variants('realpath')).toEqual({ app1: 'B' });
  }, 120_000);

  test('with $document_root the old code answers: taken back, with the line for nginx', async () => {
    const done = await deployBy('documentRoot', 'stale');
    expect(done).toMatchObject({ exit: 1, outputs: { 'reason-code': 'stale-code', 'rolled-back': 'true' } });
    expect(done.sentence).toContain('$realpath_root');
    expect(await scene.variants('realpath')).toEqual({ app1: 'B' });
  }, 120_000);

  test('with $document_root and a reload-command the new code answers after a reload', async () => {
    expect(await deployBy('documentRoot', 'C', { 'reload-command': RELOAD })).toMatchObject({ exit: 0, outputs: { identity: 'proven' } });
    expect(await scene.variants('documentRoot')).toEqual({ app1: 'C' });
  }, 120_000);

  test('where nginx executes only index.php identity is not proven, and the summary says so', async () => {
    const done = await deployBy('indexOnly', 'D');
    expect(done).toMatchObject({ exit: 0, outputs: { identity: 'not-proven' } });
    expect(done.summary).toMatch(/not proven/i);
    expect(done.log).toMatch(/beacon|not executed/i);
    expect(await scene.variants('indexOnly')).toEqual({ app1: 'D' });
  }, 120_000);
});
