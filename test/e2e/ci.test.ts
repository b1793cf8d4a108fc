import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from '../support/bed/run.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PATH = `${join(ROOT, 'node_modules/.bin')}${delimiter}${process.env['PATH'] ?? ''}`;

let scratch = '';
beforeAll(() => { scratch = mkdtempSync(join(tmpdir(), 'ci-')); });
afterAll(() => { rmSync(scratch, { recursive: true, force: true }); });

const lastLine = (stdout: string): string | undefined => stdout.trimEnd().split('\n').at(-1);

describe('the line that sums up a run', () => {
  const all = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, numRuntimeErrorTestSuites: 0, testResults: [] };

  test.each([
    ['all is well', { ...all, numPassedTests: 7 }, '0', '7 passed, 0 failed', 0],
    ['a test failed', { ...all, numPassedTests: 7, numFailedTests: 2 }, '1', '7 passed, 2 failed', 1],
    ['a file could not run', { ...all, numPassedTests: 7, numRuntimeErrorTestSuites: 1 }, '1', '7 passed, 1 failed', 1],
    ['some were skipped', { ...all, numPassedTests: 7, numPendingTests: 2, numTodoTests: 1 }, '0', '7 passed, 0 failed, 3 skipped', 0],
    ['Jest failed for another reason', { ...all, numPassedTests: 7 }, '1', '7 passed, 1 failed', 1],
    ['nothing was run', all, '0', '0 passed, 1 failed', 1],
    ['there are no results', undefined, '0', '0 passed, 1 failed', 1],
  ] as const)('when %s', async (_, results, status, line, exit) => {
    const file = join(scratch, 'results.json');
    writeFileSync(file, results === undefined ? '' : JSON.stringify(results));
    const done = await run(['node', '--no-warnings', join(ROOT, 'scripts/test-summary.ts'), file, status], { env: { PATH } });
    expect({ exit: done.exit, line: lastLine(done.stdout) }).toEqual({ exit, line });
  });
});

describe('tests without their services', () => {
  const testbed = (env: Readonly<Record<string, string>>): ReturnType<typeof run> => run(
    [join(ROOT, 'scripts/test.sh'), '--no-build', '--testPathPatterns', 'test/e2e/testbed'],
    { env: { PATH, HOME: scratch, OPS_TESTBED: join(scratch, 'empty'), ...env } },
  );

  test('are skipped, and listed with the way to get them', async () => {
    const done = await testbed({});
    expect(lastLine(done.stdout)).toMatch(/^0 passed, 0 failed, \d+ skipped$/);
    expect(done.stdout).toMatch(/NOT TESTED on this machine:\n(?: {2}.*\n)*? {2}a network of hosts \[SKIPPED: missing .*the sid root.*; install with: sudo scripts\/services\.sh\]/);
    expect(done.exit).toBe(0);
  });

  test.each([{ CI: 'true' }, { OPS_REQUIRE_SERVICES: '1' }])('fail with %o', async (env) => {
    const done = await testbed(env);
    expect(lastLine(done.stdout)).toMatch(/^0 passed, [1-9]\d* failed$/);
    expect(done.stderr).toMatch(/missing .*the sid root.*; install with: sudo scripts\/services\.sh/);
    expect(done.exit).toBe(1);
  });
});

describe('.ci/run', () => {
  /** A tree with the real .ci/run and steps that do as the test wishes. */
  async function ci(steps: { npm?: string; services?: string; tests?: string }): Promise<{ exit: number; line: string | undefined }> {
    const tree = mkdtempSync(join(scratch, 'tree-'));
    for (const dir of ['.ci', 'scripts', 'bin']) mkdirSync(join(tree, dir));
    copyFileSync(join(ROOT, '.ci/run'), join(tree, '.ci/run'));
    const program = (path: string, body: string): void => {
      writeFileSync(join(tree, path), `#!/bin/sh\n${body}\n`);
      chmodSync(join(tree, path), 0o755);
    };
    program('bin/npm', steps.npm ?? 'exit 0');
    program('scripts/services.sh', steps.services ?? 'exit 0');
    program('scripts/test.sh', steps.tests ?? "echo '5 passed, 0 failed, 1 skipped'");
    const done = await run(['bash', join(tree, '.ci/run')], { env: { PATH: `${join(tree, 'bin')}${delimiter}${PATH}` } });
    return { exit: done.exit, line: lastLine(done.stdout) };
  }

  test.each([
    ['all is well', {}, 0, '5 passed, 0 failed, 1 skipped'],
    ['a test fails', { tests: "echo '5 passed, 2 failed'; exit 1" }, 1, '5 passed, 2 failed'],
    ['the packages cannot be installed', { npm: '[ "$1" != ci ]' }, 1, '0 passed, 1 failed'],
    ['the linter complains', { npm: 'case "$*" in *lint*) exit 1 ;; esac' }, 1, '5 passed, 1 failed, 1 skipped'],
    ['services and a test fail', { services: 'exit 1', tests: "echo '5 passed, 2 failed'; exit 1" }, 1, '5 passed, 3 failed'],
    ['the linter complains and the tests say nothing', { npm: 'case "$*" in *lint*) exit 1 ;; esac', tests: 'exit 0' }, 1, '0 passed, 1 failed'],
  ] as const)('ends with the counted line when %s', async (_, steps, exit, line) => {
    expect(await ci(steps)).toEqual({ exit, line });
  });
});
