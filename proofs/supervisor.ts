/**
 * Runners lost at a random moment, from before the batch starts to after it ends: a critical batch ran to its end or not
 * at all, another is gone, the compensation ran, the lock is free, and neither process nor file stays.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { batch, holder, processesWith, SHELLS, TestBench, until } from '../packages/remote/src/testing.ts';

const STEPS = 12;
const LONGEST_MS = 500;

export async function proof(options: { quick: boolean; log(line: string): void }): Promise<{ passed: number; total: number }> {
  const rounds = options.quick ? 6 : 40;
  let passed = 0;
  for (const shell of SHELLS) {
    let good = 0;
    for (let round = 0; round < rounds; round += 1) {
      const wrong = await lose(shell, round % 2 === 0, (round * LONGEST_MS) / rounds + Math.random() * 20);
      if (wrong === undefined) good += 1;
      else options.log(`${shell}, round ${round}: ${wrong}`);
    }
    options.log(`${shell}: ${good} of ${rounds} losses ended well`);
    passed += good;
  }
  return { passed, total: rounds * SHELLS.length };
}

async function lose(shell: string, critical: boolean, afterMs: number): Promise<string | undefined> {
  await using bench = new TestBench();
  const session = await bench.open({ shell, graceS: 1, env: { OPS_TEST_MARK: bench.dir } });
  const lock = { waitMs: 0, holder: holder() };
  session.arm('up', 'echo up >> up', {});
  await session.run(batch('true', { lock }));
  const script = `i=0; while [ $i -lt ${STEPS} ]; do i=$((i+1)); echo $i >> steps; seq 200; sleep 0.02; done`;
  const running = session.run(batch(script, { title: 'work', critical, lock }));
  running.catch(() => {});
  await sleep(afterMs);
  await session.close(); // something is armed, so this is the end of input without `quit`
  const next = await bench.open({ shell });
  await next.run(batch('true', { lock: { ...lock, waitMs: 20_000 } }));
  const steps = existsSync(join(bench.app, 'steps')) ? readFileSync(join(bench.app, 'steps'), 'utf8').split('\n').length - 1 : 0;
  await next.close();
  if (critical && steps !== 0 && steps !== STEPS) return `a critical batch did ${steps} of ${STEPS} steps`;
  if (readFileSync(join(bench.app, 'up'), 'utf8') !== 'up\n') return 'the compensation did not run once';
  if (!bench.journal().some((line) => line['phase'] === 'orphaned')) return 'the journal does not say orphaned';
  await until(() => processesWith(`OPS_TEST_MARK=${bench.dir}`).length === 0);
  const left = readdirSync(bench.dir).filter((name) => name !== 'my app');
  return left.length === 0 ? undefined : `left behind: ${left.join(', ')}`;
}
