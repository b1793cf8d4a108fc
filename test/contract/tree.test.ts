import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { actionNames, loadContract } from '../../scripts/docs.ts';
import { treeHashes } from '../../scripts/build.ts';
import { RELEASE } from '../support/runner.ts';

const TARBALL_LIMIT_BYTES = 3 * 1024 * 1024;
// A post step must start fast: nothing of the toolkit's 800 kB.
const POST_LIMIT_BYTES = 64 * 1024;

describe('the release tree (npm run build)', () => {
  test('holds every action with what its action.yml names', () => {
    for (const name of actionNames()) {
      const yaml = readFileSync(join(RELEASE, name, 'action.yml'), 'utf8');
      expect(yaml).toBe(readFileSync(join('actions', name, 'action.yml'), 'utf8'));
      for (const [, file = ''] of yaml.matchAll(/^ {2}(?:main|post): (.+)$/gm)) expect({ name, file, there: existsSync(join(RELEASE, name, file)) }).toEqual({ name, file, there: true });
    }
  });

  test('stays within its size', () => {
    const tarball = execFileSync('tar', ['-czf', '-', '-C', RELEASE, '.'], { maxBuffer: 1 << 28 });
    expect(tarball.length).toBeLessThanOrEqual(TARBALL_LIMIT_BYTES);
  });

  test('post steps are small bundles', async () => {
    for (const name of actionNames()) {
      if ((await loadContract(name))?.post !== true) continue;
      expect({ name, bytes: statSync(join(RELEASE, name, 'dist/post/index.js')).size < POST_LIMIT_BYTES }).toEqual({ name, bytes: true });
    }
  });

  test('workers are whole bundles', () => {
    const workers = globSync('actions/*/src/worker/*.ts').map((file) => file.split('/'));
    for (const [, action = '', , , file = ''] of workers) {
      const bundle = join(action, 'dist', file.replace(/\.ts$/, ''), 'index.js');
      // An import that the bundler took for unneeded leaves a few bytes.
      expect({ bundle, whole: statSync(join(RELEASE, bundle)).size > 1024 }).toEqual({ bundle, whole: true });
    }
  });

  test('no bundle holds a path of the machine that built it, nor a module that was not found', () => {
    const home = process.cwd();
    const bad = globSync('*/dist/**/*.js', { cwd: RELEASE }).filter((file) => {
      const text = readFileSync(join(RELEASE, file), 'utf8');
      return text.includes(home) || text.includes('webpackMissingModule');
    });
    expect(bad).toEqual([]);
  });

  test('nothing else is in it', () => {
    const others = [...treeHashes(RELEASE).keys()].filter((file) => !/^(?:[a-z0-9-]+\/(?:action\.yml|README\.md|dist\/.*\.js|dist\/(?:.*\/)?package\.json)|\.github\/workflows\/[\w-]+\.yml|README\.md|LICENSE|SECURITY\.md|schema\/ops\.schema\.json)$/.test(file));
    expect(others).toEqual([]);
  });
});

/** Stands in the code of the package yaml and nowhere else. */
const YAML = 'publicApi.parseDocument';

describe('what an action loads', () => {
  let dir = '';
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'ops-loads-'));
    // Sees every module that node opens, however late.
    writeFileSync(join(dir, 'spy.cjs'), `
      const { appendFileSync } = require('node:fs');
      require('node:module').registerHooks({ load: (url, context, next) => { if (url.startsWith('file:')) appendFileSync(process.env.SPY_LIST, url + '\\n'); return next(url, context); } });
    `);
  });
  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  /** Names of the files of the bundle that a run with these inputs opened. */
  function loaded(action: string, inputs: Readonly<Record<string, string>>, opsFile?: string): string[] {
    const place = mkdtempSync(join(dir, 'run-'));
    mkdirSync(join(place, '.github'));
    if (opsFile !== undefined) writeFileSync(join(place, '.github/ops.yml'), opsFile);
    const env = { PATH: process.env['PATH'], HOME: place, GITHUB_WORKSPACE: place, RUNNER_TEMP: place, SPY_LIST: join(place, 'list'), ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])) };
    const main = resolve(RELEASE, action, 'dist/index.js');
    const done = spawnSync(process.execPath, ['--require', join(dir, 'spy.cjs'), main], { cwd: place, env, encoding: 'utf8' });
    // A wrong input ends with 1, or with the code that the action has for it.
    expect({ stderr: done.stderr, refused: done.status === 1 || done.status === 2 }).toEqual({ stderr: '', refused: true });
    return readFileSync(join(place, 'list'), 'utf8').trim().split('\n').map((url) => relative(dirname(main), fileURLToPath(url)));
  }

  test.each(actionNames())('%s starts with its main bundle alone, and there is no S3 SDK in it', (action) => {
    expect(loaded(action, { 'no-such-input': 'x' })).toEqual(['index.js']);
    const own = readFileSync(join(RELEASE, action, 'dist/index.js'), 'utf8');
    expect({ sdk: own.includes('@aws-sdk') || own.includes('@smithy'), yaml: own.includes(YAML) }).toEqual({ sdk: false, yaml: false });
  });

  test('the YAML parser comes with an ops.yml or a list, the run with good inputs', () => {
    const bare = loaded('health-gate', { timeout: '0s' });
    const file = loaded('health-gate', { timeout: '0s' }, 'defaults: { degraded: warn }');
    const list = loaded('health-gate', { timeout: '0s', checks: '- https://app1.example.com/up' });
    // Nothing to ask is found by the run itself.
    const run = loaded('health-gate', {});
    expect(bare).toEqual(['index.js']);
    for (const more of [file, list, run]) expect(more.length).toBeGreaterThan(1);
    const isYaml = (name: string): boolean => readFileSync(join(RELEASE, 'health-gate/dist', name), 'utf8').includes(YAML);
    expect([file, list, run].map((names) => names.some(isYaml))).toEqual([true, true, false]);
  });
});
