import { spawn, type ChildProcess } from 'node:child_process';
import { UserError } from './errors.ts';
import type { Child, Command, Exec, ExecResult } from './exec.ts';

const KEEP_BYTES = 1 << 20;
const KILL_AFTER_MS = 2000;
const SIGNALS: Readonly<Record<string, number>> = { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15, SIGPIPE: 13, SIGSEGV: 11, SIGABRT: 6 };

function clean(env: Command['env']): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter((pair) => pair[1] !== undefined));
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, signal);
  } catch {
    // Gone already.
  }
}

function exitOf(code: number | null, signal: string | null): number {
  return code ?? 128 + (SIGNALS[signal ?? ''] ?? 1);
}

class Tail {
  readonly #limit: number;
  #chunks: Buffer[] = [];
  #size = 0;
  constructor(limit: number) {
    this.#limit = limit;
  }
  add(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    while (this.#size - (this.#chunks[0]?.length ?? 0) > this.#limit) this.#size -= this.#chunks.shift()?.length ?? 0;
  }
  text(): string {
    return Buffer.concat(this.#chunks).toString();
  }
}

function run(command: Command): Promise<ExecResult> {
  return new Promise((resolve) => {
    let timedOut = false;
    let cancelled = false;
    const child = spawn(command.file, [...command.args], { env: clean(command.env), detached: true, stdio: ['pipe', 'pipe', 'pipe'], ...(command.cwd === undefined ? {} : { cwd: command.cwd }) });
    const out = new Tail(command.keepBytes ?? KEEP_BYTES);
    const err = new Tail(command.keepBytes ?? KEEP_BYTES);
    const end = (): void => {
      killGroup(child, 'SIGTERM');
      setTimeout(() => killGroup(child, 'SIGKILL'), KILL_AFTER_MS).unref();
    };
    const abort = (): void => {
      cancelled = true;
      end();
    };
    const timer = command.timeoutMs === undefined ? undefined : setTimeout(() => { timedOut = true; end(); }, command.timeoutMs);
    const finish = (exit: number): void => {
      clearTimeout(timer);
      command.signal?.removeEventListener('abort', abort);
      resolve({ exit, stdout: out.text(), stderr: err.text(), timedOut, cancelled });
    };
    child.stdout.on('data', (chunk: Buffer) => { out.add(chunk); command.onStdout?.(chunk); });
    child.stderr.on('data', (chunk: Buffer) => { err.add(chunk); command.onStderr?.(chunk); });
    child.on('error', (error: NodeJS.ErrnoException) => { err.add(Buffer.from(error.message)); finish(error.code === 'ENOENT' ? 127 : 126); });
    child.on('close', (code, signal) => finish(exitOf(code, signal)));
    child.stdin.on('error', () => {});
    child.stdin.end(command.stdin ?? '');
    if (command.signal?.aborted === true) abort();
    else command.signal?.addEventListener('abort', abort, { once: true });
  });
}

function start(command: Parameters<Exec['start']>[0]): Child {
  const child = spawn(command.file, [...command.args], { env: clean(command.env), detached: true, stdio: ['pipe', 'pipe', 'pipe'], ...(command.cwd === undefined ? {} : { cwd: command.cwd }) });
  const ended = new Promise<number>((resolve) => {
    child.on('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ENOENT' ? 127 : 126));
    child.on('close', (code, signal) => resolve(exitOf(code, signal)));
  });
  if (child.pid === undefined) throw new UserError({ reason: 'tool-missing', message: `The program ${command.file} was not found on the runner.`, remedy: 'Install it in a step before.' });
  const abort = (): void => killGroup(child, 'SIGTERM');
  command.signal?.addEventListener('abort', abort, { once: true });
  void ended.then(() => command.signal?.removeEventListener('abort', abort));
  return { pid: child.pid, stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, ended, kill: (signal) => killGroup(child, signal) };
}

/** Real processes, each the leader of a group of its own. */
export const nodeExec: Exec = { run, start };
