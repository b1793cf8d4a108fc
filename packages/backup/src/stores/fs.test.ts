import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { realClock, realRandom } from '@ops/shared';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { createHash } from 'node:crypto';
import { BackupFault } from '../fault.ts';
import { FsStore } from './fs.ts';
import { bytesOf, failingBody, inChunks, sampleBytes } from './testing.ts';

let folder: string;
const never = new AbortController().signal;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ops-fs-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function store(path = join(folder, 'backups')): FsStore {
  return new FsStore({ name: `file://${path}`, path }, { clock: realClock, random: realRandom });
}

function upload(to: FsStore, key: string, body: Parameters<FsStore['upload']>[0]['body'], signal = never, estimateBytes = 1): ReturnType<FsStore['upload']> {
  return to.upload({ key, body, tier: 'daily', estimateBytes, parallel: 1, signal });
}

function everything(path = folder): readonly string[] {
  return readdirSync(path, { recursive: true, encoding: 'utf8' }).toSorted();
}

describe('a folder as store', () => {
  test('what was uploaded is there, readable by its owner only, and has the sha256 of the bytes', async () => {
    const bytes = sampleBytes(1_000_003);
    const fs = store();
    const uploaded = await upload(fs, "shop's/data/a b.001", inChunks(bytes));
    expect(uploaded).toEqual({ bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), proof: 'size' });
    const path = join(folder, "backups/shop's/data/a b.001");
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'backups/shop\'s')).mode & 0o777).toBe(0o700);
    expect((await bytesOf(await fs.download("shop's/data/a b.001", never))).equals(bytes)).toBe(true);
    expect(await fs.head("shop's/data/a b.001", never)).toMatchObject({ bytes: bytes.length });
    expect(everything().filter((name) => name.endsWith('.partial'))).toEqual([]);
  });

  test('a body that fails leaves nothing, and its own error comes out', async () => {
    const fs = store();
    const gate = new BackupFault({ reason: 'no-trailer', message: 'The dump ends early.' });
    await expect(upload(fs, 'shop/data/x', failingBody(sampleBytes(300_000), gate))).rejects.toBe(gate);
    expect(everything()).toEqual(['backups', 'backups/shop', 'backups/shop/data']);
  });

  test('a cancel leaves nothing', async () => {
    const fs = store();
    const stop = new AbortController();
    const body = new PassThrough();
    body.write(sampleBytes(100_000));
    const done = upload(fs, 'shop/x', body, stop.signal);
    const outcome = expect(done).rejects.toMatchObject({ reason: 'cancelled' });
    stop.abort();
    await outcome;
    expect(everything().filter((name) => name.includes('x'))).toEqual([]);
  });

  test('the same bytes again are success, others are a conflict, and nothing is overwritten', async () => {
    const fs = store();
    await fs.create('shop/m.json', Buffer.from('one'), 'daily', never);
    await fs.create('shop/m.json', Buffer.from('one'), 'daily', never);
    await expect(fs.create('shop/m.json', Buffer.from('two'), 'daily', never)).rejects.toMatchObject({ reason: 'store-conflict' });
    expect(await fs.read('shop/m.json', never)).toMatchObject({ body: Buffer.from('one') });
  });

  test('of many writers of one key exactly one wins, whole', async () => {
    const results = await Promise.allSettled(Array.from({ length: 20 }, async (_, writer) => store().create('shop/lease', Buffer.from(`writer ${writer}`.repeat(1000)), undefined, never)));
    const winners = results.flatMap(({ status }, writer) => (status === 'fulfilled' ? [writer] : []));
    expect(winners).toHaveLength(1);
    expect(Buffer.from((await store().read('shop/lease', never))?.body ?? []).toString()).toBe(`writer ${winners[0]}`.repeat(1000));
    expect(everything()).toEqual(['backups', 'backups/shop', 'backups/shop/lease']);
  });

  test('replace needs the etag that was read, and of many replacers at most one wins', async () => {
    const fs = store();
    await fs.create('lease', Buffer.from('0'), undefined, never);
    const etag = (await fs.read('lease', never))?.etag;
    const results = await Promise.all(Array.from({ length: 10 }, async (_, at) => fs.replace('lease', Buffer.from(`writer ${at}`), etag, never)));
    expect(results.filter(Boolean)).toHaveLength(1);
    expect(await fs.replace('lease', Buffer.from('late'), etag, never)).toBe(false);
    expect(await fs.replace('none', Buffer.from('late'), etag, never)).toBe(false);
    expect(everything()).toEqual(['backups', 'backups/lease']);
  });

  test('lists in the order of bytes, by prefix, without unfinished ones; those are listed and abandoned apart', async () => {
    const fs = store();
    for (const key of ['a/b/1', 'a/b-2', 'a/b.3', 'a/c', 'é']) await fs.create(key, Buffer.from(key), undefined, never);
    writeFileSync(join(folder, 'backups/a/b/9.0123456789abcdef.partial'), 'x');
    const keys = async (prefix: string): Promise<readonly string[]> => {
      const found: string[] = [];
      for await (const { key } of fs.list(prefix, never)) found.push(key);
      return found;
    };
    expect(await keys('')).toEqual(['a/b-2', 'a/b.3', 'a/b/1', 'a/c', 'é']);
    expect(await keys('a/b/')).toEqual(['a/b/1']);
    expect(await keys('a/b')).toEqual(['a/b-2', 'a/b.3', 'a/b/1']);
    expect(await keys('none/')).toEqual([]);
    expect(await fs.unfinished('a/', never)).toEqual([{ key: 'a/b/9', id: '0123456789abcdef', sinceMs: expect.any(Number) }]);
    await fs.abandon('a/b/9', never);
    expect(await fs.unfinished('', never)).toEqual([]);
  });

  test('removes what is there, and misses nothing that is not', async () => {
    const fs = store();
    await fs.create('a/1', Buffer.from('1'), undefined, never);
    expect(await fs.remove(['a/1', 'a/2', 'b/3'], never)).toEqual([]);
    expect(await fs.head('a/1', never)).toBeUndefined();
    expect(await fs.read('a/1', never)).toBeUndefined();
    await expect(fs.download('a/1', never)).rejects.toMatchObject({ reason: 'store-refused' });
  });

  test('a link on the way is neither written through nor read, listed or removed through', async () => {
    const fs = store();
    await fs.create('real/1', Buffer.from('1'), undefined, never);
    mkdirSync(join(folder, 'elsewhere'));
    writeFileSync(join(folder, 'elsewhere/precious'), 'keep');
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'backups/link'));
    symlinkSync(join(folder, 'elsewhere/precious'), join(folder, 'backups/real/file'));
    for (const attempt of [fs.create('link/new', Buffer.from('x'), undefined, never), fs.read('link/precious', never), fs.download('link/precious', never), fs.read('real/file', never), fs.create('real/file', Buffer.from('x'), undefined, never)]) {
      await expect(attempt).rejects.toBeInstanceOf(BackupFault);
    }
    expect(await fs.remove(['link/precious'], never)).toEqual([{ key: 'link/precious', why: expect.stringMatching(/symbolic link/) }]);
    const keys: string[] = [];
    for await (const { key } of fs.list('', never)) keys.push(key);
    expect(keys).toEqual(['real/1']);
    expect(readFileSync(join(folder, 'elsewhere/precious'), 'utf8')).toBe('keep');
    expect(readdirSync(join(folder, 'elsewhere'))).toEqual(['precious']);
  });

  test.each(['../x', '/x', 'a//b', 'a/../../x', 'a/./b', '', 'a\0b', 'x.partial', 'a\\b'])('a key like %j is refused', async (key) => {
    const fs = store();
    await expect(fs.create(key, Buffer.from('x'), undefined, never)).rejects.toMatchObject({ reason: 'store-refused' });
    await expect(fs.read(key, never)).rejects.toMatchObject({ reason: 'store-refused' });
    expect(existsSync(join(folder, 'x'))).toBe(false);
  });
});

async function bytesOfList(fs: FsStore): Promise<number> {
  let bytes = 0;
  for await (const object of fs.list('', never)) bytes += object.bytes;
  return bytes;
}

describe('where a folder must not be', () => {
  test.each([
    ['a git work tree', (path: string) => mkdirSync(join(path, '.git')), '', /git work tree/],
    ['below a git work tree', (path: string) => writeFileSync(join(path, '.git'), 'gitdir: x'), 'deep/er', /git work tree/],
    ['below a web root', (path: string) => { mkdirSync(join(path, 'public')); writeFileSync(join(path, 'public/index.php'), ''); }, 'public/backups', /root of a web site/],
    ['what Laravel links', (path: string) => writeFileSync(join(path, 'artisan'), ''), 'storage/app/public/backups', /publishes as \/storage/],
  ])('%s', async (_name, prepare, below, message) => {
    const site = join(folder, 'site');
    mkdirSync(site);
    prepare(site);
    await expect(store(join(site, below)).probe(never)).rejects.toMatchObject({ reason: 'store-refused', message: expect.stringMatching(message) });
  });

  test('whatever is only looked at, no folder is made, and a wrong place is told all the same', async () => {
    const site = join(folder, 'site');
    mkdirSync(join(site, '.git'), { recursive: true });
    for (const [fs, refused] of [[store(), false], [store(join(site, 'deep/er')), true]] as const) {
      const looks = [bytesOfList(fs), fs.head('a/1', never), fs.read('a/1', never), fs.replace('a/1', Buffer.from('x'), undefined, never), fs.unfinished('', never), fs.abandon('a/1', never)];
      for (const { status } of await Promise.allSettled(looks)) expect(status).toBe(refused ? 'rejected' : 'fulfilled');
    }
    await expect(store(join(site, 'deep/er')).probe(never)).rejects.toMatchObject({ message: expect.stringMatching(/git work tree/) });
    expect(await store().remove(['a/1'], never)).toEqual([]);
    expect([existsSync(join(folder, 'backups')), existsSync(join(site, 'deep'))]).toEqual([false, false]);
  });

  test('a link into a web root is seen through', async () => {
    mkdirSync(join(folder, 'public/b'), { recursive: true });
    writeFileSync(join(folder, 'public/index.html'), '');
    symlinkSync(join(folder, 'public/b'), join(folder, 'innocent'));
    await expect(store(join(folder, 'innocent')).probe(never)).rejects.toMatchObject({ message: expect.stringMatching(/root of a web site/) });
  });

  test('a folder that everybody may write to', async () => {
    mkdirSync(join(folder, 'backups'));
    chmodSync(join(folder, 'backups'), 0o777);
    await expect(store().probe(never)).rejects.toMatchObject({ message: expect.stringMatching(/Everybody on this machine/) });
  });

  test('beside a web root is fine, and the probe leaves nothing', async () => {
    mkdirSync(join(folder, 'public'));
    writeFileSync(join(folder, 'public/index.php'), '');
    expect(await store().probe(never)).toEqual({ checksums: false, conditional: true, versioning: false });
    expect(readdirSync(join(folder, 'backups'))).toEqual([]);
  });

  test('more bytes than are free are refused before the first', async () => {
    const body = inChunks(sampleBytes(10));
    await expect(upload(store(), 'x', body, never, 2 ** 52)).rejects.toMatchObject({ reason: 'no-room', message: expect.stringMatching(/are expected and \d+ are free/) });
    expect(readdirSync(join(folder, 'backups'))).toEqual([]);
  });
});
