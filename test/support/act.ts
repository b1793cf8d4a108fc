/**
 * Runs a workflow under act, offline, on the release tree that `npm run build` wrote: `fwber/ops/…@v1` is that tree, and so is every
 * commit it is pinned to with `release`. What act does not do (concurrency, permissions, graceful cancel) is not claimed here.
 *
 *     await using run = await runWorkflow({ example: 'deploy', edit: (text) => text.replace('app1.example.com', host.address), secrets: { DEPLOY_KEY: key }, wrap: network.wrap });
 *     expect(run).toMatchObject({ exit: 0, jobs: { production: 'success' } });
 */
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { leaksIn, redact, secretForms } from './runner/leaks.ts';
import { RELEASE } from './runner.ts';
import { placeOf } from './services.ts';

const repository = resolve(import.meta.dirname, '../..');
const STAND_INS: Readonly<Record<string, string>> = { 'actions/checkout': 'checkout', 'actions/upload-artifact': 'upload', 'actions/download-artifact': 'download' };
const TIMEOUT_MS = 240_000;

export interface WorkflowOptions {
  /** Text of a workflow, or a file of examples/ by its name without .yml. */
  readonly workflow?: string;
  readonly example?: string;
  /** Changes the text before it runs: host names, for example. */
  readonly edit?: (text: string) => string;
  /** Default push. */
  readonly event?: string;
  readonly payload?: Readonly<Record<string, unknown>>;
  /** Inputs of workflow_dispatch. */
  readonly inputs?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  /** `vars.*`. */
  readonly vars?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Files of the repository that is checked out. */
  readonly files?: Readonly<Record<string, string>>;
  /** A folder to copy into that repository, without its history. */
  readonly from?: string;
  readonly wrap?: (argv: readonly string[]) => readonly string[];
  /** Folder with another release tree, and the refs beside v1 that mean it. */
  readonly release?: { readonly dir: string; readonly refs: readonly string[] };
}

export interface WorkflowStep {
  readonly job: string;
  readonly name: string;
  readonly result: string;
}

export interface WorkflowRun extends AsyncDisposable {
  readonly exit: number;
  /** Result by job id; a job of a called workflow counts under its own id. */
  readonly jobs: Readonly<Record<string, string>>;
  readonly steps: readonly WorkflowStep[];
  /** Outputs by step id. */
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly annotations: readonly { readonly level: string; readonly message: string }[];
  readonly log: string;
  /** The commit that ran. */
  readonly sha: string;
}

export async function runWorkflow(options: WorkflowOptions): Promise<WorkflowRun> {
  const root = mkdtempSync(join(tmpdir(), 'ops-act-'));
  try {
    const source = options.workflow ?? readFileSync(join(repository, 'examples', `${options.example ?? ''}.yml`), 'utf8');
    const text = options.edit?.(source) ?? source;
    const sha = makeRepository(join(root, 'repo'), text, options);
    const argv = [placeOf('act'), ...actArguments(root, text, options)];
    const [file = '', ...args] = options.wrap?.(argv) ?? argv;
    const child = spawn(file, args, { cwd: join(root, 'repo'), env: { HOME: join(root, 'home'), PATH: `${join(repository, 'node_modules/.bin')}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin` }, stdio: ['ignore', 'pipe', 'pipe'], timeout: TIMEOUT_MS });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => { stdout += piece; });
    child.stderr.setEncoding('utf8').on('data', (piece: string) => { stderr += piece; });
    const exit = await new Promise<number>((done, fail) => { child.once('error', fail).once('close', (code) => done(code ?? 255)); });
    const read = readEvents(stdout);
    const forms = secretForms(Object.values(options.secrets ?? {}));
    // act masks secrets only in its own way and not in every field, so the log is judged and then kept redacted.
    const leaks = leaksIn('the log', read.log, forms);
    if (leaks.length > 0) throw new Error(`a workflow showed ${leaks.join(', ')}`);
    return { ...read, exit, sha, log: redact(`${read.log}\n${stderr}`.trim(), forms), [Symbol.asyncDispose]: async () => rmSync(root, { recursive: true, force: true }) };
  } catch (error) {
    rmSync(root, { recursive: true, force: true });
    throw error;
  }
}

function makeRepository(dir: string, workflow: string, options: WorkflowOptions): string {
  const put = (file: string, text: string): void => {
    mkdirSync(dirname(join(dir, file)), { recursive: true });
    writeFileSync(join(dir, file), text);
  };
  if (options.from !== undefined) cpSync(options.from, dir, { recursive: true, filter: (path) => basename(path) !== '.git' });
  put('.github/workflows/test.yml', workflow);
  for (const [file, text] of Object.entries(options.files ?? {})) put(file, text);
  const git = (...args: string[]): string => execFileSync('git', ['-C', dir, '-c', 'user.name=test', '-c', 'user.email=test@example.com', ...args], { encoding: 'utf8', env: { PATH: process.env['PATH'], HOME: dir } }).trim();
  git('init', '-q', '-b', 'main');
  git('remote', 'add', 'origin', 'https://github.com/acme/shop.git');
  git('add', '-A', '-f');
  git('commit', '-q', '-m', 'Test');
  return git('rev-parse', 'HEAD');
}

function actArguments(root: string, workflow: string, options: WorkflowOptions): string[] {
  const event = options.event ?? 'push';
  for (const dir of ['home', 'cache', 'artifacts']) mkdirSync(join(root, dir), { recursive: true });
  // JSON is YAML; act reads these as YAML by their name, so that a key with lines arrives whole. Secrets never stand in argv.
  const file = (name: string, values: Readonly<Record<string, unknown>>): string => {
    writeFileSync(join(root, name), JSON.stringify(values), { mode: 0o600 });
    return join(root, name);
  };
  const release = options.release?.dir ?? RELEASE;
  const called = globSync('.github/workflows/*.yml', { cwd: release }).map((name) => readFileSync(join(release, name), 'utf8')).join('\n');
  const standIns = [...`${workflow}\n${called}`.matchAll(/uses:\s*(actions\/[\w-]+)@(\S+)/g)].flatMap(([, name = '', ref = '']) => {
    const standIn = STAND_INS[name];
    return standIn === undefined ? [] : [`${name}@${ref}=${join(repository, 'test/support/act', standIn)}`];
  });
  const repositories = [...['v1', ...(options.release?.refs ?? [])].map((ref) => `fwber/ops@${ref}=${release}`), ...new Set(standIns)];
  return [
    event, '-P', 'ubuntu-latest=-self-hosted', '--no-cache-server', '--rm', '--json', '--pull=false', '--action-cache-path', join(root, 'cache'),
    ...repositories.flatMap((local) => ['--local-repository', local]),
    '--eventpath', file('event.json', { ...options.payload, ...(options.inputs === undefined ? {} : { inputs: options.inputs }) }),
    '--secret-file', file('secrets.yml', { GITHUB_TOKEN: 'ghs_fakeTokenOfTheJob0123456789', ...options.secrets }),
    '--var-file', file('vars.yml', { ...options.vars }),
    '--env-file', file('env.yml', { ARTIFACTS_DIR: join(root, 'artifacts'), CHECKOUT_FROM: join(root, 'repo'), GITHUB_API_URL: 'http://127.0.0.1:9', ...options.env }),
    '--input-file', file('inputs.yml', { ...options.inputs }),
  ];
}

interface ActEvent {
  readonly msg?: string;
  readonly job?: string;
  readonly jobID?: string;
  readonly step?: string;
  readonly stepID?: readonly string[];
  readonly stage?: string;
  readonly stepResult?: string;
  readonly jobResult?: string;
  readonly raw_output?: boolean;
  readonly command?: string;
  readonly name?: string;
  readonly arg?: string;
}

function readEvents(text: string): Pick<WorkflowRun, 'jobs' | 'steps' | 'outputs' | 'annotations' | 'log'> {
  const jobs: Record<string, string> = {};
  const steps: WorkflowStep[] = [];
  const outputs: Record<string, Record<string, string>> = {};
  const annotations: { level: string; message: string }[] = [];
  const log: string[] = [];
  for (const line of text.split('\n')) {
    const event = parseEvent(line);
    if (event === undefined) continue;
    const job = event.jobID ?? '';
    if (event.jobResult !== undefined) jobs[job] = event.jobResult;
    if (event.stepResult !== undefined && event.stage !== 'Pre') steps.push({ job, name: `${event.stage === 'Post' ? 'Post ' : ''}${event.step ?? ''}`, result: event.stepResult });
    if (event.command === 'set-output') (outputs[event.stepID?.at(-1) ?? ''] ??= {})[event.name ?? ''] = event.arg ?? '';
    if (event.command === 'error' || event.command === 'warning' || event.command === 'notice') annotations.push({ level: event.command, message: event.arg ?? event.msg ?? '' });
    // The fields of a command hold its bare value, secrets too; only what a log page would show is kept.
    if (event.command === undefined || event.command === 'error') log.push(`[${job}] ${(event.msg ?? '').trimEnd()}`);
  }
  return { jobs, steps, outputs, annotations, log: log.join('\n') };
}

function parseEvent(line: string): ActEvent | undefined {
  try {
    const event: ActEvent = JSON.parse(line);
    return event;
  } catch {
    return undefined;
  }
}
