import { expect, test } from '@jest/globals';
import { describeWithServices } from '../support/require.ts';
import { openScene } from '../support/scenario.ts';
import { listAppDir, watchCurrent } from '../support/watch.ts';

// What the proofs rely on must itself notice what it is there to notice.
describeWithServices('the eyes of the proofs', ['network'], () => {
  test('see a current that leads nowhere, to half a release, or away', async () => {
    await using scene = await openScene({ hosts: [{ name: 'app1', os: 'bookworm' }], prepare: false });
    const { host } = scene;
    const sh = async (command: string): Promise<void> => {
      expect(await host.exec(`cd "$APP" && ${command}`, { user: 'deploy', env: { APP: host.appDir } })).toMatchObject({ exit: 0 });
    };
    await sh('mkdir -p releases/one/public releases/two/public && touch releases/one/.complete.json releases/one/public/index.php && ln -s releases/one current');
    const good = await watchCurrent(host);
    await sh('sleep 0.2');
    expect(await good.stop()).toMatchObject({ bad: [], sequence: ['one'] });

    const before = await listAppDir(host);
    expect(await listAppDir(host)).toEqual(before);
    const watch = await watchCurrent(host);
    await sh('sleep 0.2; ln -sfn releases/two current; sleep 0.2; rm current; sleep 0.2; ln -s releases/one current; sleep 0.2');
    const seen = await watch.stop();
    expect(seen.bad.some((line) => line.endsWith('incomplete: releases/two'))).toBe(true);
    expect(seen.sequence).toEqual(expect.arrayContaining(['one', 'two']));
    expect(await listAppDir(host)).not.toEqual(before);
  }, 60_000);
});
