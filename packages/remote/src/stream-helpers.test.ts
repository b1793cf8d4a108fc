import { describe, expect, jest, test } from '@jest/globals';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { collect, openLocal } from './stream-testing.ts';
import { processesWith, SHELLS, TestBench, until } from './testing.ts';

jest.setTimeout(300_000);

/** What of a stream runs on this machine, by its place in the process tree. */
function helpers(bench: TestBench, top: number): Record<string, number> {
  const all = processesWith(`OPS_TEST_MARK=${bench.dir}`).flatMap((pid) => {
    try {
      const [, parent = '', group = ''] = readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/^.*\) /s, '').split(' ');
      return [{ pid, parent: Number(parent), group: Number(group), name: readFileSync(`/proc/${pid}/comm`, 'latin1').trim() }];
    } catch {
      return [];
    }
  });
  // By what they have below them, as process ids start again from the beginning now and then.
  const own = all.find(({ pid }) => pid === top)?.group;
  const under = (parent: number | undefined) => all.filter((one) => one.parent === parent);
  const sleeper = (parent: number | undefined) => under(parent).find(({ name }) => name === 'sleep');
  const main = under(top).find(({ pid }) => under(pid).some(({ group }) => group !== own));
  const feed = under(top).find(({ pid }) => pid !== main?.pid);
  const metronome = all.find((one) => sleeper(one.pid) !== undefined && under(feed?.pid).some(({ pid }) => pid === one.parent));
  const reader = all.find(({ pid }) => pid === metronome?.parent);
  const clock = under(feed?.pid).find(({ pid }) => reader !== undefined && pid !== reader.pid);
  const mover = under(reader?.pid).find(({ name }) => ['head', 'dd'].includes(name));
  const guard = under(main?.pid).find(({ group, pid }) => group === own && sleeper(pid) !== undefined);
  const found = { top, feed: feed?.pid, main: main?.pid, reader: reader?.pid, clock: clock?.pid, metronome: metronome?.pid, mover: mover?.pid, guard: guard?.pid, tick: sleeper(metronome?.pid)?.pid };
  return Object.fromEntries(Object.entries(found).flatMap(([name, pid]) => (pid === undefined ? [] : [[name, pid]])));
}

describe.each(SHELLS)('kill -9 during a load under %s', (shell) => {
  // Whom the others survive, as they only look after them, may let a load come to its end; then it must be a whole one.
  test.each([
    ['top', 'lost'], ['main', 'lost'], ['reader', 'lost'], ['clock', 'lost'], ['metronome', 'lost'], ['mover', 'lost'],
    ['feed', 'whole'], ['guard', 'whole'], ['tick', 'whole'],
  ] as const)('of %s: %s', async (victim, result) => {
    await using bench = new TestBench();
    const script = 'cat >"$TMPDIR/loaded"; echo end >"$TMPDIR/end"';
    const stream = openLocal(bench, script, { shell, privateDir: true, graceS: 1, beatMs: 200, silenceS: 60 });
    const out = collect(stream.stdout);
    const part = Buffer.alloc(1_000_000, 'x');
    let more = true;
    const sent = (async () => {
      let parts = 0;
      for (; more; parts += 1) if (!stream.stdin.write(part)) await Promise.race([new Promise((go) => { stream.stdin.once('drain', go).once('close', go); }), stream.exit]);
      return parts;
    })();
    await until(() => existsSync(join(bench.dir, 'loaded')));
    let pid: number | undefined;
    await until(() => {
      pid = helpers(bench, stream.pid)[victim];
      if (pid === undefined) return false;
      try { return process.kill(pid, 'SIGKILL'); } catch { return false; }
    });
    if (result === 'whole') more = false;
    else await stream.exit;
    more = false;
    const parts = await sent;
    stream.end();
    const exit = await stream.exit;
    await out;
    await until(() => processesWith(`OPS_TEST_MARK=${bench.dir}`).length === 0);
    expect({ ...exit, said: stream.stderrTail() }).toMatchObject(result === 'lost' ? { lost: true } : { exit: 0, lost: false, said: '' });
    // Lost means that the script has never seen an end of its input.
    expect(existsSync(join(bench.dir, 'end'))).toBe(result === 'whole');
    if (result === 'whole') expect(readFileSync(join(bench.dir, 'loaded')).length).toBe(parts * part.length);
    await until(() => !readdirSync(bench.dir).some((name) => name.startsWith('ops-stream')));
  });
});
