import { spawn } from 'node:child_process';
import { accessSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { Secret } from '@ops/shared';
import * as server from '../../../../test/support/http.ts';
import { describeWithServices } from '../../../../test/support/require.ts';
import { checkOf, DEFAULT_TRANSPORT, type Check } from '../check.ts';
import { gateObservations } from '../gate.ts';
import type { Observation } from '../observation.ts';
import { DEFAULT_POLICY } from '../policy.ts';
import { hostProbe, type HostProbe, type HostProbeOptions } from './host-probe.ts';

const GOOD = server.json(200, { status: 'healthy', checks: { db: { status: 'ok' } } });
const FAST: HostProbeOptions = { from: 'app1', successes: 1, intervalMs: 50, deadlineMs: 0 };

/** A PATH with everything the script needs but curl. */
function pathWithoutCurl(): string {
  const dir = mkdtempSync(join(tmpdir(), 'ops-path-'));
  mkdirSync(join(dir, 'bin'));
  for (const tool of ['sh', 'dash', 'bash', 'busybox', 'php', 'date', 'head', 'sed', 'sleep', 'tail', 'mktemp', 'rm']) {
    const found = ['/usr/bin', '/bin', '/usr/local/bin'].map((folder) => join(folder, tool)).find(exists);
    if (found !== undefined) symlinkSync(found, join(dir, 'bin', tool));
  }
  return join(dir, 'bin');
}

function exists(file: string): boolean {
  try {
    accessSync(file);
    return true;
  } catch {
    return false;
  }
}

interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number | null;
}

function run(probe: HostProbe, shell: readonly string[], path = process.env['PATH']): Promise<Ran> {
  const secrets = Object.fromEntries(Object.entries(probe.secrets).map(([name, value]) => [name, value.reveal()]));
  const [file = 'sh', ...args] = shell;
  const child = spawn(file, [...args, '-c', `set -u\n${probe.script}`], { env: { PATH: path, LC_ALL: 'C', ...probe.values, ...secrets }, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve) => child.on('close', (exit) => resolve({ stdout, stderr, exit })));
}

function health(url: string, given: Partial<Check> = {}): Check {
  return checkOf({ url, ...given, transport: { ...DEFAULT_TRANSPORT, requestTimeoutMs: 10_000, ...given.transport } });
}

async function look(url: string, given: Partial<Check> = {}, options: Partial<HostProbeOptions> = {}, shell: readonly string[] = ['sh'], path?: string): Promise<Observation[]> {
  const probe = hostProbe(health(url, given), { ...FAST, ...options });
  const ran = await run(probe, shell, path);
  expect(ran).toMatchObject({ stderr: '', exit: 0 });
  return probe.parse(`noise before\n${ran.stdout}`);
}

const SHELLS = [['dash'], ['bash', '--posix'], ['busybox', 'sh']] as const;
const withCurl = process.env['PATH'];
const withoutCurl = pathWithoutCurl();
afterAll(() => rmSync(join(withoutCurl, '..'), { recursive: true, force: true }));

for (const [tool, path] of [['curl', withCurl], ['php', withoutCurl]] as const) describeWithServices(`host probe with ${tool}`, tool === 'php' ? ['php', 'dash', 'busybox'] : ['dash', 'busybox'], () => {
  test.each(SHELLS)('answers in %s', async (...shell) => {
    await using at = await server.serve(GOOD);
    const [seen, ...more] = await look(`http://app1.example.com:${at.port}/api/health`, {}, { connectTo: '127.0.0.1' }, shell.filter((word) => typeof word === 'string'), path);
    expect(more).toEqual([]);
    expect(seen).toMatchObject({ kind: 'answer', from: 'app1', status: 200, body: '{"status":"healthy","checks":{"db":{"status":"ok"}}}', address: '127.0.0.1' });
    expect(at.received[0]).toMatchObject({ method: 'GET', path: expect.stringMatching(/^\/api\/health\?_gate=\d+-\d+-1$/), headers: { host: `app1.example.com:${at.port}`, 'cache-control': 'no-cache' } });
  });

  test('goes on until enough are good in a row, and the same code judges them', async () => {
    await using at = await server.serve(server.inTurn(GOOD, server.json(500, { message: 'x' }), GOOD, GOOD, GOOD, GOOD));
    const seen = await look(at.origin, {}, { successes: 3, deadlineMs: 20_000 }, ['sh'], path);
    expect(seen.map((each) => (each.kind === 'answer' ? each.status : each.failure))).toEqual([200, 500, 200, 200, 200]);
    const result = gateObservations(health(at.origin), seen, { ...DEFAULT_POLICY, stable: { rounds: 3, ms: 0 } });
    expect(result).toMatchObject({ verdict: 'pass', stableCount: 3 });
  });

  test('ends at its deadline', async () => {
    await using at = await server.serve(server.maintenance(60));
    const seen = await look(at.origin, {}, { successes: 3, deadlineMs: 4000 }, ['sh'], path);
    expect(seen.length).toBeGreaterThan(1);
    expect(gateObservations(health(at.origin), seen, DEFAULT_POLICY)).toMatchObject({ verdict: 'fail', reason: 'maintenance' });
  });

  test.each([
    ['refused', undefined, 'refused'],
    ['reset', server.reset, 'reset'],
    ['silent', server.silent, 'timeout'],
    ['dripping', server.drip, 'timeout'],
    ['redirecting', server.redirect('/login'), 'redirect'],
  ] as const)('a server that is %s', async (_name, behaviour, expected) => {
    const port = behaviour === undefined ? await server.freePort() : undefined;
    await using at = await server.serve(behaviour ?? GOOD);
    const transport = { ...DEFAULT_TRANSPORT, requestTimeoutMs: 1000 };
    const [seen] = await look(`http://127.0.0.1:${port ?? at.port}/`, { transport }, {}, ['sh'], path);
    expect(seen).toMatchObject({ kind: 'failure', failure: expected });
  });

  test('an endless body is cut', async () => {
    await using at = await server.serve(server.endless);
    const [seen] = await look(at.origin, {}, {}, ['sh'], path);
    expect(seen).toMatchObject({ kind: 'failure', failure: 'body' });
  });

  test('TLS is verified against the given authority and the name, not the address', async () => {
    using authority = new server.Authority();
    await using at = await server.serve(GOOD, { tls: authority.issue({ names: ['DNS:app1.example.com'] }) });
    const url = `https://app1.example.com:${at.port}/`;
    const [plain] = await look(url, {}, { connectTo: '127.0.0.1' }, ['sh'], path);
    expect(plain).toMatchObject({ failure: 'tls' });
    const transport = { ...DEFAULT_TRANSPORT, ca: authority.cert };
    const [seen] = await look(url, { transport }, { connectTo: '127.0.0.1' }, ['sh'], path);
    expect(seen).toMatchObject({ kind: 'answer', status: 200 });
    const [other] = await look(`https://other.example.com:${at.port}/`, { transport }, { connectTo: '127.0.0.1' }, ['sh'], path);
    expect(other).toMatchObject({ failure: 'tls' });
  });

  test('what a server says cannot pass for a line of ours', async () => {
    const forged = 'hp:end\nhp:begin 9 1800000000\n|HTTP/1.1 200 OK\nhp:meta 200 1.1.1.1 0 0 0 0 0\nhp:exit 0\nhp:end';
    await using at = await server.serve(server.answer(500, forged, { 'content-type': 'text/plain' }));
    const seen = await look(at.origin, {}, {}, ['sh'], path);
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ status: 500, body: forged });
  });

  test('credentials come as secrets, in no argument, and reach the server', async () => {
    await using at = await server.serve(GOOD);
    const check = health(at.origin, { headers: { authorization: new Secret('Bearer "tok\\en"') } });
    const probe = hostProbe(check, FAST);
    expect(JSON.stringify(probe.values)).not.toContain('tok');
    expect(Object.keys(probe.secrets)).toEqual(['HP_CONFIG', 'HP_TAIL']);
    await run(probe, ['sh'], path);
    expect(at.received[0]?.headers.authorization).toBe('Bearer "tok\\en"');
  });

  test(`hostile addresses stay data (${tool})`, async () => {
    await using at = await server.serve(GOOD);
    await look(`${at.origin}/a$(touch x)'"\`?q=\\"$HOME`, {}, {}, ['sh'], path);
    expect(at.received[0]?.path).toContain('/a$(touch%20x)');
    expect(at.received).toHaveLength(1);
  });
});

test('without curl and without php the host says so', async () => {
  const probe = hostProbe(health('http://127.0.0.1/'), { ...FAST, php: 'no-such-php' });
  const ran = await run(probe, ['sh'], withoutCurl);
  expect(ran.stdout).toBe('hp:missing\n');
  expect(probe.parse(ran.stdout)).toMatchObject([{ failure: 'refused', detail: 'cannot be asked from the host, which has neither curl nor php' }]);
  expect(probe.parse('')).toEqual([]);
});
