import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
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
