import { z } from 'zod';
import type { Clock, RunContext } from './deps.ts';
import { asError } from './errors.ts';
import type { GitHub } from './github.ts';
import type { Log } from './log.ts';

export type DeploymentState = 'in_progress' | 'success' | 'failure' | 'inactive' | 'error';

/** The GitHub deployment of a run; every call is best effort, because a deploy must not fail for a badge. */
export interface DeploymentTracker {
  readonly id: number | undefined;
  set(state: DeploymentState, description: string): Promise<void>;
}

export interface DeploymentTarget {
  readonly context: Pick<RunContext, 'repository' | 'runUrl' | 'serverUrl' | 'runId'>;
  readonly environment: string;
  readonly sha: string;
  /** Where the result can be seen. */
  readonly url: string | undefined;
  readonly log: Log;
  readonly clock: Pick<Clock, 'now'>;
}

const deployment = z.object({ id: z.number(), sha: z.string(), environment: z.string(), created_at: z.string() });
const statuses = z.array(z.object({ state: z.string(), log_url: z.string().nullish() }));
type Deployment = z.infer<typeof deployment>;

const NONE: DeploymentTracker = { id: undefined, set: () => Promise.resolve() };
const MAX_DESCRIPTION = 140;
/** Deployments of the environment that are looked at, newest first. */
const LOOK_AT = 10;
/** GitHub makes the deployment of a job's `environment:` when the job starts; no job lives longer than five days. */
const MAX_AGE_MS = 5 * 86_400_000;
/** A younger one may belong to a run that works or waits for its turn right now. */
const STALE_MS = 6 * 3_600_000;

/**
 * Finds the deployment that the job's `environment:` already made, or creates one, and closes those that earlier
 * runs left in progress. A token without `deployments: write` is a notice and nothing more.
 */
export async function trackDeployment(github: GitHub, where: DeploymentTarget): Promise<DeploymentTracker> {
  const api = new Deployments(github, where);
  try {
    const recent = await api.recent();
    const id = (await api.own(recent)) ?? (await api.create());
    if (id === undefined) return NONE;
    await api.sweep(recent.filter((one) => one.id !== id));
    return { id, set: (state, description) => api.say(id, state, description) };
  } catch (thrown) {
    where.log.notice(`The GitHub deployment is not tracked. ${asError(thrown).message}`);
    return NONE;
  }
}

class Deployments {
  readonly #github: GitHub;
  readonly #where: DeploymentTarget;
  readonly #base: string;

  constructor(github: GitHub, where: DeploymentTarget) {
    this.#github = github;
    this.#where = where;
    this.#base = `/repos/${where.context.repository}/deployments`;
  }

  /** The newest of the environment; none when the token may not read them. */
  async recent(): Promise<readonly Deployment[]> {
    const { body } = await this.#github.request('GET', `${this.#base}?environment=${encodeURIComponent(this.#where.environment)}&task=deploy&per_page=${LOOK_AT}`);
    const list = z.array(deployment).safeParse(body);
    return list.success ? list.data : [];
  }

  /**
   * That of this run: same commit, recent, and its last status, if any, was written by this run. One of an earlier
   * run of the same commit has another run's address there and keeps its own history.
   */
  async own(recent: readonly Deployment[]): Promise<number | undefined> {
    const { sha, environment, context } = this.#where;
    for (const one of recent) {
      if (one.sha !== sha || one.environment !== environment || this.#ageMs(one) > MAX_AGE_MS) continue;
      const last = await this.#last(one.id);
      if (last?.run === context.runId || (last === undefined && recent[0] === one)) return one.id;
    }
    return undefined;
  }

  /** A deployment of our own; undefined, after a notice, when GitHub says no. */
  async create(): Promise<number | undefined> {
    const { sha, environment, log } = this.#where;
    // Without auto_merge: false GitHub merges the default branch first; with contexts it waits for checks, this job among them.
    const answer = await this.#github.request('POST', this.#base, { ref: sha, environment, task: 'deploy', auto_merge: false, required_contexts: [], description: 'fwber/ops deploy', production_environment: environment === 'production' });
    const made = z.object({ id: z.number() }).safeParse(answer.body);
    if (made.success && answer.status === 201) return made.data.id;
    log.notice(`The GitHub deployment is not tracked. ${why(answer.status, answer.body)}`);
    return undefined;
  }

  async say(id: number, state: DeploymentState, description: string): Promise<void> {
    const { context, url, log } = this.#where;
    try {
      const { status, body } = await this.#github.request('POST', `${this.#base}/${id}/statuses`, { state, description: shortened(description), log_url: context.runUrl, auto_inactive: true, ...(url === undefined ? {} : { environment_url: url }) });
      if (status >= 300) log.notice(`The GitHub deployment was not updated. ${why(status, body)}`);
    } catch (thrown) {
      log.notice(`The GitHub deployment was not updated. ${asError(thrown).message}`);
    }
  }

  /** Closes what earlier runs of this repository's workflows left in progress for ever. */
  async sweep(others: readonly Deployment[]): Promise<void> {
    for (const one of others.filter((other) => this.#ageMs(other) > STALE_MS)) {
      const last = await this.#last(one.id);
      if (last?.state !== 'in_progress' || last.run === undefined || last.run === this.#where.context.runId) continue;
      await this.#github.request('POST', `${this.#base}/${one.id}/statuses`, { state: 'inactive', description: 'Its run ended without saying how', log_url: last.logUrl, auto_inactive: false });
    }
  }

  #ageMs(one: Deployment): number {
    return this.#where.clock.now() - Date.parse(one.created_at);
  }

  /** The newest status; `run` is the id of the run that wrote it, undefined when no run of this repository did. */
  async #last(id: number): Promise<{ readonly state: string; readonly logUrl: string; readonly run: string | undefined } | undefined> {
    const list = statuses.safeParse((await this.#github.request('GET', `${this.#base}/${id}/statuses?per_page=1`)).body);
    const newest = list.success ? list.data[0] : undefined;
    if (newest === undefined) return undefined;
    const logUrl = newest.log_url ?? '';
    const runs = `${this.#where.context.serverUrl}/${this.#where.context.repository}/actions/runs/`;
    return { state: newest.state, logUrl, run: logUrl.startsWith(runs) ? /^\d+/.exec(logUrl.slice(runs.length))?.[0] : undefined };
  }
}

function why(status: number, body: unknown): string {
  if (status === 401) return 'GitHub does not accept the token (401). Is github-token still valid?';
  if (status === 403 || status === 404) return 'The token lacks deployments: write. Add it to the permissions of the job, or set github-deployment: false.';
  const said = z.object({ message: z.string() }).safeParse(body);
  return `GitHub answered ${status}${said.success ? `: ${said.data.message.slice(0, 200)}` : ''}.`;
}

/** At most 140 characters, as GitHub takes them, in one line. */
function shortened(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= MAX_DESCRIPTION ? line : `${line.slice(0, MAX_DESCRIPTION - 1).toWellFormed()}…`;
}
