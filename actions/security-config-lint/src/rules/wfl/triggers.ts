import type { App } from '../../app.ts';
import { jobsOf, readsSecrets, type JobPlace } from '../../facts/deploying.ts';
import { workflowsOf, type WorkflowJob } from '../../facts/workflows.ts';
import type { Place } from '../../finding.ts';
import { judged, together, type Answers, type Judgement } from '../../judgement.ts';
import { placeFinding } from '../../place-finding.ts';

const TRIGGERS = ['pull_request_target', 'workflow_run'];
const HEAD = /github\.(?:event\.pull_request\.head\b|head_ref\b|event\.workflow_run\.head_|event\.pull_request\.number\b|event\.number\b)|refs\/pull\//;
const HEAD_BY_COMMAND = /\bgh\s+pr\s+checkout\b|\bgit\s+(?:fetch|pull|checkout|switch)\b[^\n]*(?:github\.(?:event\.pull_request|head_ref|event\.workflow_run)|refs\/pull\/|pull\/)/;

/** These triggers run with the rights and secrets of the base branch on behalf of whoever opened the pull request. */
export function checkTriggers(app: App): Judgement {
  const { all, unreadable } = workflowsOf(app);
  const answers = all.flatMap((workflow) => {
    const trigger = TRIGGERS.find((name) => workflow.triggers.includes(name));
    return trigger === undefined ? [] : jobsOf([workflow]).map((each) => judgeJob(app, each, trigger));
  });
  return judged(together([{ undecided: unreadable }, ...answers]), 'no workflow runs on pull_request_target or workflow_run');
}

function judgeJob(app: App, { job, subject }: JobPlace, trigger: string): Answers {
  const checkout = headCheckout(job);
  const reads = readsSecrets(job);
  if (checkout === undefined && !reads) return { safe: [{ subject, shown: 'no code of others, no secrets', trace: [] }] };
  const what = checkout === undefined ? 'reads secrets' : reads ? 'checks out the code of the pull request and reads secrets' : 'checks out the code of the pull request';
  return {
    findings: [placeFinding(app, {
      subject, severity: 'high', rank: checkout === undefined ? 1 : reads ? 3 : 2, place: checkout ?? job.place, shown: what, what: `${job.id} ${what} on ${trigger}`,
      message: `The job \`${job.id}\` runs on ${trigger} and ${what}, so a stranger's pull request may run with the rights of this repository.`,
      remedy: 'Split it: build and test on `pull_request` without secrets, and do here only what needs rights, such as setting a label.',
    })],
  };
}

function headCheckout({ steps }: WorkflowJob): Place | undefined {
  for (const { uses, run, with: inputs } of steps) {
    const ref = inputs.get('ref') ?? inputs.get('repository');
    if (uses !== undefined && uses.text.startsWith('actions/checkout@') && ref !== undefined && HEAD.test(ref.text)) return ref.place;
    if (run !== undefined && HEAD_BY_COMMAND.test(run.text)) return run.place;
  }
  return undefined;
}
