/** Whole backups into stores that fail: each fails clean, with its reason and nothing left, or succeeds and is read back. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import type { S3Limits, Store } from '@ops/backup';
import { Secret } from '@ops/shared';
import { localPlace } from '../packages/backup/src/testing.ts';
import { startProxy, type TestProxy } from '../test/support/proxy.ts';
import { startOidc } from '../test/support/oidc.ts';
import { startS3, type TestS3 } from '../test/support/s3.ts';
import { programOf } from '../test/support/services.ts';
import { startS3Faults, type Fault, type FaultRule, type S3Faults, type Seen } from '../test/support/s3-faults.ts';
import { SYSTEM_PATH } from '../test/support/database/engine.ts';
import { openStore } from '../test/support/stores.ts';
import { startWeed } from '../test/support/weed.ts';
import { attempt, catalogOf, configOf, forever, makeKeys, manifestsIn, proofDir, type Attempt, type Keys, type Source } from './backup/bed.ts';
import type { ChildJob } from './backup/child.ts';
import { Checks, until, type ProofIo, type Proven } from './checks.ts';

const KIB = 1024;
/** Rows of 1 KiB that nothing compresses: two parts. */
const ROWS = 10_000;
const BUCKET = 'backups';

interface Bench {
  readonly checks: Checks;
  readonly quick: boolean;
  readonly dir: string;
  readonly keys: Keys;
  readonly source: Source;
  made: number;
}

/** `verified`, or the reasons one of which it must fail with. */
type Wanted = 'verified' | readonly string[];

export async function proof({ quick, log }: ProofIo): Promise<Proven> {
  using dir = proofDir();
  const file = join(dir.path, 'shop.sqlite');
  execFileSync('sqlite3', [file, `PRAGMA journal_mode=WAL; CREATE TABLE noise (id INTEGER PRIMARY KEY, body BLOB NOT NULL); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS}) INSERT INTO noise SELECT i, randomblob(${KIB}) FROM n;`]);
  const bench: Bench = { checks: new Checks(log), quick, dir: dir.path, keys: makeKeys(dir.path), source: { url: `sqlite://${file}`, env: { PATH: SYSTEM_PATH, HOME: dir.path } }, made: 0 };
  {
    await using s3 = await startS3();
    await s3.makeBucket(BUCKET);
    await using faults = await startS3Faults(s3.endpoint);
    await undamaged(bench, s3);
    for (const [name, rules, wanted, limits] of httpFaults(quick).filter((_fault, at) => !quick || at % 3 === 0)) await overHttp(bench, s3, faults, name, rules, wanted, limits);
    await using proxy = await startProxy(s3.port);
    await overNetwork(bench, s3, proxy);
    await noWay(bench, s3);
  }
  await fullServer(bench);
  if (!quick) await sessions(bench);
  await folders(bench);
  await killed(bench);
  return bench.checks.proven;
}

const answer = (status: number, code?: string, message?: string): Fault => ({ kind: 'answer', status, ...(code !== undefined && { code }), ...(message !== undefined && { message }) });
const isData = (seen: Seen): boolean => seen.path.includes('/data/');
const isManifest = (seen: Seen): boolean => /\/manifests\/[^/]+\.json$/.test(seen.path);
const onManifest = (operation: Seen['operation']): FaultRule['on'] => (seen) => seen.operation === operation && isManifest(seen);

/** A rule that holds from the n-th request of its kind on. */
function from(count: number, on: (seen: Seen) => boolean): (seen: Seen) => boolean {
  let met = 0;
  return (seen) => on(seen) && ++met >= count;
}

type HttpFault = readonly [name: string, rules: readonly FaultRule[], wanted: Wanted, limits?: Partial<S3Limits>];

function httpFaults(quick: boolean): readonly HttpFault[] {
  const out = ['store-timeout'];
  const limits = quick ? { attempts: 3 } : {};
  const thrice = quick ? 2 : 3;
  const steps = ['CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload', 'HeadObject', 'PutObject', 'GetObject'] as const;
  const written = steps.slice(0, 3);
  const part = (seen: Seen): boolean => seen.operation === 'UploadPart';
  return [
    ...steps.map((on): HttpFault => [`500 ${thrice} times on ${on}`, [{ on, times: thrice, fault: answer(500) }], 'verified']),
    ...written.map((on): HttpFault => [`500 for ever on ${on}`, [{ on, fault: answer(500) }], out, limits]),
    ['500 for ever on the manifest', [{ on: onManifest('PutObject'), fault: answer(500) }], out, limits],
    ['500 for ever on everything', [{ on: () => true, fault: answer(500) }], out, limits],
    [`503 SlowDown ${thrice} times`, [{ on: 'UploadPart', times: thrice, fault: answer(503, 'SlowDown', 'Please reduce your request rate.') }], 'verified'],
    ['503 SlowDown for ever', [{ on: 'UploadPart', fault: answer(503, 'SlowDown', 'Please reduce your request rate.') }], out, limits],
    ['resets in the middle of a part, twice', [{ on: 'UploadPart', times: 2, fault: { kind: 'reset', afterBytes: 500 * KIB } }], 'verified'],
    ['resets in the middle of a part, for ever', [{ on: 'UploadPart', fault: { kind: 'reset', afterBytes: 500 * KIB } }], out, limits],
    ['resets before the end of the upload, twice', [{ on: 'CompleteMultipartUpload', times: 2, fault: { kind: 'reset' } }], 'verified'],
    ...written.map((on): HttpFault => [`the answer to ${on} is lost`, [{ on, times: 1, fault: { kind: 'lose-answer' } }], 'verified']),
    ['the answer to the manifest is lost, then 412', [{ on: onManifest('PutObject'), times: 1, fault: { kind: 'lose-answer' } }], 'verified'],
    ['412 to the end of the upload', [{ on: 'CompleteMultipartUpload', fault: answer(412, 'PreconditionFailed', 'taken') }], ['store-conflict']],
    ['409 to the end of the upload, once: again under a new id', [{ on: 'CompleteMultipartUpload', times: 1, fault: answer(409, 'ConditionalRequestConflict', 'conflict') }], 'verified'],
    ['409 to the end of the upload, for ever', [{ on: 'CompleteMultipartUpload', fault: answer(409, 'ConditionalRequestConflict', 'conflict') }], ['store-conflict']],
    ['409 to the manifest, twice', [{ on: onManifest('PutObject'), times: 2, fault: answer(409, 'ConditionalRequestConflict', 'conflict') }], 'verified'],
    ['507, the disk of the store is full', [{ on: 'UploadPart', fault: answer(507, 'InsufficientStorage', 'no space left on device') }], ['no-room'], limits],
    ['the credentials end at the second part', [{ on: from(2, part), fault: answer(400, 'ExpiredToken', 'The provided token has expired.') }], ['store-refused'], limits],
    ['the credentials end before the upload is completed', [{ on: 'CompleteMultipartUpload', fault: answer(403, 'ExpiredToken', 'The provided token has expired.') }], ['store-refused'], limits],
    ['the credentials end before the manifest', [{ on: onManifest('PutObject'), fault: answer(403, 'ExpiredToken', 'The provided token has expired.') }], ['store-refused'], limits],
    ['the right to write is taken at the second part', [{ on: from(2, part), fault: answer(403, 'AccessDenied', 'Access Denied') }], ['store-refused'], limits],
    ['somebody else ends the upload', [{ on: from(2, part), fault: answer(404, 'NoSuchUpload', 'gone') }], ['store-conflict'], limits],
    ['the store falls silent', [{ on: 'UploadPart', fault: { kind: 'silence' } }], out, { attempts: 2, requestMs: 2000 }],
    ['a part stalls, and goes on', [{ on: 'UploadPart', times: 1, fault: { kind: 'stall', ms: quick ? 1000 : 90_000 } }], 'verified'],
    ['reading back breaks off twice', [{ on: (seen) => seen.operation === 'GetObject' && isData(seen), times: 2, fault: { kind: 'cut', afterBytes: 3000 * KIB } }], 'verified'],
  ];
}

/** Nothing listed by ListMultipartUploads, and no manifest of a run that failed; or a backup that is proven. */
async function judge({ checks, keys }: Bench, name: string, wanted: Wanted, done: Attempt, honest: Store, unfinished: () => Promise<readonly unknown[]>): Promise<void> {
  const manifests = await manifestsIn(honest);
  const left = await unfinished();
  const { entries } = await catalogOf(honest, keys);
  const found = { reason: done.reason ?? null, status: done.record.status ?? null, manifests: manifests.length, left: left.length, proven: entries.some((entry) => entry.proven) };
  const right = wanted === 'verified'
    ? found.reason === null && found.status === 'verified' && found.manifests === 1 && found.left === 0 && found.proven
    : wanted.includes(found.reason ?? '') && found.manifests === 0 && found.left === 0;
  checks.that(`${name}: ${found.reason ?? found.status ?? ''}`, right, `${JSON.stringify(found)} ${done.message}`);
}

async function undamaged(bench: Bench, s3: TestS3): Promise<void> {
  const { store } = openStore(`s3://${BUCKET}/sound?endpoint=${s3.endpoint}`, s3.credentials);
  const done = await attempt(configOf(bench.source, store, bench.keys));
  if (done.record.manifest?.artifacts[0]?.segments[0]?.composite === undefined) throw new Error(`the backup of a sound store has no parts: ${done.reason ?? ''} ${done.message}`);
  await judge(bench, 'a sound store', 'verified', done, store, () => s3.uploads(BUCKET));
  await store.close();
}

async function overHttp(bench: Bench, s3: TestS3, faults: S3Faults, name: string, rules: readonly FaultRule[], wanted: Wanted, limits: Partial<S3Limits> = {}): Promise<void> {
  faults.clear();
  await throughS3(bench, s3, faults.endpoint, name, wanted, limits, () => {
    for (const rule of rules) faults.add(rule);
  });
  faults.clear();
}

/** One backup through an endpoint that fails, judged at the server itself. */
async function throughS3(bench: Bench, s3: TestS3, endpoint: string, name: string, wanted: Wanted, limits: Partial<S3Limits> = {}, begin: () => Promise<void> | void = () => undefined): Promise<void> {
  bench.made += 1;
  const prefix = `case${bench.made}`;
  const { store } = openStore(`s3://${BUCKET}/${prefix}?endpoint=${endpoint}`, s3.credentials, { limits });
  await begin();
  const done = await attempt(configOf(bench.source, store, bench.keys));
  await store.close();
  const { store: honest } = openStore(`s3://${BUCKET}/${prefix}?endpoint=${s3.endpoint}`, s3.credentials);
  await judge(bench, name, wanted, done, honest, async () => (await s3.uploads(BUCKET)).filter((key) => key.startsWith(`${prefix}/`)));
  await honest.close();
}

async function overNetwork(bench: Bench, s3: TestS3, proxy: TestProxy): Promise<void> {
  const stallMs = bench.quick ? 1500 : 90_000;
  const through = async (name: string, wanted: Wanted, limits: Partial<S3Limits>, begin: () => Promise<unknown>): Promise<void> => {
    await throughS3(bench, s3, proxy.url, name, wanted, limits, async () => { await begin(); });
    await proxy.accept();
    await proxy.clear();
  };
  let stall = setTimeout(() => undefined, 0);
  await through(`the network stalls for ${stallMs / 1000} s and goes on`, 'verified', {}, async () => {
    const toxic = await proxy.add({ type: 'latency', latency: stallMs, toxicity: 1 });
    stall = setTimeout(() => { void toxic.remove().catch(() => undefined); }, stallMs / 2);
  });
  clearTimeout(stall);
  await through('a narrow line', 'verified', {}, () => proxy.add({ type: 'bandwidth', rate: 8000, stream: 'upstream' }));
  await through('connections cut after 3 MB, always', ['store-timeout'], { attempts: 2 }, () => proxy.add({ type: 'limit_data', bytes: 3_000_000, stream: 'upstream' }));
  await through('connections reset, always', ['store-timeout'], { attempts: 2 }, () => proxy.add({ type: 'reset_peer', timeout: 0 }));
  await through('what is sent disappears', ['store-timeout'], { attempts: 2, requestMs: 2000 }, () => proxy.add({ type: 'timeout', timeout: 0, stream: 'upstream' }));
  await through('connections refused', ['store-timeout'], { attempts: 2 }, () => proxy.refuse());
}

async function noWay(bench: Bench, s3: TestS3): Promise<void> {
  const limits = { attempts: 2 };
  await throughS3(bench, s3, 'https://no-such-store.invalid', 'the name of the store has no address', ['store-refused'], limits);
  await throughS3(bench, s3, s3.endpoint.replace('http:', 'https:'), 'no TLS at the other end', ['store-refused'], limits);
  const [key, cert] = [join(bench.dir, 'tls.key'), join(bench.dir, 'tls.crt')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1', '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert], { stdio: 'ignore' });
  const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_request, response) => { response.end(); }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  await throughS3(bench, s3, `https://127.0.0.1:${address.port}`, 'a certificate that nobody trusts', ['store-refused'], limits);
  server.closeAllConnections();
  server.close();
}

async function fullServer(bench: Bench): Promise<void> {
  await using s3 = await startS3({ size: '6m' });
  await s3.makeBucket(BUCKET);
  await throughS3(bench, s3, s3.endpoint, 'a store whose disk is really full', ['no-room'], { attempts: 2 });
}

/** Sessions of 60 s by OIDC at a real server (SeaweedFS), and an upload that lasts longer. */
async function sessions(bench: Bench): Promise<void> {
  const { checks, dir, keys, source } = bench;
  await using oidc = await startOidc();
  await using weed = await startWeed({ oidc });
  await weed.makeBucket(BUCKET);
  const slow = slowZstd(join(dir, 'trickling'), 'i=0; while [ "$i" -lt 6 ]; do head -c 2000000; sleep 13; i=$((i + 1)); done; cat');
  const tokens = { url: oidc.env['ACTIONS_ID_TOKEN_REQUEST_URL'] ?? '', token: new Secret(oidc.env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'] ?? '') };
  let leases = 0;
  const run = async (prefix: string, most: number): Promise<Attempt> => {
    leases = 0;
    const counting: typeof fetch = async (input, init) => {
      if (!String(input).startsWith(weed.endpoint)) return await fetch(input, init);
      leases += 1;
      return leases > most ? new Response('<Error><Code>AccessDenied</Code></Error>', { status: 403 }) : await fetch(input, init);
    };
    const { store } = openStore(`s3://${BUCKET}/${prefix}?endpoint=${weed.endpoint}&role=${weed.roleArn}`, undefined, { deps: { tokens, fetch: counting } });
    const done = await attempt(configOf({ ...source, env: { ...source.env, PATH: `${slow}:${SYSTEM_PATH}` } }, store, keys));
    await store.close();
    return done;
  };
  const honest = (prefix: string): Store => openStore(`s3://${BUCKET}/${prefix}?endpoint=${weed.endpoint}`, weed.credentials).store;
  const unfinished = async (prefix: string): Promise<string[]> => (await weed.uploads(BUCKET)).filter((key) => key.startsWith(`${prefix}/`));
  const renewed = await run('renewed', 100);
  await judge(bench, 'sessions end meanwhile, and are renewed', 'verified', renewed, honest('renewed'), () => unfinished('renewed'));
  checks.that('more than one session was used', leases > 1, leases);
  const ended = await run('ended', 1);
  checks.that(`the session ends and is not renewed: ${ended.reason ?? ended.record.status ?? ''}`, ended.reason === 'store-refused' && (await manifestsIn(honest('ended'))).length === 0, ended.message);
  // Who may do nothing any more cannot end the upload either: the next run has to tell of it.
  const left = (await unfinished('ended')).length;
  const { record } = await attempt(configOf(source, honest('ended'), keys));
  checks.that('and the next run tells of what could not be ended', record.status === 'verified' && record.orphans.length >= left, { left, orphans: record.orphans });
}

/** A folder with a zstd that packs as the real one, and lets it out by a filter. */
function slowZstd(folder: string, filter: string): string {
  mkdirSync(folder);
  const real = programOf('zstd') ?? 'zstd';
  writeFileSync(join(folder, 'zstd'), `#!/bin/sh\ncase " $* " in *" --check "*) ${real} "$@" | { ${filter}; } ;; *) exec ${real} "$@" ;; esac\n`, { mode: 0o755 });
  return folder;
}

/** A folder of the runner, and the same on a host. */
async function folders(bench: Bench): Promise<void> {
  for (const kind of ['fs', 'host'] as const) {
    for (const [name, options, wanted] of [['no room from the start', 'size=1m', ['no-room']], ['the disk fills up meanwhile', 'size=7m', ['no-room']], ['a read-only disk', 'size=50m,ro', ['store-refused']], ['a sound disk', 'size=50m', 'verified']] as const) {
      bench.made += 1;
      const folder = join(bench.dir, `disk${bench.made}`);
      mkdirSync(folder);
      execFileSync('mount', ['-t', 'tmpfs', '-o', `mode=0700,${options}`, 'tmpfs', folder]);
      try {
        const store = folderStore(kind, folder);
        const done = await attempt(configOf(bench.source, store, bench.keys));
        await judge(bench, `${kind}: ${name}`, wanted, done, store, () => store.unfinished('', forever));
        await store.close();
      } finally {
        execFileSync('umount', ['-l', folder]);
      }
    }
  }
}

function folderStore(kind: 'fs' | 'host', folder: string): Store {
  if (kind === 'fs') return openStore(`file://${folder}`, undefined).store;
  return openStore(`app1:${folder}`, undefined, { settings: { hosts: ['app1'] }, deps: { host: () => localPlace({ PATH: SYSTEM_PATH }, 'app1') } }).store;
}

/** kill -9 of the whole run in the middle of an upload: no manifest and no final name; the next run tells of it, and is well. */
async function killed(bench: Bench): Promise<void> {
  const { checks, dir, keys, source } = bench;
  const folder = join(dir, 'killed');
  mkdirSync(folder, { mode: 0o700 });
  // It passes on what it has, and then waits.
  const bin = slowZstd(join(dir, 'waiting'), 'head -c 3000000; sleep 600');
  const job: ChildJob = {
    url: source.url, env: { ...source.env, PATH: `${bin}:${SYSTEM_PATH}` }, store: `file://${folder}`, recipients: keys.recipients, identity: keys.identity, signingKey: keys.signingKey, encryption: 'age', parallel: 1,
  };
  const child = spawn(process.execPath, ['--no-warnings', join(import.meta.dirname, 'backup/child.ts')], { stdio: ['pipe', 'ignore', 'inherit'] });
  child.stdin.end(JSON.stringify(job));
  const store = folderStore('fs', folder);
  await until('the upload began', async () => (await store.unfinished('', forever)).length > 0, 120_000, 100);
  child.kill('SIGKILL');
  await once(child, 'close');
  checks.same('killed: no manifest', await manifestsIn(store), []);
  const finals: string[] = [];
  for await (const { key } of store.list('', forever)) if (key.includes('/data/')) finals.push(key);
  checks.same('killed: no final name', finals, []);
  const unfinished = (await store.unfinished('', forever)).length;
  const next = await attempt(configOf(source, store, keys));
  checks.same('killed: the next run is verified', next.record.status, 'verified');
  checks.that('killed: the next run tells of what was left', unfinished === 1 && next.record.orphans.length === 1, next.record.orphans);
}
