import { describe, expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from './errors.ts';
import { nodeExec } from './node-exec.ts';
import { Tail } from './tail.ts';

const env = { PATH: process.env['PATH'] };
const sh = (script: string): { file: string; args: string[]; env: typeof env } => ({ file: 'sh', args: ['-c', script], env });

describe('run', () => {
  test.each([
    ['a status', sh('echo out; echo err >&2; exit 3'), { exit: 3, stdout: 'out\n', stderr: 'err\n', timedOut: false, cancelled: false }],
    ['a signal', sh('kill -9 $$'), { exit: 137 }],
    ['a missing program', { file: 'no-such-program', args: [], env }, { exit: 127, stderr: expect.stringContaining('no-such-program cannot be started') }],
    ['a program that may not run', { file: '/etc/passwd', args: [], env }, { exit: 126 }],
    ['a missing folder', { ...sh('true'), cwd: '/nonexistent/dir' }, { exit: 127, stderr: expect.stringContaining('The folder /nonexistent/dir') }],
    ['input', { ...sh('cat'), stdin: 'hello' }, { exit: 0, stdout: 'hello' }],
    ['input that nobody reads', { ...sh('exit 0'), stdin: 'x'.repeat(1 << 20) }, { exit: 0 }],
    ['no inherited environment', sh('env | grep -c HOME'), { exit: 1, stdout: '0\n' }],
    ['only the newest bytes', { ...sh('printf 0123456789'), keepBytes: 4 }, { stdout: '6789' }],
    ['time that is up', { ...sh('sleep 60'), timeoutMs: 100 }, { exit: 143, timedOut: true, cancelled: false }],
  ])('%s', async (_name, command, result) => {
    expect(await nodeExec.run(command)).toMatchObject(result);
  });

  test('a child that ignores TERM is killed with its children', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'ops-exec-'));
    try {
      const abort = new AbortController();
      const running = nodeExec.run({ ...sh(`trap '' TERM; (trap '' TERM; echo $$ >${dir}/group; sleep 300) & echo up; wait; sleep 300`), signal: abort.signal, onStdout: () => abort.abort() });
      expect(await running).toMatchObject({ exit: 137, cancelled: true, stdout: 'up\n' });
      expect(living(Number(readFileSync(join(dir, 'group'), 'utf8')))).toEqual([]);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  test.each(['timeout', 'abort'])('%s: a grandchild that let go of the pipes and ignores TERM is gone when the run resolves', async (how) => {
    const abort = new AbortController();
    const command = sh('(trap "" TERM; sleep 300; sleep 300) >/dev/null 2>&1 </dev/null & echo $$; wait');
    const result = await nodeExec.run({ ...command, ...(how === 'abort' ? { signal: abort.signal, onStdout: () => abort.abort() } : { timeoutMs: 300 }) });
    expect(result).toMatchObject({ exit: 143, timedOut: how === 'timeout', cancelled: how === 'abort' });
    expect(living(Number(result.stdout))).toEqual([]);
  });

  test('an aborted signal starts nothing', async () => {
    const file = join(tmpdir(), `ops-exec-never-${process.pid}`);
    expect(await nodeExec.run({ ...sh(`touch ${file}`), signal: AbortSignal.abort() })).toMatchObject({ exit: 143, cancelled: true });
    expect(existsSync(file)).toBe(false);
  });

  test('a grandchild that keeps the pipe does not hold the run', async () => {
    const result = await nodeExec.run(sh('sleep 60 & echo $!'));
    expect(result.exit).toBe(0);
    process.kill(Number(result.stdout));
  });
});

describe('start', () => {
  test('open pipes, exit status', async () => {
    const child = nodeExec.start(sh('read line; echo "got $line"; exit 5'));
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => { said += chunk.toString(); });
    child.stdin.write('x\n');
    expect(await child.ended).toBe(5);
    await sleep(0);
    expect(said).toBe('got x\n');
    child.kill('SIGTERM');
  });

  test('a missing program is a user error', () => {
    expect(() => nodeExec.start({ file: 'no-such-program', args: [], env })).toThrow(expect.objectContaining({ reason: 'tool-missing' }));
    expect(() => nodeExec.start({ file: 'no-such-program', args: [], env })).toThrow(UserError);
  });

  test('abort ends the group; an aborted signal starts nothing', async () => {
    const abort = new AbortController();
    const child = nodeExec.start({ ...sh('sleep 300; true'), signal: abort.signal });
    abort.abort();
    expect(await child.ended).toBe(143);
    expect(() => nodeExec.start({ ...sh('true'), signal: abort.signal })).toThrow('Cancelled');
  });
});

test.each([[3, ['ab', 'cd'], 'bcd'], [3, ['é', 'ab'], 'ab'], [4, ['éé'], 'éé'], [2, ['a', 'b', 'c', 'd'], 'cd']])('tail of %i bytes of %j', (limit, chunks, text) => {
  const tail = new Tail(limit);
  for (const chunk of chunks) tail.add(Buffer.from(chunk));
  expect(tail.text()).toBe(text);
});

/** Processes of a group that still do something: where nobody reaps orphans, dead ones stay as zombies. */
function living(group: number): string[] {
  return readdirSync('/proc').filter((name) => {
    try {
      const [state, , pgrp] = (readFileSync(`/proc/${name}/stat`, 'latin1').split(') ').at(-1) ?? '').split(' ');
      return Number(pgrp) === group && state !== 'Z';
    } catch {
      return false;
    }
  });
}
