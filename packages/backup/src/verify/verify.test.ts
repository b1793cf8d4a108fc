import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Check } from '../check.ts';
import type { CatalogEntry } from '../catalog/list.ts';
import type { Manifest } from '../catalog/manifest.ts';
import { DAY, forever, NOW, Shelf } from '../catalog/testing.ts';
import { BackupFault } from '../fault.ts';
import type { OpenPlaintext } from '../pipeline/artifact.ts';
import { MemoryStore } from '../testing.ts';
import { judgeSize } from './judge.ts';
import { readBack, type ReadBackRequest } from './read-back.ts';
import { parseDepth, readingOrder, shareOf } from './sample.ts';
import { verifyBackup } from './verify.ts';

const artifacts = { globals: ['roles'], data: ['x'.repeat(200_000), 'y'.repeat(70_000), 'z'] };
const TOTAL = 5 + 270_001;

/** Stored as it is: plaintext is the segments in a row. */
const open: OpenPlaintext = async (segments, store, _, __, signal) => {
  const bodies = async function* (): AsyncGenerator<Uint8Array> {
    for (const { key } of segments) yield* await store.download(key, signal);
  };
  return Promise.resolve(Readable.from(bodies(), { objectMode: false }));
};

/** A MemoryStore whose reads can go wrong, and which tells how much was read. */
class Faulty extends MemoryStore {
  readBytes = 0;
  /** Changes what the n-th download of a key yields. */
  spoil: (key: string, time: number, body: Buffer) => Buffer | Error = (_, __, body) => body;
  readonly #times = new Map<string, number>();

  override download(key: string): Promise<Readable> {
    const time = (this.#times.get(key) ?? 0) + 1;
    this.#times.set(key, time);
    const body = this.objects.get(key)?.body;
    if (body === undefined) return Promise.reject(new BackupFault({ reason: 'store-refused', message: `no ${key}` }));
    const spoilt = this.spoil(key, time, body);
    const count = (bytes: number): void => { this.readBytes += bytes; };
    return Promise.resolve(Readable.from((async function* chunks() {
      const bytes = spoilt instanceof Error ? body.subarray(0, body.length / 2) : spoilt;
      await Promise.resolve();
      for (let at = 0; at < bytes.length; at += 50_000) {
        count(Math.min(50_000, bytes.length - at));
        yield bytes.subarray(at, at + 50_000);
      }
      if (spoilt instanceof Error) throw spoilt;
    })(), { objectMode: false }));
  }
}

async function made(change: Partial<Manifest> = {}): Promise<{ shelf: Shelf; store: Faulty; manifest: Manifest; sha256: string; key: (artifact: string, index: number) => string }> {
  let store = new Faulty();
  const shelf = new Shelf((now) => (store = new Faulty({ now })));
  const { manifest, sha256 } = await shelf.backup({ artifacts, change });
  return { shelf, store, manifest, sha256, key: (artifact, index) => manifest.artifacts.find(({ name }) => name === artifact)?.segments[index - 1]?.key ?? '' };
}

function set(store: MemoryStore, key: string, change: (body: Buffer) => Buffer): void {
  const object = store.objects.get(key);
  if (object === undefined) throw new Error(`no ${key}`);
  store.objects.set(key, { ...object, body: change(object.body) });
}

/** A change that the store itself does not notice: its own checksum says what it was. */
function behindItsBack(store: Faulty, key: string, change: (body: Buffer) => Buffer): void {
  store.spoil = (at, _, body) => (at === key ? change(body) : body);
}

const flip = (at: number) => (body: Buffer): Buffer => {
  const copy = Buffer.from(body);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
};
const read = (store: MemoryStore, manifest: Manifest, more: Partial<ReadBackRequest> = {}): ReturnType<typeof readBack> => readBack({ store, manifest, depth: 'read-back', signal: forever, ...more });
const find = (checks: readonly Check[], name: string): Check | undefined => checks.find((check) => check.name === name);

describe('read-back', () => {
  test('reads every byte once and says so; what could not run is said', async () => {
    const { store, manifest } = await made();
    let seen = 0;
    const result = await read(store, manifest, { onProgress: (bytes) => { seen += bytes; } });
    expect(result).toEqual({ verdict: 'pass', bytes: TOTAL, checks: [{ name: 'stored', result: 'pass' }, { name: 'read-back', result: 'pass' }, { name: 'plaintext-hash', result: 'not-run', why: 'nothing was decoded' }] });
    expect([store.readBytes, seen]).toEqual([TOTAL, TOTAL]);
  });
  test('decodes in the same pass', async () => {
    const { store, manifest } = await made();
    const inspected: string[] = [];
    const result = await read(store, manifest, { decode: { open, identity: undefined, inspect: async (artifact, plaintext) => {
      // Looks at the first bytes only; the rest is hashed all the same.
      for await (const chunk of plaintext) { inspected.push(`${artifact.name} ${String(chunk[0])}`); break; }
      return [{ name: 'list', result: 'pass' }];
    } } });
    expect(result.checks.map(({ name, result: word }) => `${name} ${word}`)).toEqual(['stored pass', 'read-back pass', 'plaintext-hash pass', 'list pass']);
    expect(inspected.sort()).toEqual(['data 120', 'globals 114']);
    expect(store.readBytes).toBe(TOTAL);
  });
  test('an inspector that fails, reads nothing or reads all', async () => {
    const { store, manifest } = await made();
    const inspected = async (inspect: NonNullable<NonNullable<ReadBackRequest['decode']>['inspect']>): Promise<string> => {
      const { checks, verdict } = await read(store, manifest, { decode: { open, identity: undefined, inspect } });
      return [verdict, ...checks.slice(2).map(({ name, result, why }) => `${name} ${result} ${why ?? ''}`)].join(', ');
    };
    expect(await inspected(async () => Promise.reject(new Error('row 7 is cut')))).toBe('fail, plaintext-hash fail globals could not be decoded: row 7 is cut; data could not be decoded: row 7 is cut');
    expect(await inspected(async () => Promise.resolve([{ name: 'list', result: 'fail', why: 'no list' }]))).toBe('fail, plaintext-hash pass , list fail no list');
    let bytes = 0;
    expect(await inspected(async (_, plaintext) => { for await (const chunk of plaintext) bytes += chunk.length; return []; })).toBe('pass, plaintext-hash pass ');
    expect(bytes).toBe(TOTAL);
    // The stream breaks after the inspector went, or while it waits for something else.
    let broken: () => void = () => undefined;
    const breaks = new Promise<void>((resolve) => { broken = resolve; });
    const breaking: OpenPlaintext = async () => Promise.resolve(Readable.from((async function* () { yield Buffer.from('a'); broken(); await Promise.reject(new Error('bad block')); })(), { objectMode: false }));
    const result = await read(store, manifest, { decode: { open: breaking, identity: undefined, inspect: async () => { await breaks; return []; } } });
    expect(find(result.checks, 'plaintext-hash')?.why).toContain('bad block');
  });
  test.each<[string, (store: Faulty, key: (artifact: string, index: number) => string) => void, string]>([
    ['one bit', (store, key) => behindItsBack(store, key('data', 2), flip(69_999)), 'holds other bytes than were written (read 3 times)'],
    ['the last byte', (store, key) => behindItsBack(store, key('data', 1), (body) => body.subarray(0, -1)), 'gave 199999 of 200000 bytes (read 3 times)'],
    ['garbage at the end', (store, key) => behindItsBack(store, key('globals', 1), (body) => Buffer.concat([body, Buffer.from('!')])), 'gave 6 of 5 bytes (read 3 times)'],
    ['one bit, with the store\'s own checksum', (store, key) => set(store, key('data', 3), flip(0)), 'in the store, the manifest says'],
    ['a missing segment', (store, key) => { store.objects.delete(key('data', 2)); }, 'is gone'],
    ['a cut object', (store, key) => set(store, key('data', 2), (body) => body.subarray(1)), 'is 69999 bytes, the manifest says 70000'],
    ['two segments exchanged', (store, key) => {
      const [one, two] = [store.objects.get(key('data', 1)), store.objects.get(key('data', 2))];
      if (one !== undefined && two !== undefined) { store.objects.set(key('data', 1), two); store.objects.set(key('data', 2), one); }
    }, 'is 70000 bytes, the manifest says 200000'],
  ])('%s: fail', async (_, spoil, why) => {
    const { store, manifest, key } = await made();
    spoil(store, key);
    for (const decode of [undefined, { open, identity: undefined }]) {
      const result = await read(store, manifest, decode === undefined ? {} : { decode });
      expect(result.verdict).toBe('fail');
      expect(result.checks.find((check) => check.result === 'fail' && (check.name === 'read-back' || check.name === 'stored'))?.why).toContain(why);
    }
  });
  test.each([1, 2])('a connection that breaks, or a bit that flips on the way, %d times: pass', async (times) => {
    const { store, manifest } = await made();
    store.spoil = (_, time, body) => (time <= times ? new Error('ECONNRESET') : body);
    expect((await read(store, manifest)).verdict).toBe('pass');
    const again = await made();
    again.store.spoil = (_, time, body) => (time <= times ? flip(0)(body) : body);
    expect((await read(again.store, again.manifest)).verdict).toBe('pass');
  });
  test('a store that never answers proves nothing and condemns nothing', async () => {
    const { shelf, store, manifest, sha256 } = await made();
    await shelf.verdict({ store: '', key: '', manifest, sha256 }, 'verify', 'pass');
    store.spoil = (key) => new Error(`503 for ${key.slice(-3)}`);
    const result = await verifyBackup({ store, manifest, manifestSha256: sha256, depth: 'read-back', runUrl: '', signal: forever, decode: { open, identity: undefined } }, { now: () => shelf.nowMs, random: shelf.random, signer: undefined });
    expect(result).toMatchObject({ verdict: 'inconclusive', record: undefined });
    expect(find(result.checks, 'read-back')).toMatchObject({ result: 'not-run', why: expect.stringContaining('could not be read from s3://memory/backups, 3 times tried: 503') });
    expect(find(result.checks, 'plaintext-hash')).toMatchObject({ result: 'not-run', why: 'not all bytes could be read' });
    expect((await shelf.entry(manifest.id)).status).toBe('verified');
  });
  test('segments that hold what the manifest says but are not the artifact', async () => {
    const { store, manifest } = await made();
    const swapped = { ...manifest, artifacts: manifest.artifacts.map((artifact) => ({ ...artifact, segments: artifact.segments.toReversed() })) };
    expect(find((await read(store, swapped)).checks, 'read-back')?.why).toBe('the segments of data do not make up what was stored: their order or number is wrong');
    expect(find((await read(store, swapped, { decode: { open, identity: undefined } })).checks, 'plaintext-hash')?.why).toBe('data decodes to other bytes than were dumped');
    const lied = { ...manifest, artifacts: manifest.artifacts.map((artifact) => ({ ...artifact, storedSha256: '0'.repeat(64) })) };
    expect(find((await read(store, lied)).checks, 'read-back')?.why).toContain('the manifest contradicts itself about globals');
  });
  test('decoding: other bytes, fewer bytes, an error, a missing tool, a wrong key', async () => {
    const { store, manifest } = await made();
    const with_ = async (own: OpenPlaintext): Promise<string> => {
      const { checks, verdict } = await read(store, manifest, { decode: { open: own, identity: undefined } });
      expect(find(checks, 'read-back')?.result).toBe('pass');
      return `${verdict}: ${find(checks, 'plaintext-hash')?.result} ${find(checks, 'plaintext-hash')?.why}`;
    };
    expect(await with_(async () => Promise.resolve(Readable.from([Buffer.from('short')], { objectMode: false })))).toContain('fail: fail ');
    expect(await with_(async () => Promise.reject(new Error('frame is cut')))).toContain('fail: fail globals could not be decoded: frame is cut');
    expect(await with_(async () => Promise.resolve(Readable.from((async function* () { yield Buffer.from('a'); await Promise.reject(new Error('bad block')); })(), { objectMode: false })))).toContain('data could not be decoded: bad block');
    expect(await with_(async () => Promise.reject(new BackupFault({ reason: 'tool-missing', message: 'zstd is not there' })))).toContain('pass: not-run globals could not be decoded: zstd is not there');
    await expect(with_(async () => Promise.reject(new BackupFault({ reason: 'identity-wrong', message: 'needs age1…' })))).rejects.toMatchObject({ reason: 'identity-wrong' });
  });
  test('encrypted and no identity: decryption is not-run, the read still counts', async () => {
    const { store, manifest } = await made({ codec: { compression: 'zstd', level: 3, encryption: 'age', recipients: ['age1a', 'age1b'] } });
    const result = await read(store, manifest, { decode: { open: async () => Promise.reject(new Error('must not be asked')), identity: undefined } });
    expect(result.verdict).toBe('pass');
    expect(find(result.checks, 'plaintext-hash')).toMatchObject({ result: 'not-run', why: expect.stringContaining('decryption needs an identity') });
  });
  test('cancelled is an error, not a verdict', async () => {
    const { store, manifest } = await made();
    const cancel = new AbortController();
    const reason = new Error('cancelled');
    await expect(read(store, manifest, { signal: cancel.signal, onProgress: () => { cancel.abort(reason); } })).rejects.toBe(reason);
    await expect(read(store, manifest, { signal: cancel.signal, decode: { open, identity: undefined } })).rejects.toBe(reason);
  });
});

describe('head', () => {
  test('never proves, but finds what is gone', async () => {
    const { store, manifest, key } = await made();
    expect(await read(store, manifest, { depth: 'head' })).toMatchObject({ verdict: 'inconclusive', bytes: 0, checks: [{ name: 'stored', result: 'pass' }, { name: 'read-back', result: 'not-run' }] });
    expect(store.readBytes).toBe(0);
    store.objects.delete(key('data', 3));
    expect(await read(store, manifest, { depth: 'head' })).toMatchObject({ verdict: 'fail', checks: [{ result: 'fail', why: `${key('data', 3)} is gone` }, {}] });
  });
  test.each([
    ['the composite we know', 'abc-3', 'abc-3', 'pass'], ['another composite', 'abc-3', 'abd-3', 'fail'], ['a composite we do not know', undefined, 'abc-3', 'pass'],
  ])('%s', async (_, composite, checksum, result) => {
    const { store, manifest } = await made();
    const known = { ...manifest, artifacts: manifest.artifacts.map((artifact) => ({ ...artifact, segments: artifact.segments.map((segment) => ({ ...segment, ...(composite === undefined ? {} : { composite }) })) })) };
    const plain = store.head.bind(store);
    store.head = async (key, signal) => {
      const object = await plain(key, signal);
      return object === undefined ? undefined : { ...object, checksum };
    };
    expect(find((await read(store, known, { depth: 'head' })).checks, 'stored')?.result).toBe(result);
  });
});

test('the verdict is written beside the manifest and decides the status', async () => {
  const { shelf, store, manifest, sha256, key } = await made();
  const verify = (): ReturnType<typeof verifyBackup> => verifyBackup({ store, manifest, manifestSha256: sha256, depth: 'read-back', runUrl: 'https://github.com/acme/shop/actions/runs/2', signal: forever }, { now: () => shelf.nowMs, random: shelf.random, signer: undefined });
  expect((await verify()).record).toMatchObject({ kind: 'verify', verdict: 'pass', manifestSha256: sha256, at: '2026-11-25T12:00:00.000Z' });
  expect((await shelf.entry(manifest.id)).status).toBe('verified');
  shelf.nowMs += DAY;
  set(store, key('data', 1), flip(0));
  expect((await verify()).record?.verdict).toBe('fail');
  expect(await shelf.entry(manifest.id)).toMatchObject({ status: 'complete', proven: false, revoked: { verdict: 'fail' } });
});

describe('verify input and sample', () => {
  test.each([['read-back', { kind: 'read-back' }], [' head ', { kind: 'head' }], ['sample 1/7', { kind: 'sample', parts: 1, of: 7 }], ['sample: 2/3', { kind: 'sample', parts: 2, of: 3 }]])('%j', (text, depth) => expect(parseDepth(text)).toEqual(depth));
  test.each(['', 'full', 'sample', 'sample 0/7', 'sample 8/7', 'sample 1/0', 'sample 1/7 '.repeat(2)])('%j is bad input', (text) => expect(() => parseDepth(text)).toThrow(expect.objectContaining({ reason: 'bad-input' })));

  interface Older {
    readonly manifest: { readonly id: string; readonly endedAt: string };
    verdicts: { readonly kind: 'verify' | 'drill'; readonly at: string }[];
  }
  const older = (id: string, endedMs: number): Older => ({ manifest: { id, endedAt: new Date(endedMs).toISOString() }, verdicts: [] });
  /** One run: reads its share, and says which. */
  function runAt(shelf: readonly Older[], sample: { parts: number; of: number }, nowMs: number): readonly string[] {
    return readingOrder(shelf).slice(0, shareOf(shelf.length, sample)).map((entry) => {
      entry.verdicts = [...entry.verdicts, { kind: 'verify', at: new Date(nowMs).toISOString() }];
      return entry.manifest.id;
    });
  }
  const sample = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })).map(([one, two]) => ({ parts: Math.min(one, two), of: Math.max(one, two) }));
  const made = fc.array(fc.record({ agoMs: fc.nat(400 * DAY), readAgoMs: fc.option(fc.nat(400 * DAY), { nil: undefined }), drilledAgoMs: fc.option(fc.nat(400 * DAY), { nil: undefined }) }), { maxLength: 60 });

  test('whatever the schedule, ceil(t / n) runs in a row read every backup that was there, and each run reads its share; new ones take nobody\'s turn', () => fc.assert(fc.property(sample, made, fc.array(fc.record({ pauseMs: fc.integer({ min: 1, max: 40 * DAY }), more: fc.nat(3), readAtOnce: fc.boolean() }), { minLength: 9, maxLength: 9 }), (share, begin, pauses) => {
    const shelf = begin.map(({ agoMs, readAgoMs, drilledAgoMs }, at) => {
      const entry = older(`id-${at}`, NOW - agoMs);
      if (readAgoMs !== undefined && readAgoMs < agoMs) entry.verdicts.push({ kind: 'verify', at: new Date(NOW - readAgoMs).toISOString() });
      if (drilledAgoMs !== undefined && drilledAgoMs < agoMs) entry.verdicts.push({ kind: 'drill', at: new Date(NOW - drilledAgoMs).toISOString() });
      return entry;
    });
    const first = shelf.map(({ manifest }) => manifest.id);
    const seen = new Set<string>();
    let now = NOW;
    for (const { pauseMs, more, readAtOnce } of pauses.slice(0, Math.ceil(share.of / share.parts))) {
      now += pauseMs;
      const read = runAt(shelf, share, now);
      expect(read).toHaveLength(Math.ceil((shelf.length * share.parts) / share.of));
      for (const id of read) seen.add(id);
      for (let at = 0; at < more; at += 1) {
        const entry = older(`new-${now}-${at}`, now);
        if (readAtOnce) entry.verdicts.push({ kind: 'verify', at: new Date(now).toISOString() });
        shelf.push(entry);
      }
    }
    expect(first.filter((id) => !seen.has(id))).toEqual([]);
  })));
  test('a weekly run of a seventh is through in seven weeks', () => {
    const shelf = Array.from({ length: 30 }, (_, at) => older(`id-${at}`, NOW - at * DAY));
    const weeks = Array.from({ length: 7 }, (_, week) => runAt(shelf, { parts: 1, of: 7 }, NOW + week * 7 * DAY));
    expect(weeks.map((ids) => ids.length)).toEqual([5, 5, 5, 5, 5, 5, 5]);
    expect(new Set(weeks.flat()).size).toBe(30);
  });
});

describe('size', () => {
  const rules = { minBytes: 1024, maxShrink: 0.5, accept: false };
  async function earlier(sizes: readonly (number | readonly [number, Partial<Manifest>])[]): Promise<readonly CatalogEntry[]> {
    const shelf = new Shelf();
    for (const [at, size] of sizes.entries()) {
      const [bytes, change] = typeof size === 'number' ? [size, {}] : size;
      const body = 'x'.repeat(bytes);
      const sha256 = createHash('sha256').update(body).digest('hex');
      // Stored far smaller: the plain size is what counts.
      await shelf.backup({ agoMs: (sizes.length - at) * DAY, artifacts: { dump: [body] }, change: { ...change, sha: sha256.slice(0, 40) } });
    }
    return (await shelf.catalog()).entries;
  }
  const judge = async (plainBytes: number, sizes: Parameters<typeof earlier>[0], more: Partial<typeof rules> = {}): Promise<ReturnType<typeof judgeSize>> => judgeSize({ plainBytes, database: 'shop' }, await earlier(sizes), { ...rules, ...more });
  test('the first backup, and one that kept or grew', async () => {
    expect(await judge(1024, [])).toEqual({ check: { name: 'size', result: 'pass' }, suspect: null });
    expect((await judge(5000, [10_000, 10_000])).suspect).toBeNull();
    expect((await judge(90_000, [10_000])).suspect).toBeNull();
  });
  test('below min-size, and below half of the median', async () => {
    expect((await judge(1023, [])).suspect).toBe('size-shrank: it is 1.00 KiB, less than min-size 1.00 KiB');
    expect(await judge(4999, [10_000, 10_000, 90_000])).toEqual({
      check: { name: 'size', result: 'fail', why: 'it is 4.88 KiB, 50 % less than the 9.77 KiB that the last 3 had in the middle, and max-shrink is 50 %' },
      suspect: expect.stringMatching(/^size-shrank: /),
    });
  });
  test('of an even number the middle of two; only the last 14 count', async () => {
    expect((await judge(5999, [10_000, 14_000])).suspect).not.toBeNull();
    expect((await judge(6000, [10_000, 14_000])).suspect).toBeNull();
    expect((await judge(2000, [...Array.from({ length: 20 }, () => 50_000), ...Array.from({ length: 14 }, () => 2000)])).suspect).toBeNull();
  });
  test('suspect, partial and other databases do not become the new normal', async () => {
    expect((await judge(2000, [10_000, [2000, { suspect: 'size-shrank: x' }], [2000, { suspect: 'size-shrank: x' }], [2000, { partial: ['x'] }], [2000, { partial: ['x'] }], [2000, { database: 'other' }], [2000, { database: 'other' }]])).suspect).not.toBeNull();
  });
  test('accepted by a person: not suspect, said, and the new normal', async () => {
    const { check, suspect } = await judge(2000, [10_000, 10_000], { accept: true });
    expect([suspect, check.result]).toEqual([null, 'pass']);
    expect(check.why).toMatch(/^accepted: it is 1\.95 KiB, 80 % less/);
    expect((await judge(2000, [10_000, 10_000, 10_000, [2000, { checks: [check] }]])).suspect).toBeNull();
    expect((await judge(999, [], { accept: true })).suspect).toBeNull();
  });
});
