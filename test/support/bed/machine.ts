import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { placeOf } from '../services.ts';
import { exposePort, type Forward } from './forward.ts';
import { run, type Finished } from './run.ts';
import { pidOf, type Switch } from './switch.ts';

const SCRIPTS = fileURLToPath(new URL('.', import.meta.url));
const BOOT_TIMEOUT_MS = 60_000;
/** The first user `useradd` makes on every root. */
const DEPLOY_ID = '1000';

export interface MachinePlan {
  readonly bed: Switch;
  /** The network's directory; the machine's own is a folder in it. */
  readonly dir: string;
  readonly name: string;
  readonly os: 'bookworm' | 'trixie' | 'sid';
  readonly address: string;
  /** The script of this folder that becomes its first process. */
  readonly boot: string;
  /** Absolute path of the app dir, and mount options of a tmpfs for it (empty: none). */
  readonly appDir: string;
  readonly appFs: string;
  /** Files for /opt/bed. */
  readonly files: Readonly<Record<string, string>>;
}

interface Power {
  /** `unshare`, the parent of the machine's first process. */
  readonly parent: ChildProcess;
  /** The machine's first process, as this process counts. */
  readonly init: number;
}

/** One machine of the bed and its power switch. */
export class Machine {
  readonly name: string;
  readonly os: MachinePlan['os'];
  readonly address: string;
  /** Its `/`, through the mount namespace of the bed. */
  readonly root: string;
  readonly #plan: MachinePlan;
  #power: Power | undefined;
  readonly #forwards: Forward[] = [];

  constructor(plan: MachinePlan) {
    this.#plan = plan;
    this.name = plan.name;
    this.os = plan.os;
    this.address = plan.address;
    const own = join(plan.dir, plan.name);
    this.root = `/proc/${plan.bed.pid}/root${own}/root`;
    mkdirSync(join(own, 'bed'), { recursive: true });
    for (const file of readdirSync(SCRIPTS)) {
      if (file.endsWith('.sh')) copyFileSync(join(SCRIPTS, file), join(own, 'bed', file));
    }
    for (const [file, text] of Object.entries(plan.files)) writeFileSync(join(own, 'bed', file), text);
  }

  /** Boots it and joins it to the switch; resolves when its boot script says ready. */
  async powerOn(): Promise<void> {
    if (this.#power !== undefined) throw new Error(`${this.name} is running`);
    const { bed, dir, os, boot, appDir, appFs } = this.#plan;
    const parent = spawn('setpriv', [
      // With the test process dies this one, and with it (--kill-child) the machine.
      '--pdeathsig', 'KILL', 'nsenter', '-t', String(bed.pid), '-m', '--',
      join(SCRIPTS, 'host.sh'), join(dir, this.name), placeOf(os), this.name, boot, appDir, appFs,
    ], { stdio: ['ignore', 'pipe', 'pipe'] });
    const said: string[] = [];
    parent.stderr.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    const lines = createInterface({ input: parent.stdout });
    const booted = new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => { reject(new Error(`${this.name} did not boot in ${BOOT_TIMEOUT_MS / 1000} s: ${said.join('')}`)); }, BOOT_TIMEOUT_MS);
      lines.on('line', (line) => {
        if (line === 'ready') { clearTimeout(timer); resolve(); } else said.push(`${line}\n`);
      });
      parent.once('exit', (code, signal) => { clearTimeout(timer); reject(new Error(`${this.name} did not boot (${code ?? signal}): ${said.join('')}`)); });
    });
    booted.catch(() => undefined); // awaited below, after the first process is known
    try {
      const init = await firstProcess(parent, booted);
      this.#power = { parent, init };
      await bed.command(`plug ${this.name} ${init} ${this.address}`).catch(async (error: unknown) => {
        await booted; // when it failed, that is why
        throw error;
      });
      await booted;
    } catch (error) {
      if (this.#power === undefined) parent.kill('SIGKILL');
      await this.powerOff();
      throw error;
    }
  }

  /** Cuts the cable, kills the first process and with it every other. Nothing when the power is off. */
  async powerOff(): Promise<void> {
    const power = this.#power;
    if (power === undefined) return;
    this.#power = undefined;
    await this.#plan.bed.command(`unplug ${this.name}`);
    if (power.parent.exitCode === null && power.parent.signalCode === null) {
      const ended = once(power.parent, 'exit');
      process.kill(power.init, 'SIGKILL');
      await ended;
    }
    // After the cut, so that nobody on the other side is told.
    for (const forward of this.#forwards.splice(0)) await forward.close();
  }

  /** Lets a server of the test process's 127.0.0.1:port be reached under the same address on the machine, until its power is off. */
  async expose(port: number): Promise<void> {
    if (this.#power === undefined) throw new Error(`the power of ${this.name} is off`);
    const { init } = this.#power;
    const socket = join(this.#plan.dir, `${init}-${port}`); // short: a socket's path has at most 107 bytes
    this.#forwards.push(await exposePort(port, socket, (argv) => ['nsenter', '-t', String(init), '-n', '--', ...argv]));
  }

  /** Runs a shell command in the machine's namespaces. */
  exec(cmd: string, options: { user?: 'root' | 'deploy'; input?: string; env?: Readonly<Record<string, string>>; timeoutMs?: number }): Promise<Finished> {
    if (this.#power === undefined) return Promise.reject(new Error(`the power of ${this.name} is off`));
    const deploy = options.user === 'deploy';
    const identity = deploy ? ['--setuid', DEPLOY_ID, '--setgid', DEPLOY_ID] : [];
    return run(
      ['nsenter', '-t', String(this.#power.init), '-m', '-u', '-i', '-n', '-p', '-r', '-w', ...identity, '--', '/bin/sh', '-c', cmd],
      {
        env: {
          PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8',
          HOME: deploy ? '/home/deploy' : '/root', USER: deploy ? 'deploy' : 'root', ...options.env,
        },
        ...(options.input === undefined ? {} : { input: options.input }),
        ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
      },
    );
  }
}

/** Waits until the parent has its one child, or its boot has failed. */
async function firstProcess(parent: ChildProcess, booted: Promise<void>): Promise<number> {
  const pid = pidOf(parent);
  let failure: Error | undefined;
  booted.catch((error: unknown) => { failure = error instanceof Error ? error : new Error(String(error)); });
  for (;;) {
    if (failure !== undefined) throw failure;
    // What host.sh runs (mount, cp) are children too; the machine's first process is the one with another process namespace.
    const child = childrenOf(pid).find((candidate) => statusOf(candidate, 'NSpid').split('\t').length > 1);
    if (child !== undefined) return child;
    await new Promise((resolve) => { setTimeout(resolve, 5); });
  }
}

function childrenOf(pid: number): number[] {
  return readdirSync('/proc').map(Number).filter((id) => id > pid && statusOf(id, 'PPid') === String(pid));
}

function statusOf(pid: number, field: string): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8').split('\n').find((line) => line.startsWith(`${field}:\t`))?.slice(field.length + 2) ?? '';
  } catch {
    return '';
  }
}
