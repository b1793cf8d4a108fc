/**
 * Real machines for tests, made of namespaces: each host has a Debian root of its own (overlay on bookworm, trixie or sid),
 * its own network, processes and mounts, with sshd, nginx, php-fpm and an app dir; the runner is a namespace too. All are joined
 * by a switch that can delay, cut and join. Many networks can run at once; each is alone with its addresses.
 *
 *     await using network = await startNetwork([{ name: 'app1', os: 'bookworm' }, { name: 'app2', os: 'trixie' }]);
 *     const [file, ...args] = network.wrap(['ssh', '-i', network.keyFile, 'deploy@10.77.0.11', 'id']);
 *     spawn(file, args);                                                               // in the runner's network
 *     await network.host('app1').exec('nginx -t');                                     // root, on the host
 *     readFileSync(join(network.host('app1').root, '/srv/host/app/current/REVISION')); // its files, from the test
 *
 * Under load a start can take many times its two seconds: give the hook or test that starts a network 60 s.
 * A test that needs it says so with `describeWithServices(name, ['network'], …)` of `./require.ts`.
 * When the test process dies, everything of its networks dies with it.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startDatabase, type TestDatabase } from './bed/database.ts';
import { exposePort } from './bed/forward.ts';
import { newBedDir, sweepLeftovers } from './bed/leftovers.ts';
import { Machine } from './bed/machine.ts';
import { mustRun, type Finished } from './bed/run.ts';
import { startSwitch, type Switch } from './bed/switch.ts';
import { HOW_TO_INSTALL, missingServices } from './services.ts';

export type { TestDatabase } from './bed/database.ts';
export type { Finished } from './bed/run.ts';

export interface HostPlan {
  /** Lower case letters, digits and hyphens; also its hostname. */
  readonly name: string;
  /** The Debian release: PHP 8.2 and Laravel 8.83, 8.4 and 10.48, or 8.4 and 13.31. */
  readonly os: 'bookworm' | 'trixie' | 'sid';
  /** Absolute path of the app dir, default `/srv/host/app`; blanks are welcome. */
  readonly appDir?: string;
  /** What the app dir lies on: `tmpfs:24m`, or `tmpfs:24m,nr_inodes=500`. Default: the host's root, with room. Outlives powerOff. */
  readonly appFs?: string;
  /** /bin/sh and the core tools are BusyBox (Debian's: no flock, no setsid -w, `head -c` reads ahead). */
  readonly busybox?: boolean;
  /** php-fpm's `process_control_timeout`, default `10s`; `0` is PHP's own default, which drops requests at a reload. */
  readonly processControlTimeout?: string;
  /** Whom php-fpm and nginx run as, default `deploy`. */
  readonly fpmUser?: 'deploy' | 'www-data';
}

export interface ExecOptions {
  /** Default root. */
  readonly user?: 'root' | 'deploy';
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Default 60 s; then everything the command started in its group is killed and the exit is 137. */
  readonly timeoutMs?: number;
}

export interface TestHost {
  readonly name: string;
  readonly os: HostPlan['os'];
  /** 10.77.0.11 for the first host, .12 for the second, … */
  readonly address: string;
  readonly user: 'deploy';
  /** The host's `/` as the test process sees it, to read and write files; also while the power is off. Do not follow absolute links in it. */
  readonly root: string;
  /** Absolute path of the app dir on the host; empty and owned by deploy at first. */
  readonly appDir: string;
  /**
   * `realpath` passes `$realpath_root` to PHP; `documentRoot` passes `$document_root`, so old code keeps answering after a switch
   * until a reload; `indexOnly` executes nothing but /index.php and serves other .php files as text.
   * All serve `<appDir>/current/public`. A reload: `sudo -n /usr/local/sbin/fpm-reload`.
   */
  readonly ports: { readonly ssh: 22; readonly realpath: 80; readonly documentRoot: 81; readonly indexOnly: 82 };
  /**
   * Runs `sh -c cmd` on the host, in all its namespaces, without the network. A non-zero exit is a result. Resolves when nobody holds
   * its output any more, so give what stays in the background `> /dev/null 2>&1`.
   */
  exec(cmd: string, options?: ExecOptions): Promise<Finished>;
  /**
   * Lets a server that the test process runs on 127.0.0.1:port (of `startDatabase`, say) be reached under the same address on this
   * host, past the switch, until the host's power is off.
   */
  expose(port: number): Promise<void>;
}

export interface TestNetwork extends AsyncDisposable {
  readonly hosts: readonly TestHost[];
  /** The host of that name; throws when there is none. */
  host(name: string): TestHost;
  /** Private key (ed25519, OpenSSH, 0600) that every host's `deploy` accepts. */
  readonly keyFile: string;
  /** Text of a known_hosts file: every host's keys under its address. */
  readonly knownHosts: string;
  /** With `{ database: 'mariadb' }`. */
  readonly database: TestDatabase | undefined;
  /** Prefix that makes a command run in the runner's network namespace, otherwise as in the test. The process id is the command's own. */
  wrap(argv: readonly string[]): [string, ...string[]];
  /**
   * Lets a server that the test process runs on 127.0.0.1:port (the fake GitHub API, say) be reached under the same address
   * from the runner's namespace, which has a loopback of its own.
   */
  expose(port: number): Promise<void>;
  /** Milliseconds added to each frame of that host (or 'runner', 'database'), each way: RTT = 2 * (delay a + delay b). */
  setDelay(name: string, ms: number): Promise<void>;
  /** Cuts the cable: frames are dropped, nobody gets a FIN or RST. */
  cut(name: string): Promise<void>;
  join(name: string): Promise<void>;
  /** Power cut: nothing more leaves the host, then all its processes get SIGKILL. Its files stay. */
  powerOff(name: string): Promise<void>;
  /** Boots it again, with the same address, keys and delay, joined to the switch. Resolves when its services answer. */
  powerOn(name: string): Promise<void>;
}

const RUNNER_ADDRESS = '10.77.0.2';
const DATABASE_ADDRESS = '10.77.0.5';
const FIRST_HOST = 11;
const DEFAULT_APP_DIR = '/srv/host/app';
const PORTS = { ssh: 22, realpath: 80, documentRoot: 81, indexOnly: 82 } as const;

/** Whether this machine can start a network, and if not what it lacks. */
export function networkAvailable(): { ok: true } | { ok: false; missing: string[]; how: string } {
  const missing = missingServices(['network']);
  return missing.length === 0 ? { ok: true } : { ok: false, missing, how: HOW_TO_INSTALL };
}

/** Starts the hosts, all at once, and resolves when every one of them answers (about 2 s). */
export async function startNetwork(plans: readonly HostPlan[], options: { database?: 'mariadb' } = {}): Promise<TestNetwork> {
  const available = networkAvailable();
  if (!available.ok) throw new Error(`no test network: missing ${available.missing.join(', ')}; install with: ${available.how}`);
  checkNames(plans);
  sweepLeftovers();

  await using undo = new AsyncDisposableStack();
  const dir = newBedDir();
  undo.defer(() => { rmSync(dir, { recursive: true, force: true }); });
  const keyFile = join(dir, 'id_ed25519');
  await mustRun(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'test bed', '-f', keyFile]);
  const bed = await startSwitch();
  undo.defer(() => bed.stop());
  await bed.command(`plug runner ${bed.pid} ${RUNNER_ADDRESS}`);

  const web = plans.map((plan, index) => webMachine(bed, dir, plan, `10.77.0.${FIRST_HOST + index}`, `${keyFile}.pub`));
  const server = options.database === undefined ? [] : [databaseMachine(bed, dir)];
  const machines = [...web, ...server];
  undo.defer(async () => { await Promise.all(machines.map((machine) => machine.powerOff())); });
  // All must have settled before anything is undone.
  const failed = (await Promise.allSettled(machines.map((machine) => machine.powerOn()))).find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  const database = server[0] === undefined ? undefined : await startDatabase(server[0], plans.map((plan) => plan.name));
  const stop = undo.move();
  return networkOf({ bed, dir, keyFile, machines, database, stop, hosts: web.map((machine, index) => hostOf(machine, plans[index]?.appDir ?? DEFAULT_APP_DIR)), knownHosts: web.map(knownHostsOf).join('') });
}

interface Parts {
  readonly bed: Switch;
  readonly dir: string;
  readonly keyFile: string;
  readonly machines: readonly Machine[];
  readonly hosts: readonly TestHost[];
  readonly knownHosts: string;
  readonly database: TestDatabase | undefined;
  readonly stop: AsyncDisposableStack;
}

function networkOf({ bed, dir, keyFile, machines, hosts, knownHosts, database, stop }: Parts): TestNetwork {
  const named = <Named extends { readonly name: string }>(all: readonly Named[], name: string): Named => {
    const found = all.find((one) => one.name === name);
    if (found === undefined) throw new Error(`no host "${name}" in this test network`);
    return found;
  };
  const wrap = (argv: readonly string[]): [string, ...string[]] => ['nsenter', '-t', String(bed.pid), '-n', '--', ...argv];
  return {
    hosts, keyFile, knownHosts, database, wrap,
    host: (name) => named(hosts, name),
    async expose(port) {
      const forward = await exposePort(port, join(dir, `port-${port}.sock`), wrap);
      stop.defer(() => forward.close());
    },
    setDelay: (name, ms) => bed.command(`delay ${name} ${ms}`),
    cut: (name) => bed.command(`cut ${name}`),
    join: (name) => bed.command(`join ${name}`),
    powerOff: async (name) => { await named(machines, name).powerOff(); },
    powerOn: async (name) => { await named(machines, name).powerOn(); },
    [Symbol.asyncDispose]: () => stop.disposeAsync(),
  };
}

function databaseMachine(bed: Switch, dir: string): Machine {
  return new Machine({ bed, dir, name: 'database', os: 'bookworm', address: DATABASE_ADDRESS, boot: 'database.sh', appDir: DEFAULT_APP_DIR, appFs: '', files: {} });
}

function webMachine(bed: Switch, dir: string, plan: HostPlan, address: string, publicKey: string): Machine {
  return new Machine({
    bed, dir, name: plan.name, os: plan.os, address, boot: 'web.sh', appDir: appDirOf(plan),
    appFs: plan.appFs === undefined ? '' : tmpfsOptions(plan.appFs),
    files: {
      authorized_keys: readFileSync(publicKey, 'utf8'),
      'web.env': [
        `APP_DIR='${appDirOf(plan)}'`,
        `FPM_USER=${plan.fpmUser ?? 'deploy'}`,
        `PROCESS_CONTROL_TIMEOUT=${plan.processControlTimeout ?? '10s'}`,
        `BUSYBOX=${plan.busybox === true ? 'yes' : ''}`,
        '',
      ].join('\n'),
    },
  });
}

function hostOf(machine: Machine, appDir: string): TestHost {
  return {
    name: machine.name, os: machine.os, address: machine.address, user: 'deploy', root: machine.root,
    appDir, ports: PORTS,
    exec: (cmd, options = {}) => machine.exec(cmd, options),
    expose: (port) => machine.expose(port),
  };
}

function knownHostsOf(machine: Machine): string {
  return ['ed25519', 'ecdsa'].map((type) => {
    const [kind, key] = readFileSync(join(machine.root, `etc/ssh/ssh_host_${type}_key.pub`), 'utf8').split(' ');
    return `${machine.address} ${kind} ${key}\n`;
  }).join('');
}

function appDirOf(plan: HostPlan): string {
  const { appDir = DEFAULT_APP_DIR } = plan;
  if (!/^(\/[\w. -]+)+$/.test(appDir)) throw new Error(`"${appDir}" cannot be an app dir of the test bed`);
  return appDir;
}

function tmpfsOptions(appFs: string): string {
  const size = /^tmpfs:(\d+[kmg](?:,nr_inodes=\d+)?)$/.exec(appFs)?.[1];
  if (size === undefined) throw new Error(`appFs is "tmpfs:24m" or "tmpfs:24m,nr_inodes=500", not "${appFs}"`);
  return `size=${size}`;
}

function checkNames(plans: readonly HostPlan[]): void {
  const taken = new Set(['runner', 'database']);
  for (const { name } of plans) {
    if (!/^[a-z][a-z0-9-]{0,30}$/.test(name) || taken.has(name)) throw new Error(`a host cannot be named "${name}"`);
    taken.add(name);
  }
}
