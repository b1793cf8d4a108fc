/**
 * A stage for runs of the bundled db-backup: two age keys, a folder and (when asked) an S3 server and hosts as stores, and restores by
 * public tools alone.
 *
 *     await using scene = await openBackupScene({ s3: true });
 *     const made = await scene.backup(server, 'shop', { via: 'runner' });        // into scene.folderStore
 *     await scene.restore(made.manifest, into, 'shop');                          // by the command of the manifest
 *     expect(await fingerprint(into, 'shop')).toEqual(await fingerprint(server, 'shop'));
 *
 * `OPS_DB_BACKUP` names another folder with an action.yml than that of the release tree.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { TestServer } from './databases.ts';
import { startNetwork, type HostPlan, type TestHost, type TestNetwork } from './hosts.ts';
import { leaksIn, leaksInFiles, secretForms } from './runner/leaks.ts';
import { RELEASE, startAction, type RunHandle, type RunOptions, type RunResult } from './runner.ts';
import { startS3, type TestS3 } from './s3.ts';
import { programOf } from './services.ts';
import { restoreFile, restoreInto, type RestorableManifest, type RestoreTools } from './backup/restore.ts';

const ACTION = process.env['OPS_DB_BACKUP'] ?? join(RELEASE, 'db-backup');
const BUCKET = 'backups';

export interface BackupScenePlan {
  readonly s3?: boolean;
  readonly hosts?: readonly HostPlan[];
}

export interface BackupPlan extends Pick<RunOptions, 'onLine' | 'env' | 'github' | 'signal' | 'watch' | 'mayLeave' | 'workspace'> {
  /** Besides the password of the server's root and the scene's own. */
  readonly secrets?: readonly string[];
  /** Programs on the PATH of the run; default those of the server. */
  readonly path?: string;
  /** In the runner's network; default when the scene has hosts. */
  readonly inNetwork?: boolean;
}

export type Inputs = Readonly<Record<string, string>>;

/** How a run ended, with its files read. */
export interface BackupOutcome extends RunResult {
  /** The JSON of `result-json`; empty when the run wrote none. */
  readonly record: BackupRecordJson;
  /** The last line of the log that is not empty. */
  readonly sentence: string;
}

/** What tests read of the result file. */
export interface BackupRecordJson {
  readonly manifest?: ManifestJson;
  readonly checks?: readonly { readonly name: string; readonly result: string; readonly why?: string }[];
  readonly orphans?: readonly string[];
  readonly plan?: readonly string[];
  readonly pruned?: readonly { readonly id: string; readonly why: string }[];
  readonly kept?: readonly { readonly id: string; readonly why: string }[];
  readonly verified?: readonly { readonly id: string; readonly verdict: string; readonly why: string }[];
}

export interface ManifestJson extends RestorableManifest {
  readonly id: string;
  readonly source: string;
  readonly store: string;
  readonly engine: string;
  readonly database: string;
  readonly artifacts: readonly { readonly name: string; readonly segments: readonly { readonly key: string; readonly bytes: number }[] }[];
  readonly tables: Readonly<Record<string, { readonly rows: number; readonly sha256?: string }>>;
}

export class BackupScene implements AsyncDisposable {
  readonly dir: string;
  /** Where `folderStore` keeps everything. */
  readonly folder: string;
  readonly s3: TestS3 | undefined;
  readonly network: TestNetwork | undefined;
  /** Public halves of the two keys. */
  readonly recipients: readonly [string, string];
  readonly #keyText: string;
  readonly #open: BackupOutcome[] = [];
  #restores = 0;

  constructor(dir: string, s3: TestS3 | undefined, network: TestNetwork | undefined) {
    this.dir = dir;
    this.folder = join(dir, 'store');
    this.s3 = s3;
    this.network = network;
    this.recipients = [newKey(this.identityFile('operations')), newKey(this.identityFile('break-glass'))];
    this.#keyText = network === undefined ? '' : readFileSync(network.keyFile, 'utf8');
  }

  get folderStore(): string { return `file://${this.folder}`; }
  get s3Store(): string { return `s3://${BUCKET}/shop?endpoint=${this.s3?.endpoint}&region=us-east-1`; }

  get host(): TestHost {
    const [host] = this.network?.hosts ?? [];
    if (host === undefined) throw new Error('the scene has no host');
    return host;
  }

  identityFile(which: 'operations' | 'break-glass'): string { return join(this.dir, `${which}.key`); }
  identity(which: 'operations' | 'break-glass'): string { return /^AGE-SECRET-KEY-.*$/m.exec(readFileSync(this.identityFile(which), 'utf8'))?.[0] ?? ''; }

  /** Inputs for the scene's hosts; the dump runs there unless `via` says runner. */
  hostInputs(): Record<string, string> {
    const { network } = this;
    if (network === undefined) return {};
    return { hosts: network.hosts.map((host) => `deploy@${host.address} name=${host.name} path="${host.appDir}"`).join('\n'), 'ssh-key': this.#keyText, 'known-hosts': network.knownHosts };
  }

  /** A backup of a database as the server's root into the folder, unless the inputs say otherwise. */
  async backup(server: TestServer, database: string, inputs: Inputs = {}, plan: BackupPlan = {}): Promise<BackupOutcome> {
    return await this.startBackup(server, database, inputs, plan).done;
  }

  startBackup(server: TestServer, database: string, inputs: Inputs = {}, plan: BackupPlan = {}): { readonly handle: RunHandle; readonly done: Promise<BackupOutcome> } {
    const login: Inputs = inputs['env-file'] === undefined && inputs['hosts'] === undefined ? { 'database-url': server.url(server.rootUser, server.rootPassword, database) } : {};
    return this.start({ ...login, ...inputs }, { path: server.env['PATH'] ?? '', ...plan, env: { ...pluginEnv(server), ...plan.env }, secrets: [server.rootPassword, encodeURIComponent(server.rootPassword), ...(plan.secrets ?? [])] });
  }

  async run(inputs: Inputs, plan: BackupPlan = {}): Promise<BackupOutcome> {
    return await this.start(inputs, plan).done;
  }

  start(inputs: Inputs, plan: BackupPlan = {}): { readonly handle: RunHandle; readonly done: Promise<BackupOutcome> } {
    const s3: Inputs = this.s3 === undefined || !(inputs['stores'] ?? '').includes('s3://') ? {} : { 's3-profile': 'minio', 'access-key-id': this.s3.accessKeyId, 'secret-access-key': this.s3.secretAccessKey };
    const { network } = this;
    const handle = startAction(ACTION, {
      with: { stores: this.folderStore, ...(inputs['encryption'] === 'none' ? {} : { recipients: this.recipients.join('\n') }), ...s3, ...inputs },
      env: { ...(plan.path === undefined ? {} : { PATH: plan.path }), ...plan.env },
      secrets: this.secrets(plan.secrets),
      goneAfterMs: 60_000,
      ...(network === undefined || plan.inNetwork === false ? {} : { wrap: (argv: readonly string[]) => network.wrap(argv) }),
      ...(plan.onLine === undefined ? {} : { onLine: plan.onLine }),
      ...(plan.github === undefined ? {} : { github: plan.github }),
      ...(plan.signal === undefined ? {} : { signal: plan.signal }),
      ...(plan.watch === undefined ? {} : { watch: plan.watch }),
      ...(plan.mayLeave === undefined ? {} : { mayLeave: plan.mayLeave }),
      ...(plan.workspace === undefined ? {} : { workspace: plan.workspace }),
    });
    return { handle, done: this.#outcome(handle.done, plan.secrets ?? []) };
  }

  /** Everything that nobody may see. */
  secrets(more: readonly string[] = []): readonly string[] {
    return [this.#keyText, this.identity('operations'), this.identity('break-glass'), this.s3?.secretAccessKey ?? '', ...more].filter((one) => one !== '');
  }

  async #outcome(done: Promise<RunResult>, secrets: readonly string[]): Promise<BackupOutcome> {
    const run = await done;
    const file = run.outputs['result-json'] ?? '';
    let record: BackupRecordJson = {};
    if (file !== '') record = JSON.parse(readFileSync(file, 'utf8')).backup ?? {};
    const forms = secretForms(this.secrets(secrets));
    const leaks = [...leaksInFiles(filesBelow(this.folder), forms), ...leaksIn('the state', JSON.stringify(run.state), forms)];
    if (leaks.length > 0) throw new Error(`secrets in the store or the state: ${leaks.join('; ')}`);
    const outcome = { ...run, record, sentence: run.log.split('\n').findLast((line) => line.trim() !== '') ?? '' };
    this.#open.push(outcome);
    return outcome;
  }

  /** A manifest as it stands in the folder. */
  readManifest(path: string): ManifestJson {
    return JSON.parse(readFileSync(path, 'utf8'));
  }

  /** Loads a backup into a database that does not exist yet, by the manifest's own command. */
  async restore(manifest: ManifestJson, into: TestServer, database: string, which: 'operations' | 'break-glass' = 'operations'): Promise<void> {
    await restoreInto(into, database, manifest, this.#tools(which));
  }

  /** The file that the manifest's own command makes of a SQLite backup. */
  restoreFile(manifest: ManifestJson, which: 'operations' | 'break-glass' = 'operations'): string {
    return restoreFile(manifest, this.#tools(which));
  }

  #tools(which: 'operations' | 'break-glass'): RestoreTools {
    const { s3, network } = this;
    const known = join(this.dir, 'known_hosts');
    const [login] = network?.hosts ?? [];
    return {
      identityFile: this.identityFile(which), dir: join(this.dir, `restore-${++this.#restores}`),
      // aws s3 cp s3://bucket/key -
      ...(s3 === undefined ? {} : { aws: `curl -sSf -H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' --aws-sigv4 aws:amz:${s3.region}:s3 --user '${s3.accessKeyId}:${s3.secretAccessKey}' "${s3.endpoint}/$(printf %s "\${3#s3://}" | sed 's/%/%25/g')"` }),
      // ssh HOST cat FILE: the shell of the host splits the words once more.
      ...(network === undefined || login === undefined ? {} : { ssh: `shift; ${network.wrap(['ssh']).map((word) => `'${word}'`).join(' ')} -n -i '${network.keyFile}' -o StrictHostKeyChecking=no -o UserKnownHostsFile=${known} -o LogLevel=ERROR deploy@${login.address} "$@"` }),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const outcome of this.#open) await outcome[Symbol.asyncDispose]();
    await this.network?.[Symbol.asyncDispose]();
    await this.s3?.[Symbol.asyncDispose]();
    rmSync(this.dir, { recursive: true, force: true });
  }
}

export async function openBackupScene(plan: BackupScenePlan = {}): Promise<BackupScene> {
  const dir = mkdtempSync(join(tmpdir(), `ops-backup-${process.pid}-`));
  await using undo = new AsyncDisposableStack();
  undo.defer(() => { rmSync(dir, { recursive: true, force: true }); });
  const s3 = plan.s3 === true ? undo.use(await startS3()) : undefined;
  await s3?.makeBucket(BUCKET);
  const network = plan.hosts === undefined ? undefined : undo.use(await startNetwork(plan.hosts));
  if (s3 !== undefined) await network?.expose(s3.port);
  const scene = new BackupScene(dir, s3, network);
  undo.move();
  return scene;
}

/** Makes a file with a new age identity; its public half. */
function newKey(path: string): string {
  const program = programOf('age-keygen');
  if (program === undefined) throw new Error('there is no age-keygen on this machine');
  execFileSync(program, ['-o', path], { stdio: 'ignore' });
  return /public key: (\S+)/.exec(readFileSync(path, 'utf8'))?.[1] ?? '';
}

function pluginEnv(server: TestServer): Record<string, string> {
  return Object.fromEntries(Object.entries(server.env).filter(([name]) => name.endsWith('_PLUGIN_DIR')));
}

/** Every file below a folder; none when it is not there. */
export function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name)).sort();
}

/** Path, size, mode and sha256 of every file below a folder, to say that nothing of it changed. */
export function contentOf(folder: string): Record<string, string> {
  return Object.fromEntries(filesBelow(folder).map((path) => {
    const bytes = readFileSync(path);
    return [relative(folder, path), `${bytes.length} ${(statSync(path).mode & 0o777).toString(8)} ${createHash('sha256').update(bytes).digest('hex')}`];
  }));
}

export function makeFolder(path: string): string {
  mkdirSync(path, { recursive: true });
  return path;
}
