import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { BackupFault, openStores, type Place, type Store } from '@ops/backup';
import { localTarget, openStream } from '@ops/remote';
import { nodeExec, realClock, realRandom } from '@ops/shared';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, type Readable } from 'node:stream';
import { bytesOf, failingBody, inChunks, sampleBytes, sampleSettings } from '../../packages/backup/src/stores/testing.ts';
import { describeWithServices } from '../support/require.ts';
import { until } from '../support/stores.ts';

const never = new AbortController().signal;
const MIB = 1024 ** 2;

/**
 * A host is a shell here; what ssh adds is tested with the streams of packages/remote. The script runs by the shell that is
 * asked for, and the stream's own frame, which has tests of its own, by dash or BusyBox.
 */
function hostBy(shell: string, path = process.env['PATH'] ?? ''): Place {
  return {
    via: 'host', name: 'app1',
    open: (request) => openStream(localTarget('app1'), undefined, { exec: nodeExec, env: { PATH: path, HOME: tmpdir() }, random: realRandom, clock: realClock }, {
      ...request, graceS: 1, shell: shell === 'bash' ? 'sh' : shell,
      ...(shell === 'bash' ? { script: 'exec bash -c "$OPS_SCRIPT"', values: { ...request.values, OPS_SCRIPT: request.script } } : {}),
    }),
  };
}

function open(folder: string, place: Place): Store {
  const [store] = openStores([`app1:${folder}`], sampleSettings({ accessKeyIds: [], secretAccessKey: undefined, hosts: ['app1'] }), {
    clock: realClock, random: realRandom, log: { warning: () => undefined }, mask: () => undefined, fetch, host: () => place, tokens: undefined, runId: '1',
  });
  if (store === undefined) throw new Error('no store');
  return store;
}

function upload(to: Store, key: string, body: Readable, signal = never, estimateBytes = 1): ReturnType<Store['upload']> {
  return to.upload({ key, body, tier: 'daily', estimateBytes, parallel: 1, signal });
}

async function keysOf(store: Store, prefix = ''): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { key } of store.list(prefix, never)) found.push(key);
  return found;
}

describeWithServices('a folder of a host as store', ['dash', 'busybox'], () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'ops-host-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const files = (): readonly string[] => readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted();

  describe.each(['dash', 'bash', 'busybox sh'])('by %s', (shell) => {
    const store = (path = join(folder, 'back ups')): Store => open(path, hostBy(shell));

    test('stores every byte, private, proven by the sha256 that the host computed', async () => {
      const bytes = Buffer.concat([Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)), sampleBytes(3 * MIB)]);
      const host = store();
      const key = `shop's "x" $(id)/data/a b;c.001`;
      expect(await upload(host, key, inChunks(bytes))).toEqual({ bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), proof: 'store' });
      const path = join(folder, 'back ups', key);
      expect(readFileSync(path).equals(bytes)).toBe(true);
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(statSync(join(folder, 'back ups')).mode & 0o777).toBe(0o700);
      expect((await bytesOf(await host.download(key, never))).equals(bytes)).toBe(true);
      expect(await host.head(key, never)).toMatchObject({ key, bytes: bytes.length });
      expect(await keysOf(host)).toEqual([key]);
      expect(await host.unfinished('', never)).toEqual([]);
    }, 120_000);

    test('small objects: create, conflict, read, replace by etag, remove', async () => {
      const host = store();
      await host.create('a/m.json', Buffer.from('one'), 'daily', never);
      await host.create('a/m.json', Buffer.from('one'), 'daily', never);
      await expect(host.create('a/m.json', Buffer.from('two'), 'daily', never)).rejects.toMatchObject({ reason: 'store-conflict' });
      const read = await host.read('a/m.json', never);
      expect(read?.body.toString()).toBe('one');
      expect(await host.replace('a/m.json', Buffer.from('three'), 'f'.repeat(64), never)).toBe(false);
      expect(await host.replace('a/m.json', Buffer.from('three'), read?.etag, never)).toBe(true);
      expect(await host.replace('a/m.json', Buffer.from('four'), read?.etag, never)).toBe(false);
      expect(await host.replace('a/none', Buffer.from('four'), read?.etag, never)).toBe(false);
      expect((await host.read('a/m.json', never))?.body.toString()).toBe('three');
      expect(await host.remove(['a/m.json', 'a/none', 'b/none'], never)).toEqual([]);
      expect(await host.read('a/m.json', never)).toBeUndefined();
      expect(await host.head('b/none', never)).toBeUndefined();
      await expect(host.download('a/m.json', never)).rejects.toMatchObject({ reason: 'store-refused' });
      expect(files()).toEqual(['back ups', 'back ups/a']);
    }, 120_000);

    test('a body that fails leaves nothing, and its own error comes out', async () => {
      const gate = new BackupFault({ reason: 'no-trailer', message: 'The dump ends early.' });
      await expect(upload(store(), 'x/y', failingBody(sampleBytes(2 * MIB), gate))).rejects.toBe(gate);
      expect(files()).toEqual(['back ups', 'back ups/x']);
    }, 120_000);

    test('lists by prefix in the order of bytes, and abandons exactly one key', async () => {
      const host = store();
      for (const key of ['a/b/1', 'a/b-2', 'a/c']) await host.create(key, Buffer.from(key), undefined, never);
      for (const name of ['a/b/9.0123456789abcdef.partial', 'a/b/99.0123456789abcdef.partial']) writeFileSync(join(folder, 'back ups', name), 'x');
      expect(await keysOf(host)).toEqual(['a/b-2', 'a/b/1', 'a/c']);
      expect(await keysOf(host, 'a/b')).toEqual(['a/b-2', 'a/b/1']);
      expect(await keysOf(host, 'none/x')).toEqual([]);
      await host.abandon('a/b/9', never);
      expect((await host.unfinished('a/', never)).map(({ key }) => key)).toEqual(['a/b/99']);
    }, 120_000);

    test('a link on the way is neither written through, nor read, nor removed through', async () => {
      const host = store();
      await host.create('real/1', Buffer.from('1'), undefined, never);
      mkdirSync(join(folder, 'elsewhere'));
      writeFileSync(join(folder, 'elsewhere/precious'), 'keep');
      symlinkSync(join(folder, 'elsewhere'), join(folder, 'back ups/link'));
      symlinkSync(join(folder, 'elsewhere/precious'), join(folder, 'back ups/real/file'));
      await expect(host.create('link/new', Buffer.from('x'), undefined, never)).rejects.toMatchObject({ message: expect.stringMatching(/symbolic link/) });
      await expect(host.read('link/precious', never)).rejects.toMatchObject({ message: expect.stringMatching(/symbolic link/) });
      await expect(host.read('real/file', never)).rejects.toMatchObject({ message: expect.stringMatching(/symbolic link/) });
      await expect(host.create('real/file', Buffer.from('x'), undefined, never)).rejects.toBeInstanceOf(BackupFault);
      expect(await host.remove(['link/precious'], never)).toEqual([{ key: 'link/precious', why: expect.stringMatching(/symbolic link/) }]);
      expect(readdirSync(join(folder, 'elsewhere'))).toEqual(['precious']);
      expect(readFileSync(join(folder, 'elsewhere/precious'), 'utf8')).toBe('keep');
    }, 120_000);

    test('is refused in a work tree, below a web root, where everybody may write, and without room', async () => {
      mkdirSync(join(folder, 'site/public'), { recursive: true });
      writeFileSync(join(folder, 'site/public/index.php'), '');
      mkdirSync(join(folder, 'code/.git'), { recursive: true });
      mkdirSync(join(folder, 'open'));
      chmodSync(join(folder, 'open'), 0o777);
      await expect(store(join(folder, 'site/public/backups')).probe(never)).rejects.toMatchObject({ reason: 'store-refused', message: expect.stringMatching(/root of a web site/) });
      await expect(store(join(folder, 'code/backups')).probe(never)).rejects.toMatchObject({ reason: 'store-refused', message: expect.stringMatching(/git work tree/) });
      await expect(store(join(folder, 'open')).probe(never)).rejects.toMatchObject({ reason: 'store-refused', message: expect.stringMatching(/everybody on this host/) });
      await expect(upload(store(), 'x', inChunks(sampleBytes(10)), never, 2 ** 52)).rejects.toMatchObject({ reason: 'no-room', message: expect.stringMatching(/are expected and \d+ are free/) });
      expect(await store().probe(never)).toEqual({ checksums: true, conditional: true, versioning: false });
      expect(readdirSync(join(folder, 'back ups'))).toEqual([]);
    }, 120_000);
  });

  test('of many writers of one key exactly one wins, whole', async () => {
    const results = await Promise.allSettled(Array.from({ length: 6 }, async (_, writer) => open(join(folder, 'b'), hostBy('dash')).create('lease', Buffer.from(`writer ${writer}`.repeat(500)), undefined, never)));
    const winners = results.flatMap(({ status }, writer) => (status === 'fulfilled' ? [writer] : []));
    expect(winners).toHaveLength(1);
    expect(readFileSync(join(folder, 'b/lease'), 'utf8')).toBe(`writer ${winners[0]}`.repeat(500));
    expect(files()).toEqual(['b', 'b/lease']);
  }, 120_000);

  test('a cancel in the middle leaves nothing', async () => {
    const stop = new AbortController();
    const body = new PassThrough({ highWaterMark: 8 * MIB });
    body.write(sampleBytes(4 * MIB));
    const outcome = expect(upload(open(join(folder, 'b'), hostBy('dash')), 'x', body, stop.signal)).rejects.toMatchObject({ reason: 'cancelled' });
    await until('bytes arrived', () => existsSync(join(folder, 'b')) && files().some((name) => name.endsWith('.partial')));
    stop.abort();
    await outcome;
    await until('the unfinished file is gone', () => !files().some((name) => name.includes('x')));
  }, 120_000);

  test.each([['openssl', ['openssl']], ['busybox', ['busybox']]])('the sha256 comes from %s where there is nothing better', async (_name, programs) => {
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    for (const program of ['sh', 'cat', 'mkdir', 'ls', 'rm', 'ln', 'mv', 'wc', 'df', 'sync', 'stat', 'find', 'rmdir', 'sleep', 'ps', 'kill', 'sed', 'head', 'dd', 'od', 'mktemp', 'tr', 'setsid', 'stty', 'env', ...programs]) {
      for (const at of ['/usr/bin', '/bin']) if (existsSync(join(at, program)) && !existsSync(join(bin, program))) symlinkSync(join(at, program), join(bin, program));
    }
    const bytes = sampleBytes(100_000);
    expect(await upload(open(join(folder, 'b'), hostBy('sh', bin)), 'x', inChunks(bytes))).toMatchObject({ proof: 'store', sha256: createHash('sha256').update(bytes).digest('hex') });
  }, 120_000);
});
