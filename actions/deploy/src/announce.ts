import type { DeployConfig } from '@ops/release';
import { createGitHub, trackDeployment, type Deps, type DeploymentTracker, type Verdict } from '@ops/shared';
import type { DeployInputs } from './inputs.ts';

/** Tells GitHub how the deploy goes. */
export interface Announcement {
  /** Publishes the verdict and returns it. */
  end(verdict: Verdict): Promise<Verdict>;
}

/** Marks the environment's deployment as in progress; without a token, in a dry run or for status nothing is said. */
export async function announce(inputs: DeployInputs, config: DeployConfig, deps: Deps): Promise<Announcement> {
  const token = inputs['github-token'];
  const silent: Announcement = { end: (verdict) => Promise.resolve(verdict) };
  if (config.dryRun || !inputs['github-deployment'] || deps.context.repository === '') return silent;
  if (token === undefined) {
    deps.log.notice('There is no github-token, so the GitHub deployment is not tracked.');
    return silent;
  }
  const health = config.health.kind === 'gate' ? config.health.checks[0]?.url : undefined;
  const tracker: DeploymentTracker = await trackDeployment(createGitHub(deps, token), {
    context: deps.context, environment: config.environment, sha: config.sha, url: health === undefined ? undefined : new URL(health).origin, log: deps.log, clock: deps.clock,
  });
  if (tracker.id !== undefined) deps.state.save('deployment', String(tracker.id));
  await tracker.set('in_progress', `Deploying ${config.sha.slice(0, 7)}`);
  return {
    end: async (verdict) => {
      await tracker.set(verdict.ok ? 'success' : 'failure', verdict.sentence.split('\n')[0] ?? '');
      if (tracker.id !== undefined) deps.state.save('deployment-done', 'yes');
      return verdict;
    },
  };
}
