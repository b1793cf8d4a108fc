import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('vswitch.py', import.meta.url));

/** The running switch. Its process owns the runner's network namespace and the mount namespace of the bed. */
export interface Switch {
  readonly pid: number;
  /** One command of vswitch.py; rejects with its sentence when the switch refuses. */
  command(line: string): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the switch. It ends with this process, because its stdin then does. */
export async function startSwitch(): Promise<Switch> {
  const child = spawn('unshare', ['--mount', '--net', '--propagation', 'private', 'python3', PROGRAM], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const stderr: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk.toString()));
  child.stdin.on('error', () => undefined); // it died; the exit event says so
  const waiting: { resolve(line: string): void; reject(error: Error): void }[] = [];
  const fail = (): void => {
    for (const waiter of waiting.splice(0)) waiter.reject(new Error(`the switch of the test bed ended: ${stderr.join('')}`));
  };
  child.once('exit', fail);
  child.once('error', fail);
  createInterface({ input: child.stdout }).on('line', (line) => waiting.shift()?.resolve(line));
  const answer = (): Promise<string> => new Promise((resolve, reject) => {
    if (child.exitCode !== null || child.signalCode !== null) reject(new Error(`the switch of the test bed ended: ${stderr.join('')}`));
    else waiting.push({ resolve, reject });
  });

  await answer();
  return {
    pid: pidOf(child),
    async command(line) {
      child.stdin.write(`${line}\n`);
      const said = await answer();
      if (said !== 'ok') throw new Error(`the switch of the test bed: ${said}`);
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.stdin.end();
      await ended;
    },
  };
}

/** The process id of a child that has started. */
export function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error(`${child.spawnfile} did not start`);
  return child.pid;
}
