/**
 * A stage for runs of the bundled deploy and rollback: hosts with a prepared app dir, a repository whose commits are variants of the
 * sample application, and the fake runner in the runner's network. Used by the e2e tests, the proofs and the benches.
 *
 *     await using scene = await openScene({ hosts: [{ name: 'app1', os: 'bookworm' }] });
 *     const a = await scene.commit({ version: 'A' });
 *     const done = await scene.deploy(a);                       // done.exit, done.outputs, done.sentence, done.summary
 *     await scene.variants();                                   // { app1: 'A' }: what each host answers
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mustRun } from './bed/run.ts';
import { startNetwork, type HostPlan, type TestHost, type TestNetwork } from './hosts.ts';
import { commitApp, prepareShared, type AppVariant, type SharedPlan } from './laravel.ts';
import { get } from './request.ts';
import { RELEASE, startAction, type RunHandle, type RunOptions, type RunResult } from './runner.ts';

export interface ScenePlan {
  readonly hosts: readonly HostPlan[];
  /** Default: a SQLite file on each host. `shared`: one MariaDB database for all; `own`: one for each host. */
  readonly database?: 'shared' | 'own';
  /** Between runner and host; default 0. */
  readonly roundTripMs?: number;
  /** More lines of .env. */
  readonly env?: SharedPlan['env'];
  /** False: `shared/` is left to the test. Default true. */
  readonly prepare?: boolean;
}

export interface Commit {
  readonly sha: string;
  readonly variant: AppVariant;
}

export interface RunPlan extends Pick<RunOptions, 'onLine' | 'env' | 'github' | 'watch'> {
  readonly with?: Readonly<Record<string, string>>;
  /** Default all of the scene. */
  readonly hosts?: readonly TestHost[];
}

/** How a run ended, with its files read. */
export interface Outcome extends RunResult {
  /** The JSON of `result-json`; undefined when the run wrote none. */
  readonly result: ResultJson | undefined;
  /** The last line of the log that is not empty: what a person reads first. */
  readonly sentence: string;
}

/** What tests read of the result file. */
export interface ResultJson {
  readonly 'round-trips'?: Readonly<Record<string, number>>;
  readonly scripts?: readonly ScriptOfHost[];
  readonly preview?: readonly ScriptOfHost[];
  readonly timeline?: readonly { readonly what: string; readonly atMs: number }[];
}

export interface ScriptOfHost {
  readonly host: string;
  readonly batch: string;
  readonly script: string;
  readonly values: Readonly<Record<string, string>>;
}

export interface StartedRun {
  readonly handle: RunHandle;
  readonly done: Promise<Outcome>;
}

let runs = 0;

export class Scene implements AsyncDisposable {
  readonly network: TestNetwork;
  readonly scratch: string;
  readonly #key: string;
  /** The last commit: one at a time, since all are made in one folder. */
  #committing: Promise<unknown> = Promise.resolve();
  readonly #open: Outcome[] = [];

  constructor(network: TestNetwork, scratch: string) {
    this.network = network;
    this.scratch = scratch;
    this.#key = readFileSync(network.keyFile, 'utf8');
  }

  get hosts(): readonly TestHost[] {
    return this.network.hosts;
  }

  /** The only host of a scene with one. */
  get host(): TestHost {
    const [host] = this.hosts;
    if (host === undefined) throw new Error('the scene has no host');
    return host;
  }

  /** Commits a variant of the sample application in a repository of its own. */
  async commit(variant: AppVariant): Promise<Commit> {
    const sha = this.#committing.then(() => commitApp(join(this.scratch, 'app'), variant));
    this.#committing = sha.catch(() => undefined);
    return { sha: await sha, variant };
  }

  /** Checks a commit out into a fresh folder, as the job's checkout step does. */
  async checkout(commit: Commit): Promise<string> {
    const dir = mkdtempSync(join(this.scratch, 'workspace-'));
    await mustRun(['git', 'clone', '--quiet', '--shared', '--no-checkout', join(this.scratch, 'app'), dir]);
    await mustRun(['git', '-C', dir, '-c', 'advice.detachedHead=false', 'checkout', '--quiet', commit.sha]);
    return dir;
  }

  async deploy(commit: Commit, plan: RunPlan = {}): Promise<Outcome> {
    return await (await this.startDeploy(commit, plan)).done;
  }

  async startDeploy(commit: Commit, plan: RunPlan = {}): Promise<StartedRun> {
    const workspace = await this.checkout(commit);
    return this.#start('deploy', { backup: 'never', 'backup-reason': 'a test', 'github-deployment': 'false', ...plan.with }, { ...plan, github: { sha: commit.sha, ...plan.github } }, workspace);
  }

  async rollback(plan: RunPlan = {}): Promise<Outcome> {
    return await this.#start('rollback', { ...plan.with }, plan, undefined).done;
  }

  #start(action: string, inputs: Readonly<Record<string, string>>, plan: RunPlan, workspace: string | undefined): StartedRun {
    const hosts = plan.hosts ?? this.hosts;
    const given = { ...this.inputsFor(hosts), ...inputs };
    if (given['health'] === 'none' && inputs['health-url'] === undefined) delete given['health-url'];
    const handle = startAction(join(RELEASE, action), {
      with: given,
      secrets: [this.#key],
      wrap: (argv) => this.network.wrap(argv),
      github: { runId: String(++runs + 1000), ...plan.github },
      ...(plan.onLine === undefined ? {} : { onLine: plan.onLine }),
      ...(plan.env === undefined ? {} : { env: plan.env }),
      ...(plan.watch === undefined ? {} : { watch: plan.watch }),
      ...(workspace === undefined ? {} : { workspace }),
    });
    return { handle, done: this.#outcome(handle.done, workspace) };
  }

  /** The inputs that every run on these hosts needs; a gate that is quick but looks twice. */
  inputsFor(hosts: readonly TestHost[]): Record<string, string> {
    const [first] = hosts;
    const urls = hosts.map((host) => `- {name: ${host.name}, url: "http://${host.address}/api/health"}`).join('\n');
    return {
      hosts: hosts.map((host) => `deploy@${host.address} name=${host.name} path="${host.appDir}"`).join('\n'),
      'ssh-key': this.#key,
      'known-hosts': this.network.knownHosts,
      ...(hosts.length === 1 ? { 'health-url': `http://${first?.address}/api/health` } : { checks: urls, 'host-health-url': 'http://127.0.0.1/api/health' }),
      timeout: '12s', interval: '500ms', 'stable-for': '2', 'lock-timeout': '60s',
    };
  }

  async #outcome(done: Promise<RunResult>, workspace: string | undefined): Promise<Outcome> {
    const run = await done;
    const file = run.outputs['result-json'] ?? '';
    let result: ResultJson | undefined;
    if (file !== '') result = JSON.parse(readFileSync(file, 'utf8'));
    if (workspace !== undefined) rmSync(workspace, { recursive: true, force: true });
    const outcome = { ...run, result, sentence: run.log.split('\n').findLast((line) => line.trim() !== '') ?? '' };
    this.#open.push(outcome);
    return outcome;
  }

  /** What each host answers at one of its ports: the version of the sample application, or the status when there is none. */
  async variants(port: 'realpath' | 'documentRoot' | 'indexOnly' = 'realpath'): Promise<Record<string, string>> {
    const asked = this.hosts.map(async (host) => {
      const answer = await get(this.network, `http://${host.address}:${host.ports[port]}/api/health/liveness`);
      return [host.name, answer.headers['x-variant'] ?? String(answer.status)];
    });
    return Object.fromEntries(await Promise.all(asked));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const outcome of this.#open) await outcome[Symbol.asyncDispose]();
    await this.network[Symbol.asyncDispose]();
    rmSync(this.scratch, { recursive: true, force: true });
  }
}

export async function openScene(plan: ScenePlan): Promise<Scene> {
  const scratch = mkdtempSync(join(tmpdir(), `ops-scene-${process.pid}-`));
  try {
    const network = await startNetwork(plan.hosts, plan.database === undefined ? {} : { database: 'mariadb' });
    const scene = new Scene(network, scratch);
    for (const host of plan.prepare === false ? [] : network.hosts) {
      await prepareShared(network, host, {
        ...(plan.database === undefined ? { connection: 'sqlite' } : { connection: 'mysql', database: plan.database }),
        ...(plan.env === undefined ? {} : { env: plan.env }),
      });
    }
    if (plan.roundTripMs !== undefined) for (const host of network.hosts) await network.setDelay(host.name, plan.roundTripMs / 2);
    return scene;
  } catch (error) {
    rmSync(scratch, { recursive: true, force: true });
    throw error;
  }
}
