import { afterEach, expect, jest, test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateHybridIdentity, generateX25519Identity, identityToRecipient } from 'age-encryption';
import { Secret } from '@ops/shared';
import { BackupFault, openPlaintext, storeArtifact, type ArtifactRequest, type Codec } from '../../packages/backup/src/index.ts';
import { bytesOf, localPlace, MemoryStore } from '../../packages/backup/src/testing.ts';
import { Bench, killed, PLAIN, rows, TRAILER, until, WAIT_MS } from '../support/pipeline.ts';
import { describeWithServices } from '../support/require.ts';
import { placeOf } from '../support/services.ts';

jest.setTimeout(2 * WAIT_MS);

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
  ])('when %s is killed and the dumper waits for a lock', async (_name, pattern, message) => {
    using bench = new Bench();
    const failing = bench.fails(bench.request(`echo 'SET a=1;'; : >${bench.dir}/blocked; exec sleep 100000`));
    failing.catch(() => undefined);
    await until(() => existsSync(join(bench.dir, 'blocked')));
    await killed(bench, pattern);
    expect(await failing).toMatchObject({ reason: 'stage-killed', message: expect.stringMatching(message) });
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

describeWithServices('an encrypted dump', ['age', 'zstd'], () => {
  const dump = `echo 'SET a=1;'; echo '${TRAILER.trim()}'`;

  test('opens with either key by ours and by age\'s own program', async () => {
    using bench = new Bench();
    const [operations, breakGlass] = await Promise.all([generateX25519Identity(), generateHybridIdentity()]);
    const codec: Codec = { ...PLAIN, encryption: 'age', recipients: [await identityToRecipient(operations), await identityToRecipient(breakGlass)] };
    const stored = await storeArtifact(bench.request(dump, { codec }));
    const object = bench.store.objects.get('data/x.1')?.body ?? Buffer.alloc(0);
    const plain = `SET a=1;\n${TRAILER}`;
    for (const identity of [operations, breakGlass]) {
      expect((await bytesOf(await openPlaintext(stored.segments, bench.store, codec, identity, bench.abort.signal))).toString()).toBe(plain);
      writeFileSync(join(bench.dir, 'key'), identity);
      const opened = execFileSync(placeOf('age'), ['-d', '-i', join(bench.dir, 'key')], { input: object });
      expect(execFileSync('zstd', ['-dc'], { input: opened }).toString()).toBe(plain);
    }
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
