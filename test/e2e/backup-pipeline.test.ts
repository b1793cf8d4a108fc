import { afterEach, expect, jest, test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { generateHybridIdentity, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { Secret } from '@ops/shared';
import { BackupFault, openPlaintext, storeArtifact, type ArtifactRequest, type Codec, type Progress, type Scan } from '../../packages/backup/src/index.ts';
import { bytesOf, localPlace, MemoryStore } from '../../packages/backup/src/testing.ts';
import { describeWithServices } from '../support/require.ts';
import { placeOf } from '../support/services.ts';

const TAP = pathToFileURL(join(import.meta.dirname, '../../packages/backup/src/pipeline/tap-worker.ts'));
const PLAIN: Codec = { compression: 'zstd', level: 3, encryption: 'none', recipients: [] };
const WAIT_MS = 60_000;
jest.setTimeout(2 * WAIT_MS);

/** A few rows as mysqldump writes them, `count` times. */
const rows = (count: number): string => `CREATE TABLE \`t\` (\`id\` int);\n${"INSERT INTO `t` VALUES (1,'a;\\'b'),(2,'(c)');\n".repeat(count)}`;
const TRAILER = '-- Dump completed on 2026-11-25 12:00:00\n';

class Bench {
  readonly dir = mkdtempSync(join(tmpdir(), 'ops-pipeline-test-'));
  readonly store: MemoryStore;
  readonly seen: string[] = [];
  readonly progress: Progress[] = [];
  readonly scans: Scan[] = [];
  readonly abort = new AbortController();

  constructor(store = new MemoryStore()) {
    this.store = store;
  }

  /** A program that plays the dumper. */
  program(name: string, script: string): string {
    const path = join(this.dir, name);
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
    return path;
  }

  request(script: string, more: Partial<ArtifactRequest> = {}): ArtifactRequest {
    const program = this.program('dumper', script);
    return {
      place: localPlace({ ...process.env, TMPDIR: this.dir, OPS_TEST_MARK: this.dir, PATH: `${this.dir}/bin:${process.env['PATH'] ?? ''}` }),
      plan: { name: 'dump', commands: [{ id: 'dump', program, args: [] }], scan: 'mysql' },
      login: { files: [], env: {} }, codec: PLAIN, store: this.store, segmentKey: (index) => `data/x.${index}`, tier: 'daily', estimateBytes: 1000, parallel: 1,
      onProgress: (progress) => this.progress.push(progress), onUpload: (key) => this.seen.push(key), approve: (scan) => { this.scans.push(scan); return Promise.resolve(); },
      signal: this.abort.signal, workers: { tap: TAP }, ...more,
    };
  }

  /** The fault of a run that must fail, after looking that nothing is left of it. */
  async fails(request: ArtifactRequest): Promise<BackupFault> {
    const outcome: unknown = await storeArtifact(request).then((stored) => stored, (thrown: unknown) => thrown);
    if (!(outcome instanceof BackupFault)) throw new Error(`it did not fail with a BackupFault: ${JSON.stringify(outcome)} ${String(outcome)}`);
    await this.nothingLeft();
    expect([...this.store.objects.keys()]).toEqual([]);
    expect(await this.store.unfinished('')).toEqual([]);
    return outcome;
  }

  marked(): string[] {
    return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && pid !== String(process.pid)).filter((pid) => {
      try {
        if (readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`OPS_TEST_MARK=${this.dir}`)) return true;
        // Decoders are children of this process, whose environment knows no mark. One that nobody has reaped yet is gone.
        const [state, parent] = (readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1) ?? '').split(' ');
        return parent === String(process.pid) && state !== 'Z' && /^(zstd|gzip|pg_restore)/.test(readFileSync(`/proc/${pid}/comm`, 'latin1'));
      } catch { return false; }
    });
  }

  async nothingLeft(): Promise<void> {
    await until(() => this.marked().length === 0 && !readdirSync(this.dir).some((name) => name.startsWith('ops-stream')), () => `processes ${this.marked().join(' ')}, files ${readdirSync(this.dir).join(' ')}`);
  }

  [Symbol.dispose](): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}

async function until(condition: () => boolean, what: () => string = () => condition.toString()): Promise<void> {
  const end = Date.now() + WAIT_MS;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`not within ${WAIT_MS} ms: ${what()}`);
    await new Promise((resolve) => { setTimeout(resolve, 10); });
  }
}

/** Kills the first process of the bench whose command line fits. */
async function killed(bench: Bench, pattern: RegExp, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  const find = (): string | undefined => bench.marked().find((pid) => {
    try { return pattern.test(readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ')); } catch { return false; }
  });
  await until(() => find() !== undefined);
  process.kill(Number(find()), signal);
}

const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

afterEach(() => { expect(existsSync('/tmp/ops-pipeline-never')).toBe(false); });

describeWithServices('a whole dump', ['zstd'], () => {
  test('is stored, proven and read back', async () => {
    using bench = new Bench();
    const plain = `${rows(2000)}${TRAILER}`;
    writeFileSync(join(bench.dir, 'plain'), plain);
    const stored = await storeArtifact(bench.request(`cat ${bench.dir}/plain`));
    expect(stored.scan).toMatchObject({ plainBytes: plain.length, plainSha256: sha256(plain), trailers: 1, inventory: { table: ['t'] }, problems: [] });
    expect(stored.scan.tables['t']?.rows).toBe(4000);
    expect(bench.scans).toEqual([stored.scan]);
    const object = bench.store.objects.get('data/x.1')?.body ?? Buffer.alloc(0);
    expect(stored).toMatchObject({ compression: 'zstd', notices: [], storedBytes: object.length, storedSha256: sha256(object), segments: [{ key: 'data/x.1', bytes: object.length }] });
    expect(execFileSync('zstd', ['-dc'], { input: object }).toString()).toBe(plain);
    expect((await bytesOf(await openPlaintext(stored.segments, bench.store, PLAIN, undefined, bench.abort.signal))).toString()).toBe(plain);
    expect(bench.progress.at(-1)).toMatchObject({ artifact: 'dump', readBytes: plain.length, storedBytes: object.length });
    await bench.nothingLeft();
  });

  test('goes on in a new segment where the store wants one', async () => {
    using bench = new Bench(new MemoryStore({ segmentBytes: 1000 }));
    const stored = await storeArtifact(bench.request(`head -c 100000 /dev/urandom >${bench.dir}/noise; cat ${bench.dir}/noise`, { plan: { name: 'file', commands: [{ id: 'dump', program: join(bench.dir, 'dumper'), args: [] }], scan: 'pg-archive' } }));
    expect(stored.segments.length).toBe(Math.ceil(stored.storedBytes / 1000));
    expect(stored.segments.map(({ bytes }) => bytes).slice(0, -1).every((bytes) => bytes === 1000)).toBe(true);
    expect(bench.seen).toEqual(stored.segments.map(({ key }) => key));
    const back = await bytesOf(await openPlaintext(stored.segments, bench.store, PLAIN, undefined, bench.abort.signal));
    expect(back.equals(readFileSync(join(bench.dir, 'noise')))).toBe(true);
    expect(stored.storedSha256).toBe(sha256(Buffer.concat(stored.segments.map(({ key }) => bench.store.objects.get(key)?.body ?? Buffer.alloc(0)))));
  });

  test('gets its arguments, environment and logins untouched, and the logins only as files', async () => {
    using bench = new Bench();
    const request = bench.request(`for a in "$@"; do echo "-- <$a>"; done; printf -- '-- pass %s\\n' "$(cat "$PGPASSFILE")"; stat -c '-- mode %a' "$PGPASSFILE"; env | grep -c s3cr3t | sed 's/^/-- env /'; env | grep -c '^ARG_' | sed 's/^/-- args /'; echo 'CREATE TABLE t (a int);'; echo '${TRAILER.trim()}'`);
    const args = ['--a=b c', "it's", '$(touch /tmp/ops-pipeline-never)', '', '*', 'line\nbreak', { prefix: '--file=', file: 'pass word' }];
    const stored = await storeArtifact({ ...request, plan: { ...request.plan, commands: [{ id: 'dump', program: join(bench.dir, 'dumper'), args }] }, login: { files: [{ name: 'pass word', text: new Secret("s3cr3t'\\n:x") }], env: { PGPASSFILE: { prefix: '', file: 'pass word' }, PGAPPNAME: 'a "b"' } } });
    const text = (await bytesOf(await openPlaintext(stored.segments, bench.store, PLAIN, undefined, bench.abort.signal))).toString();
    expect(text.split('\n').slice(0, 7)).toEqual(['-- <--a=b c>', "-- <it's>", '-- <$(touch /tmp/ops-pipeline-never)>', '-- <>', '-- <*>', '-- <line', 'break>']);
    expect(text).toMatch(/-- <--file=\/.*\/ops-stream-\w+\/pass word>/);
    expect(text).toContain("-- pass s3cr3t'\\n:x\n-- mode 600\n-- env 0\n-- args 0\n");
  });

  test('is compressed with gzip where there is no zstd, and that is said', async () => {
    using bench = new Bench();
    // Every program of this machine but zstd.
    const bin = join(bench.dir, 'bin');
    execFileSync('sh', ['-c', 'mkdir "$1" && ln -sf /bin/* /usr/bin/* "$1/" && rm -f "$1"/*zstd*', 'sh', bin]);
    const request = bench.request(`printf '%s' '${TRAILER}'; echo 'SET a=1;'; printf '%s\\n' '${TRAILER}'`);
    const stored = await storeArtifact({ ...request, place: localPlace({ PATH: bin, TMPDIR: bench.dir, OPS_TEST_MARK: bench.dir }) });
    expect(stored.compression).toBe('gzip');
    expect(stored.notices).toEqual([expect.stringMatching(/no zstd.*gzip/)]);
    expect(spawnSync('gzip', ['-dc'], { input: bench.store.objects.get('data/x.1')?.body }).stdout.toString()).toContain('SET a=1;');
  });

  test('of two dumpers needs both trailers', async () => {
    using bench = new Bench();
    const request = bench.request(`[ "$1" = a ] && echo 'CREATE TABLE a (x int);' && echo '${TRAILER.trim()}'; [ "$1" = b ] && echo 'CREATE TABLE b (x int);'; [ "$2" = no ] || echo '${TRAILER.trim()}'`);
    const program = join(bench.dir, 'dumper');
    const two = (last: string): ArtifactRequest => ({ ...request, plan: { ...request.plan, commands: [{ id: 'one', program, args: ['a', 'no'] }, { id: 'two', program, args: ['b', last] }] } });
    expect(await bench.fails(two('no'))).toMatchObject({ reason: 'no-trailer' });
    expect((await storeArtifact(two('yes'))).scan).toMatchObject({ trailers: 2, inventory: { table: ['a', 'b'] } });
  });

  test('is taken from what a first command prepared in the same private directory', async () => {
    using bench = new Bench();
    const dumper = bench.request('cat "$1"').plan.commands[0]?.program ?? '';
    const first = bench.program('first', 'echo noise; printf "SQLite format 3\\000" >"$1"; exit "$2"');
    const plan = (exit: string): Partial<ArtifactRequest> => ({ plan: { name: 'dump', before: { id: 'before', program: first, args: [{ prefix: '', file: 'snapshot' }, exit] }, commands: [{ id: 'dump', program: dumper, args: [{ prefix: '', file: 'snapshot' }] }], scan: 'sqlite' } });
    const { scan } = await storeArtifact({ ...bench.request('cat "$1"'), ...plan('0') });
    expect(scan).toMatchObject({ plainBytes: 16, problems: ['The file does not begin like an SQLite database.'] });
    bench.store.objects.clear();
    expect(await bench.fails({ ...bench.request('cat "$1"'), ...plan('3') })).toMatchObject({ reason: 'dump-failed', message: expect.stringMatching(/stage before .* exit code 3/) });
  });
});

describeWithServices('no dump is stored', ['zstd'], () => {
  test.each<[string, string, string, RegExp]>([
    ['empty with exit 0', ':', 'empty-dump', /is empty/],
    ['without trailer', `printf '%s' "${'SET a=1;'}"`, 'no-trailer', /lacks its last line/],
    ['exit 2 with a trailer', `echo 'SET a=1;'; echo '${TRAILER.trim()}'; echo 'mysqldump: Couldn'"'"'t execute x' >&2; exit 2`, 'dump-failed', /exit code 2\. It said last: mysqldump: Couldn't execute x/],
    ['server lost', `echo 'SET a=1;'; echo 'mysqldump: Error 2013: Lost connection to server during query' >&2; exit 3`, 'server-lost', /Error 2013/],
    ['login refused', `echo "mysqldump: Got error: 1045: Access denied for user 'app'@'h'" >&2; exit 2`, 'login-refused', /1045/],
    ['not installed', 'exec /nowhere/mysqldump', 'tool-missing', /cannot run .*dumper/],
    ['disk full', `echo 'write: No space left on device' >&2; exit 1`, 'no-room', /No space left/],
    ['ends itself by a signal', `echo 'SET a=1;'; kill -SEGV $$`, 'stage-killed', /stage dump was ended by SIGSEGV/],
  ])('%s', async (_name, script, reason, message) => {
    using bench = new Bench();
    const fault = await bench.fails(bench.request(script));
    expect({ reason: fault.reason, message: fault.message }).toEqual({ reason, message: expect.stringMatching(message) });
    expect(bench.scans).toEqual([]);
  });

  test('when its output has no password in the message', async () => {
    using bench = new Bench();
    const files = [{ name: 'my.cnf', text: new Secret('[client]\nuser="u"\npassword="p\\"ss w0rd"\n') }];
    const fault = await bench.fails(bench.request(`echo 'mysqldump: odd p"ss w0rd here' >&2; exit 9`, { login: { files, env: {} } }));
    expect(fault.message).toContain('odd *** here');
  });

  // zstd passes nothing on before some megabytes came.
  const endless = `echo 'CREATE TABLE t (a int);'; i=$(head -c 300000 /dev/urandom | od -An -v -tx1 | tr -d ' \\n'); while :; do printf 'INSERT INTO t VALUES (0x%s);\\n' "$i"; done`;

  test.each<[string, RegExp, RegExp]>([
    ['the dumper', /dumper/, /stage dump was ended by SIGKILL/],
    ['zstd', /^zstd .*--check/, /stage zstd was ended by SIGKILL/],
    ['the decoder of the tap', /^zstd -d/, /could not be proven: the decoder was ended by SIGKILL/],
  ])('when %s is killed', async (_name, pattern, message) => {
    using bench = new Bench();
    const failing = bench.fails(bench.request(endless));
    failing.catch(() => undefined);
    await until(() => (bench.progress.at(-1)?.readBytes ?? 0) > 100_000);
    await killed(bench, pattern);
    expect(await failing).toMatchObject({ reason: 'stage-killed', message: expect.stringMatching(message) });
  });

  test.each<[string, RegExp, RegExp]>([
    ['the dumper', /sleep 100000/, /stage dump was ended by SIGKILL/],
    ['zstd', /^zstd .*--check/, /stage zstd was ended by SIGKILL/],
    ['tee', /^tee /, /stage tee was ended by SIGKILL/],
  ])('when %s is killed and the dumper waits for a lock', async (_name, pattern, message) => {
    using bench = new Bench();
    const failing = bench.fails(bench.request(`echo 'SET a=1;'; : >${bench.dir}/blocked; exec sleep 100000`, { hostCopy: { folder: join(bench.dir, 'copies'), file: 'x' } }));
    failing.catch(() => undefined);
    await until(() => existsSync(join(bench.dir, 'blocked')));
    await killed(bench, pattern);
    expect(await failing).toMatchObject({ reason: 'stage-killed', message: expect.stringMatching(message) });
    expect(readdirSync(join(bench.dir, 'copies'))).toEqual([]);
  });

  test('when the script around it is killed', async () => {
    using bench = new Bench();
    const failing = bench.fails(bench.request(endless));
    failing.catch(() => undefined);
    await until(() => bench.progress.length > 0);
    await killed(bench, /\/dev\/fd\/8/);
    expect(await failing).toMatchObject({ reason: 'stage-killed' });
  });

  test('when the run is cancelled while the dumper waits for a lock', async () => {
    using bench = new Bench();
    const failing = bench.fails(bench.request(`echo 'SET a=1;'; : >${bench.dir}/blocked; exec sleep 100000`));
    await until(() => existsSync(join(bench.dir, 'blocked')));
    bench.abort.abort();
    expect(await failing).toMatchObject({ reason: 'cancelled' });
  });

  test('when its time is over', async () => {
    using bench = new Bench();
    const fault = await bench.fails(bench.request('exec sleep 100000', { signal: AbortSignal.timeout(300) }));
    expect(fault).toMatchObject({ reason: 'timed-out' });
  });

  test('when the caller does not approve, and nothing was completed before', async () => {
    using bench = new Bench();
    const request = bench.request(`echo 'SET a=1;'; echo '${TRAILER.trim()}'`, {
      approve: () => {
        expect([...bench.store.objects.keys()]).toEqual([]);
        return Promise.reject(new BackupFault({ reason: 'inventory-differs', message: 'no' }));
      },
    });
    expect(await bench.fails(request)).toMatchObject({ reason: 'inventory-differs' });
    expect(bench.store.calls).toEqual(['abort data/x.1']);
  });

  test('when the store refuses, even while the dumper says nothing', async () => {
    using bench = new Bench(new MemoryStore({ onChunk: () => { throw new BackupFault({ reason: 'store-refused', message: 'no' }); } }));
    const noise = 'head -c 60000000 /dev/urandom; exec sleep 100000';
    expect(await bench.fails(bench.request(noise))).toMatchObject({ reason: 'store-refused' });
  });

  test('and the gate\'s cause is told when the store fails too', async () => {
    using bench = new Bench();
    const store = new MemoryStore();
    const upload = store.upload.bind(store);
    store.upload = (request) => upload(request).catch(() => { throw new BackupFault({ reason: 'store-timeout', message: 'the abort failed' }); });
    expect(await bench.fails(bench.request(`echo 'SET a=1;'; exit 3`, { store }))).toMatchObject({ reason: 'dump-failed' });
  });

  test('when what arrives is no zstd', async () => {
    using bench = new Bench();
    bench.program('x', '');
    execFileSync('mkdir', [join(bench.dir, 'bin')]);
    bench.program('bin/zstd', 'cat');
    const request = bench.request('head -c 100000 /dev/urandom');
    expect(await bench.fails(request)).toMatchObject({ reason: 'checksum-differs', message: expect.stringMatching(/does not decode/) });
  });

  test('when a wrapper of zstd appends or cuts', async () => {
    using bench = new Bench();
    execFileSync('mkdir', [join(bench.dir, 'bin')]);
    const zstd = execFileSync('sh', ['-c', 'command -v zstd']).toString().trim();
    const dump = `echo 'SET a=1;'; echo '${TRAILER.trim()}'`;
    bench.program('bin/zstd', `${zstd} "$@"; [ "$1" = -d ] || echo garbage`);
    expect(await bench.fails(bench.request(dump))).toMatchObject({ reason: 'checksum-differs' });
    bench.program('bin/zstd', `${zstd} "$@" | head -c 20`);
    expect(await bench.fails(bench.request(dump))).toMatchObject({ reason: 'checksum-differs' });
  });
});

describeWithServices('an encrypted dump with a copy on the host', ['age', 'zstd'], () => {
  const dump = `echo 'SET a=1;'; echo '${TRAILER.trim()}'`;

  test('opens with either key by ours and by age\'s own program, and the copy is the plain zstd', async () => {
    using bench = new Bench();
    const [operations, breakGlass] = await Promise.all([generateX25519Identity(), generateHybridIdentity()]);
    const codec: Codec = { ...PLAIN, encryption: 'age', recipients: [await identityToRecipient(operations), await identityToRecipient(breakGlass)] };
    const folder = join(bench.dir, 'copies of it');
    const stored = await storeArtifact(bench.request(dump, { codec, hostCopy: { folder, file: 'x.sql.zst' } }));
    const object = bench.store.objects.get('data/x.1')?.body ?? Buffer.alloc(0);
    const plain = `SET a=1;\n${TRAILER}`;
    for (const identity of [operations, breakGlass]) {
      expect((await bytesOf(await openPlaintext(stored.segments, bench.store, codec, identity, bench.abort.signal))).toString()).toBe(plain);
      writeFileSync(join(bench.dir, 'key'), identity);
      const opened = execFileSync(placeOf('age'), ['-d', '-i', join(bench.dir, 'key')], { input: object });
      expect(execFileSync('zstd', ['-dc'], { input: opened }).toString()).toBe(plain);
    }
    const copy = readFileSync(join(folder, 'x.sql.zst'));
    expect(stored.hostCopy).toEqual({ bytes: copy.length, sha256: sha256(copy) });
    expect(readdirSync(folder)).toEqual(['x.sql.zst']);
    expect(execFileSync('zstd', ['-dc'], { input: copy }).toString()).toBe(plain);
  });

  test('never overwrites a copy, never costs the backup, and leaves none of a failed one', async () => {
    using bench = new Bench();
    const folder = join(bench.dir, 'copies');
    execFileSync('mkdir', [folder]);
    writeFileSync(join(folder, 'x'), 'older');
    const hostCopy = { folder, file: 'x' };
    expect((await storeArtifact(bench.request(dump, { hostCopy }))).hostCopy).toEqual({ why: expect.stringMatching(/could not get its final name: .*x/) });
    expect([readdirSync(folder), readFileSync(join(folder, 'x'), 'utf8')]).toEqual([['x'], 'older']);
    bench.store.objects.clear();
    writeFileSync(join(bench.dir, 'file'), '');
    expect((await storeArtifact(bench.request(dump, { hostCopy: { folder: join(bench.dir, 'file'), file: 'y' } }))).hostCopy).toEqual({ why: expect.stringMatching(/could not be written.*tee ended with 1/) });
    bench.store.objects.clear();
    expect(await bench.fails(bench.request('echo x; exit 3', { hostCopy: { folder, file: 'z' } }))).toMatchObject({ reason: 'dump-failed' });
    expect(readdirSync(folder)).toEqual(['x']);
  });

  test('is refused when cut, changed, followed by something, or opened with another key', async () => {
    using bench = new Bench();
    const [own, second, other] = await Promise.all([generateX25519Identity(), generateX25519Identity(), generateX25519Identity()]);
    const recipients = [await identityToRecipient(own), await identityToRecipient(second)];
    for (const codec of [PLAIN, { ...PLAIN, compression: 'gzip' as const }, { ...PLAIN, encryption: 'age' as const, recipients }]) {
      bench.store.objects.clear();
      const { segments } = await storeArtifact(bench.request(`i=0; while [ $i -lt 3000 ]; do echo "SET a=$i;"; i=$((i+1)); done; ${dump}`, { codec }));
      const key = segments[0]?.key ?? '';
      const whole = bench.store.objects.get(key);
      if (whole === undefined) throw new Error('nothing was stored');
      const open = async (body: Buffer, identity = own): Promise<Buffer> => {
        bench.store.objects.set(key, { ...whole, body });
        const stream = await openPlaintext(segments, bench.store, codec, codec.encryption === 'age' ? identity : undefined, bench.abort.signal);
        return await stream.toArray().then((chunks: Buffer[]) => Buffer.concat(chunks));
      };
      expect((await open(whole.body)).toString()).toContain('SET a=2999;');
      const flipped = Buffer.from(whole.body);
      const middle = Math.floor(flipped.length / 2);
      flipped[middle] = (flipped[middle] ?? 0) ^ 1;
      for (const body of [whole.body.subarray(0, -1), whole.body.subarray(0, middle), flipped, Buffer.concat([whole.body, Buffer.from('garbage')]), Buffer.alloc(0)]) {
        await expect(open(body)).rejects.toMatchObject({ reason: 'checksum-differs' });
      }
      if (codec.encryption !== 'age') continue;
      await expect(open(whole.body, other)).rejects.toMatchObject({ reason: 'identity-wrong', message: expect.stringContaining(recipients[0] ?? '?') });
      await expect(openPlaintext(segments, bench.store, codec, undefined, bench.abort.signal)).rejects.toMatchObject({ reason: 'identity-missing' });
    }
    await bench.nothingLeft();
  });
});
