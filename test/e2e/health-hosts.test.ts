import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkOf, DEFAULT_POLICY, gateObservations, hostProbe, type Check, type GateResult } from '@ops/health';
import { startNetwork, type TestHost, type TestNetwork } from '../support/hosts.ts';
import { placeRelease, prepareShared, writeApp } from '../support/laravel.ts';
import { describeWithServices } from '../support/require.ts';

const ARTISAN = 'cd /srv/host/app/current && php artisan';

/** Laravel applications on three operating systems judge themselves, by the script that deploy runs there. */
describeWithServices('hosts ask themselves', ['network'], () => {
  let network: TestNetwork;
  let scratch = '';

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'ops-health-'));
    network = await startNetwork([{ name: 'app1', os: 'bookworm' }, { name: 'app2', os: 'trixie', busybox: true }, { name: 'app3', os: 'sid' }]);
    for (const host of network.hosts) {
      await prepareShared(network, host, { connection: 'sqlite' });
      writeApp(join(scratch, 'app'), { version: 'A' });
      await placeRelease(host, join(scratch, 'app'), 'r1');
      expect(await host.exec(`${ARTISAN} migrate --force`, { user: 'deploy' })).toMatchObject({ exit: 0 });
    }
  }, 120_000);
  afterAll(async () => {
    await network[Symbol.asyncDispose]();
    rmSync(scratch, { recursive: true, force: true });
  });

  async function look(host: TestHost, path: string, given: Partial<Check> = {}, setup = ''): Promise<GateResult> {
    const check = checkOf({ url: `http://app.example.com${path}`, ...given });
    const probe = hostProbe(check, { from: host.name, successes: 3, intervalMs: 100, deadlineMs: 3000, connectTo: '127.0.0.1' });
    const ran = await host.exec(`${setup}\n${probe.script}`, { user: 'deploy', env: { ...probe.values } });
    expect(ran).toMatchObject({ exit: 0, stderr: '' });
    return gateObservations(check, probe.parse(ran.stdout), DEFAULT_POLICY);
  }

  test.each(['app1', 'app2', 'app3'])('%s is healthy, then in maintenance, then healthy again', async (name) => {
    const host = network.host(name);
    const identity = (expected: string): Partial<Check> => ({ identity: { expected, source: { kind: 'path', pointer: '/version' } } });
    expect(await look(host, '/api/health', identity('A'))).toMatchObject({ verdict: 'pass', stableCount: 3, version: 'A' });
    expect(await look(host, '/api/health', identity('B'))).toMatchObject({ verdict: 'fail', reason: 'version' });
    expect(await look(host, '/api/health/readiness', { kind: 'readiness' })).toMatchObject({ verdict: 'pass', components: [{ name: 'tables', state: 'up' }] });
    expect(await look(host, '/nowhere')).toMatchObject({ verdict: 'fail', reason: 'body' });

    expect(await host.exec(`${ARTISAN} down`, { user: 'deploy' })).toMatchObject({ exit: 0 });
    const down = await look(host, '/api/health');
    expect(down).toMatchObject({ verdict: 'fail', reason: 'maintenance', remedy: expect.stringContaining('php artisan up') });
    expect(down.sentence).toContain("maintenance mode (Laravel's own page)");
    expect(await host.exec(`${ARTISAN} up`, { user: 'deploy' })).toMatchObject({ exit: 0 });
    expect(await look(host, '/api/health')).toMatchObject({ verdict: 'pass' });
  });

  test('without curl the same is seen through php', async () => {
    const host = network.host('app1');
    // A name that command -v does not find: no curl for this script.
    const hidden = 'mkdir -p /tmp/no-curl && for tool in sh date head sed tail sleep mktemp rm php; do ln -sf "$(command -v $tool)" /tmp/no-curl/$tool; done; PATH=/tmp/no-curl';
    expect(await look(host, '/api/health', {}, hidden)).toMatchObject({ verdict: 'pass', stableCount: 3 });
  });

  test('a sick release is red with its component or status', async () => {
    const host = network.host('app3');
    writeApp(join(scratch, 'sick'), { version: 'sick', healthy: false });
    await placeRelease(host, join(scratch, 'sick'), 'r2');
    const result = await look(host, '/api/health');
    expect(result).toMatchObject({ verdict: 'fail', reason: 'status' });
    expect(result.sentence).toContain('answered 500 Internal Server Error with status unhealthy');
  });
});
