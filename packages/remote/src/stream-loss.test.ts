import { describe, expect, jest, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { allBytes, collect, openLocal } from './stream-testing.ts';
import { processesWith, SHELLS, TestBench, until } from './testing.ts';

jest.setTimeout(120_000);

/** A runner of its own: a process that opens a stream and feeds it, until somebody ends it. */
function startRunner(bench: TestBench, shell: string, script: string, feed = ''): (signal: NodeJS.Signals) => void {
  const code = `
    import { TestBench } from '${join(import.meta.dirname, 'testing.ts')}';
    import { openLocal } from '${join(import.meta.dirname, 'stream-testing.ts')}';
    const bench = new TestBench(${JSON.stringify(bench.app)});
    const env = { OPS_TEST_MARK: ${JSON.stringify(bench.dir)}, TMPDIR: ${JSON.stringify(bench.dir)} };
    const stream = openLocal(bench, process.env.SCRIPT, { shell: ${JSON.stringify(shell)}, beatMs: 300, silenceS: 3, graceS: 1, privateDir: true, env });
    stream.stdout.resume();
    ${feed}
    await stream.exit;
  `;
  const child = spawn('node', ['--input-type=module', '-e', code], { env: { ...process.env, SCRIPT: script, TMPDIR: bench.dir }, stdio: 'ignore' });
  return (signal) => child.kill(signal);
}

/** Nothing of the stream runs any more, and no private directory is left. */
async function gone(bench: TestBench): Promise<void> {
  await until(() => processesWith(`OPS_TEST_MARK=${bench.dir}`).length === 0);
  await until(() => !readdirSync(bench.dir).some((name) => name.startsWith('ops-stream')));
}

const BLOCKED = 'echo begun >"$TMPDIR/begun"; sleep 1000 & sleep 1000; echo never >"$TMPDIR/never"';
const STUBBORN = `trap '' TERM; ${BLOCKED}`;
const LOADING = 'echo begun >"$TMPDIR/begun"; cat >/dev/null; echo never >"$TMPDIR/never"; sleep 1000';

describe.each(SHELLS)('when the runner is lost under %s', (shell) => {
  test.each([
    ['SIGKILL', 'a blocked dumper', BLOCKED, ''],
    ['SIGSTOP', 'a blocked dumper', BLOCKED, ''],
    ['SIGKILL', 'a dumper that ignores TERM', STUBBORN, ''],
    ['SIGKILL', 'a load that never sees an end', LOADING, 'for (;;) if (!stream.stdin.write(Buffer.alloc(100_000))) await new Promise((go) => stream.stdin.once("drain", go));'],
    ['SIGSTOP', 'a load that never sees an end', LOADING, 'stream.stdin.write(Buffer.alloc(100_000));'],
    ['SIGKILL', 'a load that takes nothing', BLOCKED, 'stream.stdin.write(Buffer.alloc(3_000_000));'],
  ] as const)('by %s: %s', async (signal, _what, script, feed) => {
    await using bench = new TestBench();
    const kill = startRunner(bench, shell, script, feed);
    await until(() => existsSync(join(bench.dir, 'begun')));
    kill(signal);
    await gone(bench);
    expect(existsSync(join(bench.dir, 'never'))).toBe(false);
    kill('SIGKILL');
  });

  test('a load that takes nothing for long, and a reader that reads nothing, are no loss', async () => {
    await using bench = new TestBench();
    const bytes = allBytes(3_000_000);
    const stream = openLocal(bench, 'until [ -e "$TMPDIR/go" ]; do sleep 0.1; done; cat', { shell, beatMs: 200, silenceS: 2 });
    stream.stdin.end(bytes);
    await sleep(5_000); // two and a half silences: not waited for, but lived through
    expect(stream.stdout.readableLength).toBe(0);
    writeFileSync(join(bench.dir, 'go'), '');
    await until(() => stream.stdout.readableLength > 0);
    await sleep(5_000);
    expect((await collect(stream.stdout)).bytes.equals(bytes)).toBe(true);
    expect(await stream.exit).toEqual({ exit: 0, lost: false });
  });
});

describe('a stream that is ended from here', () => {
  test('by an abort', async () => {
    await using bench = new TestBench();
    const controller = new AbortController();
    const stream = openLocal(bench, 'yes', { signal: controller.signal, privateDir: true });
    stream.stdout.once('readable', () => controller.abort());
    expect(await stream.exit).toMatchObject({ lost: true, cause: { reason: 'cancelled' } });
    expect((await collect(stream.stdout)).error).toMatchObject({ reason: 'cancelled' });
    await gone(bench);
    expect(() => openLocal(bench, 'true', { signal: controller.signal })).toThrow('Cancelled');
  });

  test('by a reader that goes away', async () => {
    await using bench = new TestBench();
    const stream = openLocal(bench, 'yes', { privateDir: true });
    for await (const _chunk of stream.stdout) break;
    expect(await stream.exit).toMatchObject({ lost: true, cause: { reason: 'cancelled' } });
    await gone(bench);
  });

  test('by kill, while it is blocked in both directions', async () => {
    await using bench = new TestBench();
    const stream = openLocal(bench, 'yes', { privateDir: true, graceS: 1 });
    stream.stdin.write(Buffer.alloc(4_000_000));
    await until(() => stream.stdout.readableLength > 0);
    await Promise.all([stream.kill(), stream.kill()]);
    expect(await stream.exit).toMatchObject({ lost: true, cause: { reason: 'cancelled' } });
    await gone(bench);
    await stream.kill();
  });
});
