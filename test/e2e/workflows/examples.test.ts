/** The callers of examples/ under act, on the release tree, against a real host: what a reader copies is what runs here. */
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { release } from '../../../scripts/release.ts';
import { runWorkflow, type WorkflowOptions, type WorkflowRun } from '../../support/act.ts';
import { startGithub, type FakeGithub } from '../../support/github.ts';
import type { AppVariant } from '../../support/laravel.ts';
import { describeWithServices } from '../../support/require.ts';
import { RELEASE } from '../../support/runner.ts';
import { openScene, type Scene } from '../../support/scenario.ts';

const APP_DIR = '/var/www/app';
// The gate of a person may take minutes; that of a test looks twice.
// Public halves; nobody decrypts these backups.
const RECIPIENTS = 'age13qsxlerewxpcxpj7cewe7salzf936prajuft529ntlhlzyu2g3dq7c3p0u\nage1lcvgjuvhxaadvwz26kpnmfahyd6l824y5pql7s8ra73pfrcpz9ns8de0lh';
const QUICK = { timeout: '12s', interval: '500ms', 'stable-for': '2', 'lock-timeout': '60s' };

describeWithServices('the examples under act', ['network', 'act', 'git'], () => {
  let scene: Scene;
  let github: FakeGithub;
  const open: WorkflowRun[] = [];

  beforeAll(async () => {
    scene = await openScene({ hosts: [{ name: 'app1', os: 'bookworm', appDir: APP_DIR }] });
    github = await startGithub();
    await scene.network.expose(github.port);
    // As the comment in examples/deploy.yml says.
    expect(await scene.host.exec('install -d -o deploy -m 700 /var/backups/shop', { user: 'root' })).toMatchObject({ exit: 0 });
  }, 90_000);
  afterAll(async () => {
    for (const run of open) await run[Symbol.asyncDispose]();
    await scene?.[Symbol.asyncDispose]();
    await github?.[Symbol.asyncDispose]();
  }, 60_000);

  /** Only what names the host changes in the text of an example, and the gate becomes quick. */
  const forThisHost = (text: string): string => {
    const { address } = scene.host;
    const quick = Object.entries(QUICK).map(([name, value]) => `      ${name}: ${value}\n`).join('');
    expect(text).toMatch(/^ {4}with:\n/m);
    return text
      .replaceAll('app1.example.com', address)
      .replaceAll('https://www.example.com/', `http://${address}/`)
      .replace(/^ {4}with:\n/m, `    with:\n${quick}`);
  };

  const run = async (example: 'deploy' | 'rollback', options: WorkflowOptions = {}): Promise<WorkflowRun> => {
    const done = await runWorkflow({
      example,
      edit: forThisHost,
      secrets: { DEPLOY_KEY: readFileSync(scene.network.keyFile, 'utf8') },
      env: { GITHUB_API_URL: github.url },
      vars: { KNOWN_HOSTS: scene.network.knownHosts, BACKUP_RECIPIENTS: RECIPIENTS },
      wrap: (argv) => scene.network.wrap(argv),
      ...(example === 'rollback' ? { event: 'workflow_dispatch', inputs: { mode: 'rollback', to: '' } } : {}),
      ...options,
    });
    open.push(done);
    return done;
  };

  /** A push of one variant of the application, with the example as its workflow. */
  const push = async (variant: AppVariant, options: WorkflowOptions = {}): Promise<WorkflowRun> => {
    const from = await scene.checkout(await scene.commit(variant));
    rmSync(join(from, '.git'), { recursive: true });
    return await run('deploy', { from, ...options });
  };

  const told = (done: WorkflowRun): unknown => ({ exit: done.exit, jobs: done.jobs, log: done.exit === 0 ? '' : done.log.slice(-4000) });
  const errorsOf = (done: WorkflowRun): string[] => done.annotations.filter(({ level }) => level === 'error').map(({ message }) => message);

  test('deploy A, deploy B, go back to A, look', async () => {
    const a = await push({ version: 'A' });
    expect(told(a)).toEqual({ exit: 0, jobs: { deploy: 'success' }, log: '' });
    expect(a.outputs['deploy']).toMatchObject({ 'live-sha': a.sha, verdict: 'pass', 'reason-code': '', identity: 'proven' });
    // The first deploy has migrations, so it made a backup before them.
    expect(a.outputs['deploy']?.['backup-id']).toMatch(/^\d{8}T\d{6}Z-/);
    expect(a.steps.filter(({ result }) => result !== 'success')).toEqual([]);
    expect(await scene.variants()).toEqual({ app1: 'A' });

    const b = await push({ version: 'B' });
    expect(told(b)).toMatchObject({ exit: 0, jobs: { deploy: 'success' } });
    expect(b.outputs['deploy']).toMatchObject({ 'live-sha': b.sha, 'previous-release': a.outputs['deploy']?.['release-id'] });
    expect(await scene.variants()).toEqual({ app1: 'B' });

    const states = github.deployments.map(({ statuses }) => statuses.map(({ state }) => state).filter((state) => state !== 'inactive'));
    expect(states).toEqual([['in_progress', 'success'], ['in_progress', 'success']]);

    const back = await run('rollback');
    expect(told(back)).toEqual({ exit: 0, jobs: { rollback: 'success' }, log: '' });
    expect(back.outputs['rollback']).toMatchObject({ 'live-sha': a.sha, 'release-id': a.outputs['deploy']?.['release-id'], 'rolled-back': 'true', verdict: 'pass' });
    expect(await scene.variants()).toEqual({ app1: 'A' });

    const status = await run('rollback', { inputs: { mode: 'status', to: '' } });
    expect(told(status)).toMatchObject({ exit: 0, jobs: { rollback: 'success' } });
    expect(status.log).toContain('Read the status of 1 of 1 hosts; nothing was changed.');
    expect(status.outputs['rollback']).toMatchObject({ 'live-sha': a.sha, 'rolled-back': 'false' });
  }, 120_000);

  test('a commit that is not healthy: red, and the old code serves', async () => {
    const before = await scene.variants();
    const bad = await push({ version: 'C', healthy: false }, { edit: (text) => forThisHost(text).replace('timeout: 12s', 'timeout: 5s') });
    expect(bad).toMatchObject({ exit: 1, jobs: { deploy: 'failure' } });
    expect(bad.outputs['deploy']).toMatchObject({ verdict: 'fail', 'reason-code': 'status', 'rolled-back': 'true' });
    expect(errorsOf(bad)).toHaveLength(1);
    expect(errorsOf(bad)[0]).toMatch(/answered 500.*The old release \S+ is live again on /s);
    expect(bad.steps.filter(({ result }) => result === 'failure').map(({ name }) => name)).toEqual(['Deploy']);
    expect(await scene.variants()).toEqual(before);
  }, 120_000);

  test('.github/ops.yml names the target, the workflow leaves it open', async () => {
    const { address } = scene.host;
    const file = {
      defaults: { path: APP_DIR, ...QUICK },
      environments: { production: { hosts: [`deploy@${address} name=app1`], 'health-url': `http://${address}/api/health`, deploy: { backup: 'never', 'backup-reason': 'a test' } } },
    };
    // Nothing but the keys stays in `with:`.
    const edit = (text: string): string => text.replace(/^ {6}(?:hosts|path|health-url|backup|backup-reason): .*\n/gm, '');
    const files = { '.github/ops.yml': JSON.stringify(file) };
    const before = await scene.variants();
    const d = await push({ version: 'D' }, { edit, files });
    expect(told(d)).toMatchObject({ exit: 0, jobs: { deploy: 'success' } });
    expect(await scene.variants()).toEqual({ app1: 'D' });
    const back = await run('rollback', { edit, files });
    expect(told(back)).toMatchObject({ exit: 0, jobs: { rollback: 'success' } });
    expect(await scene.variants()).toEqual(before);
    // Empty is "not given" all the way down: without the file nobody says where.
    const lost = await run('rollback', { edit });
    expect(lost).toMatchObject({ exit: 1, jobs: { rollback: 'failure' } });
    expect(errorsOf(lost).join('\n')).toMatch(/hosts/);
  }, 120_000);

  test('an application that another job built, deployed by the two commits of a release', async () => {
    const remote = join(scene.scratch, 'released.git');
    execFileSync('git', ['init', '-q', '--bare', remote]);
    const { actions, head } = release({ tree: RELEASE, remote, version: '1.0.0', source: 'f'.repeat(40), date: '2026-01-02T03:04:05Z' });
    const dir = join(scene.scratch, 'released');
    execFileSync('git', ['clone', '-q', '--branch', 'v1', remote, dir]);
    const built = (text: string): string => forThisHost(text)
      .replace('@v1', `@${head}`)
      .replace(/^ {4}with:\n/m, '    needs: build\n    with:\n      artifact: app\n')
      .replace(/^jobs:\n/m, `jobs:
  build:
    runs-on: ubuntu-latest
    timeout-minutes: 5
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1
      - run: mkdir built && cp -a app artisan bootstrap config database public resources routes vendor composer.json built && date +%s > built/made-by-the-build-job
      - uses: actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0
        with: { name: app, path: built }
`);
    const e = await push({ version: 'E' }, { edit: built, release: { dir, refs: [actions, head] } });
    expect(told(e)).toEqual({ exit: 0, jobs: { build: 'success', deploy: 'success' }, log: '' });
    expect(e.outputs['deploy']).toMatchObject({ 'live-sha': e.sha });
    expect(await scene.variants()).toEqual({ app1: 'E' });
    expect((await scene.host.exec(`ls ${APP_DIR}/current/made-by-the-build-job`)).exit).toBe(0);
  }, 120_000);
});
