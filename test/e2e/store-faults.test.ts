import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BackupFault, type Store } from '@ops/backup';
import { createHash } from 'node:crypto';
import { PassThrough, type Readable } from 'node:stream';
import { bytesOf, failingBody, inChunks, sampleBytes } from '../../packages/backup/src/stores/testing.ts';
import { startProxy, type TestProxy } from '../support/proxy.ts';
import { describeWithServices } from '../support/require.ts';
import { startS3, type TestS3 } from '../support/s3.ts';
import { startS3Faults, type FaultRule, type S3Faults } from '../support/s3-faults.ts';
import { openStore, until } from '../support/stores.ts';

const MIB = 1024 ** 2;
/** Four parts of 8 MiB. */
const BYTES = sampleBytes(25 * MIB + 1);
const never = new AbortController().signal;

function upload(store: Store, key: string, body: Readable, signal = never): ReturnType<Store['upload']> {
  return store.upload({ key, body, tier: 'daily', estimateBytes: 1, parallel: 1, signal });
}

describeWithServices('an upload to a store that fails', ['versitygw'], () => {
  let s3: TestS3;
  let faults: S3Faults;
  let made = 0;

  beforeAll(async () => {
    s3 = await startS3();
    await s3.makeBucket('backups');
    faults = await startS3Faults(s3.endpoint);
  }, 60_000);
  afterAll(async () => {
    await faults[Symbol.asyncDispose]();
    await s3[Symbol.asyncDispose]();
  });

  /** A store behind the rules, and a key that no other test has. */
  function behind(rules: readonly FaultRule[], limits: Parameters<typeof openStore>[2] = {}): ReturnType<typeof openStore> & { readonly key: string } {
    faults.clear();
    for (const rule of rules) faults.add(rule);
    made += 1;
    return { ...openStore(`s3://backups/shop?endpoint=${faults.endpoint}`, s3.credentials, limits), key: `src/data/daily/id${made}/dump.001` };
  }

  async function nothingLeft(key: string): Promise<void> {
    expect(await s3.uploads('backups')).toEqual([]);
    expect((await s3.keys('backups')).filter((one) => one === `shop/${key}`)).toEqual([]);
  }

  async function wholeAndProven(store: Store, key: string, uploaded: Awaited<ReturnType<Store['upload']>>, bytes = BYTES): Promise<void> {
    expect(uploaded).toMatchObject({ bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), proof: 'store' });
    expect((await bytesOf(await store.download(key, never))).equals(bytes)).toBe(true);
    expect(await s3.uploads('backups')).toEqual([]);
  }

  test.each<FaultRule['on'] & string>(['CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload', 'HeadObject'])('500 three times on %s: goes on, whole and proven', async (on) => {
    const { store, key } = behind([{ on, times: 3, fault: { kind: 'answer', status: 500 } }]);
    await wholeAndProven(store, key, await upload(store, key, inChunks(BYTES)));
  }, 120_000);

  test.each<FaultRule['on'] & string>(['CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload'])('500 for ever on %s: a timeout in words, and nothing is left', async (on) => {
    const { store, key, warnings } = behind([{ on, fault: { kind: 'answer', status: 500 } }], { limits: { attempts: 3 } });
    const body = inChunks(BYTES);
    await expect(upload(store, key, body)).rejects.toMatchObject({ reason: 'store-timeout', message: `s3://backups/shop: could not write ${key}: ${faults.endpoint} failed with HTTP 500, again and again.` });
    expect(body.destroyed).toBe(true);
    expect(warnings).toEqual([]);
    await nothingLeft(key);
  }, 120_000);

  test('a part that fails for good ends the upload although the body stands still', async () => {
    const { store, key } = behind([{ on: 'UploadPart', fault: { kind: 'answer', status: 403, code: 'AccessDenied', message: 'Access Denied' } }]);
    const body = new PassThrough({ highWaterMark: 64 * MIB });
    body.write(BYTES);
    await expect(upload(store, key, body)).rejects.toMatchObject({ reason: 'store-refused', message: expect.stringMatching(/may not: it lacks s3:PutObject on backups\/shop/) });
    await nothingLeft(key);
  }, 120_000);

  test('a reset in the middle of a part: the part is sent again', async () => {
    const { store, key } = behind([{ on: 'UploadPart', times: 2, fault: { kind: 'reset', afterBytes: MIB / 2 } }]);
    await wholeAndProven(store, key, await upload(store, key, inChunks(BYTES)));
    expect(faults.seen.filter(({ operation, path }) => operation === 'UploadPart' && path.endsWith(key))).toHaveLength(6);
  }, 120_000);

  test.each<FaultRule['on'] & string>(['CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload'])('a lost answer to %s: whole, proven, and no second upload stays', async (on) => {
    const { store, key } = behind([{ on, times: 1, fault: { kind: 'lose-answer' } }]);
    await wholeAndProven(store, key, await upload(store, key, inChunks(BYTES)));
  }, 120_000);

  test('a lost answer to the single PUT of a small body is seen through', async () => {
    const { store, key } = behind([{ on: (seen) => seen.operation === 'PutObject' && !seen.path.includes('probe'), times: 1, fault: { kind: 'lose-answer' } }]);
    const small = sampleBytes(5000);
    await wholeAndProven(store, key, await upload(store, key, inChunks(small)), small);
  }, 60_000);

  test('a lost answer to a manifest is seen through, other bytes are a conflict', async () => {
    const { store, key } = behind([{ on: 'PutObject', times: 1, fault: { kind: 'lose-answer' } }]);
    await store.create(key, Buffer.from('{"version":1}'), 'daily', never);
    await expect(store.create(key, Buffer.from('{"version":2}'), 'daily', never)).rejects.toMatchObject({ reason: 'store-conflict' });
    expect(await store.read(key, never)).toMatchObject({ body: new Uint8Array(Buffer.from('{"version":1}')) });
  }, 60_000);

  test('409 on a PUT asks to come again, and is done', async () => {
    const { store, key } = behind([{ on: 'PutObject', times: 2, fault: { kind: 'answer', status: 409, code: 'ConditionalRequestConflict', message: 'conflict' } }]);
    await store.create(key, Buffer.from('x'), undefined, never);
    faults.add({ on: 'PutObject', times: 2, fault: { kind: 'answer', status: 409, code: 'ConditionalRequestConflict', message: 'conflict' } });
    await upload(store, `${key}2`, inChunks(sampleBytes(100)));
  }, 60_000);

  test('409 on Complete is a conflict that names the way on', async () => {
    const { store, key } = behind([{ on: 'CompleteMultipartUpload', fault: { kind: 'answer', status: 409, code: 'ConditionalRequestConflict', message: 'conflict' } }]);
    await expect(upload(store, key, inChunks(BYTES))).rejects.toMatchObject({ reason: 'store-conflict', remedy: expect.stringMatching(/new backup id/) });
    await nothingLeft(key);
  }, 60_000);

  test.each([['of parts', BYTES], ['of one PUT', sampleBytes(1000)]])('a taken key %s is a conflict, and the first object stays', async (_name, bytes) => {
    const { store, key } = behind([]);
    await store.create(key, Buffer.from('first'), undefined, never);
    await expect(upload(store, key, inChunks(bytes))).rejects.toMatchObject({ reason: 'store-conflict', message: expect.stringMatching(/already has/) });
    expect(await store.read(key, never)).toMatchObject({ body: new Uint8Array(Buffer.from('first')) });
    expect(await s3.uploads('backups')).toEqual([]);
  }, 60_000);

  test('the same bytes under a taken key are what was just sent', async () => {
    const { store, key } = behind([]);
    await upload(store, key, inChunks(BYTES));
    await wholeAndProven(store, key, await upload(store, key, inChunks(BYTES)));
  }, 60_000);

  test('a full disk of the server is no-room', async () => {
    const { store, key } = behind([{ on: 'UploadPart', fault: { kind: 'answer', status: 507, code: 'InsufficientStorage', message: 'no space left on device' } }], { limits: { attempts: 2 } });
    await expect(upload(store, key, inChunks(BYTES))).rejects.toMatchObject({ reason: 'no-room', message: expect.stringMatching(/the disk of .* is full/) });
    await nothingLeft(key);
  }, 60_000);

  test('a server that is silent is a timeout', async () => {
    const { store, key } = behind([{ on: 'UploadPart', fault: { kind: 'silence' } }], { limits: { attempts: 2, requestMs: 300 } });
    await expect(upload(store, key, inChunks(BYTES))).rejects.toMatchObject({ reason: 'store-timeout', message: expect.stringMatching(/did not answer in time/) });
    await nothingLeft(key);
  }, 60_000);

  test('a body that fails after parts were stored publishes nothing, and its own error comes out', async () => {
    for (const length of [0, 1000, 8 * MIB, 20 * MIB]) {
      const { store, key } = behind([]);
      const gate = new BackupFault({ reason: 'no-trailer', message: 'The dump ends early.' });
      await expect(upload(store, key, failingBody(sampleBytes(length), gate))).rejects.toBe(gate);
      await nothingLeft(key);
    }
  }, 120_000);

  test('a body that is destroyed without a word publishes nothing', async () => {
    const { store, key } = behind([]);
    const body = new PassThrough({ highWaterMark: 64 * MIB });
    body.write(BYTES);
    const done = upload(store, key, body);
    const outcome = expect(done).rejects.toThrow(/premature/i);
    await until('a part was sent', () => faults.seen.some(({ operation, path }) => operation === 'UploadPart' && path.endsWith(key)));
    body.destroy();
    await outcome;
    await nothingLeft(key);
  }, 120_000);

  test.each<FaultRule['on'] & string>(['CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload'])('a cancel while %s is silent leaves nothing, and is told as a cancel', async (on) => {
    const { store, key } = behind([{ on, times: 4, fault: { kind: 'silence' } }]);
    const stop = new AbortController();
    const done = upload(store, key, inChunks(BYTES), stop.signal);
    const outcome = expect(done).rejects.toMatchObject({ reason: 'cancelled' });
    await until(`${on} was asked for`, () => faults.seen.some(({ operation, path }) => operation === on && path.endsWith(key)));
    stop.abort();
    await outcome;
    await nothingLeft(key);
  }, 120_000);

  test('a cancel while the server makes the upload late finds it and ends it', async () => {
    const { store, key } = behind([{ on: 'CreateMultipartUpload', times: 1, fault: { kind: 'lose-answer' } }, { on: 'CreateMultipartUpload', fault: { kind: 'silence' } }]);
    const stop = new AbortController();
    const done = upload(store, key, inChunks(BYTES), stop.signal);
    const outcome = expect(done).rejects.toMatchObject({ reason: 'cancelled' });
    await until('it was asked for again', () => faults.seen.filter(({ operation, path }) => operation === 'CreateMultipartUpload' && path.endsWith(key)).length > 1);
    expect(await s3.uploads('backups')).toEqual([`shop/${key}`]);
    stop.abort();
    await outcome;
    await nothingLeft(key);
  }, 120_000);

  test('an abort of somebody else in the middle is told as what it is', async () => {
    const { store, key } = behind([{ on: 'UploadPart', fault: { kind: 'answer', status: 404, code: 'NoSuchUpload', message: 'gone' } }]);
    await expect(upload(store, key, inChunks(BYTES))).rejects.toMatchObject({ reason: 'store-conflict', message: expect.stringMatching(/ended by somebody else/) });
    await nothingLeft(key);
  }, 60_000);

  test('abandon ends the uploads of exactly its key', async () => {
    const { store, key } = behind([]);
    for (const other of [key, `${key}x`]) await s3.request('POST', `/backups/shop/${other}?uploads`);
    expect((await store.unfinished('src/', never)).map((one) => one.key)).toEqual([key, `${key}x`]);
    await store.abandon(key, never);
    expect((await store.unfinished('src/', never)).map((one) => one.key)).toEqual([`${key}x`]);
    await store.abandon(`${key}x`, never);
    await nothingLeft(key);
  }, 60_000);

  describe('reading', () => {
    let key: string;
    beforeAll(async () => {
      const made_ = behind([]);
      key = made_.key;
      await upload(made_.store, key, inChunks(BYTES));
    }, 60_000);

    test('a read that breaks off, twice, and one that falls silent go on where they were', async () => {
      const { store } = behind([
        { on: 'GetObject', times: 2, fault: { kind: 'cut', afterBytes: 5 * MIB } }, { on: 'GetObject', times: 1, fault: { kind: 'cut', afterBytes: MIB, silent: true } },
      ], { limits: { readIdleMs: 500 } });
      expect((await bytesOf(await store.download(key, never))).equals(BYTES)).toBe(true);
      const ranges = faults.seen.filter(({ operation }) => operation === 'GetObject').slice(-4).map(({ headers }) => [headers.range, headers['if-match'] !== undefined]);
      expect(ranges[0]).toEqual([undefined, false]);
      for (const range of ranges.slice(1)) expect(range).toEqual([expect.stringMatching(/^bytes=[1-9]\d*-$/), true]);
    }, 60_000);

    test('one that always breaks off is a timeout', async () => {
      const { store } = behind([{ on: 'GetObject', fault: { kind: 'cut', afterBytes: 0 } }, ], { limits: { attempts: 3 } });
      faults.clear();
      faults.add({ on: 'GetObject', times: 1, fault: { kind: 'cut', afterBytes: 1000 } });
      faults.add({ on: 'GetObject', fault: { kind: 'reset' } });
      await expect(bytesOf(await store.download(key, never))).rejects.toMatchObject({ reason: 'store-timeout' });
    }, 60_000);

    test('an object that is replaced meanwhile is never spliced', async () => {
      const { store } = behind([]);
      const other = 'src/lease';
      await store.create(other, sampleBytes(2 * MIB), undefined, never);
      faults.add({ on: 'GetObject', times: 1, fault: { kind: 'cut', afterBytes: MIB } });
      const stream = await store.download(other, never);
      await s3.request('PUT', `/backups/shop/${other}`, { body: sampleBytes(2 * MIB, 2) });
      await expect(bytesOf(stream)).rejects.toMatchObject({ reason: 'store-conflict', message: expect.stringMatching(/replaced while it was read/) });
    }, 60_000);

    test('what is not there', async () => {
      const { store } = behind([]);
      await expect(store.download('src/none', never)).rejects.toMatchObject({ reason: 'store-refused', message: expect.stringMatching(/has no src\/none/) });
      expect(await store.head('src/none', never)).toBeUndefined();
      expect(await store.read('src/none', never)).toBeUndefined();
    }, 60_000);
  });
});

describeWithServices('an upload over a bad network', ['versitygw', 'toxiproxy'], () => {
  let s3: TestS3;
  let proxy: TestProxy;
  beforeAll(async () => {
    s3 = await startS3();
    await s3.makeBucket('backups');
    proxy = await startProxy(s3.port);
  }, 60_000);
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
    await s3[Symbol.asyncDispose]();
  });

  test('a stall that ends within the time limit is waited for, with no second try', async () => {
    const { store } = openStore(`s3://backups/stall?endpoint=${proxy.url}`, s3.credentials, { limits: { attempts: 1, requestMs: 60_000 } });
    const toxic = await proxy.add({ type: 'latency', latency: 1500 });
    const uploaded = await upload(store, 'dump.001', inChunks(BYTES));
    await toxic.remove();
    expect(uploaded.proof).toBe('store');
  }, 120_000);

  test('a stall over the time limit is tried again, and goes through when it is over', async () => {
    const { store } = openStore(`s3://backups/longer?endpoint=${proxy.url}`, s3.credentials, { limits: { requestMs: 400, attempts: 10 } });
    const toxic = await proxy.add({ type: 'latency', latency: 3000 });
    const done = upload(store, 'dump.001', inChunks(BYTES));
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await toxic.remove();
    expect((await done).proof).toBe('store');
    expect(await s3.uploads('backups')).toEqual([]);
  }, 120_000);

  test('connections cut in the middle of their bytes', async () => {
    const { store } = openStore(`s3://backups/cut?endpoint=${proxy.url}`, s3.credentials, { limits: { attempts: 3 } });
    await proxy.add({ type: 'limit_data', bytes: 3_000_000, stream: 'upstream' });
    await expect(upload(store, 'dump.001', inChunks(BYTES))).rejects.toMatchObject({ reason: 'store-timeout' });
    await proxy.clear();
    expect(await s3.uploads('backups')).toEqual([]);
    expect((await s3.keys('backups')).filter((key) => key.startsWith('cut/data'))).toEqual([]);
  }, 120_000);

  test('nobody at the address', async () => {
    await proxy.refuse();
    const { store } = openStore(`s3://backups/none?endpoint=${proxy.url}`, s3.credentials, { limits: { attempts: 2 } });
    await expect(upload(store, 'dump.001', inChunks(BYTES))).rejects.toMatchObject({ reason: 'store-timeout', message: expect.stringMatching(/nobody answers at .* \(ECONNREFUSED\)/) });
    await proxy.accept();
  }, 120_000);
});

describeWithServices('a server whose disk is full', ['versitygw'], () => {
  test('is no-room, and leaves nothing', async () => {
    await using s3 = await startS3({ size: '20m' });
    await s3.makeBucket('backups');
    const { store } = openStore(`s3://backups/shop?endpoint=${s3.endpoint}`, s3.credentials, { limits: { attempts: 2 } });
    await expect(upload(store, 'dump.001', inChunks(BYTES))).rejects.toMatchObject({ reason: 'no-room' });
    expect(await s3.uploads('backups')).toEqual([]);
    expect(await s3.keys('backups')).toEqual([]);
  }, 120_000);
});
