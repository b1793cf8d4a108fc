/** Copies from bucket to bucket: by the server itself where it can and proves it, else through here. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest, Store } from '@ops/backup';
import { asError } from '@ops/shared';
import { copyData } from '../../packages/backup/src/backup/data-copy.ts';
import { newStampedId } from '../../packages/backup/src/catalog/backup-id.ts';
import { segmentKey } from '../../packages/backup/src/catalog/keys.ts';
import { countingRandom, DAY, Shelf } from '../../packages/backup/src/catalog/testing.ts';
import { bytesOf, inChunks, sampleBytes } from '../../packages/backup/src/stores/testing.ts';
import { describeWithServices } from '../support/require.ts';
import { APPEND_ONLY, startS3, type Credentials, type TestS3 } from '../support/s3.ts';
import { startS3Faults, type S3Faults, type Seen } from '../support/s3-faults.ts';
import { openStore } from '../support/stores.ts';
import { startWeed, type TestWeed } from '../support/weed.ts';

const MIB = 1024 ** 2;
const never = new AbortController().signal;
/** Bytes that a URL must not hold as they are. */
const SOURCE = 'shop é+&%';
const LENGTH = 3 * 8 * MIB + 12_345;

type Segment = Manifest['artifacts'][number]['segments'][number];

type DataCopy = { readonly artifacts: Manifest['artifacts'] } | { readonly why: string };

/** A backup of one artifact as it stands in a store after its upload, of these segments. */
async function stored(store: Store, bodies: readonly Buffer[]): Promise<Manifest> {
  const id = newStampedId(Date.now(), countingRandom());
  const segments: Segment[] = [];
  for (const [at, body] of bodies.entries()) {
    const key = segmentKey(SOURCE, 'daily', id, 'dump', at + 1);
    segments.push({ key, ...await store.upload({ key, body: inChunks(body), tier: 'daily', estimateBytes: 1, parallel: 1, signal: never }) });
  }
  const storedBytes = bodies.reduce((sum, { length }) => sum + length, 0);
  const { manifest } = await new Shelf().backup();
  return { ...manifest, id, source: SOURCE, artifacts: [{ name: 'dump', segments, storedBytes, storedSha256: sha(Buffer.concat(bodies)), plainBytes: 0, plainSha256: sha(Buffer.of()) }] };
}

function sha(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function copied(manifest: Manifest, from: Store, to: Store): Promise<{ readonly copy: DataCopy; readonly said: readonly string[] }> {
  const said: string[] = [];
  const copying = copyData(manifest, from, to, { log: { info: (line) => { said.push(line); } }, onUpload: () => undefined, signal: never });
  const copy = await copying.then((artifacts) => ({ artifacts }), (thrown: unknown) => ({ why: asError(thrown).message }));
  return { copy, said };
}

function segmentsOf(copy: DataCopy): readonly Segment[] {
  if ('why' in copy) throw new Error(copy.why);
  return copy.artifacts.flatMap(({ segments }) => segments);
}

const isCopy = ({ headers }: Seen): boolean => headers['x-amz-copy-source'] !== undefined;
/** Data that came here or went out from here. */
const moved = (seen: readonly Seen[]): readonly Seen[] => seen.filter((one) => (one.operation === 'GetObject' && one.path.includes('/data/')) || ((one.operation === 'UploadPart' || (one.operation === 'PutObject' && one.path.includes('/data/'))) && !isCopy(one)));

async function expectSame(to: Store, manifest: Manifest, bodies: readonly Buffer[]): Promise<void> {
  for (const [at, { key }] of (manifest.artifacts[0]?.segments ?? []).entries()) expect((await bytesOf(await to.download(key, never))).equals(bodies[at] ?? Buffer.of())).toBe(true);
}

describeWithServices('copies inside a server whose CopyObject proves them (versitygw)', ['versitygw'], () => {
  let s3: TestS3;
  let faults: S3Faults;
  let count = 0;
  beforeAll(async () => {
    s3 = await startS3({ versioning: true });
    faults = await startS3Faults(s3.endpoint);
  }, 60_000);
  afterAll(async () => {
    await faults?.[Symbol.asyncDispose]();
    await s3?.[Symbol.asyncDispose]();
  });

  /** Two new buckets of the server. */
  async function pair(options: { readonly to?: Credentials; readonly endpoint?: string; readonly more?: Parameters<typeof openStore>[2]; readonly locked?: boolean } = {}): Promise<{ readonly from: Store; readonly to: Store; readonly names: readonly [string, string] }> {
    count += 1;
    const names = [`first-${count}`, `second-${count}`] as const;
    await s3.makeBucket(names[0]);
    await s3.makeBucket(names[1], { objectLock: options.locked === true });
    faults.clear();
    return {
      from: openStore(`s3://${names[0]}/a?endpoint=${faults.endpoint}`, s3.credentials).store,
      to: openStore(`s3://${names[1]}/b/c?endpoint=${options.endpoint ?? faults.endpoint}`, options.to ?? s3.credentials, options.more).store,
      names,
    };
  }

  test('an object of several parts comes whole with the sha256 of the manifest, and no byte of it comes here; a small one is sent', async () => {
    const { from, to } = await pair();
    const bodies = [sampleBytes(LENGTH), sampleBytes(1000, 7)];
    const manifest = await stored(from, bodies);
    const before = faults.seen.length;
    const { copy, said } = await copied(manifest, from, to);
    const [large, small] = segmentsOf(copy);
    expect(large).toEqual({ key: large?.key, bytes: LENGTH, sha256: sha(bodies[0] ?? Buffer.of()), proof: 'store' });
    expect(small).toMatchObject({ bytes: 1000, proof: 'store' });
    expect(await to.head(large?.key ?? '', never)).toMatchObject({ bytes: LENGTH, checksum: large?.sha256 });
    expect(said).toEqual([]);
    expect(moved(faults.seen.slice(before)).map(({ operation, path }) => `${operation} ${path.slice(-8)}`)).toEqual(['GetObject dump.002', 'PutObject dump.002']);
    expect(await to.unfinished('', never)).toEqual([]);
    await expectSame(to, manifest, bodies);
  }, 120_000);

  test('a byte that flipped in the original is found, and no copy is said to be one', async () => {
    const { from, to, names } = await pair();
    const manifest = await stored(from, [sampleBytes(LENGTH)]);
    const [segment] = segmentsOf({ artifacts: manifest.artifacts });
    const file = join(s3.dataDir, names[0], 'a', segment?.key ?? '');
    const bytes = readFileSync(file);
    bytes[20 * MIB] = (bytes[20 * MIB] ?? 0) ^ 1;
    writeFileSync(file, bytes);
    // The store itself still shows the checksum of old.
    expect((await from.head(segment?.key ?? '', never))?.checksum).toBe(segment?.composite);
    const { copy, said } = await copied(manifest, from, to);
    expect(copy).toEqual({ why: expect.stringMatching(/could not be copied to s3:\/\/second-\d+\/b\/c, because s3:\/\/first-\d+\/a does not give what was backed up/) });
    expect(said).toEqual([expect.stringMatching(/goes through here, .*: the copy has the sha256 [0-9a-f]{64}, and the manifest says [0-9a-f]{64}\.$/)]);
    expect(await to.unfinished('', never)).toEqual([]);
  }, 120_000);

  test('another server, and another login of the same one: sent, and said once', async () => {
    for (const kind of ['server', 'login'] as const) {
      const { from, to, names } = await pair(kind === 'server' ? { endpoint: s3.endpoint } : {});
      const bodies = [sampleBytes(9 * MIB), sampleBytes(10 * MIB, 3)];
      const manifest = await stored(from, bodies);
      const other = kind === 'server' ? to : openStore(`s3://${names[1]}/b/c?endpoint=${faults.endpoint}`, await s3.addUser(`writer-${count}`, names[1], APPEND_ONLY)).store;
      const before = faults.seen.length;
      const { copy, said } = await copied(manifest, from, other);
      expect(segmentsOf(copy).map(({ proof, composite }) => [proof, composite])).toEqual(segmentsOf({ artifacts: manifest.artifacts }).map(({ composite }) => ['store', composite]));
      expect(said).toEqual([expect.stringContaining(kind === 'server' ? 'they are on different servers' : 'they have different logins')]);
      expect(faults.seen.slice(before).filter(isCopy)).toEqual([]);
      await expectSame(other, manifest, bodies);
    }
  }, 120_000);

  test.each([
    ['does not know how', 501, 'NotImplemented', 'the server cannot do this', 2],
    ['may not', 403, 'AccessDenied', 'may not: it lacks s3:GetObject and s3:PutObject', 1],
    ['is of another region', 400, 'AuthorizationHeaderMalformed', 'is not in us-east-1', 1],
  ])('a server that %s is asked once, and the bytes are sent', async (_, status, code, why, asked) => {
    const { from, to, names } = await pair();
    const bodies = [sampleBytes(9 * MIB), sampleBytes(10 * MIB, 3)];
    const manifest = await stored(from, bodies);
    faults.add({ on: isCopy, fault: { kind: 'answer', status, code, message: 'No' } });
    const before = faults.seen.length;
    const { copy, said } = await copied(manifest, from, to);
    expect(segmentsOf(copy).map(({ proof }) => proof)).toEqual(['store', 'store']);
    expect(said).toEqual([expect.stringContaining(why)]);
    // Of parts two are under way when the first is refused; CopyObject is only worth a try when the server lacks the other.
    expect(new Set(faults.seen.slice(before).filter(isCopy).map(({ operation, path }) => `${operation} ${path}`)).size).toBe(asked);
    expect(await s3.uploads(names[1])).toEqual([]);
    await expectSame(to, manifest, bodies);
  }, 120_000);

  test('an append-only login is enough, and Object Lock is set on what the server copies', async () => {
    const { from, names } = await pair({ locked: true });
    const writer = await s3.addUser(`appender-${count}`, names[0], [...APPEND_ONLY]);
    await s3.must('PUT', `/${names[1]}?policy`, { body: JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: [writer.accessKeyId] }, Action: [...APPEND_ONLY, 's3:PutObjectRetention'], Resource: [`arn:aws:s3:::${names[1]}`, `arn:aws:s3:::${names[1]}/*`] }] }) });
    const mine = openStore(`s3://${names[0]}/a?endpoint=${faults.endpoint}`, writer).store;
    const to = openStore(`s3://${names[1]}/b/c?endpoint=${faults.endpoint}`, writer, { settings: { objectLock: 'governance' } }).store;
    const bodies = [sampleBytes(LENGTH)];
    const manifest = await stored(from, bodies);
    const { copy, said } = await copied(manifest, mine, to);
    expect(said).toEqual([]);
    const [segment] = segmentsOf(copy);
    const object = await openStore(`s3://${names[1]}/b/c?endpoint=${s3.endpoint}`, s3.credentials).store.head(segment?.key ?? '', never);
    expect(object?.lockedUntilMs).toBeGreaterThan(Date.now() + 29 * DAY);
    await expectSame(to, manifest, bodies);
  }, 120_000);

  test('a key that is taken in the other bucket is never written over', async () => {
    const { from, to } = await pair();
    const manifest = await stored(from, [sampleBytes(9 * MIB)]);
    const [segment] = segmentsOf({ artifacts: manifest.artifacts });
    await to.create(segment?.key ?? '', Buffer.from('precious'), 'daily', never);
    const { copy } = await copied(manifest, from, to);
    expect(copy).toEqual({ why: expect.stringContaining('already has') });
    expect(Buffer.from((await to.read(segment?.key ?? '', never))?.body ?? []).toString()).toBe('precious');
  }, 60_000);
});

describeWithServices('copies inside a server whose UploadPartCopy proves them (SeaweedFS)', ['weed'], () => {
  let weed: TestWeed;
  let faults: S3Faults;
  let from: Store;
  let to: Store;
  beforeAll(async () => {
    weed = await startWeed();
    faults = await startS3Faults(weed.endpoint);
    for (const name of ['first', 'second']) await weed.makeBucket(name);
    from = openStore(`s3://first/a?endpoint=${faults.endpoint}`, weed.credentials).store;
    to = openStore(`s3://second/b/c?endpoint=${faults.endpoint}`, weed.credentials).store;
  }, 240_000);
  afterAll(async () => {
    await faults?.[Symbol.asyncDispose]();
    await weed?.[Symbol.asyncDispose]();
  });

  test('an object of several parts comes in the same parts, with the composite of the manifest, and no byte of it comes here', async () => {
    faults.clear();
    const bodies = [sampleBytes(LENGTH), sampleBytes(2 * 8 * MIB, 5), sampleBytes(1000, 7)];
    const manifest = await stored(from, bodies);
    const before = faults.seen.length;
    const { copy, said } = await copied(manifest, from, to);
    expect(said).toEqual([]);
    expect(segmentsOf(copy)).toEqual(segmentsOf({ artifacts: manifest.artifacts }));
    const seen = faults.seen.slice(before);
    expect(moved(seen).map(({ operation, path }) => `${operation} ${path.slice(-8)}`)).toEqual(['GetObject dump.003', 'PutObject dump.003']);
    expect(seen.filter((one) => isCopy(one) && one.operation === 'UploadPart')).toHaveLength(4 + 2);
    const complete = seen.filter(({ operation }) => operation === 'CompleteMultipartUpload');
    expect(complete.map(({ headers }) => headers['if-none-match'])).toEqual(['*', '*']);
    for (const { key, composite, bytes } of segmentsOf(copy)) expect(await to.head(key, never)).toMatchObject({ bytes, ...(composite === undefined ? {} : { checksum: composite }) });
    await expectSame(to, manifest, bodies);
  }, 240_000);

  test('an original with other bytes is found before anything is published', async () => {
    faults.clear();
    const manifest = await stored(from, [sampleBytes(LENGTH)]);
    const [segment] = segmentsOf({ artifacts: manifest.artifacts });
    await from.remove([segment?.key ?? ''], never);
    const other = sampleBytes(LENGTH);
    other[20 * MIB] = (other[20 * MIB] ?? 0) ^ 1;
    await from.upload({ key: segment?.key ?? '', body: inChunks(other), tier: 'daily', estimateBytes: 1, parallel: 1, signal: never });
    const asked = await to.copyFrom?.(from, { ...segment, key: segment?.key ?? '', bytes: LENGTH, sha256: segment?.sha256 ?? '', tier: 'daily', signal: never });
    expect(asked).toEqual({ why: expect.stringMatching(/^the copied parts have the checksum \S+-4, and the manifest says \S+-4$/), leftover: false });
    expect(await to.head(segment?.key ?? '', never)).toBeUndefined();
    expect(await weed.uploads('second')).toEqual([]);
    expect((await copied(manifest, from, to)).copy).toEqual({ why: expect.stringContaining('does not give what was backed up') });
  }, 240_000);

  test('an answer that is lost when the copy is published: it is there, once', async () => {
    faults.clear();
    const bodies = [sampleBytes(LENGTH, 9)];
    const manifest = await stored(from, bodies);
    faults.add({ on: 'CompleteMultipartUpload', times: 1, fault: { kind: 'lose-answer' } });
    const before = faults.seen.length;
    const { copy, said } = await copied(manifest, from, to);
    expect([said, segmentsOf(copy)]).toEqual([[], segmentsOf({ artifacts: manifest.artifacts })]);
    expect(moved(faults.seen.slice(before))).toEqual([]);
    expect(await weed.uploads('second')).toEqual([]);
    await expectSame(to, manifest, bodies);
  }, 240_000);

  test('parts that cannot be copied: CopyObject shows only the checksum it took over, so the bytes are sent over what it left', async () => {
    faults.clear();
    const bodies = [sampleBytes(LENGTH, 11)];
    const manifest = await stored(from, bodies);
    faults.add({ on: (one) => isCopy(one) && one.operation === 'UploadPart', fault: { kind: 'answer', status: 501, code: 'NotImplemented', message: 'No' } });
    const { copy, said } = await copied(manifest, from, to);
    expect(said).toEqual([expect.stringContaining('the server gives no checksum of its own for a copy')]);
    expect(segmentsOf(copy)).toEqual(segmentsOf({ artifacts: manifest.artifacts }));
    await expectSame(to, manifest, bodies);
  }, 240_000);

  test('a cancel ends the copy, and leaves no unfinished upload', async () => {
    faults.clear();
    const manifest = await stored(from, [sampleBytes(LENGTH, 13)]);
    const [segment] = segmentsOf({ artifacts: manifest.artifacts });
    const cancel = new AbortController();
    faults.add({ on: (one) => { if (isCopy(one)) cancel.abort(new Error('cancelled')); return false; }, fault: { kind: 'silence' } });
    await expect(copyData(manifest, from, to, { log: { info: () => undefined }, onUpload: () => undefined, signal: cancel.signal })).rejects.toThrow('cancelled');
    faults.clear();
    expect(await to.head(segment?.key ?? '', never)).toBeUndefined();
    expect(await weed.uploads('second')).toEqual([]);
  }, 240_000);
});
