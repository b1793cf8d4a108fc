import { describe, expect, test } from '@jest/globals';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { batch, holder, pathWithout, SHELLS, TestBench, until } from './testing.ts';

const LOCK = { waitMs: 0, holder: holder() };

describe.each(['with flock', 'without flock'])('the lock %s', (variant) => {
  const env = (bench: TestBench): Record<string, string> => (variant === 'with flock' ? {} : { PATH: pathWithout(bench.dir, 'flock') });

  test.each(SHELLS)('of two at once exactly one has it (%s)', async (shell) => {
    await using bench = new TestBench();
    const rounds = 10;
    let both = 0;
    let none = 0;
    for (let round = 0; round < rounds; round += 1) {
      const sessions = await Promise.all([1, 2, 3].map(() => bench.open({ shell, env: env(bench) })));
      // The batch proves that it is alone: making the directory fails when another is inside.
      const script = `mkdir "${bench.dir}/alone" || exit 9; sleep 0.02; rmdir "${bench.dir}/alone"`;
      const results = await Promise.allSettled(sessions.map((session) => session.run(batch(script, { lock: LOCK }))));
      const won = results.filter((result) => result.status === 'fulfilled');
      if (won.some(({ value }) => value.exit !== 0) || won.length > 1) both += 1;
      if (won.length === 0) none += 1;
      for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject({ reason: 'lock' });
      await Promise.all(sessions.map((session) => session.close()));
    }
    expect({ both, none }).toEqual({ both: 0, none: 0 });
    expect(bench.journal().map(({ fence }) => fence)).toEqual(Array.from({ length: rounds }, (_, index) => index + 1));
  });

  test('names its holder, and is had once that one lets go', async () => {
    await using bench = new TestBench();
    const one = await bench.open({ env: env(bench) });
    const two = await bench.open({ env: env(bench) });
    expect(await one.run(batch('true', { lock: { waitMs: 0, holder: holder('kim') } }))).toMatchObject({ fence: 1 });
    const refused = two.run(batch('true', { lock: { waitMs: 0, holder: holder('lee') } }));
    await expect(refused).rejects.toMatchObject({ reason: 'lock', message: expect.stringMatching(/^local: the lock of .*my app is held by kim since 2026-01-31T08:15:00.000Z, https:.*4711 \(process \d+ on the host\)\.$/) });
    const waiting = two.run(batch('echo mine', { lock: { waitMs: 20_000, holder: holder('lee') } }));
    await one.unlock();
    expect(await waiting).toMatchObject({ stdout: 'mine\n', fence: 2 });
    expect(one.fence).toBeUndefined();
    expect((await one.run(batch('echo reading still works'))).exit).toBe(0);
  });

  test('is not left behind by a supervisor that was killed', async () => {
    await using bench = new TestBench();
    const one = await bench.open({ env: env(bench) });
    await one.run(batch('true', { lock: LOCK }));
    process.kill(-one.pid, 'SIGKILL');
    const two = await bench.open({ env: env(bench) });
    expect(await two.run(batch('true', { lock: { ...LOCK, waitMs: 5_000 } }))).toMatchObject({ fence: 2 });
  });

  test('stays while a batch of a killed supervisor still changes things', async () => {
    await using bench = new TestBench();
    const one = await bench.open({ env: env(bench) });
    const running = one.run(batch(`echo > "${bench.dir}/begun"; until [ -e "${bench.dir}/go" ]; do sleep 0.05; done`, { lock: LOCK, critical: true }));
    await until(() => existsSync(join(bench.dir, 'begun')));
    process.kill(-one.pid, 'SIGKILL');
    await expect(running).rejects.toMatchObject({ reason: 'orphaned' });
    const two = await bench.open({ env: env(bench) });
    const refused = two.run(batch('true', { lock: LOCK }));
    await expect(refused).rejects.toMatchObject({ reason: 'lock', message: expect.stringContaining('is gone: a step of that run is still finishing') });
    writeFileSync(join(bench.dir, 'go'), '');
    expect(await two.run(batch('true', { lock: { ...LOCK, waitMs: 10_000 } }))).toMatchObject({ fence: 2 });
  });
});

describe('the lock', () => {
  test('is kept by a daemon, unless it was started with 9>&-', async () => {
    await using bench = new TestBench();
    const one = await bench.open();
    const polite = await one.run(batch('sleep 100 9>&- & echo $!', { lock: LOCK }));
    await one.unlock();
    expect(await one.run(batch('sleep 100 & echo $!', { lock: LOCK }))).toMatchObject({ fence: 2 });
    const rude = readFileSync(join(bench.app, '.deploy/lock.json'), 'utf8');
    await one.unlock();
    await expect(one.run(batch('true', { lock: LOCK }))).rejects.toMatchObject({ reason: 'lock', message: expect.stringContaining('lock.json does not say who (it is missing)') });
    writeFileSync(join(bench.app, '.deploy/lock.json'), rude.slice(0, 20));
    await expect(one.run(batch('true', { lock: LOCK }))).rejects.toMatchObject({ reason: 'lock', message: expect.stringContaining('it cannot be read') });
    await one.run(batch(`kill ${Number.parseInt(polite.stdout, 10)}; for p in /proc/[0-9]*; do case $(readlink $p/fd/9) in "${bench.app}"/*) kill \${p#/proc/};; esac; done 2>/dev/null; :`));
    expect(await one.run(batch('true', { lock: { ...LOCK, waitMs: 5_000 } }))).toMatchObject({ fence: 3 });
  });

  test('a session under an older fence does nothing any more', async () => {
    await using bench = new TestBench();
    const one = await bench.open();
    await one.run(batch('true', { lock: LOCK }));
    writeFileSync(join(bench.app, '.deploy/journal.ndjson'), '{"phase":"lock","fence":7,"actor":"a \\"fence\\":99"}\n', { flag: 'a' });
    await expect(one.run(batch(`echo > "${bench.dir}/never"`))).rejects.toMatchObject({ reason: 'lock', message: expect.stringContaining('a newer run (number 7 in the journal)') });
    expect(existsSync(join(bench.dir, 'never'))).toBe(false);
    await one.unlock();
    expect(await one.run(batch('true', { lock: LOCK }))).toMatchObject({ fence: 8 });
  });

  test('numbers on after a journal line that a power cut left unfinished', async () => {
    await using bench = new TestBench();
    mkdirSync(join(bench.app, '.deploy'), { recursive: true });
    writeFileSync(join(bench.app, '.deploy/journal.ndjson'), '{"phase":"done","fence":4}\n{"phase":"inte');
    const one = await bench.open();
    expect(await one.run(batch('true', { lock: LOCK }))).toMatchObject({ fence: 5 });
    const lines = readFileSync(join(bench.app, '.deploy/journal.ndjson'), 'utf8').split('\n');
    expect(JSON.parse(lines[2] ?? '')).toMatchObject({ run: '4711.1', actor: 'kim', host: 'local', phase: 'lock', fence: 5 });
  });

  test('an app dir that cannot be written is said', async () => {
    await using bench = new TestBench('/proc/app');
    const one = await bench.open();
    await expect(one.run(batch('true', { lock: LOCK }))).rejects.toMatchObject({ reason: 'preflight', message: expect.stringContaining('/proc/app/.deploy cannot be created') });
    expect((await one.run(batch('echo reads'))).stdout).toBe('reads\n');
  });

  test('what killed runs left in .deploy/run goes when the lock is taken', async () => {
    await using bench = new TestBench();
    mkdirSync(join(bench.app, '.deploy/run/4000.1'), { recursive: true });
    writeFileSync(join(bench.app, '.deploy/run/4000.1/payload.77'), 'half');
    const one = await bench.open();
    const result = await one.run(batch('ls .deploy/run', { lock: LOCK }));
    expect(result.stdout).toBe('4711.1\n');
  });
});
