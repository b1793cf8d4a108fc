/** examples/backup.yml and the first backup of docs/backup.md under act, on the release tree: a real host, database and S3 server. */
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { runWorkflow, type WorkflowOptions, type WorkflowRun } from '../../support/act.ts';
import { contentOf, openBackupScene, type BackupScene, type ManifestJson } from '../../support/backup.ts';
import { fingerprint } from '../../support/backup/fingerprint.ts';
import { startDatabase, type TestServer } from '../../support/databases.ts';
import { startOidc } from '../../support/oidc.ts';
import { describeWithServices } from '../../support/require.ts';
import type { Credentials } from '../../support/s3.ts';
import { copySqliteSample, loadSample } from '../../support/samples.ts';
import { startWeed } from '../../support/weed.ts';

const root = resolve(import.meta.dirname, '../../..');
const guide = readFileSync(join(root, 'docs/backup.md'), 'utf8');
const SOURCE = 'production-shop';
const PASSWORD = 'a long password';
const TIMERS = { daily: '7 2,18 * * *', frequent: '7 6,10,14,22 * * *', monthly: '37 3 1 * *', verify: '37 4 * * 0' } as const;
const TEST_MS = 480_000;

/** A code block of the guide, by a line that stands before it. */
function block(before: string, language: string): string {
  const text = guide.slice(Math.max(0, guide.indexOf(before)));
  const [, indent = '', found] = new RegExp(`^( *)\`\`\`${language}\\n([\\s\\S]*?)^ *\`\`\`$`, 'm').exec(text) ?? [];
  if (!guide.includes(before) || found === undefined) throw new Error(`docs/backup.md has no ${language} block after "${before}"`);
  return found.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
}

describeWithServices('backup.yml under act', ['network', 'act', 'git', 'versitygw', 'mariadb-10.11', 'chinook', 'age', 'age-keygen', 'zstd'], () => {
  let scene: BackupScene;
  let server: TestServer;
  let writer: Credentials;
  let pings: Server;
  let pinged = 0;
  const open: WorkflowRun[] = [];

  beforeAll(async () => {
    scene = await openBackupScene({ s3: true, hosts: [{ name: 'app1', os: 'bookworm', appDir: '/var/www/app' }] });
    server = await startDatabase('mariadb-10.11');
    await loadSample(server, 'chinook', 'shop');
    // Account, role and folder are those of the guide.
    await server.sql(block('MariaDB:\n', 'sql'));
    const policy: { Statement: { Action: string[] }[] } = JSON.parse(block('**The backup role**', 'json'));
    if (scene.s3 === undefined) throw new Error('the scene has no S3 server');
    writer = await scene.s3.addUser('writer', 'backups', policy.Statement.flatMap(({ Action }) => Action));
    await scene.host.expose(server.port);
    const env = `APP_ENV=production\nDB_CONNECTION=mysql\nDB_HOST=127.0.0.1\nDB_PORT=${server.port}\nDB_DATABASE=shop\nDB_USERNAME=backup\nDB_PASSWORD="${PASSWORD}"\n`;
    const made = await scene.host.exec('set -e; install -d -o deploy -g deploy /var/www/app/shared; cat > /var/www/app/shared/.env; chown deploy:deploy /var/www/app/shared/.env; chmod 600 /var/www/app/shared/.env; install -d -o deploy -g deploy -m 700 /var/backups/shop', { input: env });
    expect(made).toMatchObject({ exit: 0 });
    pings = createServer((_request, response) => { pinged += 1; response.end('ok'); }).listen(0, '127.0.0.1');
    await once(pings, 'listening');
    await scene.network?.expose(portOf(pings));
  }, 300_000);
  afterAll(async () => {
    for (const run of open) await run[Symbol.asyncDispose]();
    pings?.close();
    await server?.[Symbol.asyncDispose]();
    await scene?.[Symbol.asyncDispose]();
  }, 60_000);

  const portOf = (listening: Server): number => {
    const address = listening.address();
    return address !== null && typeof address === 'object' ? address.port : 0;
  };

  /** Only what names host, bucket and role changes; the S3 server of the tests gives no roles, so its keys stand for one. */
  const forThisBed = (text: string): string => {
    const changed = text
      .replaceAll('app1.example.com', scene.host.address)
      .replaceAll('s3://acme-backups/shop?region=eu-central-1', scene.s3Store)
      .replace(/role-to-assume: "?arn:aws:iam::123456789012:role\/backup"?/, 'access-key-id: writer')
      .replace('ssh-key: ${{ secrets.DEPLOY_KEY }}', 'ssh-key: ${{ secrets.DEPLOY_KEY }}\n      secret-access-key: ${{ secrets.S3_SECRET }}')
      .replace('secrets: { ssh-key: "${{ secrets.DEPLOY_KEY }}" }', 'secrets: { ssh-key: "${{ secrets.DEPLOY_KEY }}", secret-access-key: "${{ secrets.S3_SECRET }}" }');
    for (const part of [scene.s3Store, 'access-key-id: writer', 'secrets.S3_SECRET', `deploy@${scene.host.address}`]) expect(changed).toContain(part);
    return changed;
  };

  const run = async (options: WorkflowOptions): Promise<WorkflowRun> => {
    const { network } = scene;
    if (network === undefined) throw new Error('the scene has no network');
    const done = await runWorkflow({
      ...(options.workflow === undefined ? { example: 'backup' } : {}),
      edit: forThisBed,
      secrets: { DEPLOY_KEY: readFileSync(network.keyFile, 'utf8'), S3_SECRET: writer.secretAccessKey, BACKUP_PING_URL: `http://127.0.0.1:${portOf(pings)}/ping/of-the-shop` },
      vars: { KNOWN_HOSTS: network.knownHosts, BACKUP_RECIPIENTS: scene.recipients.join('\n') },
      wrap: (argv) => network.wrap(argv),
      ...options,
    });
    open.push(done);
    return done;
  };
  const timer = (schedule: string, options: WorkflowOptions = {}): Promise<WorkflowRun> => run({ event: 'schedule', payload: { schedule }, ...options });
  const byHand = (inputs: Readonly<Record<string, string>>, options: WorkflowOptions = {}): Promise<WorkflowRun> => run({ event: 'workflow_dispatch', inputs, ...options });

  const told = (done: WorkflowRun): unknown => ({ exit: done.exit, jobs: done.jobs, log: done.exit === 0 ? '' : done.log.slice(-6000) });
  const GREEN = { exit: 0, jobs: { backup: 'success' }, log: '' };
  const bucket = (): string => join(scene.s3?.dataDir ?? '', 'backups/shop', SOURCE);
  const folder = (): string => join(scene.host.root, 'var/backups/shop', SOURCE);
  const ids = (store: string): string[] => (existsSync(join(store, 'manifests')) ? readdirSync(join(store, 'manifests')).filter((name) => name.endsWith('.json')).map((name) => name.replace('.json', '')) : []);
  const manifestOf = (store: string, done: WorkflowRun): ManifestJson & { tier: string; suspect: unknown; partial: unknown[]; checks: { result: string }[] } => JSON.parse(readFileSync(join(store, 'manifests', `${done.outputs['backup']?.['backup-id'] ?? ''}.json`), 'utf8'));

  test('the daily timer: a verified backup off-site, by the least rights of the guide, that loads and is equal', async () => {
    const done = await timer(TIMERS.daily);
    expect(told(done)).toEqual(GREEN);
    expect(done.outputs['backup']).toMatchObject({ status: 'verified', degraded: 'false', verdict: 'pass', 'reason-code': '' });
    expect(done.annotations.filter(({ level }) => level === 'error')).toEqual([]);
    const manifest = manifestOf(bucket(), done);
    expect(manifest).toMatchObject({ tier: 'daily', database: 'shop', suspect: null, partial: [] });
    expect(manifest.checks.filter(({ result }) => result !== 'pass')).toEqual([]);
    expect(pinged).toBe(1);
    expect(existsSync(folder())).toBe(false);
    await scene.restore(manifest, server, 'shop_again', 'break-glass');
    // The server puts the name of the database into its checksums.
    const restored = Object.entries(await fingerprint(server, 'shop_again')).map(([what, text]) => [what, text.replaceAll('shop_again.', 'shop.')]);
    expect(Object.fromEntries(restored)).toEqual(await fingerprint(server, 'shop'));
  }, TEST_MS);

  test('the frequent timer: on the host itself', async () => {
    const before = ids(bucket());
    const done = await timer(TIMERS.frequent);
    expect(told(done)).toEqual(GREEN);
    expect(done.outputs['backup']).toMatchObject({ status: 'verified' });
    expect(manifestOf(folder(), done)).toMatchObject({ tier: 'frequent' });
    expect(ids(bucket())).toEqual(before);
    // Encrypted there too, and nobody else's business.
    const found = await scene.host.exec('find /var/backups/shop -name dump.001 -exec head -c 21 {} \\; -exec stat -c " %a %U" {} \\;');
    expect(found.stdout).toBe('age-encryption.org/v1 600 deploy\n');
  }, TEST_MS);

  test('the monthly timer: the archive', async () => {
    const done = await timer(TIMERS.monthly);
    expect(told(done)).toEqual(GREEN);
    expect(manifestOf(bucket(), done)).toMatchObject({ tier: 'monthly' });
    expect(existsSync(join(bucket(), 'data/monthly', done.outputs['backup']?.['backup-id'] ?? 'none'))).toBe(true);
  }, TEST_MS);

  test('the weekly timer reads stored backups, and finds a damaged one', async () => {
    const before = ids(bucket());
    const good = await timer(TIMERS.verify);
    expect(told(good)).toEqual(GREEN);
    expect(good.log).toMatch(/backups? (?:was|were) looked at: \S+ pass/);
    expect(ids(bucket())).toEqual(before);

    // A byte of the newest, changed behind the server's back.
    const [newest = ''] = before.toSorted().toReversed();
    const key = readdirSync(join(bucket(), 'data'), { recursive: true, encoding: 'utf8' }).find((name) => name.includes(newest) && name.endsWith('.001')) ?? '';
    const url = `/backups/shop/${SOURCE}/data/${key}`;
    const bytes = readFileSync(join(bucket(), 'data', key));
    const damaged = Buffer.from(bytes);
    damaged[Math.floor(damaged.length / 2)] = (damaged[Math.floor(damaged.length / 2)] ?? 0) ^ 1;
    await scene.s3?.must('PUT', url, { body: damaged });
    const bad = await timer(TIMERS.verify);
    expect(bad).toMatchObject({ exit: 1, jobs: { backup: 'failure' } });
    expect(bad.outputs['backup']).toMatchObject({ verdict: 'fail', 'reason-code': 'checksum-differs' });
    expect(bad.annotations.filter(({ level }) => level === 'error').map(({ message }) => message).join('\n')).toContain(newest);
    await scene.s3?.must('PUT', url, { body: bytes });
  }, TEST_MS);

  test('by hand: a plan changes nothing, a tier chooses its store', async () => {
    const before = contentOf(join(scene.s3?.dataDir ?? '', 'backups', 'shop', SOURCE));
    const hostBefore = ids(folder());
    const plan = await byHand({ mode: 'plan', tier: 'daily' });
    expect(told(plan)).toEqual(GREEN);
    expect(plan.log).toContain(`Planned a backup of ${SOURCE}; nothing was changed.`);
    expect(contentOf(join(scene.s3?.dataDir ?? '', 'backups', 'shop', SOURCE))).toEqual(before);
    const made = await byHand({ mode: 'backup', tier: 'frequent' });
    expect(told(made)).toEqual(GREEN);
    expect(ids(folder())).toHaveLength(hostBefore.length + 1);
  }, TEST_MS);

  test('a right that is missing: red, with the GRANT to run, and older backups as they were', async () => {
    const before = ids(bucket());
    await server.sql("REVOKE TRIGGER ON shop.* FROM 'backup'@'%'");
    try {
      const called = pinged;
      const done = await timer(TIMERS.daily);
      expect(done).toMatchObject({ exit: 1, jobs: { backup: 'failure' } });
      expect(done.outputs['backup']).toMatchObject({ verdict: 'fail', 'reason-code': 'right-missing' });
      expect(done.annotations.filter(({ level }) => level === 'error').map(({ message }) => message).join('\n')).toContain('GRANT TRIGGER ON `shop`.* TO `backup`@`%`;');
      expect(ids(bucket())).toEqual(before);
      expect(pinged).toBe(called);
    } finally {
      await server.sql("GRANT TRIGGER ON shop.* TO 'backup'@'%'");
    }
  }, TEST_MS);

  test('the first backup of the guide, as it stands there', async () => {
    const workflow = block('5. **The workflow**', 'yaml');
    expect(Object.keys(Object(parse(workflow)).jobs)).toEqual(['production']);
    const before = ids(bucket());
    const done = await byHand({}, { workflow });
    expect(told(done)).toEqual(GREEN);
    expect(done.outputs['backup']).toMatchObject({ status: 'verified' });
    expect(ids(bucket())).toHaveLength(before.length + 1);
  }, TEST_MS);

  test('.github/ops.yml names everything, the workflow leaves it open', async () => {
    const { network } = scene;
    const file = {
      environments: { production: {
        'hosts': [`deploy@${scene.host.address} name=app1`], 'path': '/var/www/app', 'known-hosts': network?.knownHosts,
        'db-backup': { 'stores': ['app1:/var/backups/shop'], 'recipients': scene.recipients, 'verify': 'read-back', 'tier': 'frequent' },
      } },
    };
    const workflow = `on: workflow_dispatch\npermissions: {}\njobs:\n  production:\n    permissions: { contents: read, id-token: write }\n    uses: fwber/ops/.github/workflows/backup.yml@v1\n    secrets: { ssh-key: "\${{ secrets.DEPLOY_KEY }}" }\n`;
    const before = ids(folder());
    const done = await byHand({}, { workflow, edit: (text) => text, files: { '.github/ops.yml': JSON.stringify(file) } });
    expect(told(done)).toEqual(GREEN);
    expect(ids(folder())).toHaveLength(before.length + 1);
    expect(manifestOf(folder(), done)).toMatchObject({ tier: 'frequent' });
    // Empty is "not given" all the way down: without the file nobody says where.
    const lost = await byHand({}, { workflow, edit: (text) => text });
    expect(lost).toMatchObject({ exit: 1, jobs: { backup: 'failure' } });
    expect(lost.annotations.map(({ message }) => message).join('\n')).toMatch(/stores/);
  }, TEST_MS);
});

describeWithServices('backup.yml with a role', ['act', 'git', 'weed', 'sqlite3', 'age', 'age-keygen', 'zstd'], () => {
  test('the token of the job takes the role; there is no key anywhere', async () => {
    await using scene = await openBackupScene();
    await using oidc = await startOidc({ sub: 'repo:acme/shop:environment:backup' });
    await using weed = await startWeed({ oidc, subject: 'repo:acme/shop:environment:backup' });
    await weed.makeBucket('backups');
    copySqliteSample('chinook', join(scene.dir, 'shop.sqlite'));
    const workflow = `on: workflow_dispatch\npermissions: {}\njobs:\n  production:\n    permissions: { contents: read, id-token: write }\n    uses: fwber/ops/.github/workflows/backup.yml@v1\n    with:\n      job-environment: backup\n      stores: s3://backups/shop?endpoint=${weed.endpoint}&region=us-east-1\n      role-to-assume: ${weed.roleArn}\n      s3-profile: minio\n      recipients: \${{ vars.BACKUP_RECIPIENTS }}\n    secrets:\n      database-url: sqlite://${scene.dir}/shop.sqlite\n`;
    await using done = await runWorkflow({ workflow, event: 'workflow_dispatch', inputs: {}, vars: { BACKUP_RECIPIENTS: scene.recipients.join('\n') }, env: oidc.env });
    expect({ exit: done.exit, log: done.exit === 0 ? '' : done.log.slice(-6000) }).toEqual({ exit: 0, log: '' });
    expect(done.outputs['backup']).toMatchObject({ status: 'verified', verdict: 'pass' });
    expect(oidc.requests.map(({ audience }) => audience)).toContain('sts.amazonaws.com');
    expect(await weed.keys('backups')).toEqual(expect.arrayContaining([`shop/production-shop.sqlite/manifests/${done.outputs['backup']?.['backup-id'] ?? ''}.json`]));
  }, TEST_MS);
});
