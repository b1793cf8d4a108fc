/** The demo as a reader starts it, without the installation: what it says, what it leaves, and how it ends. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
const TIMEOUT_MS = 120_000;

interface Demo {
  readonly exit: number | null;
  readonly log: string;
}

describe('the demo', () => {
  let scratch = '';
  beforeAll(() => { scratch = mkdtempSync(join(tmpdir(), 'ops-demo-test-')); });
  afterAll(() => { rmSync(scratch, { recursive: true, force: true }); });

  /** Runs it to its end, or interrupts it when `until` stands in its log. */
  const demo = async (until?: string): Promise<Demo> => {
    const child = spawn(process.execPath, ['--no-warnings', join(ROOT, 'scripts/demo.ts')], { cwd: ROOT, env: { PATH: process.env['PATH'], HOME: scratch, TMPDIR: scratch }, stdio: ['ignore', 'pipe', 'pipe'], timeout: TIMEOUT_MS - 20_000 });
    let log = '';
    let interrupted = false;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (piece: string) => {
        log += piece;
        if (until === undefined || interrupted || !log.includes(until)) return;
        interrupted = true;
        child.kill('SIGINT');
      });
    }
    // `close` comes when nobody holds its output any more: the servers inherit stderr.
    const [exit] = await once(child, 'close');
    return { exit: typeof exit === 'number' ? exit : null, log };
  };

  test('deploys twice, takes a broken release back, rolls back by hand, and ends', async () => {
    const { exit, log } = await demo();
    expect({ exit, log }).toEqual({ exit: 0, log: expect.stringContaining('The demo went as it should') });
    expect([...log.matchAll(/^→ (\w+) answers: This is version (\d)\.$/gm)].map(([, host, version]) => `${host} ${version}`)).toEqual(['app1 1', 'app2 1', 'app1 2', 'app2 2', 'app1 2', 'app2 2', 'app1 1', 'app2 1']);
    expect(log).toMatch(/^Deploy failed \(component\): .*is live again on app1, app2\./m);
    expect(readdirSync(scratch)).toEqual([]);

    const page = readFileSync(join(ROOT, 'build/demo/index.html'), 'utf8');
    expect([...page.matchAll(/<section class="(\w+)">/g)].map(([, kind]) => kind)).toEqual(['good', 'good', 'bad', 'good']);
    // No markdown is left as it was written.
    expect(page.replace(/<pre>.*?<\/pre>/gs, '')).not.toMatch(/^\s*(?:\||#{1,4} |```|- \[)|\*\*|\[!\w+\]/m);
  }, TIMEOUT_MS);

  test('an interrupted demo leaves no server and no folder', async () => {
    const { exit, log } = await demo('Release 1: the first deploy');
    expect({ exit, log }).toEqual({ exit: 130, log: expect.not.stringContaining('The demo') });
    // With `close` nobody holds the log any more, so there is no process left that could write here.
    expect(readdirSync(scratch)).toEqual([]);
  }, TIMEOUT_MS);
});
