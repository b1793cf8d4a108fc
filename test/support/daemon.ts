import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const READY_TIMEOUT_MS = 120_000;
const POLL_MS = 20;
// Below the range the kernel hands out for outgoing connections, so a server that restarts finds its port still free.
const FIRST_PORT = 15_000;
const LAST_PORT = 32_000;
const NOBODY_ID = 65_534;
const PREFIX = 'ops-server';

export interface DaemonPlan {
  /** For messages. */
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  /** Gets its stdout and stderr; emptied first. */
  readonly log: string;
  readonly cwd?: string;
  /** `nobody` only where the test runs as root; default the test's own user. */
  readonly user?: 'nobody' | 'own';
  /** Called again and again until it says true. */
  ready(log: string): boolean | Promise<boolean>;
}

/** A server process of a test. It dies with the test process, whatever happens to that. */
export interface Daemon {
  readonly pid: number;
  readonly running: boolean;
  /** Sends a signal and waits until the process is gone. Nothing when it is already. */
  end(signal: NodeJS.Signals): Promise<void>;
}

/** Starts a server; resolves when it is ready, and rejects with the end of its log when it ended before. */
export async function startDaemon(plan: DaemonPlan): Promise<Daemon> {
  const log = openSync(plan.log, 'w');
  const identity = plan.user === 'nobody' && isRoot() ? [`--reuid=${NOBODY_ID}`, `--regid=${NOBODY_ID}`, '--clear-groups'] : [];
  const child = spawn('setpriv', [...identity, '--pdeathsig', 'KILL', '--', ...plan.argv], {
    env: plan.env, stdio: ['ignore', log, log], ...(plan.cwd === undefined ? {} : { cwd: plan.cwd }),
  });
  closeSync(log);
  const exited = once(child, 'exit');
  exited.catch(() => undefined); // it could not even start: the loop below sees no pid
  const running = (): boolean => child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (!running()) return;
    child.kill(signal);
    await exited;
  };

  const patience = Date.now() + READY_TIMEOUT_MS;
  while (!await plan.ready(readFileSync(plan.log, 'utf8'))) {
    if (running() && Date.now() < patience) {
      await new Promise((resolve) => { setTimeout(resolve, POLL_MS); });
      continue;
    }
    const why = running() ? `was not ready after ${READY_TIMEOUT_MS / 1000} s` : `ended (${child.exitCode ?? child.signalCode ?? 'not started'})`;
    await end('SIGKILL');
    throw new Error(`${plan.name} ${why}: ${readFileSync(plan.log, 'utf8').slice(-2_000)}`);
  }
  return { pid: child.pid ?? 0, get running() { return running(); }, end };
}

/** A TCP port of this machine that nobody listens on. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * (LAST_PORT - FIRST_PORT));
    const probe = createServer();
    const free = await new Promise<boolean>((resolve) => {
      probe.once('error', () => { resolve(false); });
      probe.listen(port, '0.0.0.0', () => { resolve(true); });
    });
    if (!free) continue;
    await new Promise((resolve) => { probe.close(resolve); });
    return port;
  }
}

/** Whether someone accepts connections there. */
export function answersAt(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    socket.once('connect', () => { socket.destroy(); resolve(true); });
    socket.once('error', () => { socket.destroy(); resolve(false); });
  });
}

/** A private directory of one server, owned by whom `user: 'nobody'` becomes; short, because a Unix socket's path may have 107 bytes. */
export function privateDir(name: string): { path: string; remove(): void } {
  sweepLeftovers();
  const path = mkdtempSync(join(tmpdir(), `${PREFIX}-${process.pid}-${name}-`));
  giveToNobody(path);
  return { path, remove: () => { remove(path); } };
}

/** Directories of test processes that were killed: their servers died with them. */
function sweepLeftovers(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${PREFIX}-(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`)) remove(join(tmpdir(), name));
  }
}

function remove(path: string): void {
  rmSync(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}

export function giveToNobody(path: string): void {
  if (isRoot()) chownSync(path, NOBODY_ID, NOBODY_ID);
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}
