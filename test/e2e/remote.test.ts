import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openSession, prepareSsh, type HostTarget, type Session, type SessionOptions, type SshOptions } from '@ops/remote';
import { Secret } from '@ops/shared';
import { batch, holder, path, testDeps, until } from '../../packages/remote/src/testing.ts';
import { startNetwork, type TestNetwork } from '../support/hosts.ts';
import { describeWithServices } from '../support/require.ts';

const APP = '/srv/host/app';

describeWithServices('sessions over ssh', ['network'], () => {
  let network: TestNetwork;
  const dir = mkdtempSync(join(tmpdir(), 'ops-remote-e2e-'));
  const undo: (() => Promise<void> | void)[] = [];

  beforeAll(async () => {
    network = await startNetwork([{ name: 'app1', os: 'bookworm' }, { name: 'app2', os: 'trixie', busybox: true }, { name: 'full', os: 'bookworm', appFs: 'tmpfs:1m' }]);
  });
  afterEach(async () => {
    for (const step of undo.splice(0)) await step();
  });
  afterAll(async () => {
    await network[Symbol.asyncDispose]();
    rmSync(dir, { recursive: true, force: true });
  });

  /** Dependencies whose processes run in the runner's network. */
  function deps(): ReturnType<typeof testDeps> {
    const real = testDeps(dir);
    undo.push(async () => { for (const step of real.undo) await step(); });
    return {
      ...real,
      exec: {
        run: (command) => real.exec.run(command),
        start: (command) => {
          const [file, ...args] = network.wrap([command.file, ...command.args]);
          return real.exec.start({ ...command, file, args });
        },
      },
    };
  }

  function target(name: string, port = 22, host = network.host(name).address): HostTarget {
    return { name, address: { kind: 'ssh', user: 'deploy', host, port }, path: path(APP), roles: ['web'] };
  }

  async function open(where: HostTarget, ssh: Partial<SshOptions> = {}, options: Partial<SessionOptions> = {}): Promise<Session> {
    const own = deps();
    const access = await prepareSsh(
      { key: new Secret(readFileSync(network.keyFile, 'utf8')), knownHosts: network.knownHosts, bastion: undefined, connectTimeoutMs: 5_000, ...ssh },
      own,
    );
    const session = await openSession(where, access, own, { runId: '4711.1', ...options });
    undo.push(() => session.close());
    return session;
  }

  const first = (where: HostTarget, ssh: Partial<SshOptions> = {}): Promise<unknown> => open(where, ssh).then((session) => session.run(batch('echo hello')));

  test.each(['app1', 'app2'])('runs batches under the lock on %s, as the deploy user', async (name) => {
    const session = await open(target(name));
    const result = await session.run(batch('id -un; pwd; [ ! -t 0 ] && echo no terminal', { lock: { waitMs: 0, holder: holder() } }));
    expect(result).toMatchObject({ exit: 0, stdout: `deploy\n${APP}\nno terminal\n`, stderr: '', fence: 1 });
    await session.close();
    expect((await network.host(name).exec(`ls -A ${APP}/.deploy/run; ls -d /tmp/ops-* 2>/dev/null; pgrep -u deploy -f ops-supervisor`)).stdout).toBe('');
  });

  test('a login script that talks does not disturb it', async () => {
    await network.host('app1').exec(`printf 'echo Welcome to this server; printf "no newline"\\n' > ~deploy/.bashrc; usermod -s /bin/bash deploy`);
    const session = await open(target('app1'));
    expect((await session.run(batch('echo hello'))).stdout).toBe('hello\n');
    await network.host('app1').exec('rm ~deploy/.bashrc');
  });

  test('mends a key with carriage returns and without its last newline', async () => {
    const key = readFileSync(network.keyFile, 'utf8');
    await expect(first(target('app1'), { key: new Secret(`\n  ${key.trim().replaceAll('\n', '\r\n')}`) })).resolves.toMatchObject({ stdout: 'hello\n' });
  });

  test('goes through a bastion', async () => {
    await expect(first(target('app1'), { bastion: `deploy@${network.host('app2').address}` })).resolves.toMatchObject({ stdout: 'hello\n' });
  });

  describe('says why a host cannot be reached', () => {
    const said = async (attempt: Promise<unknown>): Promise<string> => {
      const error: unknown = await attempt.then(() => undefined, (thrown: unknown) => thrown);
      if (!(error instanceof Error) || !('reason' in error) || !('remedy' in error)) throw new Error(`no user error: ${String(error)}`);
      return `${String(error.reason)}: ${error.message} ${String(error.remedy)}`;
    };

    test('another host key', async () => {
      const [one = ''] = network.knownHosts.split('\n');
      const other = network.knownHosts.split('\n').find((line) => line.startsWith(network.host('app2').address)) ?? '';
      const wrong = other.replace(network.host('app2').address, network.host('app1').address);
      expect(one).not.toBe(wrong);
      expect(await said(first(target('app1'), { knownHosts: wrong }))).toMatch(/^host-key: app1: 10\.77\.0\.11 shows another host key than known-hosts has \(it shows SHA256:.*\).*"ssh-keyscan 10\.77\.0\.11"/);
    });
    test('unknown host', async () => {
      expect(await said(first(target('app1'), { knownHosts: undefined }))).toMatch(/^host-key: app1: known-hosts has no key for 10\.77\.0\.11.*"ssh-keyscan 10\.77\.0\.11"/);
    });
    test('unknown bastion', async () => {
      const known = network.knownHosts.split('\n').filter((line) => line.startsWith(network.host('app1').address)).join('\n');
      expect(await said(first(target('app1'), { knownHosts: known, bastion: `deploy@${network.host('app2').address}` }))).toMatch(/^host-key: app1: known-hosts has no key for 10\.77\.0\.12/);
    });
    test('refused port', async () => {
      expect(await said(first(target('app1', 2222)))).toMatch(/^connect: app1: no connection to 10\.77\.0\.11 port 2222: it refuses the connection/);
    });
    test('no answer', async () => {
      expect(await said(first(target('app1', 22, '10.77.0.99'), { connectTimeoutMs: 1_000 }))).toMatch(/^connect: app1: no connection to 10\.77\.0\.99: (?:it does not answer|there is no route)/);
    });
    test('unknown name', async () => {
      expect(await said(first(target('app1', 22, 'no-such-host.invalid')))).toMatch(/^connect: app1: .*its name cannot be resolved/);
    });
    test('key refused', async () => {
      const file = join(dir, 'stranger');
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
      expect(await said(first(target('app1'), { key: new Secret(readFileSync(file, 'utf8')) }))).toMatch(/^auth: app1: 10\.77\.0\.11 refused the ssh key for the user deploy/);
    });
    test('no shell', async () => {
      await network.host('app1').exec('usermod -s /usr/sbin/nologin deploy');
      const text = await said(first(target('app1')));
      await network.host('app1').exec('usermod -s /bin/bash deploy');
      expect(text).toMatch(/^connect: app1: 10\.77\.0\.11 let us in but ran no command.*This account is currently not available/);
    });
  });

  const critical = (name: string): string => `echo begun > ${APP}/${name}; i=0; while [ $i -lt 40 ]; do i=$((i+1)); echo $i; echo $i > ${APP}/${name}.count; sleep 0.1; done; echo done > ${APP}/${name}`;
  const read = async (host: string, file: string): Promise<string> => (await network.host(host).exec(`cat ${APP}/${file} 2>/dev/null`)).stdout.trim();
  const lockFree = async (host: string): Promise<boolean> => (await network.host(host).exec(`flock -n ${APP}/.deploy/lock true`, { user: 'deploy' })).exit === 0;

  describe.each([
    ['kill -9 of ssh', async (session: Session) => { if ('pid' in session && typeof session.pid === 'number') process.kill(session.pid, 'SIGKILL'); await sleep(0); }],
    ['a silent ssh', async (session: Session) => { if ('pid' in session && typeof session.pid === 'number') process.kill(session.pid, 'SIGSTOP'); await sleep(0); }],
    ['a cut link', async () => { await network.cut('app1'); }],
  ])('after %s', (what, lose) => {
    test.each([true, false])('critical: %s', async (isCritical) => {
      const name = `${what.replaceAll(' ', '-')}-${String(isCritical)}`;
      const session = await open(target('app1'), {}, { beatMs: 500, silenceS: 3 });
      session.arm('up', `echo up > ${APP}/${name}.up`, {});
      const running = session.run(batch(critical(name), { title: 'migrate', critical: isCritical, lock: { waitMs: 20_000, holder: holder() } }));
      running.catch(() => {});
      await until(async () => (await read('app1', `${name}.count`)) !== '');
      await lose(session);
      await until(() => lockFree('app1'));
      expect(await read('app1', name)).toBe(isCritical ? 'done' : 'begun');
      expect(await read('app1', `${name}.up`)).toBe('up');
      const journal = (await read('app1', '.deploy/journal.ndjson')).split('\n').slice(-2);
      expect(journal[0]).toContain('"step":"migrate","phase":"orphaned"');
      expect(journal[0]).toMatch(isCritical ? /"exit":0}$/ : /"exit":143}$/);
      expect(journal[1]).toMatch(/"step":"up","phase":"comp","fence":\d+,"exit":0}$/);
      await network.join('app1');
      if ('pid' in session && typeof session.pid === 'number') try { process.kill(session.pid, 'SIGKILL'); } catch { /* gone */ }
      await expect(running).rejects.toMatchObject({ reason: 'orphaned', message: expect.stringContaining('app1: the connection was lost while migrate ran') });
      expect((await network.host('app1').exec(`ls -A ${APP}/.deploy/run; ls -d /tmp/ops-*`)).stdout).toBe('');
    });
  });

  test('an aborted batch ends on the host, 100 ms away', async () => {
    await network.setDelay('app1', 50);
    const session = await open(target('app1'));
    const controller = new AbortController();
    const running = session.run(batch(`echo $$ > ${APP}/pid; sleep 1000 & sleep 1000`, { lock: { waitMs: 0, holder: holder() } }), controller.signal);
    running.catch(() => {});
    await until(async () => (await read('app1', 'pid')) !== '');
    controller.abort();
    await expect(running).rejects.toMatchObject({ reason: 'cancelled' });
    await network.setDelay('app1', 0);
    await until(async () => (await network.host('app1').exec('pgrep -x sleep -u deploy')).stdout === '' || (await network.host('app1').exec('pgrep -fx "sleep 1000"')).exit === 1);
    await session.close();
    expect(await lockFree('app1')).toBe(true);
  });

  test('a full disk stops neither lock nor batch', async () => {
    const host = network.host('full');
    await host.exec(`mkdir ${APP}/.deploy; touch ${APP}/.deploy/lock; chown -R deploy ${APP}/.deploy; dd if=/dev/zero of=${APP}/fill bs=1k 2>/dev/null; ln -s releases/a ${APP}/current`);
    const session = await open(target('full'));
    const result = await session.run(batch('echo seen; echo data > new; [ -s new ] || echo disk is full; ln -s releases/b .tmp && mv -fT .tmp current && readlink current', { lock: { waitMs: 0, holder: holder() } }));
    expect(result).toMatchObject({ exit: 0, stdout: 'seen\ndisk is full\nreleases/b\n' });
    const other = await open(target('full'));
    await expect(other.run(batch('true', { lock: { waitMs: 0, holder: holder() } }))).rejects.toMatchObject({ reason: 'lock' });
    const file = join(dir, 'big');
    writeFileSync(file, Buffer.alloc(2_000_000, 1));
    // There is room outside of the full disk, so the payload arrives.
    expect(await session.run(batch('wc -c <"$OPS_PAYLOAD"', { payload: { file, bytes: 2_000_000 } }))).toMatchObject({ stdout: '2000000\n' });
    // A payload that fills the disk is refused, leaves nothing, and the session goes on.
    await host.exec(`rm ${APP}/fill; dd if=/dev/zero of=${APP}/fill bs=1k count=600 2>/dev/null`);
    await expect(session.run(batch('true', { title: 'stage', payload: { file, bytes: 2_000_000 } }))).rejects.toMatchObject({ reason: 'no-room', message: 'full: the 2000000 bytes of stage could not be stored on the host.' });
    expect(await session.run(batch('ls .deploy/run/*'))).toMatchObject({ stdout: 'err\nout\n' });
    await session.close();
    expect((await host.exec('ls -d /tmp/ops-* /dev/shm/ops-* 2>/dev/null')).stdout).toBe('');
  });
});
