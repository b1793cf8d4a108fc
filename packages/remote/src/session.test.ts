import { describe, expect, test } from '@jest/globals';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Secret } from '@ops/shared';
import { batch, holder, pathWithout, processesWith, SHELLS, TestBench, until } from './testing.ts';

describe.each(SHELLS)('a session under %s', (shell) => {
  test('runs batches one after the other and tells their output and exit status apart', async () => {
    await using bench = new TestBench();
    const session = await bench.open({ shell });
    const [first, second] = await Promise.all([
      session.run(batch('echo out; echo err >&2; pwd; exit 7')),
      session.run(batch('printf "no newline"')),
    ]);
    expect(first).toMatchObject({ exit: 7, stdout: 'out\n/\n', stderr: 'err\n', timedOut: false });
    expect(second).toMatchObject({ exit: 0, stdout: 'no newline', stderr: '' });
    expect(session.roundTrips).toBe(2);
  });

  test('hands over values of any kind as environment, and nothing of it is in argv', async () => {
    await using bench = new TestBench();
    const session = await bench.open({ shell });
    const values = { QUOTES: `a'b"c\`d`, LINES: 'one\n\n two \n', COMMAND: '$(touch x) ${HOME} \\n \\\\', UNICODE: 'grüße 🚀', EMPTY: '', LONG: `'${'x'.repeat(100_000)}` };
    const secrets = { TOKEN: new Secret("s3cr3t'value") };
    const result = await session.run(batch(
      'for name in QUOTES LINES COMMAND UNICODE EMPTY TOKEN; do eval "printf \'%s|\' \\"\\$$name\\""; done; echo ${#LONG}; cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " " | grep -c "s3cr3t.val[u]e"',
      { values, secrets },
    ));
    expect(result.stdout).toBe(`${values.QUOTES}|${values.LINES}|${values.COMMAND}|${values.UNICODE}||s3cr3t'value|100001\n0\n`);
  });

  test('reports a script with a syntax error and lives on', async () => {
    await using bench = new TestBench();
    const session = await bench.open({ shell });
    const broken = await session.run(batch('echo before\nif then\n'));
    expect(broken.exit).toBe(2);
    expect(broken.stderr).toMatch(/[Ss]yntax error|unexpected/);
    expect(await session.run(batch('echo after'))).toMatchObject({ exit: 0, stdout: 'after\n' });
  });

  test('ends a batch that takes too long, critical or not', async () => {
    await using bench = new TestBench();
    const session = await bench.open({ shell });
    for (const critical of [false, true]) {
      const result = await session.run(batch('echo begun; sleep 60 & sleep 60; echo never', { critical, timeoutMs: 1000 }));
      expect(result).toMatchObject({ timedOut: true, stdout: 'begun\n' });
      expect(result.exit).not.toBe(0);
    }
    expect((await session.run(batch('echo still here'))).stdout).toBe('still here\n');
  });

  test.each([0, 1, 300_000])('uploads %d bytes of every value', async (bytes) => {
    await using bench = new TestBench();
    const session = await bench.open({ shell });
    const file = join(bench.dir, 'payload');
    writeFileSync(file, Buffer.from(Array.from({ length: bytes }, (_, index) => (index * 7 + (index >> 8)) % 256)));
    const result = await session.run(batch('cmp "$OPS_PAYLOAD" "$SAME" && cmp - "$SAME" && wc -c <"$OPS_PAYLOAD"', { payload: { file, bytes }, values: { SAME: file } }));
    expect(result).toMatchObject({ exit: 0, stderr: '' });
    expect(Number(result.stdout)).toBe(bytes);
    expect((await session.run(batch('echo "${OPS_PAYLOAD-none}"'))).stdout).toBe('none\n');
  });

  test('changes nothing under the app dir without the lock, and leaves nothing anywhere', async () => {
    await using bench = new TestBench();
    const session = await bench.open({ shell, env: { OPS_TEST_MARK: bench.dir } });
    await session.run(batch('echo hello'));
    expect(existsSync(bench.app)).toBe(false);
    expect(readdirSync(bench.dir)).toHaveLength(1);
    await session.run(batch('echo locked', { lock: { waitMs: 0, holder: holder() } }));
    expect(readdirSync(join(bench.app, '.deploy')).toSorted()).toEqual(['journal.ndjson', 'lock', 'lock.json', 'run']);
    await session.close();
    expect(readdirSync(bench.dir)).toEqual(['my app']);
    expect(readdirSync(join(bench.app, '.deploy/run'))).toEqual([]);
    await until(() => processesWith(`OPS_TEST_MARK=${bench.dir}`).length === 0);
  });

  test('does not wait for a daemon that keeps the output open', async () => {
    await using bench = new TestBench();
    const session = await bench.open({ shell });
    const result = await session.run(batch('(while sleep 0.01; do echo noise; done) & echo $!'));
    expect(result.exit).toBe(0);
    const next = await session.run(batch(`kill ${Number.parseInt(result.stdout, 10)}`));
    expect(next.exit).toBe(0);
  });

  test('streams output while it arrives', async () => {
    await using bench = new TestBench();
    const session = await bench.open({ shell });
    const seen: string[] = [];
    const done = session.run(batch(`echo one; until [ -e "${bench.dir}/go" ]; do sleep 0.05; done; echo two`, { onOutput: (stream, text) => seen.push(`${stream} ${text}`) }));
    await until(() => seen.length > 0);
    expect(seen).toEqual(['stdout one\n']);
    writeFileSync(join(bench.dir, 'go'), '');
    expect((await done).stdout).toBe('one\ntwo\n');
  });

  test('does without setsid', async () => {
    await using bench = new TestBench();
    const session = await bench.open({ shell, env: { PATH: pathWithout(bench.dir, 'setsid') } });
    expect(await session.run(batch('echo out; exit 3'))).toMatchObject({ exit: 3, stdout: 'out\n' });
    expect(await session.run(batch('echo begun; sleep 100 & sleep 100', { timeoutMs: 1000 }))).toMatchObject({ timedOut: true, stdout: 'begun\n' });
  });

  test('reads payloads exactly where head reads ahead', async () => {
    await using bench = new TestBench();
    // BusyBox' applets before everything else: its head takes 4 KiB where one byte was asked for.
    const bin = join(bench.dir, 'bin');
    mkdirSync(bin);
    for (const applet of ['head', 'dd', 'cat', 'wc', 'rm', 'mkdir', 'mv', 'sed', 'tail', 'date', 'setsid', 'sleep', 'cmp', 'id']) symlinkSync('/bin/busybox', join(bin, applet));
    const session = await bench.open({ shell, env: { PATH: `${bin}:${process.env['PATH'] ?? ''}` } });
    const file = join(bench.dir, 'payload');
    writeFileSync(file, Buffer.alloc(200_001, 'payload\n'));
    const same = { payload: { file, bytes: 200_001 }, values: { SAME: file }, lock: { waitMs: 0, holder: holder() } };
    expect(await session.run(batch('head -c 3 /dev/zero | wc -c; cmp "$OPS_PAYLOAD" "$SAME" && echo same', same))).toMatchObject({ exit: 0, stdout: '3\nsame\n' });
    expect((await session.run(batch('echo on'))).stdout).toBe('on\n');
  });

  test('an aborted batch ends on the host, and the session lives on', async () => {
    await using bench = new TestBench();
    const session = await bench.open({ shell });
    const controller = new AbortController();
    const running = session.run(batch(`echo > "${bench.dir}/begun"; sleep 100; echo > "${bench.dir}/never"`, { lock: { waitMs: 0, holder: holder() } }), controller.signal);
    await until(() => existsSync(join(bench.dir, 'begun')));
    controller.abort();
    await expect(running).rejects.toMatchObject({ reason: 'cancelled' });
    expect(session.fence).toBe(1);
    expect((await session.run(batch('echo back', { lock: { waitMs: 0, holder: holder() } }))).stdout).toBe('back\n');
    await expect(session.run(batch('true'), controller.signal)).rejects.toMatchObject({ reason: 'cancelled' });
  });
});
