import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { describeWithServices } from '../support/require.ts';
import { RELEASE, runAction, type RunResult } from '../support/runner.ts';

const KEY = 'base64:PrpKG2XqXp7mB0mDmlK9jRxwLRAZ1DGRbTkPlvp1DNo=';
const TREE = {
  '.gitignore': '.env\n',
  artisan: '<?php\n',
  'bootstrap/app.php': '<?php return 1;\n',
  'composer.lock': JSON.stringify({ packages: [{ name: 'laravel/framework', version: 'v12.3.0' }, { name: 'vlucas/phpdotenv', version: 'v5.6.1' }] }),
  'config/app.php': "<?php\n\nreturn [\n    'env' => env('APP_ENV', 'production'),\n    'debug' => (bool) env('APP_DEBUG', false),\n    'url' => env('APP_URL'),\n    'key' => env('APP_KEY'),\n    'cipher' => 'AES-256-CBC',\n];\n",
  'config/session.php': "<?php\n\nreturn [\n    'secure' => env('SESSION_SECURE_COOKIE'),\n    'http_only' => false,\n];\n",
};
const good = { APP_URL: 'https://shop.acme.io', APP_KEY: KEY, SESSION_SECURE_COOKIE: 'true', SESSION_ENCRYPT: 'true' };

describeWithServices('security-config-lint', ['git'], () => {
  const lint = async (inputs: Readonly<Record<string, string>>, files: Readonly<Record<string, string>> = TREE): Promise<{ readonly run: RunResult; readonly workspace: string } & AsyncDisposable> => {
    const workspace = mkdtempSync(join(tmpdir(), 'ops-lint-'));
    execFileSync('git', ['init', '-q', workspace]);
    const run = await runAction(join(RELEASE, 'security-config-lint'), { workspace, files, with: inputs, secrets: [KEY], mayLeave: (path) => /security-config-lint-[0-9a-f]+\.(?:sarif|patch)$/.test(path) });
    return { run, workspace, [Symbol.asyncDispose]: async () => { await run[Symbol.asyncDispose](); rmSync(workspace, { recursive: true }); } };
  };

  test('finds, says where and why, and writes its reports and a patch that git takes', async () => {
    await using lintOf = await lint({ target: 'production', 'env-json': JSON.stringify(good), fix: 'safe' });
    const { run, workspace } = lintOf;
    expect(run).toMatchObject({ exit: 1, outputs: { verdict: 'fail', 'reason-code': 'findings', critical: '0', high: '1' } });
    expect(run.annotations.some(({ message }) => message.startsWith('`session.http_only` is false, so scripts can read the session cookie.'))).toBe(true);
    expect(run.summary).toContain('[FWS-SES-003]');
    execFileSync('git', ['apply', '--unidiff-zero', run.outputs['fix-patch'] ?? ''], { cwd: workspace });
    expect(readFileSync(join(workspace, 'config/session.php'), 'utf8')).toContain("'http_only' => true,");
  }, 60_000);

  test('passes a good application, fails on a baseline that got worse, and keeps what was known', async () => {
    const fixed = { ...TREE, 'config/session.php': TREE['config/session.php'].replace('false', 'true') };
    await using passing = await lint({ target: 'production', 'env-json': JSON.stringify(good) }, fixed);
    expect(passing.run).toMatchObject({ exit: 0, outputs: { verdict: 'pass', high: '0' } });
    await using updated = await lint({ target: 'production', 'env-json': JSON.stringify(good), baseline: 'known.json', 'baseline-mode': 'update' });
    const baseline = readFileSync(join(updated.workspace, 'known.json'), 'utf8');
    await using known = await lint({ target: 'production', 'env-json': JSON.stringify(good), baseline: 'known.json' }, { ...TREE, 'known.json': baseline });
    expect(known.run).toMatchObject({ exit: 0, outputs: { verdict: 'pass' } });
    await using worse = await lint({ target: 'production', 'env-json': JSON.stringify({ ...good, APP_DEBUG: 'true' }), baseline: 'known.json' }, { ...TREE, 'known.json': baseline });
    expect(worse.run).toMatchObject({ exit: 1, outputs: { critical: '1', high: '0' } });
  }, 120_000);

  test.each([
    ['a bad input', { 'fail-on': 'worst' }, TREE, 2],
    ['a bad policy', { policy: 'policy.yml' }, { ...TREE, 'policy.yml': 'ignore: [{role: x}]\n' }, 2],
    ['no application', {}, { 'README.md': 'x' }, 3],
  ] as const)('%s ends with its own code', async (_name, inputs, files, exit) => {
    await using lintOf = await lint(inputs, files);
    expect(lintOf.run.exit).toBe(exit);
  }, 60_000);
});
