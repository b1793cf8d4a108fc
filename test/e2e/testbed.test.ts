import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { run } from '../support/bed/run.ts';
import { startNetwork, type TestNetwork } from '../support/hosts.ts';
import { commitApp, placeRelease, prepareShared, writeApp } from '../support/laravel.ts';
import { failuresOf, startLoad } from '../support/load.ts';
import { get } from '../support/request.ts';
import { describeWithServices } from '../support/require.ts';

const RELOAD = 'sudo -n /usr/local/sbin/fpm-reload';

let scratch = '';
beforeAll(() => { scratch = mkdtempSync(join(tmpdir(), 'testbed-')); });
afterAll(() => { rmSync(scratch, { recursive: true, force: true }); });

/** ssh as a user of the product would call it, from the runner's network. */
function ssh(network: TestNetwork, host: string, command: string): Promise<{ exit: number; stdout: string; stderr: string }> {
  const known = join(scratch, `known-hosts-${process.hrtime.bigint()}`);
  writeFileSync(known, network.knownHosts);
  return run(network.wrap([
    'ssh', '-F', 'none', '-i', network.keyFile, '-o', 'BatchMode=yes', '-o', 'IdentitiesOnly=yes', '-o', 'ConnectTimeout=3',
    '-o', 'StrictHostKeyChecking=yes', '-o', `UserKnownHostsFile=${known}`, `deploy@${network.host(host).address}`, command,
  ]), { env: { PATH: process.env['PATH'] ?? '' } });
}

/** Whether any process of this machine works for that network directory. */
function processesOf(dir: string): string[] {
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).map((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    } catch {
      return '';
    }
  }).filter((command) => command.includes(dir));
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => { setTimeout(resolve, 20); });
}

describeWithServices('a network of hosts', ['network'], () => {
  let network: TestNetwork;
  beforeAll(async () => {
    network = await startNetwork([
      { name: 'app1', os: 'bookworm' }, { name: 'app2', os: 'trixie' }, { name: 'app3', os: 'sid' },
    ], { database: 'mariadb' });
  }, 60_000);
  afterAll(async () => { await network[Symbol.asyncDispose](); });

  test.each([
    ['app1', 'sqlite', '8.83', 404], ['app2', 'mysql', '10.48', 404], ['app3', 'sqlite', '13.31', 200],
  ] as const)('%s runs the sample application on %s with Laravel %s', async (name, connection, version, up) => {
    const host = network.host(name);
    const app = join(scratch, name);
    writeApp(app, { version: 'A' });
    await prepareShared(network, host, { connection });
    await placeRelease(host, app, 'r1');
    const url = `http://${host.address}`;

    expect((await host.exec('php artisan --version', { user: 'deploy', env: { HOME: '/tmp' } })).exit).not.toBe(0); // not in the app's directory
    expect((await ssh(network, name, 'php /srv/host/app/current/artisan --version')).stdout).toContain(`Laravel Framework ${version}`);
    expect((await get(network, `${url}/api/health/readiness`)).status).toBe(503);
    expect(await ssh(network, name, 'php /srv/host/app/current/artisan migrate --force')).toMatchObject({ exit: 0 });
    expect((await get(network, `${url}/api/health/readiness`)).status).toBe(200);
    const health = await get(network, `${url}/api/health`);
    expect(health).toMatchObject({ status: 200, headers: { 'x-release': 'r1', 'x-variant': 'A' } });
    expect(JSON.parse(health.body)).toMatchObject({ status: 'healthy', version: 'A', release: 'r1', checks: { database: { status: 'ok' } } });
    expect((await get(network, `${url}/`)).body).toContain('Variant A of release r1');
    expect((await get(network, `${url}/up`)).status).toBe(up);
    expect(await ssh(network, name, 'cd /srv/host/app/current && php artisan view:cache && php artisan event:cache')).toMatchObject({ exit: 0 });

    writeApp(app, { version: 'sick', healthy: false });
    await placeRelease(host, app, 'r2');
    expect((await get(network, `${url}/api/health`)).status).toBe(500);
    writeApp(app, { version: 'broken', brokenPhp: true });
    await expect(placeRelease(host, app, 'r3')).rejects.toThrow('syntax error');
  }, 60_000);

  test('deploy may reload php-fpm and nothing else', async () => {
    expect(await ssh(network, 'app1', RELOAD)).toMatchObject({ exit: 0 });
    expect(await ssh(network, 'app1', `${RELOAD} now`)).toMatchObject({ exit: 1 });
    expect(await ssh(network, 'app1', 'sudo -n id')).toMatchObject({ exit: 1 });
  });

  test('the three servers differ as nginx configurations in the field do', async () => {
    const host = network.host('app1');
    const app = join(scratch, 'three-servers');
    const variantAt = async (port: number): Promise<string | undefined> => (await get(network, `http://${host.address}:${port}/api/health/liveness`)).headers['x-variant'];
    writeApp(app, { version: 'old', files: { 'public/beacon.php': '<?php echo "executed";' } });
    await placeRelease(host, app, 'three-1');
    await host.exec(RELOAD);
    for (const port of Object.values(host.ports).slice(1)) await variantAt(port);
    writeApp(app, { version: 'new', files: { 'public/beacon.php': '<?php echo "executed";' } });
    await placeRelease(host, app, 'three-2');

    // Each of the four workers may or may not have the old path in its cache, so ask often enough to meet them all.
    const seen = new Set<string | undefined>();
    for (let times = 0; times < 12; times++) seen.add(await variantAt(host.ports.documentRoot));
    expect(seen).toContain('old');
    expect(await variantAt(host.ports.realpath)).toBe('new');
    expect(await ssh(network, 'app1', RELOAD)).toMatchObject({ exit: 0 });
    await expect(get(network, `http://${host.address}:${host.ports.realpath}/beacon.php`)).resolves.toMatchObject({ body: 'executed' });
    expect(await variantAt(host.ports.documentRoot)).toBe('new');
    await expect(get(network, `http://${host.address}:${host.ports.indexOnly}/beacon.php`)).resolves.toMatchObject({ body: '<?php echo "executed";' });
    expect(await variantAt(host.ports.indexOnly)).toBe('new');
  }, 60_000);

  test('a cut is silence, and a connection outlives it', async () => {
    const url = `http://${network.host('app2').address}`;
    const slow = get(network, `${url}/api/slow/1000`, { timeoutMs: 25_000 });
    await new Promise((resolve) => { setTimeout(resolve, 300); });
    await network.cut('app2');
    const TIMED_OUT = 28;
    expect((await get(network, `${url}/api/health/liveness`, { timeoutMs: 1_500 })).exit).toBe(TIMED_OUT);
    await network.join('app2');
    expect((await slow).status).toBe(200);
    expect((await get(network, `${url}/api/health/liveness`)).status).toBe(200);
  });

  test('the power goes off without a word, and comes back with files, keys and address', async () => {
    const host = network.host('app3');
    await host.exec('echo kept > /srv/host/app/kept; sleep 1000 > /dev/null 2>&1 & sync');
    const [file, ...args] = network.wrap(['curl', '--silent', '--max-time', '4', `http://${host.address}/api/slow/9000`]);
    const asking = spawn(file, args, { stdio: 'ignore' });
    const asked = once(asking, 'exit');
    await new Promise((resolve) => { setTimeout(resolve, 500); });
    await network.powerOff('app3');
    await expect(host.exec('true')).rejects.toThrow('the power of app3 is off');
    expect(readFileSync(join(host.root, 'srv/host/app/kept'), 'utf8')).toBe('kept\n');
    expect(await asked).toEqual([28, null]); // neither FIN nor RST reached it
    await network.powerOn('app3');
    expect(await ssh(network, 'app3', 'cat /srv/host/app/kept; ps ax')).toMatchObject({ exit: 0, stdout: expect.stringMatching(/^kept\n/) });
    expect((await host.exec('ps ax')).stdout).not.toContain('sleep 1000');
    expect((await get(network, `http://${host.address}/api/health/liveness`)).status).toBe(200);
  }, 60_000);

  test('delay is added in each direction, for each host', async () => {
    const connectMs = async (): Promise<number> => {
      const done = await run(network.wrap(['curl', '--silent', '--output', '/dev/null', '--write-out', '%{time_connect}', `http://${network.host('app1').address}/`]));
      return Number(done.stdout) * 1000;
    };
    await network.setDelay('app1', 20);
    await network.setDelay('runner', 30);
    expect(await connectMs()).toBeGreaterThanOrEqual(100); // a bound that no fast machine can break: two frames took 50 ms each
    await network.powerOff('app1');
    await network.powerOn('app1');
    expect(await connectMs()).toBeGreaterThanOrEqual(100);
    await network.setDelay('app1', 0);
    await network.setDelay('runner', 0);
    await expect(network.setDelay('app9', 1)).rejects.toThrow('nothing called app9 is plugged in');
  });

  test('every host has a database of its own, and one is shared', async () => {
    const { database } = network;
    if (database === undefined) throw new Error('no database');
    const query = (name: string, of: string, db: string, sql: string): ReturnType<TestNetwork['hosts'][number]['exec']> => {
      const { username, password } = database.account(of);
      const php = '[, $dsn, $user, $password, $sql] = $argv; foreach ((new PDO($dsn, $user, $password))->query($sql) as $row) echo $row[0], "\\n";';
      return network.host(name).exec(`php -r '${php}' "$DSN" "$DB_USER" "$DB_PASSWORD" "$SQL"`, {
        env: { DSN: `mysql:host=${database.host};port=${database.port};dbname=${db}`, DB_USER: username, DB_PASSWORD: password, SQL: sql },
      });
    };
    expect(await query('app1', 'app1', 'app1', 'SELECT @@version')).toMatchObject({ exit: 0, stdout: expect.stringContaining('10.11.') });
    expect(await query('app1', 'app1', 'app3', 'SELECT 1')).toMatchObject({ exit: 255, stderr: expect.stringContaining('Access denied') });
    expect(await query('app1', 'shared', 'shared', 'CREATE TABLE seen AS SELECT 41 + 1 AS n')).toMatchObject({ exit: 0 });
    expect(await query('app3', 'shared', 'shared', 'SELECT n FROM seen')).toMatchObject({ exit: 0, stdout: '42\n' });
    expect(await database.admin('SELECT n FROM shared.seen')).toBe('42\n');
    await expect(database.admin('SELECT nonsense')).rejects.toThrow('nonsense');
    await database.admin('DROP TABLE shared.seen');
  });

  test('a server of the test is reached from the runner under its own address', async () => {
    const server = createServer((_, response) => { response.end('from the test'); });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const url = `http://127.0.0.1:${address.port}/`;
    expect((await get(network, url)).exit).not.toBe(0);
    await network.expose(address.port);
    expect(await get(network, url)).toMatchObject({ status: 200, body: 'from the test' });
    server.close();
  });

  test('readers see a switch and no failure', async () => {
    const host = network.host('app1');
    const app = join(scratch, 'load');
    writeApp(app, { version: 'one' });
    await placeRelease(host, app, 'load-1');
    const url = `http://${host.address}/api/health/liveness`;
    await using load = await startLoad(network, [url]);
    await until(() => existsSync(join(host.root, 'srv/host/app/releases/load-1')));
    writeApp(app, { version: 'two' });
    await placeRelease(host, app, 'load-2');
    await get(network, url);
    await new Promise((resolve) => { setTimeout(resolve, 300); });
    const report = (await load.stop())[url];
    if (report === undefined) throw new Error('no report');
    expect(report).toMatchObject({ errors: {}, sequence: ['one', 'two'], failures: [] });
    expect(Object.keys(report.releases)).toEqual(['load-1', 'load-2']);
    expect(report.requests).toBe((report.releases['load-1'] ?? 0) + (report.releases['load-2'] ?? 0));
    expect(failuresOf(report)).toBe(0);
  }, 60_000);

  test('readers count what a dead server does', async () => {
    const url = `http://${network.host('app2').address}/`;
    await network.host('app2').exec('nginx -s stop');
    await using load = await startLoad(network, [url]);
    await new Promise((resolve) => { setTimeout(resolve, 300); });
    const report = (await load.stop())[url];
    expect(report?.errors).toEqual({ ECONNREFUSED: report?.requests });
    expect(report === undefined ? 0 : failuresOf(report)).toBeGreaterThan(0);
    await network.host('app2').exec('nginx');
  });

  test('a slow migration prints each statement and can be stopped half way', async () => {
    const host = network.host('app2');
    const app = join(scratch, 'slow-migration');
    const sha = await commitApp(app, { version: 'slow', extraMigrations: [
      { name: '2026_03_01_000001_create_steps_table', statements: 4, msPerStatement: 5, prints: true, failsAt: 3 },
    ] });
    expect(sha).toMatch(/^[0-9a-f]{40}$/);
    await placeRelease(host, app, 'slow');
    const migrated = await ssh(network, 'app2', 'php /srv/host/app/current/artisan migrate --force');
    expect(migrated).toMatchObject({ exit: 1, stdout: expect.stringContaining('statement 2 of 4') });
    expect(migrated.stdout + migrated.stderr).toContain('statement 3 of 4 fails');
    expect(await network.database?.admin('SELECT COUNT(*) FROM app2.steps')).toBe('2\n');
  });

  test.each(['app1', 'app2', 'app3'])('%s installs vendor/ with composer, without a network', async (name) => {
    const host = network.host(name);
    const app = join(scratch, `composer-${name}`);
    writeApp(app, { version: 'composed', vendor: 'composer' });
    expect(existsSync(join(app, 'vendor'))).toBe(false);
    await placeRelease(host, app, 'composed');
    expect((await get(network, `http://${host.address}/api/health/liveness`)).headers['x-variant']).toBe('composed');
  }, 60_000);

  test('a slow composer run prints as it goes and dies with its group', async () => {
    const host = network.host('app1');
    const app = join(scratch, 'composer-slow');
    writeApp(app, { version: 'slow', vendor: 'slow-composer', composerSeconds: 600 });
    cpSync(app, join(host.root, 'srv/host/app/releases/composing'), { recursive: true });
    await host.exec('chown -R deploy: /srv/host/app/releases');
    const killed = await host.exec(`cd /srv/host/app/releases/composing
      setsid composer install --no-interaction > /tmp/composer.log 2>&1 & group=$!
      until grep -q '^599$' /tmp/composer.log; do sleep 0.1; done
      pgrep -g $group -c; kill -KILL -$group; while kill -0 -$group 2> /dev/null; do sleep 0.1; done; pgrep -f 'sleep[(]1'`, { user: 'deploy' });
    expect(killed).toMatchObject({ exit: 1, stdout: expect.stringMatching(/^[2-9]\n$/) });
  }, 60_000);
});

describeWithServices('several networks', ['network'], () => {
  test('stand beside each other with the same names and addresses', async () => {
    await using one = await startNetwork([{ name: 'app1', os: 'bookworm' }]);
    await using two = await startNetwork([{ name: 'app1', os: 'bookworm' }]);
    await one.host('app1').exec('echo one > /srv/host/which');
    await two.host('app1').exec('echo two > /srv/host/which');
    expect((await ssh(one, 'app1', 'cat /srv/host/which')).stdout).toBe('one\n');
    expect((await ssh(two, 'app1', 'cat /srv/host/which')).stdout).toBe('two\n');
    expect(one.knownHosts).not.toBe(two.knownHosts);
  }, 60_000);

  test('leave nothing behind', async () => {
    const network = await startNetwork([{ name: 'app1', os: 'bookworm', appFs: 'tmpfs:24m' }], { database: 'mariadb' });
    const dir = join(network.keyFile, '..');
    expect(processesOf(dir)).not.toEqual([]);
    expect(readFileSync('/proc/self/mounts', 'utf8')).not.toContain(dir); // not even while it runs
    await network[Symbol.asyncDispose]();
    expect(processesOf(dir)).toEqual([]);
    expect(existsSync(dir)).toBe(false);
  }, 60_000);

  test('die with the test process, and the next one sweeps their files', async () => {
    const hosts = new URL('../support/hosts.ts', import.meta.url).href;
    const program = `const { startNetwork } = await import(${JSON.stringify(hosts)});
      const network = await startNetwork([{ name: 'app1', os: 'bookworm' }], { database: 'mariadb' });
      console.log(network.keyFile);`;
    const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '--eval', program], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line]: unknown[] = await once(createInterface({ input: child.stdout }), 'line');
    const dir = join(String(line), '..');
    expect(processesOf(dir)).not.toEqual([]);
    const dead = once(child, 'exit');
    child.kill('SIGKILL');
    await dead;
    await until(() => processesOf(dir).length === 0);
    expect(existsSync(dir)).toBe(true);
    const next = await startNetwork([]);
    expect(existsSync(dir)).toBe(false);
    await next[Symbol.asyncDispose]();
  }, 60_000);
});

describeWithServices('special hosts', ['network'], () => {
  test('an app dir of its own size fills up, and outlives the power', async () => {
    await using network = await startNetwork([{ name: 'small', os: 'trixie', appFs: 'tmpfs:24m,nr_inodes=500' }]);
    const host = network.host('small');
    expect(await ssh(network, 'small', 'head -c 30000000 /dev/zero > /srv/host/app/fill')).toMatchObject({ exit: 1, stderr: expect.stringContaining('No space left') });
    expect(await ssh(network, 'small', 'rm /srv/host/app/fill; for i in $(seq 600); do : > /srv/host/app/$i || exit; done')).toMatchObject({ stderr: expect.stringContaining('No space left') });
    const before = await host.exec('ls /srv/host/app');
    await network.powerOff('small');
    await network.powerOn('small');
    expect(await host.exec('ls /srv/host/app')).toEqual(before);
    expect(before.stdout.split('\n').length).toBeGreaterThan(400);
  }, 60_000);

  test('a BusyBox host has its shell and its tools, and none of the others', async () => {
    await using network = await startNetwork([{ name: 'box', os: 'bookworm', busybox: true }]);
    const said = await ssh(network, 'box', 'readlink -f /bin/sh; cp --help 2>&1 | head -n 1; for tool in flock mktemp setsid nohup; do command -v $tool || echo no $tool; done');
    expect(said).toMatchObject({ exit: 0, stdout: expect.stringMatching(/^\/opt\/bed\/busybox\nBusyBox /) });
    expect(said.stdout).toContain('no flock');
    expect(said.stdout).toContain('/usr/bin/mktemp');
    expect(await ssh(network, 'box', RELOAD)).toMatchObject({ exit: 0 });
    await network.powerOff('box');
    await network.powerOn('box');
    expect((await ssh(network, 'box', 'readlink -f /bin/sh')).stdout).toBe('/opt/bed/busybox\n');
  }, 60_000);

  test('the path of an app dir may have blanks', async () => {
    await using network = await startNetwork([{ name: 'app1', os: 'bookworm', appDir: '/srv/My Apps/the app', appFs: 'tmpfs:64m' }]);
    const host = network.host('app1');
    const app = join(scratch, 'blanks');
    writeApp(app, { version: 'A' });
    await prepareShared(network, host, { connection: 'sqlite' });
    await placeRelease(host, app, 'r1');
    expect(await ssh(network, 'app1', 'php "/srv/My Apps/the app/current/artisan" migrate --force')).toMatchObject({ exit: 0 });
    for (const port of Object.values(host.ports).slice(1)) {
      expect(await get(network, `http://${host.address}:${port}/api/health/readiness`)).toMatchObject({ status: 200, headers: { 'x-release': 'r1' } });
    }
  }, 60_000);

  test('php-fpm can be somebody else, and drop what it serves', async () => {
    await using network = await startNetwork([{ name: 'app1', os: 'sid', fpmUser: 'www-data', processControlTimeout: '0' }]);
    const workers = await network.host('app1').exec("ps -o user= -C php-fpm8.4,php-fpm8.5,nginx | sort | uniq -c; grep process_control_timeout /etc/php-fpm.conf");
    expect(workers.stdout).toMatch(/2 root\n\s+5 www-data\nprocess_control_timeout = 0/);
    const app = join(scratch, 'www-data');
    writeApp(app, { version: 'A' });
    await prepareShared(network, network.host('app1'), { connection: 'sqlite' });
    await placeRelease(network.host('app1'), app, 'r1');
    expect(await ssh(network, 'app1', 'php /srv/host/app/current/artisan migrate --force')).toMatchObject({ exit: 0 });
    expect(await get(network, `http://${network.host('app1').address}/api/health`)).toMatchObject({ status: 200 });
    expect(await get(network, `http://${network.host('app1').address}/`)).toMatchObject({ status: 200 });
  }, 60_000);

  test('a bad plan is refused before anything starts', async () => {
    await expect(startNetwork([{ name: 'runner', os: 'sid' }])).rejects.toThrow('a host cannot be named "runner"');
    await expect(startNetwork([{ name: 'a', os: 'sid', appFs: 'ext4' }])).rejects.toThrow('appFs is "tmpfs:24m"');
    await expect(startNetwork([{ name: 'a', os: 'sid', appDir: "/srv/it's" }])).rejects.toThrow('cannot be an app dir');
  });
});
