/**
 * A real S3 server for tests (versitygw): strict about checksums, signatures, conditional writes, versions and Object Lock.
 *
 *     await using s3 = await startS3({ versioning: true });
 *     await s3.makeBucket('backups');
 *     const writer = await s3.addUser('writer', 'backups', APPEND_ONLY);       // { accessKeyId, secretAccessKey }
 *     new S3Client({ endpoint: s3.endpoint, region: s3.region, forcePathStyle: true, credentials: s3.credentials });
 *
 * It has no lifecycle, and echoes neither storage class nor encryption: `startWeed` of ./weed.ts does. A key may not be a
 * folder of another: with `a` there can be no `a/b`. A test says `describeWithServices(name, ['versitygw'], …)`.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { answersAt, freePort, giveToNobody, privateDir, startDaemon, type Daemon } from './daemon.ts';
import { SYSTEM_PATH } from './database/engine.ts';
import { HOW_TO_INSTALL, programOf } from './services.ts';
import { storeClient, type StoreClient } from './s3/client.ts';
import type { Credentials } from './s3/signature.ts';

export type { Answer, RequestOptions, StoreClient } from './s3/client.ts';
export type { Credentials } from './s3/signature.ts';

export interface S3Options {
  /** Buckets keep old versions where a test switches that on; default no. */
  readonly versioning?: boolean;
  /** The disk the objects lie on is a tmpfs of this size: `8m`. When it is full the server answers 507. Needs root. */
  readonly size?: string;
}

/** Actions of a bucket policy: what a user may do. */
export const APPEND_ONLY = ['s3:PutObject', 's3:GetObject', 's3:AbortMultipartUpload', 's3:ListBucket', 's3:ListBucketMultipartUploads', 's3:ListMultipartUploadParts'] as const;
export const READ_ONLY = ['s3:GetObject', 's3:ListBucket'] as const;

export interface TestS3 extends AsyncDisposable, StoreClient {
  /** `http://127.0.0.1:PORT`; buckets are in the path. */
  readonly endpoint: string;
  readonly port: number;
  readonly region: string;
  /** Of the account that may do everything. */
  readonly credentials: Credentials;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** The folder with one folder per bucket in it, and a file per object; through another process's root when `size` is given. */
  readonly dataDir: string;
  readonly pid: number;
  /** Environment variables for a client that reads them: AWS_ACCESS_KEY_ID and so on. */
  readonly env: Readonly<Record<string, string>>;
  /** A user who may do only that, in that bucket. */
  addUser(name: string, bucket: string, actions: readonly string[]): Promise<Credentials>;
  /** The crash; a `restart` brings it back with its data on the same port. */
  kill(): Promise<void>;
  restart(): Promise<void>;
}

const REGION = 'us-east-1';
const ROOT: Credentials = { accessKeyId: 'testroot', secretAccessKey: 'testroot-secret-0123456789' };

/** Starts the server on an empty folder: 0.1 s. */
export async function startS3(options: S3Options = {}): Promise<TestS3> {
  const program = programOf('versitygw');
  if (program === undefined) throw new Error(`no versitygw on this machine; install with: ${HOW_TO_INSTALL}`);
  await using undo = new AsyncDisposableStack();
  const dir = privateDir('s3');
  undo.defer(() => { dir.remove(); });
  for (const folder of ['data', 'versions', 'iam']) {
    mkdirSync(join(dir.path, folder));
    giveToNobody(join(dir.path, folder));
  }
  const port = await freePort();
  const server = new Gateway(program, dir.path, port, options);
  undo.defer(() => server.kill());
  await server.start();
  server.onDispose(undo.move());
  return server;
}

class Gateway implements TestS3 {
  readonly endpoint: string;
  readonly port: number;
  readonly region = REGION;
  readonly credentials = ROOT;
  readonly accessKeyId = ROOT.accessKeyId;
  readonly secretAccessKey = ROOT.secretAccessKey;
  readonly env = { AWS_ACCESS_KEY_ID: ROOT.accessKeyId, AWS_SECRET_ACCESS_KEY: ROOT.secretAccessKey, AWS_REGION: REGION };
  readonly request: StoreClient['request'];
  readonly must: StoreClient['must'];
  readonly makeBucket: StoreClient['makeBucket'];
  readonly keys: StoreClient['keys'];
  readonly uploads: StoreClient['uploads'];
  readonly #program: string;
  readonly #dir: string;
  readonly #options: S3Options;
  readonly #statements = new Map<string, unknown[]>();
  #daemon: Daemon | undefined;
  #undo = new AsyncDisposableStack();

  constructor(program: string, dir: string, port: number, options: S3Options) {
    this.#program = program;
    this.#dir = dir;
    this.port = port;
    this.endpoint = `http://127.0.0.1:${port}`;
    this.#options = options;
    ({ request: this.request, must: this.must, makeBucket: this.makeBucket, keys: this.keys, uploads: this.uploads } = storeClient(this.endpoint, REGION, ROOT));
  }

  get pid(): number { return this.#daemon?.pid ?? 0; }

  get dataDir(): string {
    const path = join(this.#dir, 'data');
    return this.#options.size === undefined ? path : `/proc/${this.pid}/root${path}`;
  }

  onDispose(undo: AsyncDisposableStack): void { this.#undo = undo; }

  async start(): Promise<void> {
    const { versioning = false, size } = this.#options;
    const folder = (name: string): string => join(this.#dir, name);
    const serve: [string, ...string[]] = [
      this.#program, '--port', `127.0.0.1:${this.port}`, '--region', REGION, '--keep-alive', '--quiet', '--iam-dir', folder('iam'), '--iam-cache-disable',
      'posix', ...(versioning ? ['--versioning-dir', folder('versions')] : []), folder('data'),
    ];
    // The tmpfs is of one start: it is gone with the process, so a full disk cannot be restarted.
    const mounted: [string, ...string[]] = ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', 'mount -t tmpfs -o "size=$1" tmpfs "$2" && shift 2 && exec "$@"', 'sh', size ?? '', folder('data'), ...serve];
    this.#daemon = await startDaemon({
      name: 'versitygw', argv: size === undefined ? serve : mounted, log: folder('log'), cwd: this.#dir, user: size === undefined ? 'nobody' : 'own',
      env: { PATH: SYSTEM_PATH, HOME: this.#dir, ROOT_ACCESS_KEY: ROOT.accessKeyId, ROOT_SECRET_KEY: ROOT.secretAccessKey },
      ready: () => answersAt(this.port),
    });
  }

  async kill(): Promise<void> { await this.#daemon?.end('SIGKILL'); }

  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  async addUser(name: string, bucket: string, actions: readonly string[]): Promise<Credentials> {
    const user: Credentials = { accessKeyId: name, secretAccessKey: `${name}-secret-0123456789` };
    await this.must('PATCH', '/create-user', { body: `<Account><Access>${user.accessKeyId}</Access><Secret>${user.secretAccessKey}</Secret><Role>user</Role><UserID>0</UserID><GroupID>0</GroupID></Account>` });
    const statements = this.#statements.get(bucket) ?? [];
    statements.push({ Effect: 'Allow', Principal: { AWS: [name] }, Action: actions, Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`] });
    this.#statements.set(bucket, statements);
    await this.must('PUT', `/${bucket}?policy`, { body: JSON.stringify({ Version: '2012-10-17', Statement: statements }) });
    return user;
  }

  [Symbol.asyncDispose](): Promise<void> { return this.#undo.disposeAsync(); }
}
