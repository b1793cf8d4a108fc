import { spawn } from 'node:child_process';

/** What a finished command said. */
export interface Finished {
  /** Exit status; 128 + signal number when a signal ended it (137 after a timeout). */
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Default 60 s; then the whole process group is killed. */
  readonly timeoutMs?: number;
}

/** Runs a program to its end with the environment given; a non-zero exit is a result, not a throw. */
export function run(argv: readonly [string, ...string[]], options: RunOptions = {}): Promise<Finished> {
  const [file, ...args] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env: options.env ?? process.env, detached: true });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.stdin.on('error', () => undefined); // the program did not read it
    child.stdin.end(options.input ?? '');
    const timer = setTimeout(() => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }, options.timeoutMs ?? 60_000);
    child.once('error', (error) => { clearTimeout(timer); reject(error); });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      const exit = code ?? (signal === 'SIGKILL' ? 137 : 143);
      resolve({ exit, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() });
    });
  });
}

/** Like `run`, but a non-zero exit throws with what the program said. */
export async function mustRun(argv: readonly [string, ...string[]], options: RunOptions = {}): Promise<string> {
  const done = await run(argv, options);
  if (done.exit !== 0) throw new Error(`${argv.join(' ')} ended with ${done.exit}: ${done.stderr}${done.stdout}`);
  return done.stdout;
}
