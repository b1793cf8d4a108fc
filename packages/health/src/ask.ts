import { normalise } from './body/normalise.ts';
import { effectivePreset, type Check } from './check.ts';
import { judge } from './judge.ts';
import type { Observation } from './observation.ts';
import { askPrometheus } from './prometheus/ask-prometheus.ts';
import { probe, type Ask, type ProbeDeps } from './probe/probe.ts';
import { attemptOf, type Attempt } from './round.ts';

/** Reads and judges one observation. */
export function attempt(check: Check, observation: Observation): Attempt {
  const health = observation.kind === 'answer' ? normalise(observation, effectivePreset(check)) : { format: 'none' as const, components: [] };
  return attemptOf(judge(check, observation, health), observation);
}

/**
 * Finds the route of an application given by its origin: the first path that is not a 404 is taken and
 * stays. Returns the address for each later attempt.
 */
export function pathFinder(check: Check, ask: Ask = probe): (deps: ProbeDeps, signal: AbortSignal) => Promise<Attempt> {
  const { prometheus } = check;
  if (prometheus !== undefined) return (deps, signal) => askPrometheus(check, prometheus, ask, deps, signal);
  let taken: Check | undefined = check.paths === undefined ? check : undefined;
  return async (deps, signal) => {
    if (taken !== undefined) return attempt(taken, await ask(taken, deps, signal));
    const tried: Attempt[] = [];
    for (const path of check.paths ?? []) {
      const candidate = { ...check, url: new URL(path, check.url).href };
      const observation = await ask(candidate, deps, signal);
      const result = attempt(candidate, observation);
      if (observation.kind === 'failure') return result;
      if (observation.status !== 404) {
        taken = candidate;
        return result;
      }
      tried.push(result);
    }
    return notFound(check, tried);
  };
}

function notFound(check: Check, tried: readonly Attempt[]): Attempt {
  const [first] = tried;
  if (first === undefined) throw new Error(`check ${check.name} has an empty list of paths`);
  return { ...first, result: { ...first.result, finding: `answered 404 at ${(check.paths ?? []).join(' and ')}` } };
}
