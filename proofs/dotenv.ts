/**
 * Generated `.env` files and database URLs, each read by the real phpdotenv and Laravel of three Debian releases and by us:
 * the same names in the same order, the same values, casts and settings, or the same error.
 */
import fc from 'fast-check';
import { generatedCase, generatedUrl, HAND_WRITTEN, URLS } from '../test/support/dotenv-cases.ts';
import { differences, ROOTS, urlDifferences } from '../test/support/dotenv-oracle.ts';
import type { ProofIo, Proven } from './checks.ts';

const PER_PROCESS = 5_000;
/** The short form is a test, and reads the same files in every run. */
const QUICK_SEED = 4711;

export async function proof({ quick, log }: ProofIo): Promise<Proven> {
  const rounds = quick ? 1 : 12;
  const seed = quick ? QUICK_SEED : Date.now() % 2 ** 31;
  log(`seed ${seed}`);
  const wrong: string[] = [];
  let total = 0;
  for (const root of ROOTS) {
    let here = 0;
    for (let round = 0; round < rounds; round += 1) {
      const files = fc.sample(generatedCase, { numRuns: quick ? 500 : PER_PROCESS, seed: seed + round });
      const urls = fc.sample(generatedUrl, { numRuns: quick ? 200 : PER_PROCESS / 5, seed: seed + round });
      const cases = round === 0 ? [...HAND_WRITTEN, ...files] : files;
      const links = round === 0 ? [...URLS, ...urls] : urls;
      wrong.push(...differences(root, cases), ...urlDifferences(root, links));
      here += cases.length + links.length;
    }
    log(`${root.os}: ${here} files and URLs, phpdotenv ${root.phpdotenv}, Laravel ${root.laravel}; ${wrong.length} differ so far`);
    total += here;
  }
  for (const each of wrong) log(`  NOT OK  ${each}`);
  return { passed: total - wrong.length, total };
}
