import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { CancelledError, UserError } from './errors.ts';
import type { Child, Command, Exec, ExecResult } from './exec.ts';
import { Tail } from './tail.ts';

const KEEP_BYTES = 1 << 20;
const KILL_AFTER_MS = 2000;
const POLL_MS = 25;
/** A grandchild that lives on holds the pipes; nobody waits for it longer than this. */
const DRAIN_MS = 2000;

type Piped = ChildProcessByStdio<Writable, Readable, Readable>;

/** Why there is no process; exit statuses as a shell gives them. */
interface Failed {
  readonly exit: 126 | 127;
  readonly message: string;
}

function spawnGroup(command: Pick<Command, 'file' | 'args' | 'env' | 'cwd'>): { readonly child: Piped; readonly ended: Promise<number | Failed> } {
  const env = Object.fromEntries(Object.entries(command.env).filter((pair) => pair[1] !== undefined));
  const child = spawn(command.file, [...command.args], { env, detached: true, stdio: ['pipe', 'pipe', 'pipe'], ...(command.cwd === undefined ? {} : { cwd: command.cwd }) });
  // A child that ends before it has read everything is no error of ours.
  child.stdin.on('error', () => undefined);
  const ended = new Promise<number | Failed>((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) => resolve({ exit: error.code === 'ENOENT' ? 127 : 126, message: why(command, error.message) }));
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
  return { child, ended };
}

// spawn says ENOENT of the program when it is the folder that is missing.
function why(command: Pick<Command, 'file' | 'cwd'>, message: string): string {
  if (command.cwd !== undefined && !existsSync(command.cwd)) return `The folder ${command.cwd}, in which ${command.file} shall run, does not exist.`;
  return `The program ${command.file} cannot be started on the runner (${message}).`;
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // Gone already.
  }
}

const endings = new Set<Promise<void>>();

/** TERM to the whole group now, KILL to what is left of it 2 s later. Resolves when nothing of it can live on. */
function endGroup(pid: number): Promise<void> {
  killGroup(pid, 'SIGTERM');
  const began = performance.now();
  const ending = new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const patient = performance.now() - began < KILL_AFTER_MS;
      if (groupLives(pid) && patient) return;
      clearInterval(timer);
      if (!patient) killGroup(pid, 'SIGKILL');
      resolve();
    }, POLL_MS);
  });
  endings.add(ending);
  void ending.then(() => endings.delete(ending));
  return ending;
}

/** Resolves when every group that was told to end has ended: whoever exits before would leave some behind. */
export async function groupsEnded(): Promise<void> {
  await Promise.all(endings);
}

/** True while a process of the group can still do something. A container without an init never reaps its dead. */
function groupLives(pid: number): boolean {
  try {
    process.kill(-pid, 0);
  } catch {
    return false;
  }
  const members = groupMembers(pid);
  return members === undefined || members.some((state) => state !== 'Z' && state !== 'X');
}

/** States of the processes of a group; undefined where there is no /proc. */
function groupMembers(group: number): string[] | undefined {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((name) => {
      try {
        // `pid (name) state parent group …`; the name may hold anything.
        const [state = '', , its] = readFileSync(`/proc/${name}/stat`, 'latin1').replace(/^.*\) /s, '').split(' ');
        return Number(its) === group ? [state] : [];
      } catch {
        return [];
      }
    });
  } catch {
    return undefined;
  }
}

async function run(command: Command): Promise<ExecResult> {
  if (command.signal?.aborted === true) return { exit: 128 + constants.signals.SIGTERM, stdout: '', stderr: '', timedOut: false, cancelled: true };
  const { child, ended } = spawnGroup(command);
  const [out, err] = [new Tail(command.keepBytes ?? KEEP_BYTES), new Tail(command.keepBytes ?? KEEP_BYTES)];
  child.stdout.on('data', (chunk: Buffer) => { out.add(chunk); command.onStdout?.(chunk); });
  child.stderr.on('data', (chunk: Buffer) => { err.add(chunk); command.onStderr?.(chunk); });
  const drained = Promise.all([child.stdout, child.stderr].map((stream) => new Promise((resolve) => { stream.once('close', resolve); })));
  child.stdin.end(command.stdin ?? '');

  let [timedOut, cancelled] = [false, false];
  let group: Promise<void> | undefined;
  const end = (): void => { if (child.pid !== undefined) group = endGroup(child.pid); };
  const abort = (): void => { cancelled = true; end(); };
  const timer = command.timeoutMs === undefined ? undefined : setTimeout(() => { timedOut = true; end(); }, command.timeoutMs);
  command.signal?.addEventListener('abort', abort, { once: true });
  const exit = await ended;
  clearTimeout(timer);
  command.signal?.removeEventListener('abort', abort);
  if (typeof exit === 'object') return { exit: exit.exit, stdout: '', stderr: exit.message, timedOut, cancelled };

  const patience = setTimeout(() => { child.stdout.destroy(); child.stderr.destroy(); }, DRAIN_MS);
  await drained;
  clearTimeout(patience);
  // A grandchild may have let go of the pipes and still be at work.
  await group;
  return { exit, stdout: out.text(), stderr: err.text(), timedOut, cancelled };
}

function start(command: Parameters<Exec['start']>[0]): Child {
  if (command.signal?.aborted === true) throw new CancelledError(`${command.file} was about to start`);
  const { child, ended } = spawnGroup(command);
  const { pid } = child;
  if (pid === undefined) throw new UserError({ reason: 'tool-missing', message: why(command, 'not found, or not executable'), remedy: 'Install it in a step before.' });
  let group: Promise<void> | undefined;
  const abort = (): void => { group = endGroup(pid); };
  command.signal?.addEventListener('abort', abort, { once: true });
  const exit = ended.then(async (status) => {
    command.signal?.removeEventListener('abort', abort);
    await group;
    return typeof status === 'number' ? status : status.exit;
  });
  return { pid, stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, ended: exit, kill: (signal) => killGroup(pid, signal) };
}

/** Real processes, each the leader of a group of its own. */
export const nodeExec: Exec = { run, start };
