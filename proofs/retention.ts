/** Random catalogs of backups: in each, all promises of retention hold; and a year of failures deletes nothing good. */
import fc from 'fast-check';
import { decideRetention } from '../packages/backup/src/retention/policy.ts';
import { anyItems, anyPolicy, brokenPromises, NOW_MS, PROMISES, yearOfFailures } from '../packages/backup/src/retention/testing.ts';
import type { ProofIo, Proven } from './checks.ts';

export async function proof({ quick, log }: ProofIo): Promise<Proven> {
  const total = quick ? 500 : 10_000;
  const seed = Date.now() % 2 ** 31;
  log(`${total} random catalogs, seed ${seed}; in each ${Object.keys(PROMISES).length} promises:`);
  for (const name of Object.keys(PROMISES)) log(`  ${name}`);
  let passed = 0;
  let backups = 0;
  let deleted = 0;
  let guarded = 0;
  for (const [items, policy] of fc.sample(fc.tuple(anyItems, anyPolicy), { numRuns: total, seed })) {
    const broken = brokenPromises(items, policy);
    if (broken.length === 0) passed += 1;
    else log(`  NOT OK  ${broken.join('; ')}: ${JSON.stringify({ items, policy })}`);
    const decision = decideRetention(items, policy, NOW_MS);
    backups += items.length;
    deleted += decision.delete.length;
    guarded += decision.guard === undefined ? 0 : 1;
  }
  log(`${backups} backups, ${deleted} of them deleted, ${guarded} catalogs where more than half would have gone`);
  const year = yearOfFailures();
  const policy = { ages: { frequent: 7, daily: 30 * 86_400_000, 'pre-deploy': 7, monthly: 365 }, minVerified: 3 };
  const gone = new Set(decideRetention(year, policy, NOW_MS).delete.map(({ id }) => id));
  const good = year.filter((item) => item.kind === 'known' && item.proven);
  const left = good.filter(({ id }) => !gone.has(id)).length;
  log(`a year of failed backups, then one that is proven: ${gone.size} deleted, ${left} of ${good.length} proven ones kept`);
  return { passed: passed + (left === good.length && gone.size > 0 && deleted > 0 ? 1 : 0), total: total + 1 };
}
