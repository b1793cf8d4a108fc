import { describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { batch, holder, processesWith, SHELLS, TestBench, until } from './testing.ts';

const LOCK = { waitMs: 0, holder: holder() };

/** A runner of its own: a process that opens a session, arms `up`, and runs one batch until somebody ends it. */
function startRunner(bench: TestBench, shell: string, script: string, critical: boolean, more = ''): { pid: number; kill: (signal: NodeJS.Signals) => void } {
  const code = `
    import { TestBench, batch, holder } from '${join(import.meta.dirname, 'testing.ts')}';
    const bench = new TestBench(${JSON.stringify(bench.app)});
    const session = await bench.open({ shell: ${JSON.stringify(shell)}, beatMs: 300, silenceS: 2, graceS: 1, env: { OPS_TEST_MARK: ${JSON.stringify(bench.dir)} } });
    session.arm('up', 'echo up >> up', {});
    await session.run(batch(process.env.SCRIPT, { title: 'migrate "all"', critical: ${String(critical)}, lock: { waitMs: 0, holder: holder() }${more} }));
  `;
  const child = spawn('node', ['--input-type=module', '-e', code], { env: { ...process.env, SCRIPT: script, TMPDIR: bench.dir }, stdio: 'ignore' });
  return { pid: child.pid ?? 0, kill: (signal) => child.kill(signal) };
}

const COUNT = 'echo begun > begun; i=0; while [ $i -lt 30 ]; do i=$((i+1)); seq 2000; echo noise >&2; sleep 0.1; done; echo done > done';

describe.each(SHELLS)('when the runner is lost under %s', (shell) => {
  test.each([
    ['SIGKILL', true], ['SIGKILL', false], ['SIGSTOP', true], ['SIGSTOP', false],
  ] as const)('by %s, critical: %s', async (signal, critical) => {
    await using bench = new TestBench();
    const runner = startRunner(bench, shell, COUNT, critical);
    const app = (name: string): string => join(bench.app, name);
    await until(() => existsSync(app('begun')));
    runner.kill(signal);
    await until(() => bench.journal().length === 3);
    expect(bench.journal()).toMatchObject([
      { run: '4711.1', step: 'lock', phase: 'lock', fence: 1 },
      { run: '4711.1', actor: 'kim', host: 'local', step: 'migrate "all"', phase: 'orphaned', fence: 1, exit: critical ? 0 : 143 },
      { step: 'up', phase: 'comp', fence: 1, exit: 0 },
    ]);
    expect(existsSync(app('done'))).toBe(critical);
    expect(readFileSync(app('up'), 'utf8')).toBe('up\n');
    const next = await bench.open({ shell });
    expect(await next.run(batch('ls -A .deploy/run', { lock: { ...LOCK, waitMs: 5_000 } }))).toMatchObject({ fence: 2, stdout: '4711.1\n' });
    runner.kill('SIGKILL');
    await next.close();
    await until(() => processesWith(`OPS_TEST_MARK=${bench.dir}`).length === 0);
    expect(readdirSync(bench.dir).filter((name) => name.startsWith('ops-') && !name.startsWith('ops-remote-test-'))).toEqual([]);
  });

  test('what ignores TERM is killed', async () => {
    await using bench = new TestBench();
    const runner = startRunner(bench, shell, 'trap "" TERM; echo begun > begun; (trap "" TERM; sleep 1000) & sleep 1000; sleep 1000', false);
    await until(() => existsSync(join(bench.app, 'begun')));
    runner.kill('SIGKILL');
    await until(() => bench.journal().length === 3);
    expect(bench.journal()[1]).toMatchObject({ phase: 'orphaned', exit: 137 });
    await until(() => processesWith(`OPS_TEST_MARK=${bench.dir}`).length === 0);
  });

  test('between batches, with maintenance on, the site comes back', async () => {
    await using bench = new TestBench();
    const session = await bench.open({ shell });
    session.arm('up', 'echo up >> up; cat "$OPS_NOTHING" 2>/dev/null; echo "$WHO" >> up', { WHO: "it's me" });
    await session.run(batch('echo down > down', { lock: LOCK }));
    // A close with something armed is no polite end: whoever failed to disarm it wants it done.
    await session.close();
    await until(() => existsSync(join(bench.app, 'up')) && bench.journal().length === 3);
    expect(readFileSync(join(bench.app, 'up'), 'utf8')).toBe("up\nit's me\n");
  });

  test('nothing is run that was disarmed', async () => {
    await using bench = new TestBench();
    const session = await bench.open({ shell });
    session.arm('up', 'echo up >> up', {});
    await session.run(batch('true', { lock: LOCK }));
    session.disarm();
    await session.close();
    expect(existsSync(join(bench.app, 'up'))).toBe(false);
    expect(bench.journal()).toHaveLength(1);
  });

  test('by silence in the middle of an upload, the site comes back', async () => {
    await using bench = new TestBench();
    const file = join(bench.dir, 'huge');
    writeFileSync(file, '');
    truncateSync(file, 4e9);
    const more = `, payload: { file: ${JSON.stringify(file)}, bytes: 4e9 }`;
    const runner = startRunner(bench, shell, 'true', false, more);
    const runDir = join(bench.app, '.deploy/run/4711.1');
    await until(() => existsSync(runDir) && readdirSync(runDir).some((name) => name.startsWith('payload')));
    runner.kill('SIGSTOP');
    await until(() => existsSync(join(bench.app, 'up')) && bench.journal().length === 3);
    await until(() => !existsSync(runDir));
    runner.kill('SIGKILL');
    await until(() => processesWith(`OPS_TEST_MARK=${bench.dir}`).length === 0);
  });

  test('in the middle of an upload, nothing stays of it', async () => {
    await using bench = new TestBench();
    const session = await bench.open({ shell });
    await session.run(batch('true', { lock: LOCK }));
    const file = join(bench.dir, 'big');
    writeFileSync(file, Buffer.alloc(60_000_000, 'x'));
    const sending = session.run(batch('true', { payload: { file, bytes: 60_000_000 } }));
    sending.catch(() => {});
    await until(() => existsSync(join(bench.app, '.deploy/run/4711.1')) && readdirSync(join(bench.app, '.deploy/run/4711.1')).some((name) => name.startsWith('payload')));
    process.kill(-session.pid, 'SIGKILL');
    await expect(sending).rejects.toMatchObject({ reason: 'orphaned' });
    const next = await bench.open({ shell });
    expect(await next.run(batch('ls .deploy/run/*', { lock: { ...LOCK, waitMs: 5_000 } }))).toMatchObject({ stdout: 'err\nout\n' });
  });
});

describe('an aborted run', () => {
  test('lets its process end while a critical batch goes on', async () => {
    await using bench = new TestBench();
    const code = `
      import { TestBench, batch, holder, until } from '${join(import.meta.dirname, 'testing.ts')}';
      import { existsSync } from 'node:fs';
      const bench = new TestBench(${JSON.stringify(bench.app)});
      const session = await bench.open();
      const controller = new AbortController();
      const work = 'echo begun > begun; until [ -e go ]; do echo; sleep 0.05; done; echo done > done';
      const running = session.run(batch(work, { critical: true, lock: { waitMs: 0, holder: holder() } }), controller.signal);
      await until(() => existsSync(bench.app + '/begun'));
      controller.abort();
      await running.catch((error) => { process.exitCode = error.reason === 'cancelled' ? 0 : 1; });
      await session.close();
    `;
    const child = spawn('node', ['--input-type=module', '-e', code], { env: { ...process.env, TMPDIR: bench.dir }, stdio: 'ignore' });
    expect(await new Promise((resolve) => child.on('exit', resolve))).toBe(0);
    expect(existsSync(join(bench.app, 'done'))).toBe(false);
    writeFileSync(join(bench.app, 'go'), '');
    await until(() => bench.journal().length === 2);
    expect(existsSync(join(bench.app, 'done'))).toBe(true);
  });

  test('leaves a critical batch to the host, and lets this process go', async () => {
    await using bench = new TestBench();
    const session = await bench.open();
    const controller = new AbortController();
    const running = session.run(batch('echo begun > begun; until [ -e go ]; do sleep 0.05; done; echo done > done', { critical: true, lock: LOCK }), controller.signal);
    await until(() => existsSync(join(bench.app, 'begun')));
    controller.abort();
    await expect(running).rejects.toMatchObject({ reason: 'cancelled' });
    await expect(session.run(batch('true'))).rejects.toMatchObject({ reason: 'cancelled' });
    await session.close();
    expect(existsSync(join(bench.app, 'done'))).toBe(false);
    writeFileSync(join(bench.app, 'go'), '');
    await until(() => bench.journal().length === 2);
    expect(bench.journal()[1]).toMatchObject({ phase: 'orphaned', exit: 0 });
    expect(existsSync(join(bench.app, 'done'))).toBe(true);
  });

  test('while it waits for the lock gives up and can go on', async () => {
    await using bench = new TestBench();
    const one = await bench.open();
    await one.run(batch('true', { lock: LOCK }));
    const two = await bench.open();
    const controller = new AbortController();
    const waiting = two.run(batch('true', { lock: { ...LOCK, waitMs: 60_000 } }), controller.signal);
    setTimeout(() => controller.abort(), 300);
    await expect(waiting).rejects.toMatchObject({ reason: 'cancelled' });
    expect((await two.run(batch('echo fine'))).stdout).toBe('fine\n');
  });
});
