import type { Workflow, WorkflowJob, WorkflowStep } from './workflows.ts';

const DEPLOY_ACTION = /^fwber\/ops\/(?:\.github\/workflows\/)?(?:deploy|rollback)(?:\.ya?ml)?@/;
const SHELL_ACTION = /(?:^|[/-])(?:ssh|rsync|scp|sftp)(?:[/@-]|$)/;
/** They put a key or a known host in place and change no host. */
const SSH_PREPARATION = /ssh-?(?:agent|key|known)|known[-_]hosts/;
const SHELL_COMMAND = /(?:^|[;&|(]\s*|^\s*)(?:sudo\s+|sshpass\s+\S+\s+(?:\S+\s+)?)?(?:ssh|rsync|scp|sftp)\s/m;

/** True for a job that changes hosts: it deploys with this product, reaches a host by ssh or rsync, or names an environment. */
export function isDeploying({ uses, steps, hasEnvironment }: WorkflowJob): boolean {
  return hasEnvironment || DEPLOY_ACTION.test(uses?.text ?? '') || steps.some(isDeployingStep);
}

/** The step in which the hosts are changed. */
export function isDeployingStep({ uses, run }: WorkflowStep): boolean {
  const action = uses?.text ?? '';
  return DEPLOY_ACTION.test(action) || (SHELL_ACTION.test(action) && !SSH_PREPARATION.test(action)) || SHELL_COMMAND.test(run?.text ?? '');
}

/** A job that calls the deploy of this product runs in an environment that the called workflow names. */
export function hasEnvironment({ hasEnvironment: own, uses }: WorkflowJob): boolean {
  return own || (uses?.text ?? '').startsWith('fwber/ops/.github/workflows/');
}

/** True for a job that reads secrets of the repository; the token that GitHub makes for each run is none. */
export function readsSecrets({ source }: WorkflowJob): boolean {
  return [...source.replaceAll(/^\s*#.*$/gm, '').matchAll(/\bsecrets\s*(?:\.\s*([\w-]+)|\[|:\s*inherit\b)/g)].some(([, name]) => name?.toUpperCase() !== 'GITHUB_TOKEN');
}

export interface JobPlace {
  readonly workflow: Workflow;
  readonly job: WorkflowJob;
  /** File and job. */
  readonly subject: string;
}

export function deployingJobs(workflows: readonly Workflow[]): readonly JobPlace[] {
  return jobsOf(workflows).filter(({ job }) => isDeploying(job));
}

export function jobsOf(workflows: readonly Workflow[]): readonly JobPlace[] {
  return workflows.flatMap((workflow) => workflow.jobs.map((job) => ({ workflow, job, subject: `${workflow.file}:${job.id}` })));
}
