/**
 * The second S3 server of the bed (SeaweedFS), for what versitygw lacks: roles by OIDC, lifecycle, storage classes, encryption.
 *
 *     await using oidc = await startOidc();
 *     await using weed = await startWeed({ oidc });
 *     await weed.makeBucket('backups');
 *     weed.env, weed.endpoint, weed.roleArn;          // AssumeRoleWithWebIdentity at the same endpoint; sessions last 60 s
 *
 * The first write takes several seconds, which the start waits for: give it two minutes. A test says
 * `describeWithServices(name, ['weed'], …)`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, giveToNobody, privateDir, startDaemon } from './daemon.ts';
import { SYSTEM_PATH } from './database/engine.ts';
import type { TestOidc } from './oidc.ts';
import { storeClient, type StoreClient } from './s3/client.ts';
import type { Credentials } from './s3/signature.ts';
import { HOW_TO_INSTALL, programOf } from './services.ts';

export interface WeedOptions {
  /** Whose tokens open the role. */
  readonly oidc?: TestOidc;
  /** The `sub` claim that may take the role, default `repo:acme/db:ref:refs/heads/main`. */
  readonly subject?: string;
  /** The bucket that the role, and the accounts `writer` and `reader`, may use; default `backups`. It is not made. */
  readonly bucket?: string;
}

export interface TestWeed extends AsyncDisposable, StoreClient {
  readonly endpoint: string;
  readonly port: number;
  readonly region: string;
  /** Of the account that may do everything. */
  readonly credentials: Credentials;
  readonly writer: Credentials;
  readonly reader: Credentials;
  /** Of the append-only role. */
  readonly roleArn: string;
  readonly env: Readonly<Record<string, string>>;
  readonly pid: number;
}

const REGION = 'us-east-1';
const ROLE = 'BackupWriter';
const APPEND_ONLY = ['s3:PutObject', 's3:GetObject', 's3:ListBucket', 's3:ListBucketMultipartUploads', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'];
const account = (name: string): Credentials => ({ accessKeyId: name, secretAccessKey: `${name}-secret-0123456789` });
const ROOT = account('testroot');
const WRITER = account('writer');
const READER = account('reader');

export async function startWeed(options: WeedOptions = {}): Promise<TestWeed> {
  const program = programOf('weed');
  if (program === undefined) throw new Error(`no weed (SeaweedFS) on this machine; install with: ${HOW_TO_INSTALL}`);
  const { bucket = 'backups', subject = 'repo:acme/db:ref:refs/heads/main' } = options;
  await using undo = new AsyncDisposableStack();
  const dir = privateDir('weed');
  undo.defer(() => { dir.remove(); });
  mkdirSync(join(dir.path, 'data'));
  giveToNobody(join(dir.path, 'data'));
  writeFileSync(join(dir.path, 's3.json'), JSON.stringify(accountsOf(bucket)));
  writeFileSync(join(dir.path, 'iam.json'), JSON.stringify(rolesOf(bucket, subject, options.oidc)));

  const port = await freePort();
  const ports: string[] = [];
  for (const name of ['master.port', 'master.port.grpc', 'volume.port', 'volume.port.grpc', 'filer.port', 'filer.port.grpc', 's3.port.grpc']) ports.push(`-${name}=${await freePort()}`);
  const endpoint = `http://127.0.0.1:${port}`;
  const client = storeClient(endpoint, REGION, ROOT);
  const probe = `probe-${port}`;
  const daemon = await startDaemon({
    name: 'weed', log: join(dir.path, 'log'), cwd: dir.path, user: 'nobody',
    env: { PATH: SYSTEM_PATH, HOME: dir.path, WEED_S3_SSE_KEY: 'test-sse-secret' },
    argv: [
      program, '-logtostderr=true', 'server', '-master.telemetry=false', `-dir=${join(dir.path, 'data')}`, '-ip=127.0.0.1', '-ip.bind=127.0.0.1', ...ports,
      '-master.volumeSizeLimitMB=64', '-volume.max=200', '-filer=true', '-s3=true', `-s3.port=${port}`, `-s3.config=${join(dir.path, 's3.json')}`,
      '-s3.autoCreateBucket=false', `-s3.iam.config=${join(dir.path, 'iam.json')}`, '-s3.port.iceberg=0', '-s3.port.lance=0',
    ],
    // It answers long before it can store: only a stored object says that it is ready.
    ready: () => client.must('PUT', `/${probe}`).catch(() => undefined).then(() => client.request('PUT', `/${probe}/key`, { body: 'x' })).then((answer) => answer.status === 200, () => false),
  });
  undo.defer(() => daemon.end('SIGKILL'));
  await client.must('DELETE', `/${probe}/key`);
  await client.must('DELETE', `/${probe}`);
  const stop = undo.move();
  return {
    ...client, endpoint, port, region: REGION, credentials: ROOT, writer: WRITER, reader: READER, roleArn: `arn:aws:iam::role/${ROLE}`, pid: daemon.pid,
    env: { AWS_ACCESS_KEY_ID: ROOT.accessKeyId, AWS_SECRET_ACCESS_KEY: ROOT.secretAccessKey, AWS_REGION: REGION },
    [Symbol.asyncDispose]: () => stop.disposeAsync(),
  };
}

function accountsOf(bucket: string): unknown {
  const identity = (name: string, { accessKeyId, secretAccessKey }: Credentials, actions: readonly string[]): unknown => (
    { name, credentials: [{ accessKey: accessKeyId, secretKey: secretAccessKey }], actions }
  );
  return {
    identities: [
      identity('admin', ROOT, ['Admin', 'Read', 'Write', 'List', 'Tagging']),
      identity('writer', WRITER, ['Read', 'Write', 'List'].map((action) => `${action}:${bucket}`)),
      identity('reader', READER, ['Read', 'List'].map((action) => `${action}:${bucket}`)),
    ],
    kms: { default_provider: 'local', providers: { local: { type: 'local', enableOnDemandCreate: true, cache_enabled: false } } },
  };
}

function rolesOf(bucket: string, subject: string, oidc: TestOidc | undefined): unknown {
  const trust = { Effect: 'Allow', Principal: { Federated: 'github' }, Action: ['sts:AssumeRoleWithWebIdentity'], Condition: { StringEquals: { 'oidc:sub': subject } } };
  const write = { Effect: 'Allow', Action: APPEND_ONLY, Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`] };
  return {
    sts: { tokenDuration: '60s', maxSessionLength: '12h', issuer: 'test-sts', signingKey: Buffer.from('test-signing-key-32-characters-long').toString('base64') },
    providers: oidc === undefined ? [] : [{ name: 'github', type: 'oidc', enabled: true, config: { issuer: oidc.issuer, clientId: 'sts.amazonaws.com', jwksUri: oidc.jwksUri } }],
    policy: { defaultEffect: 'Deny', storeType: 'memory' },
    roles: [{ roleName: ROLE, roleArn: `arn:aws:iam::role/${ROLE}`, trustPolicy: { Version: '2012-10-17', Statement: [trust] }, attachedPolicies: ['BackupWrite'] }],
    policies: [{ name: 'BackupWrite', document: { Version: '2012-10-17', Statement: [write] } }],
  };
}
