/**
 * The fake runner: runs an action of the release tree as GitHub's runner does, in a process of its own with nothing but the
 * runner's environment, and checks on every run what must hold on every run.
 *
 *     await using run = await runAction(join(RELEASE, 'deploy'), { with: { hosts: '…' }, secrets: [key], wrap: network.wrap });
 *     expect(run).toMatchObject({ exit: 0, outputs: { verdict: 'pass' } });
 *
 * To cancel or kill in the middle use `startAction`, whose handle `onLine` gets too. `runAction` rejects when a secret was visible, when a
 * process outlived the post step, or when a file was left in RUNNER_TEMP, TMPDIR or HOME that no output names.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { CommandReader, parseFileCommands, type Annotation } from './runner/commands.ts';
import { commandFiles, contextsOf, DEFAULT_FACTS, environment, makeJob, type GithubFacts, type Job } from './runner/job.ts';
import { leaksIn, leaksInFiles, redact, secretForms, snapshot, writtenSince } from './runner/leaks.ts';
import { inputValues, inputVariable, readManifest } from './runner/manifest.ts';
import { ProcessWatch } from './runner/processes.ts';

export type { Annotation } from './runner/commands.ts';
export type { GithubFacts } from './runner/job.ts';

/** The folder that `npm run build` writes. */
export const RELEASE = resolve(import.meta.dirname, '../../build/release');

const TERM_AFTER_MS = 7500;
const KILL_AFTER_MS = 2500;
const DRAIN_MS = 2000;

export interface RunOptions {
  readonly with?: Readonly<Record<string, string>>;
  /** `env:` of the step. */
  readonly env?: Readonly<Record<string, string>>;
  readonly github?: Partial<GithubFacts>;
  readonly event?: { readonly name: string; readonly payload: unknown };
  /** Texts that nobody may see. The job's token is always one. */
  readonly secrets?: readonly string[];
  /** Prefix for the command, to run it in a network namespace; it must exec, so that the process id is node's. */
  readonly wrap?: (argv: readonly string[]) => readonly string[];
  /** An existing folder, not removed at the end; default a fresh one. */
  readonly workspace?: string;
  /** Files to write into the workspace. */
  readonly files?: Readonly<Record<string, string>>;
  /** Each line as the log page shows it, with a handle to cancel or kill the run that prints it. */
  readonly onLine?: (line: string, run: RunHandle) => void;
  /** Cancels the run. */
  readonly signal?: AbortSignal;
  /** Hand over inputs that action.yml does not have; a runner only warns. */
  readonly allowUnknownInputs?: boolean;
  /** Says of a path below RUNNER_TEMP, TMPDIR or HOME that it may stay. */
  readonly mayLeave?: (path: string) => boolean;
  /** How long processes may take to end after a `kill()` of their parent; default 2 s. */
  readonly goneAfterMs?: number;
  /** False: processes are only looked at when the run has ended. For benches: looking through /proc costs processor time. */
  readonly watch?: boolean;
}

/** How one process of the action ended. */
export interface Phase {
  /** Undefined when a signal ended it. */
  readonly exit: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  /** From the start of the process to its end. */
  readonly ms: number;
  /** What the log page shows, masks applied. */
  readonly log: string;
  readonly annotations: readonly Annotation[];
}

export interface RunResult extends Phase, AsyncDisposable {
  readonly outputs: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, string>>;
  /** What GITHUB_ENV and GITHUB_PATH were told. */
  readonly exported: Readonly<Record<string, string>>;
  readonly paths: readonly string[];
  readonly summary: string;
  readonly masks: readonly string[];
  /** Lines with `::set-output` and its like, which GitHub has abolished. */
  readonly legacyCommands: readonly string[];
  /** The post step; undefined when the action has none. */
  readonly post: (Phase & { readonly summary: string }) | undefined;
  /** Command lines of the processes that had to be killed at the end; only after `kill()` can there be any. */
  readonly survivors: readonly string[];
  /** Files left in RUNNER_TEMP, TMPDIR and HOME that no output names. */
  readonly leftovers: readonly string[];
  readonly commandLines: readonly string[];
  readonly job: Job;
}

export interface RunHandle {
  /** Process id of node; undefined while none runs. */
  readonly pid: number | undefined;
  readonly phase: 'main' | 'post';
  /** As a user's click: SIGINT to node, SIGTERM 7.5 s later, the whole tree 2.5 s after that. */
  cancel(): void;
  /** SIGKILL to node alone, as when a runner dies; returns its process id. */
  kill(): number | undefined;
  readonly done: Promise<RunResult>;
}

/** Runs `main`, then `post`, whatever happened. Rejects when a rule of every run was broken. */
export async function runAction(dir: string, options: RunOptions = {}): Promise<RunResult> {
  return await startAction(dir, options).done;
}

export function startAction(dir: string, options: RunOptions = {}): RunHandle {
  const run = new Run(dir, options);
  // A caller may look at `done` much later; a rejection is not unhandled until then.
  run.done.catch(() => undefined);
  return run;
}

class Run implements RunHandle {
  phase: 'main' | 'post' = 'main';
  pid: number | undefined;
  readonly done: Promise<RunResult>;
  #killed = false;
  #cancelled = false;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #options: RunOptions;
  readonly #watch: ProcessWatch;
  readonly #marker = `OPS_TEST_RUN=${randomBytes(12).toString('hex')}`;

  constructor(dir: string, options: RunOptions) {
    this.#options = options;
    this.#watch = new ProcessWatch(this.#marker, options.watch !== false);
    this.done = this.#run(resolve(dir));
  }

  cancel(): void {
    if (this.#cancelled) return;
    this.#cancelled = true;
    this.#signal('SIGINT');
    this.#timers.push(setTimeout(() => {
      this.#signal('SIGTERM');
      this.#timers.push(setTimeout(() => { for (const pid of this.#watch.sample().keys()) signal(pid, 'SIGKILL'); }, KILL_AFTER_MS));
    }, TERM_AFTER_MS));
  }

  kill(): number | undefined {
    this.#killed = true;
    return this.#signal('SIGKILL');
  }

  #signal(name: NodeJS.Signals): number | undefined {
    if (this.pid !== undefined) signal(this.pid, name);
    return this.pid;
  }

  async #run(dir: string): Promise<RunResult> {
    const { options, watch } = { options: this.#options, watch: this.#watch };
    const facts = { ...DEFAULT_FACTS, ...options.github };
    const manifest = readManifest(dir);
    const job = makeJob(facts, options.workspace, options.files ?? {});
    const base = environment(job, facts, dir, options.event ?? { name: 'push', payload: { ref: facts.ref, after: facts.sha } });
    const inputs = inputValues(manifest, options.with ?? {}, contextsOf(base, facts), options.allowUnknownInputs === true);
    const env = {
      ...base, ...options.env,
      ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [inputVariable(name), value])),
      ...Object.fromEntries([this.#marker.split('=')]),
    };
    const kept = [job.temp, job.scratch, job.home];
    const before = snapshot([...kept, job.workspace]);
    if (options.signal?.aborted === true) setImmediate(() => this.cancel());
    options.signal?.addEventListener('abort', () => this.cancel(), { once: true });

    const reader = new CommandReader();
    const files = commandFiles(job, 'main');
    const main = await this.#spawn(join(dir, manifest.main), job, { ...env, ...variables(files) }, reader);
    this.#timers.forEach(clearTimeout);
    const texts = Object.fromEntries(Object.entries(files).map(([name, path]) => [name, readFileSync(path, 'utf8')]));
    const [outputs, state, exported] = [texts['OUTPUT'], texts['STATE'], texts['ENV']].map((text) => parseFileCommands(text ?? ''));

    let post: RunResult['post'];
    const postReader = new CommandReader();
    if (manifest.post !== undefined) {
      this.phase = 'post';
      for (const mask of reader.masks) postReader.masks.add(mask);
      const postFiles = commandFiles(job, 'post');
      const stateVariables = Object.fromEntries(Object.entries(state ?? {}).map(([name, value]) => [`STATE_${name}`, value]));
      const ended = await this.#spawn(join(dir, manifest.post), job, { ...env, ...stateVariables, ...variables(postFiles) }, postReader);
      post = { ...ended, summary: readFileSync(postFiles.STEP_SUMMARY, 'utf8') };
    }

    const survivors = await watch.survivors(options.goneAfterMs);
    const written = writtenSince(before, [...kept, job.workspace]);
    const named = Object.values(outputs ?? {});
    const leftovers = written.filter((path) => kept.some((folder) => path.startsWith(`${folder}/`)) && !named.includes(path) && options.mayLeave?.(path) !== true);
    const forms = secretForms([...(options.secrets ?? []), facts.token]);
    const broken = [
      ...leaksIn('the log', main.log, forms), ...leaksIn('the log of the post step', post?.log ?? '', forms),
      ...[...reader.annotations, ...postReader.annotations].flatMap((annotation) => leaksIn('an annotation', JSON.stringify(annotation), forms)),
      ...Object.entries(texts).flatMap(([name, text]) => leaksIn(`GITHUB_${name}`, text, forms)), ...leaksIn('the summary of the post step', post?.summary ?? '', forms),
      ...[...watch.commandLines].flatMap((line) => leaksIn(`the command line of ${line.split(' ')[0]}`, line, forms)),
      ...leaksInFiles(written, forms),
      ...(this.#killed ? [] : survivors.map((line) => `the process ${line} outlived the action`)),
      ...(this.#killed && manifest.post === undefined ? [] : leftovers.map((path) => `${path} was left behind`)),
    ];
    if (broken.length > 0) {
      rmSync(job.root, { recursive: true, force: true });
      throw new Error(redact(`A run of ${dir} broke rules of every run:\n- ${[...new Set(broken)].join('\n- ')}\nIts log:\n${main.log}\n${post?.log ?? ''}`, forms));
    }
    return {
      ...main, outputs: outputs ?? {}, state: state ?? {}, exported: exported ?? {}, paths: (texts['PATH'] ?? '').split('\n').filter((path) => path !== ''), summary: texts['STEP_SUMMARY'] ?? '',
      masks: [...reader.masks], legacyCommands: [...reader.legacy, ...postReader.legacy], post, survivors, leftovers, commandLines: [...watch.commandLines], job,
      [Symbol.asyncDispose]: async () => rmSync(job.root, { recursive: true, force: true }),
    };
  }

  async #spawn(script: string, job: Job, env: Readonly<Record<string, string>>, reader: CommandReader): Promise<Phase> {
    const argv = [process.execPath, script];
    const [file = '', ...args] = this.#options.wrap?.(argv) ?? argv;
    const begun = performance.now();
    const child = spawn(file, args, { cwd: job.workspace, env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.pid = child.pid;
    const hear = async (stream: Readable): Promise<void> => {
      for await (const raw of createInterface({ input: stream, crlfDelay: Infinity })) {
        const shown = reader.line(raw);
        if (shown !== undefined) this.#options.onLine?.(shown, this);
      }
    };
    const heard = Promise.all([hear(child.stdout), hear(child.stderr)]);
    const [exit, by] = await new Promise<[number | null, NodeJS.Signals | null]>((done, fail) => {
      child.once('error', fail);
      child.once('exit', (code, name) => done([code, name]));
    });
    const ms = performance.now() - begun;
    this.pid = undefined;
    // A child that lives on holds the pipe; a runner does not wait for it either.
    const drained = setTimeout(() => { child.stdout.destroy(); child.stderr.destroy(); }, DRAIN_MS);
    await heard.catch(() => undefined);
    clearTimeout(drained);
    return { exit: exit ?? undefined, signal: by ?? undefined, ms, log: reader.log.join('\n'), annotations: reader.annotations };
  }
}

function variables(files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([name, path]) => [`GITHUB_${name}`, path]));
}

function signal(pid: number, name: NodeJS.Signals): void {
  try { process.kill(pid, name); } catch { /* it ended just now */ }
}
