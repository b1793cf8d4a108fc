/**
 * Configuration files under random environments, loaded by a booted Laravel of three Debian releases and computed by us: every leaf that we
 * claim to know is the one that the application has. Also the share of leaves that we know, over files that the framework and its
 * skeletons have.
 */
import fc from 'fast-check';
import { environmentFor, generatedConfig } from '../test/support/config-cases.ts';
import { compareConfigs, frameworkFiles, laravelVersion, ROOTS, type Compared, type ConfigCase, type Root } from '../test/support/config-oracle.ts';
import { skeletonConfig, type SkeletonMajor } from '../test/support/skeletons.ts';
import type { ProofIo, Proven } from './checks.ts';

/** Below this share of known leaves a release does not pass. */
const LEAST_KNOWN = 0.96;
/** The short form is a test, and computes the same files in every run. */
const QUICK_SEED = 4711;
/** Skeletons that a root's framework can load. */
const SKELETONS: Readonly<Record<Root['os'], readonly SkeletonMajor[]>> = { bookworm: [8], trixie: [9, 10], sid: [11, 12, 13] };

export async function proof({ quick, log }: ProofIo): Promise<Proven> {
  const seed = quick ? QUICK_SEED : Date.now() % 2 ** 31;
  log(`seed ${seed}`);
  let [passed, total] = [0, 0];
  for (const root of ROOTS) {
    const real = realCases(root, quick ? 6 : 60, seed);
    const shown = await compareConfigs(root, real);
    const share = shown.known / shown.leaves;
    log(`${root.os}, Laravel ${laravelVersion(root)}: framework and skeletons ${SKELETONS[root.os].join(', ')}: ${shown.known} of ${shown.leaves} leaves known, ${(share * 100).toFixed(2)} % (goal ${LEAST_KNOWN * 100} %)`);
    if (share < LEAST_KNOWN) log(`  NOT OK  too few leaves are known: ${[...new Set(shown.unknown)].slice(0, 10).join('; ')}`);
    const generated = fc.sample(generatedConfig, { numRuns: quick ? 150 : 1500, seed: seed + ROOTS.indexOf(root) }).map((each, index) => ({ ...each, name: `generated ${index}` }));
    const compared = await compareConfigs(root, generated);
    log(`${root.os}: ${generated.length} generated files' sets, ${compared.known} of ${compared.leaves} leaves known, ${compared.refused.length} that PHP itself refuses`);
    const [held, all] = count(log, [...real, ...generated], [shown, compared]);
    passed += held + (share < LEAST_KNOWN ? 0 : 1);
    total += all + 1;
  }
  return { passed, total };
}

/** What PHP refuses is no case. */
function count(log: (line: string) => void, cases: readonly ConfigCase[], results: readonly Compared[]): readonly [number, number] {
  const wrong = new Set(results.flatMap(({ wrong: names }) => names));
  for (const difference of results.flatMap(({ differences }) => differences).slice(0, 20)) log(`  NOT OK  ${difference}`);
  const all = cases.length - results.flatMap(({ refused }) => refused).length;
  return [all - wrong.size, all];
}

/** Files that replace what is merged, at each of the levels. */
const MERGED: Readonly<Record<string, string>> = {
  'config/session.php': "<?php return ['driver' => env('SESSION_DRIVER', 'redis'), 'own' => config('app.url')];",
  'config/auth.php': "<?php return ['guards' => ['api' => ['driver' => 'jwt']], 'defaults' => ['guard' => 'api']];",
  'config/cache.php': "<?php return ['stores' => null];",
  'config/cors/x.php': '<?php return [1];',
  'config/logging.php': "<?php return ['channels' => env('LOG_CHANNEL') ? ['single' => ['driver' => 'daily']] : ['none' => []]];",
  'config/mine.php': "<?php return ['a' => config('app.url'), 'b' => config('session.driver'), 'c' => config('app.debug'), 'd' => config('zebra.x'), 'e' => config('auth.guards')];",
  'config/zebra.php': "<?php return ['x' => 1];",
};

function realCases(root: Root, environments: number, seed: number): ConfigCase[] {
  const sets: (readonly [string, Readonly<Record<string, string>>, boolean])[] = SKELETONS[root.os].map((major) => [`skeleton ${major}`, skeletonConfig(major), false]);
  if (root.os === 'sid') sets.push(['the framework', frameworkFiles(root), false], ['nothing, merged', {}, true], ['skeleton 12, merged', skeletonConfig(12), true], ['skeleton 13, merged', skeletonConfig(13), true], ['parts, merged', MERGED, true]);
  return sets.flatMap(([name, files, base]) => {
    const drawn = fc.sample(environmentFor(base ? { ...files, ...frameworkFiles(root) } : files), { numRuns: environments, seed });
    return [{}, ...drawn].map((environment, index) => ({ name: `${name} ${index}`, files, environment, base }));
  });
}
