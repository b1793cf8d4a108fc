import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Secret } from '@ops/shared';
import { createHash } from 'node:crypto';
import { PassThrough, type Readable } from 'node:stream';
import type { Store } from '@ops/backup';
import { bytesOf, inChunks, sampleBytes } from '../../packages/backup/src/stores/testing.ts';
import { startOidc, type TestOidc } from '../support/oidc.ts';
import { describeWithServices } from '../support/require.ts';
import { APPEND_ONLY, startS3, type TestS3 } from '../support/s3.ts';
import { startS3Faults } from '../support/s3-faults.ts';
import { openStore } from '../support/stores.ts';
import { startWeed, type TestWeed } from '../support/weed.ts';

const MIB = 1024 ** 2;
const DAY_MS = 86_400_000;
const never = new AbortController().signal;

function upload(store: Store, key: string, body: Readable, tier: 'daily' | 'monthly' = 'daily'): ReturnType<Store['upload']> {
  return store.upload({ key, body, tier, estimateBytes: 1, parallel: 1, signal: never });
}

async function keysOf(store: Store, prefix = ''): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { key } of store.list(prefix, never)) found.push(key);
  return found;
}

/** The composite as a reader of S3's documentation would compute it, from the whole bytes. */
function compositeOf(bytes: Buffer, partBytes: number): string {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += partBytes) parts.push(createHash('sha256').update(bytes.subarray(at, at + partBytes)).digest());
  return `${createHash('sha256').update(Buffer.concat(parts)).digest('base64')}-${parts.length}`;
}

async function roundTrip(store: Store, length: number, key: string): Promise<void> {
  const bytes = sampleBytes(length);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const multipart = length > 8 * MIB;
  const uploaded = await upload(store, key, inChunks(bytes));
  expect(uploaded).toEqual({ bytes: length, sha256, proof: 'store', ...(multipart ? { partBytes: 8 * MIB, composite: compositeOf(bytes, 8 * MIB) } : {}) });
  expect(await store.head(key, never)).toMatchObject({ key, bytes: length, checksum: multipart ? uploaded.composite : sha256 });
  expect((await bytesOf(await store.download(key, never))).equals(bytes)).toBe(true);
}

/** At both sides of every border of a part. */
const LENGTHS = [0, 1, 8 * MIB - 1, 8 * MIB, 8 * MIB + 1, 16 * MIB, 24 * MIB + 12_345];

describeWithServices('a bucket as store (versitygw)', ['versitygw'], () => {
  let s3: TestS3;
  beforeAll(async () => {
    s3 = await startS3({ versioning: true });
    await s3.makeBucket('backups');
    await s3.makeBucket('locked', { objectLock: true });
  }, 60_000);
  afterAll(async () => s3[Symbol.asyncDispose]());

  test.each(LENGTHS)('%d bytes come back as they went, proven by the checksum of the store', async (length) => {
    await roundTrip(openStore(`s3://backups/trip?endpoint=${s3.endpoint}`, s3.credentials).store, length, `src/data/daily/id/dump.${length}`);
  }, 120_000);

  test('the probe sees what the server can do, and leaves one object however often it runs', async () => {
    const { store } = openStore(`s3://backups/probe?endpoint=${s3.endpoint}`, s3.credentials);
    expect(await store.probe(never)).toMatchObject({ checksums: true, conditional: true });
    await openStore(`s3://backups/probe?endpoint=${s3.endpoint}`, s3.credentials).store.probe(never);
    expect((await s3.keys('backups')).filter((key) => key.startsWith('probe/'))).toEqual(['probe/.ops-probe']);
    expect(await keysOf(store)).toEqual([]);
  }, 60_000);

  test('small objects: create, read, replace by etag, list over pages, remove', async () => {
    const { store } = openStore(`s3://backups/small?endpoint=${s3.endpoint}`, s3.credentials);
    await store.create('src/lease', Buffer.from('one'), undefined, never);
    const read = await store.read('src/lease', never);
    expect(Buffer.from(read?.body ?? []).toString()).toBe('one');
    expect(await store.replace('src/lease', Buffer.from('two'), read?.etag, never)).toBe(true);
    expect(await store.replace('src/lease', Buffer.from('three'), read?.etag, never)).toBe(false);
    for (let at = 0; at < 30; at += 1) await store.create(`src/runs/${String(at).padStart(4, '0')} é+&.json`, Buffer.from('{}'), undefined, never);
    const keys = await keysOf(store, 'src/runs/');
    expect(keys).toHaveLength(30);
    expect(keys).toEqual(keys.toSorted());
    expect(await store.remove([...keys, 'src/runs/none'], never)).toEqual([]);
    expect(await keysOf(store)).toEqual(['src/lease']);
  }, 120_000);

  test('of many writers of one key exactly one wins', async () => {
    const { store } = openStore(`s3://backups/race?endpoint=${s3.endpoint}`, s3.credentials);
    const results = await Promise.allSettled(Array.from({ length: 10 }, async (_, writer) => store.create('lease', Buffer.from(`writer ${writer}`), undefined, never)));
    const winners = results.flatMap(({ status }, writer) => (status === 'fulfilled' ? [writer] : []));
    expect(winners).toHaveLength(1);
    expect(Buffer.from((await store.read('lease', never))?.body ?? []).toString()).toBe(`writer ${winners[0]}`);
  }, 120_000);

  test('Object Lock is set with the object and lasts the tier; a lease stays free', async () => {
    const { store } = openStore(`s3://locked/shop?endpoint=${s3.endpoint}`, s3.credentials, { settings: { objectLock: 'governance' } });
    const before = Date.now();
    await upload(store, 'src/data/daily/dump.001', inChunks(sampleBytes(9 * MIB)));
    await upload(store, 'src/data/monthly/dump.001', inChunks(sampleBytes(10)), 'monthly');
    await store.create('src/manifests/id.json', Buffer.from('{}'), 'daily', never);
    await store.create('src/lease', Buffer.from('{}'), undefined, never);
    const until = async (key: string): Promise<number> => (await store.head(key, never))?.lockedUntilMs ?? 0;
    // S3 keeps whole seconds.
    expect(await until('src/data/daily/dump.001')).toBeGreaterThanOrEqual(before + 30 * DAY_MS - 1000);
    expect(await until('src/data/monthly/dump.001')).toBeGreaterThanOrEqual(before + 365 * DAY_MS - 1000);
    expect(await until('src/manifests/id.json')).toBeGreaterThanOrEqual(before + 30 * DAY_MS - 1000);
    expect(await until('src/lease')).toBe(0);
  }, 120_000);

  test('a role that may only append can do a backup, and is refused a deletion in words', async () => {
    const writer = await s3.addUser('appender', 'backups', APPEND_ONLY);
    const { store } = openStore(`s3://backups/append?endpoint=${s3.endpoint}`, writer);
    expect(await store.probe(never)).toMatchObject({ checksums: true, conditional: true });
    await roundTrip(store, 9 * MIB, 'src/data/daily/id/dump.001');
    await store.create('src/manifests/id.json', Buffer.from('{}'), 'daily', never);
    expect(await store.remove(['src/manifests/id.json'], never)).toEqual([{ key: 'src/manifests/id.json', why: expect.stringMatching(/lacks s3:DeleteObject/) }]);
    expect(await keysOf(store)).toEqual(['src/data/daily/id/dump.001', 'src/manifests/id.json']);
  }, 120_000);

  test.each<[string, string, { accessKeyId: string; secretAccessKey: string } | undefined, RegExp]>([
    ['a bucket that is not there', 'nosuchbucket', undefined, /there is no bucket nosuchbucket/],
    ['a wrong secret', 'backups', { accessKeyId: 'testroot', secretAccessKey: 'wrong' }, /signature of the key test… is wrong/],
    ['an unknown key', 'backups', { accessKeyId: 'nobody', secretAccessKey: 'wrong' }, /does not know the key nobo…/],
  ])('%s', async (_name, bucket, as, message) => {
    const { store } = openStore(`s3://${bucket}/x?endpoint=${s3.endpoint}`, as ?? s3.credentials);
    for (const attempt of [async () => store.probe(never), async () => store.create('a', Buffer.from('x'), undefined, never), async () => upload(store, 'b', inChunks(sampleBytes(9 * MIB)))]) {
      await expect(attempt()).rejects.toMatchObject({ reason: 'store-refused', message: expect.stringMatching(message) });
    }
  }, 60_000);

  test('a server without lifecycle says so', async () => {
    const { store } = openStore(`s3://backups/x?endpoint=${s3.endpoint}`, s3.credentials);
    await expect(store.lifecycle?.({ mode: 'check', sources: [] }, never)).rejects.toMatchObject({ reason: 'store-refused', message: expect.stringMatching(/lifecycle rules of the bucket/) });
  }, 60_000);

  test.each(['r2', 'b2'])('profile %s: no checksum header is ever sent, each part has its MD5, proof is the size', async (profile) => {
    await using faults = await startS3Faults(s3.endpoint);
    const { store } = openStore(`s3://backups/${profile}?profile=${profile}&region=us-east-1&endpoint=${faults.endpoint}`, s3.credentials);
    const bytes = sampleBytes(17 * MIB);
    expect(await upload(store, 'dump.001', inChunks(bytes))).toMatchObject({ bytes: bytes.length, proof: 'size' });
    expect((await bytesOf(await store.download('dump.001', never))).equals(bytes)).toBe(true);
    const headers = faults.seen.flatMap((seen) => Object.keys(seen.headers));
    expect(headers.filter((name) => /^x-amz-(?:checksum|sdk-checksum|tagging)/.test(name))).toEqual([]);
    const parts = faults.seen.filter(({ operation }) => operation === 'UploadPart');
    expect(parts).toHaveLength(3);
    for (const part of parts) expect(part.headers['content-md5']).toMatch(/^[A-Za-z0-9+/]{22}==$/);
  }, 120_000);

  test('a server that ignores conditions is seen through: none is sent any more, and a taken key is still refused', async () => {
    await using faults = await startS3Faults(s3.endpoint);
    let probes = 0;
    // The second write of the probe is taken as if its condition were not there.
    faults.add({ on: ({ operation, path }) => operation === 'PutObject' && path.endsWith('.ops-probe') && (probes += 1) === 2, fault: { kind: 'answer', status: 200 } });
    const { store } = openStore(`s3://backups/old?profile=minio&endpoint=${faults.endpoint}`, s3.credentials);
    expect(await store.probe(never)).toMatchObject({ conditional: false });
    await upload(store, 'dump.001', inChunks(sampleBytes(9 * MIB)));
    await expect(upload(store, 'dump.001', inChunks(sampleBytes(10)))).rejects.toMatchObject({ reason: 'store-conflict' });
    await expect(store.create('dump.001', Buffer.from('x'), undefined, never)).rejects.toMatchObject({ reason: 'store-conflict' });
    expect(faults.seen.filter(({ path, headers }) => !path.endsWith('.ops-probe') && headers['if-none-match'] !== undefined)).toEqual([]);
  }, 120_000);
});

describeWithServices('a bucket as store (SeaweedFS)', ['weed'], () => {
  let oidc: TestOidc;
  let weed: TestWeed;
  beforeAll(async () => {
    oidc = await startOidc();
    weed = await startWeed({ oidc });
    await weed.makeBucket('backups');
  }, 240_000);
  afterAll(async () => {
    await weed?.[Symbol.asyncDispose]();
    await oidc?.[Symbol.asyncDispose]();
  });
  const line = (prefix: string, more = ''): string => `s3://backups/${prefix}?endpoint=${weed.endpoint}${more}`;
  const tokens = (): { url: string; token: Secret } => ({ url: oidc.env['ACTIONS_ID_TOKEN_REQUEST_URL'] ?? '', token: new Secret(oidc.env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'] ?? '') });

  test.each([0, 1, 8 * MIB, 8 * MIB + 1, 17 * MIB])('%d bytes come back as they went, proven', async (length) => {
    await roundTrip(openStore(line('trip'), weed.credentials).store, length, `src/data/daily/id/dump.${length}`);
  }, 240_000);

  test('a role by OIDC does a whole backup, may not delete, and its secrets are masked', async () => {
    const { store, masked } = openStore(line('role', `&role=${weed.roleArn}`), undefined, { deps: { tokens: tokens() } });
    expect(await store.probe(never)).toMatchObject({ checksums: true, conditional: true });
    await roundTrip(store, 9 * MIB, 'src/data/daily/id/dump.001');
    await store.create('src/manifests/id.json', Buffer.from('{}'), 'daily', never);
    expect(await store.remove(['src/manifests/id.json'], never)).toEqual([{ key: 'src/manifests/id.json', why: expect.stringMatching(/lacks s3:DeleteObject/) }]);
    expect(masked.length).toBeGreaterThanOrEqual(3);
  }, 240_000);

  test('a session that ends while the store is in use is renewed, with real tokens', async () => {
    let leases = 0;
    const counting: typeof fetch = async (input, init) => {
      if (String(input).startsWith(weed.endpoint)) leases += 1;
      return fetch(input, init);
    };
    const { store } = openStore(line('renew', `&role=${weed.roleArn}`), undefined, { deps: { tokens: tokens(), fetch: counting } });
    // Sessions last 60 s, and are renewed after 30: the first parts and the last ones, and Complete, have other credentials.
    const bytes = sampleBytes(5 * 8 * MIB + 1);
    const body = new PassThrough();
    const done = upload(store, 'src/data/daily/id/dump.001', body);
    const slowly = (async () => {
      for (let at = 0; at < bytes.length; at += 8 * MIB) {
        body.write(bytes.subarray(at, at + 8 * MIB));
        await new Promise((resolve) => setTimeout(resolve, 12_000));
      }
      body.end();
    })();
    const uploaded = await done;
    await slowly;
    expect(uploaded).toMatchObject({ bytes: bytes.length, composite: compositeOf(bytes, 8 * MIB), proof: 'store' });
    expect(leases).toBeGreaterThanOrEqual(2);
    expect(await weed.uploads('backups')).toEqual([]);
  }, 300_000);

  test('a role that this repository may not take', async () => {
    await using other = await startOidc({ sub: 'repo:evil/db:ref:refs/heads/main' });
    const { store } = openStore(line('role', `&role=${weed.roleArn}`), undefined, { deps: { tokens: { url: other.env['ACTIONS_ID_TOKEN_REQUEST_URL'] ?? '', token: new Secret(other.env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'] ?? '') } } });
    await expect(store.probe(never)).rejects.toMatchObject({ reason: 'store-refused', message: expect.stringMatching(/refused the role/) });
  }, 120_000);

  test('storage class and encryption by the server are those of the settings', async () => {
    const { store } = openStore(line('class', '&class=monthly:STANDARD_IA'), weed.credentials, { settings: { sse: 'AES256' } });
    await upload(store, 'src/data/monthly/dump.001', inChunks(sampleBytes(9 * MIB)), 'monthly');
    await upload(store, 'src/data/daily/dump.001', inChunks(sampleBytes(9 * MIB)));
    expect((await store.head('src/data/monthly/dump.001', never))?.storageClass).toBe('STANDARD_IA');
    expect((await store.head('src/data/daily/dump.001', never))?.storageClass ?? 'STANDARD').toBe('STANDARD');
    const raw = await weed.request('HEAD', '/backups/class/src/data/daily/dump.001');
    expect(raw.headers.get('x-amz-server-side-encryption')).toBe('AES256');
    expect((await bytesOf(await store.download('src/data/daily/dump.001', never))).equals(sampleBytes(9 * MIB))).toBe(true);
    // As a transition leaves it.
    await weed.must('PUT', '/backups/class/src/data/monthly/old.001', { body: 'x', headers: { 'x-amz-storage-class': 'GLACIER' } });
    expect((await store.head('src/data/monthly/old.001', never))?.archived).toBe(true);
    expect((await store.head('src/data/monthly/dump.001', never))?.archived).toBeUndefined();
  }, 240_000);

  test('lifecycle: the difference is shown, install writes it and only it, a rule that would delete backups is an error', async () => {
    await weed.makeBucket('lifecycle');
    const theirs = '<Rule><ID>logs</ID><Status>Enabled</Status><Filter><Prefix>logs/</Prefix></Filter><Expiration><Days>3</Days></Expiration></Rule>';
    const put = async (rules: string): Promise<void> => {
      const body = `<LifecycleConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${rules}</LifecycleConfiguration>`;
      const answer = await weed.request('PUT', '/lifecycle?lifecycle', { body });
      expect([answer.status, answer.body]).toEqual([200, '']);
    };
    await put(theirs);
    const { store } = openStore(`s3://lifecycle/shop?endpoint=${weed.endpoint}`, weed.credentials, { settings: { profile: 'minio' } });
    const check = await store.lifecycle?.({ mode: 'check', sources: ['prod-shop'] }, never);
    expect(check).toMatchObject({ installed: false, errors: [], diff: ['+ ops-shop (Enabled) for "shop/", ends unfinished uploads after 7 days, deletes replaced versions after 30 days'] });
    expect(await store.lifecycle?.({ mode: 'install', sources: ['prod-shop'] }, never)).toMatchObject({ installed: true, errors: [] });
    expect(await store.lifecycle?.({ mode: 'install', sources: ['prod-shop'] }, never)).toMatchObject({ installed: false, diff: [], errors: [] });
    const now = (await weed.request('GET', '/lifecycle?lifecycle')).body;
    expect(now).toMatch(/<ID>logs<\/ID>/);
    await put(theirs.replace('logs/', ''));
    expect(await store.lifecycle?.({ mode: 'install', sources: ['prod-shop'] }, never)).toMatchObject({ installed: false, errors: [expect.stringMatching(/would delete the last good one/)] });
  }, 240_000);
});
