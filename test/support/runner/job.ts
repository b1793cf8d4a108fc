import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Contexts } from './manifest.ts';

/** The facts of the workflow run; every one has a default. */
export interface GithubFacts {
  readonly repository: string;
  readonly sha: string;
  readonly ref: string;
  readonly actor: string;
  readonly runId: string;
  readonly runAttempt: string;
  readonly job: string;
  readonly workflow: string;
  readonly token: string;
  readonly apiUrl: string;
  readonly serverUrl: string;
}

export const DEFAULT_FACTS: GithubFacts = {
  repository: 'acme/shop',
  sha: '0123456789abcdef0123456789abcdef01234567',
  ref: 'refs/heads/main',
  actor: 'octocat',
  runId: '4242',
  runAttempt: '1',
  job: 'deploy',
  workflow: 'Deploy',
  token: 'ghs_fakeTokenOfTheJob0123456789',
  // Nothing listens there: a test that needs the API says where its fake is.
  apiUrl: 'http://127.0.0.1:9',
  serverUrl: 'https://github.com',
};

/** The folders and files that a job has on a runner. */
export interface Job {
  readonly root: string;
  readonly workspace: string;
  readonly temp: string;
  readonly home: string;
  /** TMPDIR: what an action leaves in the machine's temp folder is found here. */
  readonly scratch: string;
}

const PREFIX = 'ops-run-';

export function makeJob(facts: GithubFacts, workspace: string | undefined, files: Readonly<Record<string, string>>): Job {
  sweep();
  const root = mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
  const name = facts.repository.split('/')[1] ?? 'repository';
  const job = { root, workspace: workspace ?? join(root, 'work', name, name), temp: join(root, 'work/_temp'), home: join(root, 'home'), scratch: join(root, 'tmp') };
  for (const dir of [job.workspace, job.temp, job.home, job.scratch, join(root, 'tools'), join(root, 'commands')]) mkdirSync(dir, { recursive: true });
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(job.workspace, file)), { recursive: true });
    writeFileSync(join(job.workspace, file), text);
  }
  return job;
}

/** Removes the folders of test processes that were killed. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined) continue;
    try {
      process.kill(Number(pid), 0);
    } catch {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    }
  }
}

/** GITHUB_OUTPUT and the others; one set a phase, as on a runner. */
export function commandFiles(job: Job, phase: 'main' | 'post'): Readonly<Record<'OUTPUT' | 'STATE' | 'ENV' | 'PATH' | 'STEP_SUMMARY', string>> {
  const file = (name: string): string => {
    const path = join(job.root, 'commands', `${phase}-${name.toLowerCase()}`);
    writeFileSync(path, '');
    return path;
  };
  return { OUTPUT: file('OUTPUT'), STATE: file('STATE'), ENV: file('ENV'), PATH: file('PATH'), STEP_SUMMARY: file('STEP_SUMMARY') };
}

export function environment(job: Job, facts: GithubFacts, action: string, event: { readonly name: string; readonly payload: unknown }): Record<string, string> {
  const eventPath = join(job.root, 'event.json');
  writeFileSync(eventPath, JSON.stringify(event.payload));
  const branch = facts.ref.replace(/^refs\/(heads|tags)\//, '');
  return {
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: job.home, TMPDIR: job.scratch, LANG: 'C.UTF-8', CI: 'true',
    GITHUB_ACTIONS: 'true', GITHUB_ACTION: '__run', GITHUB_ACTION_PATH: action, GITHUB_ACTION_REPOSITORY: 'fwber/ops', GITHUB_ACTION_REF: 'v1',
    GITHUB_ACTOR: facts.actor, GITHUB_ACTOR_ID: '583231', GITHUB_TRIGGERING_ACTOR: facts.actor,
    GITHUB_API_URL: facts.apiUrl, GITHUB_SERVER_URL: facts.serverUrl, GITHUB_GRAPHQL_URL: `${facts.apiUrl}/graphql`,
    GITHUB_REPOSITORY: facts.repository, GITHUB_REPOSITORY_ID: '1296269', GITHUB_REPOSITORY_OWNER: facts.repository.split('/')[0] ?? '', GITHUB_REPOSITORY_OWNER_ID: '9919',
    GITHUB_SHA: facts.sha, GITHUB_REF: facts.ref, GITHUB_REF_NAME: branch, GITHUB_REF_TYPE: facts.ref.startsWith('refs/tags/') ? 'tag' : 'branch', GITHUB_REF_PROTECTED: 'false', GITHUB_HEAD_REF: '', GITHUB_BASE_REF: '',
    GITHUB_RUN_ID: facts.runId, GITHUB_RUN_NUMBER: '7', GITHUB_RUN_ATTEMPT: facts.runAttempt, GITHUB_RETENTION_DAYS: '90',
    GITHUB_JOB: facts.job, GITHUB_WORKFLOW: facts.workflow, GITHUB_WORKFLOW_REF: `${facts.repository}/.github/workflows/deploy.yml@${facts.ref}`, GITHUB_WORKFLOW_SHA: facts.sha,
    GITHUB_EVENT_NAME: event.name, GITHUB_EVENT_PATH: eventPath, GITHUB_WORKSPACE: job.workspace,
    RUNNER_OS: 'Linux', RUNNER_ARCH: 'X64', RUNNER_NAME: 'fake', RUNNER_ENVIRONMENT: 'github-hosted', RUNNER_TEMP: job.temp, RUNNER_TOOL_CACHE: join(job.root, 'tools'), RUNNER_WORKSPACE: dirname(job.workspace),
  };
}

export function contextsOf(env: Readonly<Record<string, string>>, facts: GithubFacts): Contexts {
  const named = (prefix: string): Record<string, string> => Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith(prefix)).map(([name, value]) => [name.slice(prefix.length).toLowerCase(), value]));
  return { github: { ...named('GITHUB_'), token: facts.token }, runner: named('RUNNER_') };
}
