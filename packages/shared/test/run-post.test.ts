import { expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runSample } from './sample-run.ts';

test('reads what main saved; what it says is fenced, and what it asks for is never shown', async () => {
  const run = await runSample('tidy', { env: { STATE_made: 'yes' }, with: { 'api-key': 'hunter2/secret' } }, 'post');
  expect(run).toMatchObject({ exit: 0, stderr: '', outputs: '' });
  expect(run.lines.map((line) => line.replace(/[0-9a-f]{32}/, 'TOKEN'))).toEqual(['made yes', '::stop-commands::TOKEN', 'key ***', '::error::forged', '::TOKEN::']);
});

test.each([['fails', 'no way'], ['floating', 'nobody awaits me']])('%s: never red, and says why', async (mode, why) => {
  const run = await runSample(mode, {}, 'post');
  expect(run).toMatchObject({ exit: 0, stderr: '', lines: [`The post step could not tidy up: ${why}`] });
});

test('a cancel ends it in time, although it does not listen', async () => {
  const run = await runSample('deaf', { signal: 'SIGINT' }, 'post');
  expect(run).toMatchObject({ exit: 0, signal: null });
  expect(run.lines.at(-1)).toContain('ran out of time');
});

test('the private folder of a killed main goes, and nothing outside of RUNNER_TEMP', async () => {
  const temp = mkdtempSync(join(tmpdir(), 'ops-post-'));
  try {
    const [inside, outside] = [join(temp, 'runner', 'ops-x'), join(temp, 'other')];
    for (const dir of [inside, outside]) {
      mkdirSync(dir, { recursive: true });
      writeFileSync(join(dir, 'key'), 'x');
    }
    for (const dir of [inside, outside]) await runSample('tidy', { env: { RUNNER_TEMP: join(temp, 'runner'), 'STATE_private-temp': dir } }, 'post');
    expect([inside, outside].map((dir) => existsSync(dir))).toEqual([false, true]);
  } finally {
    rmSync(temp, { recursive: true });
  }
});
