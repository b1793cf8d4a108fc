import { expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { laravelScripts } from '../../packages/laravel/src/index.ts';
import { scripts } from '../../packages/release/src/scripts.generated.ts';
import { describeWithServices } from '../support/require.ts';

interface Ran {
  readonly exit: number | null;
  readonly output: string;
  readonly fail: string | undefined;
  readonly vendor: string;
  readonly left: readonly string[];
}

/** Runs composer.sh in a release with this composer.json (none: an empty release). */
function run(manifest: Record<string, unknown> | undefined, { values = {}, files = {} }: { readonly values?: Record<string, string>; readonly files?: Record<string, string> } = {}): Ran {
  const app = mkdtempSync(join(tmpdir(), 'ops composer '));
  const release = join(app, 'releases/r1');
  mkdirSync(release, { recursive: true });
  mkdirSync(join(app, '.deploy'));
  if (manifest !== undefined) writeFileSync(join(release, 'composer.json'), JSON.stringify(manifest));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(release, name, '..'), { recursive: true });
    writeFileSync(join(release, name), text, { mode: 0o755 });
  }
  const done = spawnSync('sh', ['-c', `${scripts['prelude.sh']}(\nset -eu\n${laravelScripts['composer.sh']}\n)`], {
    env: { PATH: process.env['PATH'], HOME: '/nonexistent', OPS_NONCE: 'n', APP: app, RELEASE_DIR: release, PHP: 'php', COMPOSER: 'composer', COMPOSER_FLAGS: '--no-dev\n--optimize-autoloader\n\n--no-interaction', ...values },
    encoding: 'utf8',
  });
  const autoload = join(release, 'vendor/composer/autoload_classmap.php');
  const result = { exit: done.status, output: done.stdout + done.stderr, fail: /@n fail (.*)/.exec(done.stdout)?.[1], vendor: existsSync(autoload) ? readFileSync(autoload, 'utf8') : '', left: spawnSync('ls', ['-A', join(app, '.deploy')], { encoding: 'utf8' }).stdout.split('\n').filter((name) => name !== '') };
  rmSync(app, { recursive: true });
  return result;
}

const OFFLINE = { name: 'example/app', repositories: [{ 'packagist.org': false }], autoload: { 'psr-4': { 'App\\': 'app/' } } };

describeWithServices('composer.sh', ['php', 'composer'], () => {
  test('installs offline with the flags, says that a lock file is missing, and leaves nothing behind', () => {
    const done = run({ ...OFFLINE, require: { php: '>=7.4' } }, { files: { 'app/Thing.php': '<?php namespace App; class Thing {}' } });
    expect(done).toMatchObject({ exit: 0, fail: undefined });
    expect(done.output).toContain('@n fact composer installed');
    expect(done.output).toContain('@n warn There is no composer.lock');
    expect(done.vendor).toContain('App\\\\Thing');
    expect(done.left.filter((name) => name !== 'composer')).toEqual([]);
  });

  test('leaves a vendor/ that came with the release, and a release without composer.json, alone', () => {
    expect(run(OFFLINE, { files: { 'vendor/autoload.php': '<?php' }, values: { COMPOSER: 'no-such-composer' } })).toMatchObject({ exit: 0, output: '@n fact composer present\n' });
    expect(run(undefined)).toMatchObject({ exit: 0, output: '@n fact composer none\n' });
  });

  test('names a missing composer', () => {
    expect(run(OFFLINE, { values: { COMPOSER: '/no/such/composer' } }).fail).toMatch(/^stage The release has no vendor\/, and composer \("\/no\/such\/composer"\) was not found on .*\.\tBuild vendor\//);
  });

  test('names the PHP that the manifest wants', () => {
    expect(run({ ...OFFLINE, require: { php: '>=99.1' } }).fail).toMatch(/^stage composer install failed with exit code 2 on .*requires php >=99\.1 but your php version \(\d.*\) does not satisfy/);
  });

  test('names a missing extension', () => {
    expect(run({ ...OFFLINE, require: { 'ext-nosuch': '*' } }).fail).toMatch(/^stage .*, a PHP extension is missing: .*ext-nosuch/);
  });

  test('names the network', () => {
    const done = run({ ...OFFLINE, repositories: [{ 'packagist.org': false }, { type: 'composer', url: 'http://127.0.0.1:9' }], require: { 'a/b': '*' }, config: { 'secure-http': false } });
    expect(done.fail).toMatch(/^stage composer install failed with exit code \d+ on .*, the network failed: .*\tCheck that the host reaches/);
  });

  test('repeats what else composer says', () => {
    expect(run({ ...OFFLINE, require: { 'a/b': '*' } }).fail).toMatch(/^stage composer install failed with exit code 2 on .*a\/b/);
    expect(run({ ...OFFLINE, scripts: { 'post-autoload-dump': 'echo the script failed; exit 3' } }).fail).toMatch(/exit code 3 on .*the script failed/);
  });

  test('runs a composer written in PHP on the given PHP, and one that is not by itself', () => {
    const mark = '#!/usr/bin/env php\n<?php mkdir("vendor"); file_put_contents("vendor/autoload.php", "<?php"); echo "php ", getenv("MARK"), " ", getenv("COMPOSER") ?: "unset", " ", implode(" ", array_slice($argv, 1)), "\\n";';
    const wrapper = '#!/bin/sh\nMARK=own exec php "$@"\n';
    const done = run(OFFLINE, { files: { tool: mark, 'my php': wrapper, 'composer.lock': '{}' }, values: { COMPOSER: './tool', PHP: './my php' } });
    expect(done).toMatchObject({ exit: 0 });
    expect(done.output).toContain('php own unset install --no-dev --optimize-autoloader --no-interaction');
    const shell = '#!/bin/sh\nmkdir vendor; echo x >vendor/autoload.php; echo "shell $*"\n';
    expect(run(OFFLINE, { files: { tool: shell }, values: { COMPOSER: './tool' } }).output).toContain('shell install --no-dev');
  });

  test('does not believe an exit code alone', () => {
    expect(run({ ...OFFLINE, config: { 'vendor-dir': 'lib' } }).fail).toMatch(/^stage composer install ended well, but vendor\/autoload\.php is not there\./);
  });
});
