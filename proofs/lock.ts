/** Sessions that race for one host's lock: in each round exactly one has it, and the fence goes up by one. */
import { batch, holder, pathWithout, SHELLS, TestBench } from '../packages/remote/src/testing.ts';

const RIVALS = 4;

export async function proof(options: { quick: boolean; log(line: string): void }): Promise<{ passed: number; total: number }> {
  const rounds = options.quick ? 4 : 40;
  let passed = 0;
  let total = 0;
  for (const variant of ['flock', 'no flock']) {
    for (const shell of SHELLS) {
      await using bench = new TestBench();
      const env: Record<string, string> = variant === 'flock' ? {} : { PATH: pathWithout(bench.dir, 'flock') };
      let good = 0;
      for (let round = 1; round <= rounds; round += 1) good += (await oneWinner(bench, shell, env, round)) ? 1 : 0;
      options.log(`${variant}, ${shell}: ${good} of ${rounds} rounds had exactly one holder among ${RIVALS}`);
      passed += good;
      total += rounds;
    }
  }
  return { passed, total };
}

async function oneWinner(bench: TestBench, shell: string, env: Readonly<Record<string, string>>, round: number): Promise<boolean> {
  const sessions = await Promise.all(Array.from({ length: RIVALS }, () => bench.open({ shell, env })));
  // mkdir fails when somebody else is inside.
  const script = `mkdir "${bench.dir}/inside" || exit 9; sleep 0.01; rmdir "${bench.dir}/inside"`;
  const results = await Promise.allSettled(sessions.map((session) => session.run(batch(script, { lock: { waitMs: 0, holder: holder() } }))));
  await Promise.all(sessions.map((session) => session.close()));
  const won = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  return won.length === 1 && won[0]?.exit === 0 && won[0].fence === round;
}
