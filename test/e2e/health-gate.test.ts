import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as server from '../support/http.ts';
import { RELEASE, runAction, startAction } from '../support/runner.ts';

const GATE = join(RELEASE, 'health-gate');
const GOOD = server.json(200, { status: 'healthy', version: '0a1b2c3', checks: { database: { status: 'ok' } } });
const FAST = { interval: '50ms', timeout: '2s' };

/** The bundle of the release tree, as a runner starts it. */
describe('health-gate in a workflow', () => {
  test('is green with outputs, summary and result file', async () => {
    await using at = await server.serve(server.routes({ '/api/health': GOOD }));
    await using run = await runAction(GATE, { with: { ...FAST, timeout: '25s', 'health-url': at.origin, 'expected-version': '0a1b2c3d4e5f60718293a4b5c6d7e8f901234567' } });
    expect(run).toMatchObject({ exit: 0, outputs: { verdict: 'pass', 'reason-code': 'healthy', attempts: '3', 'stable-count': '3', version: '0a1b2c3', 'cert-days-left': '' } });
    expect(run.summary).toContain('Health: pass');
    expect(JSON.parse(readFileSync(run.outputs['result-json'] ?? '', 'utf8'))).toMatchObject({ rounds: [{ good: true }, {}, {}] });
    expect(run.log.trim().split('\n').at(-1)).toContain('Healthy, version 0a1b2c3: 3 good rounds in a row');
    expect(run.annotations).toEqual([]);
  });

  test('is red with one annotation that names cause and next step, outputs and summary all the same', async () => {
    await using at = await server.serve(server.json(503, { status: 'unhealthy', checks: { database: { status: 'failed' } } }));
    await using run = await runAction(GATE, { with: { ...FAST, 'health-url': `${at.origin}/api/health` } });
    expect(run).toMatchObject({ exit: 1, outputs: { verdict: 'fail', 'reason-code': 'component' } });
    const errors = run.annotations.filter(({ level }) => level === 'error');
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message).toMatch(/reports component database failed .*Look at the named component/s);
    expect(run.summary).toContain('Health: fail (component)');
  });

  test('takes from .github/ops.yml what the workflow leaves open', async () => {
    await using at = await server.serve(server.routes({ '/api/health': GOOD, '/ready': GOOD }));
    const file = { defaults: { interval: '5s', 'stable-for': 2 }, environments: { staging: { 'health-gate': { interval: '50ms', 'health-url': `${at.origin}/api/health`, checks: [{ name: 'ready', url: '/ready' }] } } } };
    await using run = await runAction(GATE, { with: { environment: 'staging', timeout: '25s' }, files: { '.github/ops.yml': JSON.stringify(file) } });
    expect(run).toMatchObject({ exit: 0, outputs: { verdict: 'pass', 'stable-count': '2' } });
    expect(new Set(at.received.map(({ path }) => path.split('?')[0]))).toEqual(new Set(['/api/health', '/ready']));
    await using bad = await runAction(GATE, { with: { environment: 'stagin' }, files: { '.github/ops.yml': `${JSON.stringify(file)}\n` } });
    expect(bad.exit).toBe(1);
    expect(bad.log).toContain('Did you mean staging?');
  });

  test('a token reaches the application and nothing else', async () => {
    await using at = await server.serve(server.json(500, { echo: 'hush-hush-token' }));
    await using run = await runAction(GATE, { with: { ...FAST, 'health-url': `${at.origin}/h`, 'bearer-token': 'hush-hush-token' }, secrets: ['hush-hush-token'] });
    expect(run).toMatchObject({ exit: 1, outputs: { 'reason-code': 'status' } });
    expect(at.received[0]?.headers.authorization).toBe('Bearer hush-hush-token');
  });

  test('https with a private authority from a file of the workspace', async () => {
    using authority = new server.Authority();
    await using at = await server.serve(GOOD, { tls: authority.issue(), name: 'localhost' });
    const given = { ...FAST, timeout: '25s', 'health-url': `${at.origin}/h` };
    await using trusted = await runAction(GATE, { with: { ...given, ca: 'certs/ca.pem' }, files: { 'certs/ca.pem': authority.cert } });
    expect(trusted).toMatchObject({ exit: 0, outputs: { verdict: 'pass', 'cert-days-left': '89' } });
    await using plain = await runAction(GATE, { with: given });
    expect(plain).toMatchObject({ exit: 1, outputs: { 'reason-code': 'tls', attempts: '3' } });
  });

  test('all bad inputs are named at once, and nothing is asked', async () => {
    await using at = await server.serve(GOOD);
    await using run = await runAction(GATE, { with: { 'health-url': `${at.origin}/h`, timeout: '0s', degraded: 'maybe', checks: '- {url: ftp://x}' } });
    expect(run.exit).toBe(1);
    for (const name of ['timeout', 'degraded', 'checks']) expect(run.log).toContain(name);
    expect(at.received).toEqual([]);
  });

  test('a cancelled run ends at once and says so', async () => {
    await using at = await server.serve(server.silent);
    const handle = startAction(GATE, {
      with: { 'health-url': `${at.origin}/h` },
      onLine: (line, run) => {
        if (line.includes('Check health:')) run.cancel();
      },
    });
    await using run = await handle.done;
    expect(run).toMatchObject({ signal: undefined, outputs: { verdict: 'error', 'reason-code': 'cancelled' } });
    expect(run.exit).not.toBe(0);
  });

  test('what a hostile server says forges no command', async () => {
    const nasty = 'x\n::error::forged\n##[error]forged\n::set-output name=verdict::pass';
    await using at = await server.serve(server.json(503, { status: 'unhealthy', checks: { [nasty]: { status: nasty } } }));
    await using run = await runAction(GATE, { with: { ...FAST, 'health-url': `${at.origin}/h` } });
    expect(run.outputs['verdict']).toBe('fail');
    expect(run.legacyCommands).toEqual([]);
    expect(run.annotations.map(({ message }) => message)).not.toContain('forged');
  });
});
