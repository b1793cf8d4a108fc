import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStream, prepareSsh, type RemoteStream, type StreamRequest } from '@ops/remote';
import { Secret } from '@ops/shared';
import { allBytes, collect } from '../../packages/remote/src/stream-testing.ts';
import { testDeps, until } from '../../packages/remote/src/testing.ts';
import { startNetwork, type TestNetwork } from '../support/hosts.ts';
import { describeWithServices } from '../support/require.ts';

jest.setTimeout(120_000);

describeWithServices('streams over ssh', ['network'], () => {
  let network: TestNetwork;
  const dir = mkdtempSync(join(tmpdir(), 'ops-stream-e2e-'));
  const undo: (() => Promise<void> | void)[] = [];

  beforeAll(async () => {
    network = await startNetwork([{ name: 'app1', os: 'bookworm' }, { name: 'app2', os: 'trixie', busybox: true }]);
  });
  afterEach(async () => {
    for (const step of undo.splice(0)) await step();
  });
  afterAll(async () => {
    await network[Symbol.asyncDispose]();
    rmSync(dir, { recursive: true, force: true });
  });

  async function open(name: string, script: string, more: Partial<StreamRequest> & { knownHosts?: string; port?: number } = {}): Promise<RemoteStream> {
    const { knownHosts = network.knownHosts, port = 22, ...request } = more;
    const real = testDeps(dir);
    undo.push(async () => { for (const step of real.undo) await step(); });
    const deps = {
      ...real,
      exec: {
        ...real.exec,
        start: (command: Parameters<typeof real.exec.start>[0]) => {
          const [file, ...args] = network.wrap([command.file, ...command.args]);
          return real.exec.start({ ...command, file, args });
        },
      },
    };
    const access = await prepareSsh({ key: new Secret(readFileSync(network.keyFile, 'utf8')), knownHosts, bastion: undefined, connectTimeoutMs: 10_000 }, deps);
    const target = { name, address: { kind: 'ssh', user: 'deploy', host: network.host(name).address, port } } as const;
    const stream = openStream(target, access, deps, { title: 'dump of shop', script, beatMs: 500, silenceS: 5, graceS: 1, ...request });
    undo.push(() => stream.kill());
    return stream;
  }

  const left = async (name: string): Promise<string> => (await network.host(name).exec('pgrep -u deploy -f "ops-stream|sleep 1000"; ls -d /tmp/ops-stream-* 2>/dev/null')).stdout;

  test.each(['app1', 'app2'])('carries every byte to %s and back, past a login script that talks', async (name) => {
    await network.host(name).exec('printf "echo Welcome; echo Hello >&2\\n" >~deploy/.bashrc');
    const bytes = allBytes(3_000_001);
    const lines: string[] = [];
    const stream = await open(name, 'cat; echo done >&2; exit 3', { privateDir: true, onStderrLine: (line) => lines.push(line) });
    const back = collect(stream.stdout);
    stream.stdin.end(bytes);
    expect((await back).bytes.equals(bytes)).toBe(true);
    expect(await stream.exit).toEqual({ exit: 3, lost: false });
    expect(lines).toEqual(['done']);
    await until(async () => (await left(name)) === '');
    await network.host(name).exec('rm ~deploy/.bashrc');
  });

  test('tells the 255 of a script from that of ssh', async () => {
    const own = await open('app1', 'exit 255');
    own.stdout.resume();
    expect(await own.exit).toEqual({ exit: 255, lost: false });
    const refused = await open('app1', 'true', { port: 2222 });
    expect(await refused.exit).toMatchObject({ lost: true, cause: { reason: 'connect', message: expect.stringContaining('it refuses the connection') } });
    const unknown = await open('app1', 'true', { knownHosts: '' });
    expect(await unknown.exit).toMatchObject({ lost: true, cause: { reason: 'host-key' } });
  });

  test.each([
    ['kill -9 of ssh', (stream: RemoteStream) => Promise.resolve(process.kill(stream.pid, 'SIGKILL'))],
    ['a cut link', async () => { await network.cut('app1'); }],
  ])('after %s the script ends, and nothing looks whole', async (_what, lose) => {
    const stream = await open('app1', 'echo half of it; sleep 1000 & sleep 1000', { privateDir: true });
    const out = collect(stream.stdout);
    await until(async () => (await left('app1')).includes('ops-stream-'));
    await lose(stream);
    await until(async () => (await left('app1')) === '');
    expect(await stream.exit).toMatchObject({ lost: true, cause: { reason: 'connect', message: expect.stringContaining('app1: the connection was lost while dump of shop ran') } });
    await network.join('app1');
    expect((await out).error).toBeDefined();
  });
});
