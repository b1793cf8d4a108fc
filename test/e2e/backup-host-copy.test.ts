/** Files that the dump writes by itself on the host where it runs. The host is a shell here; db-backup-host-copy.test.ts has a real one. */
import { expect, jest, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { openStores, storeArtifact, type ArtifactRequest, type Codec, type HostCopied, type HostDraft, type OnHost, type Place, type Store } from '@ops/backup';
import { realClock, realRandom } from '@ops/shared';
import { sampleSettings } from '../../packages/backup/src/stores/testing.ts';
import { Bench, killed, PLAIN, rows, TRAILER, until, WAIT_MS } from '../support/pipeline.ts';
import { describeWithServices } from '../support/require.ts';

jest.setTimeout(2 * WAIT_MS);

const never = new AbortController().signal;
const KEY = "it's production/data/daily/x/dump.001";
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** A folder below the bench, as a store on the very place where the dump runs. */
class HostFolder {
  readonly folder: string;
  readonly store: Store;

  constructor(bench: Bench, name = 'back ups') {
    this.folder = join(bench.dir, name);
    const [store] = openStores([`app1:${this.folder}`], sampleSettings({ accessKeyIds: [], secretAccessKey: undefined, hosts: ['app1'] }), {
      clock: realClock, random: realRandom, log: { warning: () => undefined }, mask: () => undefined, fetch, host: () => ({ ...bench.request('').place, name: 'app1' }), tokens: undefined, runId: '1',
    });
    if (store === undefined) throw new Error('no store');
    this.store = store;
  }

  draft(key = KEY, estimateBytes = 1000): HostDraft {
    if (this.store.onHost === undefined) throw new Error('it is no folder of a host');
    return this.store.onHost.draft(key, estimateBytes);
  }

  files(): string[] {
    return existsSync(this.folder) ? readdirSync(this.folder, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(this.folder, name)).isFile()) : [];
  }
}

/** The same place by another shell. */
const by = (place: Place, shell: string): Place => ({ ...place, open: (request) => place.open({ ...request, shell }) });

const copy = (draft: HostDraft): { readonly onHost: OnHost } => ({ onHost: { primary: undefined, copies: [draft] } });
const primary = (draft: HostDraft): { readonly onHost: OnHost } => ({ onHost: { primary: draft, copies: [] } });
const noise = (bench: Bench, more: Partial<ArtifactRequest>, script = 'head -c 4000000 /dev/urandom'): ArtifactRequest => {
  const request = bench.request(script, more);
  return { ...request, plan: { ...request.plan, scan: 'pg-archive' } };
};
function whole(copied: HostCopied | undefined): Exclude<HostCopied, { readonly why: string }> {
  if (copied === undefined || 'why' in copied) throw new Error(copied?.why ?? 'no copy');
  return copied;
}

describeWithServices('a dump that also writes a file on its host', ['age', 'zstd', 'dash', 'busybox'], () => {
  const dump = `echo 'SET a=1;'; echo '${TRAILER.trim()}'`;

  test.each(['sh', 'busybox sh'])('by %s: the file is the compressed stream before age, private, and unfinished until it is published', async (shell) => {
    using bench = new Bench();
    const host = new HostFolder(bench);
    const keys = await Promise.all([generateX25519Identity(), generateX25519Identity()]);
    const codec: Codec = { ...PLAIN, encryption: 'age', recipients: await Promise.all(keys.map((key) => identityToRecipient(key))) };
    const request = bench.request(dump, { codec, ...copy(host.draft()) });
    const stored = await storeArtifact({ ...request, place: by(request.place, shell) });
    const { draft, segment } = whole(stored.hostCopies[0]);
    expect(host.files()).toEqual([expect.stringMatching(/dump\.001\.[0-9a-f]{16}\.partial$/)]);
    expect(await host.store.unfinished("it's production/data/", never)).toMatchObject([{ key: KEY }]);
    await draft.publish(segment, never);
    expect(host.files()).toEqual([KEY]);
    const path = join(host.folder, KEY);
    const bytes = readFileSync(path);
    expect(segment).toEqual({ key: KEY, bytes: bytes.length, sha256: sha256(bytes), proof: 'store' });
    expect([statSync(path).mode & 0o777, statSync(host.folder).mode & 0o777, statSync(join(path, '..')).mode & 0o777]).toEqual([0o600, 0o700, 0o700]);
    expect(execFileSync('zstd', ['-dc'], { input: bytes }).toString()).toBe(`SET a=1;\n${TRAILER}`);
    expect(bench.store.objects.get('data/x.1')?.body.subarray(0, 21).toString()).toBe('age-encryption.org/v1');
    await bench.nothingLeft();
  });

  test('two folders hold the same bytes as a store that is not encrypted', async () => {
    using bench = new Bench();
    const folders = [new HostFolder(bench, 'one'), new HostFolder(bench, 'two')];
    const stored = await storeArtifact(bench.request(`cat <<'X'\n${rows(20_000)}${TRAILER}X`, { onHost: { primary: undefined, copies: folders.map((folder) => folder.draft()) } }));
    for (const [index, folder] of folders.entries()) {
      const { draft, segment } = whole(stored.hostCopies[index]);
      await draft.publish(segment, never);
      expect(readFileSync(join(folder.folder, KEY)).equals(bench.store.objects.get('data/x.1')?.body ?? Buffer.alloc(0))).toBe(true);
      expect(segment.sha256).toBe(stored.storedSha256);
    }
  });

  test('as the primary nothing is uploaded, and the file is what was proven', async () => {
    using bench = new Bench();
    const host = new HostFolder(bench);
    const draft = host.draft();
    const stored = await storeArtifact(bench.request(dump, primary(draft)));
    const [segment] = stored.segments;
    if (segment === undefined) throw new Error('no segment');
    expect([bench.seen, [...bench.store.objects.keys()], stored.hostCopies]).toEqual([[], [], []]);
    await draft.publish(segment, never);
    const bytes = readFileSync(join(host.folder, KEY));
    expect(stored).toMatchObject({ storedBytes: bytes.length, storedSha256: sha256(bytes), segments: [{ key: KEY, bytes: bytes.length, sha256: sha256(bytes), proof: 'store' }], scan: { trailers: 1 } });
  });

  test('a full disk costs the copy alone: it is freed at once, and the primary is whole', async () => {
    using bench = new Bench();
    using disk = new SmallDisk(bench);
    const host = new HostFolder(bench, 'disk/b');
    const stored = await storeArtifact(noise(bench, copy(host.draft())));
    expect(stored.hostCopies).toEqual([{ why: expect.stringMatching(/app1: the disk of .* is full: nothing more could be written/) }]);
    expect([stored.scan.plainBytes, stored.storedBytes]).toEqual([4_000_000, bench.store.objects.get('data/x.1')?.body.length]);
    expect([host.files(), disk.usedKib()]).toEqual([[], 0]);
    await bench.nothingLeft();
  });

  test('a full disk of the primary ends a dump that would go on for ever', async () => {
    using bench = new Bench();
    using disk = new SmallDisk(bench);
    const host = new HostFolder(bench, 'disk/b');
    expect(await bench.fails(noise(bench, primary(host.draft()), 'cat /dev/urandom'))).toMatchObject({ reason: 'no-room', message: expect.stringMatching(/the disk of .* is full/) });
    expect([host.files(), disk.usedKib()]).toEqual([[], 0]);
  });

  test('too little room for what is expected is told before the disk is full', async () => {
    using bench = new Bench();
    const host = new HostFolder(bench);
    const far = host.draft(KEY, 2 ** 52);
    expect((await storeArtifact(bench.request(dump, copy(far)))).hostCopies).toEqual([{ why: expect.stringMatching(/are expected and \d+ are free/) }]);
    bench.store.objects.clear();
    expect(await bench.fails(noise(bench, primary(far), 'cat /dev/urandom'))).toMatchObject({ reason: 'no-room', message: expect.stringMatching(/are expected and \d+ are free/) });
    expect(host.files()).toEqual([]);
  });

  test('a folder that a commit would take along gets nothing', async () => {
    using bench = new Bench();
    mkdirSync(join(bench.dir, 'code/.git'), { recursive: true });
    const host = new HostFolder(bench, 'code/backups');
    expect((await storeArtifact(bench.request(dump, copy(host.draft())))).hostCopies).toEqual([{ why: expect.stringMatching(/git work tree/) }]);
    bench.store.objects.clear();
    expect(await bench.fails(noise(bench, primary(host.draft()), 'cat /dev/urandom'))).toMatchObject({ reason: 'store-refused', message: expect.stringMatching(/git work tree/) });
    expect(host.files()).toEqual([]);
  });

  test('an object that is there already is never overwritten', async () => {
    using bench = new Bench();
    const host = new HostFolder(bench);
    await host.store.create(KEY, Buffer.from('older'), undefined, never);
    const { draft, segment } = whole((await storeArtifact(bench.request(dump, copy(host.draft())))).hostCopies[0]);
    await expect(draft.publish(segment, never)).rejects.toMatchObject({ reason: 'store-conflict' });
    await draft.discard();
    expect([host.files(), readFileSync(join(host.folder, KEY), 'utf8')]).toEqual([[KEY], 'older']);
  });

  test('a dump that fails leaves a file without a final name, which is discarded', async () => {
    using bench = new Bench();
    const host = new HostFolder(bench);
    for (const way of [copy, primary]) {
      const draft = host.draft();
      expect(await bench.fails(bench.request('echo x; exit 3', way(draft)))).toMatchObject({ reason: 'dump-failed', message: expect.stringMatching(/stage dump/) });
      expect(host.files().every((name) => name.endsWith('.partial'))).toBe(true);
      await draft.discard();
      expect(host.files()).toEqual([]);
    }
  });
});

describeWithServices('a kill while a file is written on the host', ['zstd'], () => {
  /** Writes until the test says that it is enough. */
  const slow = (bench: Bench): string => `head -c 300000 /dev/urandom; while [ ! -e ${bench.dir}/enough ]; do sleep 0.05; done; head -c 300000 /dev/urandom`;
  const begun = (host: HostFolder): Promise<void> => until(() => host.files().some((name) => name.endsWith('.partial')));

  test('of the writer costs the copy', async () => {
    using bench = new Bench();
    const host = new HostFolder(bench);
    const stored = storeArtifact(noise(bench, copy(host.draft()), slow(bench)));
    await begun(host);
    await killed(bench, /^cat $/);
    writeFileSync(join(bench.dir, 'enough'), '');
    expect((await stored).hostCopies).toEqual([{ why: expect.stringMatching(/could not receive/) }]);
    expect((await stored).scan.plainBytes).toBe(600_000);
    expect(host.files()).toEqual([]);
    await bench.nothingLeft();
  });

  test('of tee fails the dump', async () => {
    using bench = new Bench();
    const host = new HostFolder(bench);
    const draft = host.draft();
    const failed = bench.fails(noise(bench, copy(draft), slow(bench)));
    await begun(host);
    await killed(bench, /^tee /);
    writeFileSync(join(bench.dir, 'enough'), '');
    expect(await failed).toMatchObject({ reason: 'stage-killed', message: expect.stringMatching(/stage tee was ended by SIGKILL/) });
    await draft.discard();
    expect(host.files()).toEqual([]);
  });

  test('of tee ends a dumper that waits for a lock, and so does a primary that cannot be written', async () => {
    using bench = new Bench();
    const host = new HostFolder(bench);
    const waits = `echo 'SET a=1;'; : >${bench.dir}/blocked; exec sleep 100000`;
    const draft = host.draft();
    const failed = bench.fails(bench.request(waits, copy(draft)));
    await until(() => existsSync(join(bench.dir, 'blocked')));
    await killed(bench, /^tee /);
    expect(await failed).toMatchObject({ reason: 'stage-killed', message: expect.stringMatching(/stage tee was ended by SIGKILL/) });
    await draft.discard();
    expect(await bench.fails(bench.request(waits, primary(host.draft(KEY, 2 ** 52))))).toMatchObject({ reason: 'no-room' });
    expect(host.files()).toEqual([]);
  });

  test('by a cancel leaves nothing', async () => {
    using bench = new Bench();
    const host = new HostFolder(bench);
    const failed = bench.fails(noise(bench, copy(host.draft()), slow(bench)));
    await begun(host);
    bench.abort.abort();
    expect(await failed).toMatchObject({ reason: 'cancelled' });
    expect(host.files()).toEqual([]);
  });

  test('of everything leaves an unfinished name, which the store lists, never shows as an object, and abandons', async () => {
    using bench = new Bench();
    const host = new HostFolder(bench);
    const failed = storeArtifact(noise(bench, copy(host.draft()), slow(bench))).then(() => undefined, (thrown: unknown) => thrown);
    await begun(host);
    for (const pid of bench.marked()) try { process.kill(Number(pid), 'SIGKILL'); } catch { /* it ended with another */ }
    expect(await failed).toMatchObject({ reason: 'stage-killed' });
    expect(host.files()).toEqual([expect.stringMatching(/\.partial$/)]);
    const listed: string[] = [];
    for await (const { key } of host.store.list('', never)) listed.push(key);
    expect(listed).toEqual([]);
    expect(await host.store.unfinished('', never)).toMatchObject([{ key: KEY }]);
    await host.store.abandon(KEY, never);
    expect(host.files()).toEqual([]);
  });
});

/** A disk of 1 MiB below the bench. */
class SmallDisk {
  readonly #path: string;

  constructor(bench: Bench) {
    this.#path = join(bench.dir, 'disk');
    mkdirSync(this.#path);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', this.#path]);
  }

  usedKib(): number {
    const { blocks, bfree, bsize } = statfsSync(this.#path);
    return ((blocks - bfree) * bsize) / 1024;
  }

  [Symbol.dispose](): void {
    execFileSync('umount', [this.#path]);
  }
}
