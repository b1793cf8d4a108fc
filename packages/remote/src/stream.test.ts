import { describe, expect, jest, test } from '@jest/globals';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { Secret } from '@ops/shared';
import { allBytes, collect, openLocal } from './stream-testing.ts';
import { pathWithout, processesWith, SHELLS, TestBench, until } from './testing.ts';

jest.setTimeout(120_000);

const gone = async (bench: TestBench): Promise<void> => {
  await until(() => processesWith(`OPS_TEST_MARK=${bench.dir}`).length === 0);
  expect(readdirSync(bench.dir).filter((name) => name.startsWith('ops-stream'))).toEqual([]);
};

describe.each(SHELLS)('a stream under %s', (shell) => {
  test('tells stdout, stderr and exit status apart, and leaves nothing', async () => {
    await using bench = new TestBench();
    const lines: string[] = [];
    const stream = openLocal(bench, 'echo out; echo >&2; echo err >&2; printf "no newline" >&2; pwd; umask; exit 7', { shell, onStderrLine: (line) => lines.push(line) });
    expect(await collect(stream.stdout)).toEqual({ bytes: Buffer.from('out\n/\n0077\n'), error: undefined });
    expect(await stream.exit).toEqual({ exit: 7, lost: false });
    expect(lines).toEqual(['', 'err', 'no newline']);
    expect(stream.stderrTail()).toBe('\nerr\nno newline\n');
    await gone(bench);
  });

  test('carries every byte there and back', async () => {
    await using bench = new TestBench();
    const bytes = allBytes(5_000_001);
    const stream = openLocal(bench, 'cat', { shell });
    const back = collect(stream.stdout);
    await pipeline(Readable.from([bytes.subarray(0, 3), bytes.subarray(3, 2_000_000), bytes.subarray(2_000_000)]), stream.stdin);
    expect((await back).bytes.equals(bytes)).toBe(true);
    expect(await stream.exit).toEqual({ exit: 0, lost: false });
  });

  test('takes a script of any bytes, with values and secrets of any kind', async () => {
    await using bench = new TestBench();
    const values = { QUOTES: `a'b"c\`d`, LINES: 'one\n\n two \n', COMMAND: '$(touch x) ${HOME} \\n \\\\', UNICODE: 'grüße 🚀', EMPTY: '', LONG: `'${'x'.repeat(100_000)}` };
    const odd = 'é\u0080\u0001\u007f#end\r\t🚀';
    const script = `printf '%s|' '${odd}' "$QUOTES" "$LINES" "$COMMAND" "$UNICODE" "$EMPTY" "\${#LONG}" "$TOKEN"\n#end\nprintf done`;
    const stream = openLocal(bench, script, { shell, values, secrets: { TOKEN: new Secret("s3cr3t'\nvalue") } });
    const { bytes } = await collect(stream.stdout);
    expect(bytes.toString()).toBe(`${odd}|${values.QUOTES}|${values.LINES}|${values.COMMAND}|${values.UNICODE}||100001|s3cr3t'\nvalue|done`);
  });

  test('shows no secret in argv, nor in the environment of what the script starts, even of a name that was there', async () => {
    await using bench = new TestBench();
    const script = 'sleep 1000 & s=$!; echo "$TOKEN" >"$D/file"; echo "$s"; wait';
    const stream = openLocal(bench, script, { shell, privateDir: true, values: { SEEN: 'visible' }, secrets: { TOKEN: new Secret('s3cr3t-value') }, env: { TOKEN: 'from before' } });
    let out = '';
    stream.stdout.on('data', (chunk: Buffer) => { out += chunk.toString(); });
    await until(() => out.endsWith('\n'));
    const sleeper = Number.parseInt(out, 10);
    // Between fork and exec it is still a shell.
    await until(() => readFileSync(`/proc/${sleeper}/environ`, 'latin1').includes('SEEN='));
    const environment = readFileSync(`/proc/${sleeper}/environ`, 'latin1');
    expect(environment).toContain('SEEN=visible');
    expect(environment).not.toMatch(/TOKEN|s3cr3t/);
    const pids = processesWith(`OPS_TEST_MARK=${bench.dir}`);
    expect(pids.length).toBeGreaterThan(3);
    for (const pid of pids) for (const file of ['cmdline', 'environ']) {
      try { expect(readFileSync(`/proc/${pid}/${file}`, 'latin1')).not.toContain('s3cr3t'); } catch (error) { if (existsSync(`/proc/${pid}`)) throw error; }
    }
    await stream.kill();
    await gone(bench);
  });

  test('hands verbs to a script while it works, and a query channel its answers', async () => {
    await using bench = new TestBench();
    const stream = openLocal(bench, 'echo ready; while read -r verb rest; do case $verb in add) echo $(($rest)) ;; publish) echo published; exit 0 ;; esac; done; echo no verb; exit 3', { shell });
    let out = '';
    stream.stdout.on('data', (chunk: Buffer) => { out += chunk.toString(); });
    await until(() => out === 'ready\n');
    stream.stdin.write('add 20+3\n');
    await until(() => out === 'ready\n23\n');
    stream.stdin.write('publish\n');
    expect(await stream.exit).toEqual({ exit: 0, lost: false });
    expect(out).toBe('ready\n23\npublished\n');
    const other = openLocal(bench, 'cat; echo no verb; exit 3', { shell });
    other.end();
    expect((await collect(other.stdout)).bytes.toString()).toBe('no verb\n');
    expect(await other.exit).toEqual({ exit: 3, lost: false });
  });

  test('what a script does not take of its input is thrown away, and holds up nothing', async () => {
    await using bench = new TestBench();
    const stream = openLocal(bench, 'exec <&-; echo closed; sleep 1; exit 4', { shell, beatMs: 100, silenceS: 5 });
    const out = collect(stream.stdout);
    await pipeline(Readable.from(Array.from({ length: 40 }, () => Buffer.alloc(1_000_000))), stream.stdin);
    expect((await out).bytes.toString()).toBe('closed\n');
    expect(await stream.exit).toEqual({ exit: 4, lost: false });
    await gone(bench);
  });

  test('ends what the script leaves in the background', async () => {
    await using bench = new TestBench();
    const stream = openLocal(bench, 'sleep 1000 & (trap "" TERM; while :; do sleep 1; done) & echo done', { shell });
    expect((await collect(stream.stdout)).bytes.toString()).toBe('done\n');
    expect(await stream.exit).toEqual({ exit: 0, lost: false });
    await gone(bench);
  });

  test('does without setsid, and without head that reads exactly', async () => {
    await using bench = new TestBench();
    const bin = join(bench.dir, 'bin');
    mkdirSync(bin);
    for (const applet of ['head', 'dd', 'cat', 'sleep', 'mkdir', 'rm', 'find', 'id']) symlinkSync('/bin/busybox', join(bin, applet));
    const bytes = allBytes(2_200_001);
    for (const path of [pathWithout(bench.dir, 'setsid'), pathWithout(bench.dir, 'setsid', 'perl'), `${bin}:${process.env['PATH'] ?? ''}`]) {
      const stream = openLocal(bench, 'echo "${r_nonce-none}"; cat; exit 3', { shell, env: { PATH: path } });
      const back = collect(stream.stdout);
      stream.stdin.end(bytes);
      expect((await back).bytes.equals(Buffer.concat([Buffer.from('none\n'), bytes]))).toBe(true);
      expect(await stream.exit).toEqual({ exit: 3, lost: false });
      // Known limit: without setsid and perl only bash makes a group when there is no terminal; else the script's children live on.
      if (path.endsWith('without-setsid-perl') && shell !== 'bash') continue;
      const killed = openLocal(bench, 'sleep 1000 & echo begun; sleep 1000', { shell, env: { PATH: path }, privateDir: true });
      killed.stdout.once('data', () => { void killed.kill(); });
      expect(await killed.exit).toMatchObject({ lost: true, cause: { reason: 'cancelled' } });
      await gone(bench);
    }
  });

  test('makes a private directory and removes it, however the script ends', async () => {
    await using bench = new TestBench();
    for (const last of ['exit 0', 'kill -KILL $$', 'kill -TERM 0; sleep 100']) {
      const stream = openLocal(bench, `stat -c %a "$D"; echo secret >"$D/my.cnf"; echo "$D"; ${last}`, { shell, privateDir: true });
      const [mode, dir = ''] = (await collect(stream.stdout)).bytes.toString().split('\n');
      expect(mode).toBe('700');
      expect(dir.startsWith(join(bench.dir, 'ops-stream-'))).toBe(true);
      expect((await stream.exit).lost).toBe(false);
      expect(existsSync(dir)).toBe(false);
    }
  });

  test('sweeps private directories of the dead, never of the living', async () => {
    await using bench = new TestBench();
    const alive = openLocal(bench, 'echo "$D"; read -r x; ls "$D/mine"', { shell, privateDir: true });
    let out = '';
    alive.stdout.on('data', (chunk: Buffer) => { out += chunk.toString(); });
    await until(() => out.endsWith('\n'));
    const mine = out.trim();
    writeFileSync(join(mine, 'mine'), '');
    for (const name of ['dead', 'young', 'nobody']) mkdirSync(join(bench.dir, `ops-stream-${name}`));
    for (const name of ['dead', 'young']) writeFileSync(join(bench.dir, `ops-stream-${name}/.owner`), readFileSync(join(mine, '.owner'), 'utf8').replace(/\d+\n$/, '1\n'));
    const old = new Date(Date.now() - 48 * 3_600_000);
    for (const dir of [mine, join(bench.dir, 'ops-stream-dead'), join(bench.dir, 'ops-stream-nobody')]) utimesSync(dir, old, old);
    await openLocal(bench, 'true', { shell, privateDir: true }).exit.then((exit) => expect(exit).toEqual({ exit: 0, lost: false }));
    expect(readdirSync(bench.dir).filter((name) => name.startsWith('ops-stream')).toSorted()).toEqual([mine.slice(bench.dir.length + 1), 'ops-stream-young'].toSorted());
    alive.stdin.write('go\n');
    expect(await alive.exit).toEqual({ exit: 0, lost: false });
  });

  test('keeps of a huge stderr the newest, and splits endless lines', async () => {
    await using bench = new TestBench();
    let longest = 0, count = 0;
    const stream = openLocal(bench, 'head -c 3000000 /dev/zero | tr "\\0" x >&2; echo >&2; seq 300000 >&2; echo out', { shell, onStderrLine: (line) => { count += 1; longest = Math.max(longest, line.length); } });
    expect((await collect(stream.stdout)).bytes.toString()).toBe('out\n');
    expect(await stream.exit).toEqual({ exit: 0, lost: false });
    expect(count).toBeGreaterThan(300_000);
    expect(longest).toBe(65_536);
    expect(stream.stderrTail().endsWith('\n299999\n300000\n')).toBe(true);
    expect(stream.stderrTail().length).toBeLessThanOrEqual(16_384);
  });

  test('ten at once do not mix', async () => {
    await using bench = new TestBench();
    await Promise.all(Array.from({ length: 10 }, async (_, index) => {
      const stream = openLocal(bench, 'echo "$N" >"$D/n"; cat; cat "$D/n"; exit "$N"', { shell, values: { N: String(index) }, privateDir: true });
      const back = collect(stream.stdout);
      stream.stdin.end(`${'x'.repeat(index * 100_000)}\n`);
      expect((await back).bytes.toString()).toBe(`${'x'.repeat(index * 100_000)}\n${index}\n`);
      expect(await stream.exit).toEqual({ exit: index, lost: false });
    }));
    await gone(bench);
  });

  test('reports a script with a syntax error', async () => {
    await using bench = new TestBench();
    const stream = openLocal(bench, 'echo before\nif then\n', { shell });
    stream.stdout.resume();
    const exit = await stream.exit;
    expect(exit.lost).toBe(false);
    expect(exit.exit).not.toBe(0);
    expect(stream.stderrTail()).toMatch(/[Ss]yntax error|unexpected/);
  });
});
