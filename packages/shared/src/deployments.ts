import { z } from 'zod';
import type { RunContext } from './deps.ts';
import type { GitHub } from './github.ts';
import type { Log } from './log.ts';

export type DeploymentState = 'in_progress' | 'success' | 'failure' | 'inactive' | 'error';

const deployment = z.object({ id: z.number(), sha: z.string(), environment: z.string(), task: z.string().default('deploy'), creator: z.object({ login: z.string() }).nullish() });
const status = z.object({ state: z.string(), log_url: z.string().default('') });

/** The GitHub deployment of a run; every call is best effort, because a deploy must not fail for a badge. */
export interface DeploymentTracker {
  readonly id: number | undefined;
  set(state: DeploymentState, description: string): Promise<void>;
}

const NONE: DeploymentTracker = { id: undefined, set: () => Promise.resolve() };
const MAX_DESCRIPTION = 140;

/**
 * Finds the deployment that the job's `environment:` already made (same commit and environment), or creates
 * one. A token without `deployments: write` is a notice and nothing more.
 */
export async function trackDeployment(github: GitHub, where: { readonly context: Pick<RunContext, 'repository' | 'runUrl' | 'serverUrl' | 'runId'>; readonly environment: string; readonly sha: string; readonly url: string | undefined; readonly log: Log }): Promise<DeploymentTracker> {
  const base = `/repos/${where.context.repository}/deployments`;
  try {
    const id = (await find(github, base, where)) ?? (await create(github, base, where));
    if (id === undefined) return NONE;
    await sweep(github, base, id, where);
    return {
      id,
      set: async (state, description) => {
        try {
          await github.request('POST', `${base}/${id}/statuses`, { state, description: description.slice(0, MAX_DESCRIPTION), log_url: where.context.runUrl, auto_inactive: true, ...(where.url === undefined ? {} : { environment_url: where.url }) });
        } catch (thrown) {
          where.log.info(`The GitHub deployment was not updated: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
        }
      },
    };
  } catch (thrown) {
    where.log.notice(`The GitHub deployment is not tracked: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
    return NONE;
  }
}

type Where = Parameters<typeof trackDeployment>[1];

async function find(github: GitHub, base: string, where: Where): Promise<number | undefined> {
  const answer = await github.request('GET', `${base}?sha=${where.sha}&environment=${encodeURIComponent(where.environment)}&task=deploy&per_page=10`);
  const list = z.array(deployment).safeParse(answer.body);
  // Newest first: the one that this job's environment made a moment ago.
  return list.success ? list.data.find((one) => one.sha === where.sha && one.environment === where.environment)?.id : undefined;
}

async function create(github: GitHub, base: string, where: Where): Promise<number | undefined> {
  const answer = await github.request('POST', base, { ref: where.sha, environment: where.environment, task: 'deploy', auto_merge: false, required_contexts: [], description: 'fwber/ops deploy', production_environment: where.environment === 'production' });
  const made = deployment.safeParse(answer.body);
  if (made.success && answer.status === 201) return made.data.id;
  where.log.notice(answer.status === 403 || answer.status === 404
    ? 'The GitHub deployment is not tracked: the token lacks deployments: write. Add it to the permissions of the job, or set github-deployment: false.'
    : `The GitHub deployment is not tracked: GitHub answered ${answer.status}.`);
  return undefined;
}

/** Deployments of this environment that an earlier run left in progress for ever are closed. */
async function sweep(github: GitHub, base: string, own: number, where: Where): Promise<void> {
  const answer = await github.request('GET', `${base}?environment=${encodeURIComponent(where.environment)}&task=deploy&per_page=5`);
  const list = z.array(deployment).safeParse(answer.body);
  for (const one of list.success ? list.data.filter((candidate) => candidate.id !== own) : []) {
    const newest = z.array(status).safeParse((await github.request('GET', `${base}/${one.id}/statuses?per_page=1`)).body);
    const last = newest.success ? newest.data[0] : undefined;
    const ours = last?.log_url.startsWith(`${where.context.serverUrl}/${where.context.repository}/actions/runs/`) === true && !last.log_url.includes(`/runs/${where.context.runId}/`);
    if (last?.state === 'in_progress' && ours) await github.request('POST', `${base}/${one.id}/statuses`, { state: 'inactive', description: 'Its run ended without saying how', log_url: last.log_url });
  }
}
