import type { App } from '../../app.ts';
import { deployingJobs, hasEnvironment, readsSecrets, type JobPlace } from '../../facts/deploying.ts';
import { workflowsOf } from '../../facts/workflows.ts';
import { judged, together, type Answers, type Judgement } from '../../judgement.ts';
import { placeFinding } from '../../place-finding.ts';

const NO_JOB = 'no workflow deploys';

export function checkPermissions(app: App): Judgement {
  const { all, unreadable } = workflowsOf(app);
  return judged(together([{ undecided: unreadable }, ...deployingJobs(all).map((each) => judgePermissions(app, each))]), NO_JOB);
}

function judgePermissions(app: App, { workflow, job, subject }: JobPlace): Answers {
  const granted = job.permissions.kind === 'unset' ? workflow.permissions : job.permissions;
  const isAll = granted.kind === 'word' && granted.word.text === 'write-all';
  if (granted.kind !== 'unset' && !isAll) return { safe: [{ subject, shown: granted.kind === 'listed' ? 'listed' : 'not write-all', trace: [] }] };
  return {
    findings: [placeFinding(app, {
      subject, severity: 'medium', rank: isAll ? 2 : 1, place: granted.kind === 'word' ? granted.word.place : job.place, shown: isAll ? 'write-all' : 'not set',
      what: isAll ? 'permissions are write-all' : 'neither the workflow nor the job sets permissions',
      message: isAll ? `The job \`${job.id}\` deploys with every right on the repository.` : `The job \`${job.id}\` deploys with the default rights of the repository, which may be all of them.`,
      remedy: 'Write `permissions:` with what the job needs, most often `contents: read`.',
    })],
  };
}

export function checkEnvironment(app: App): Judgement {
  const { all, unreadable } = workflowsOf(app);
  const reading = deployingJobs(all).filter(({ job }) => readsSecrets(job));
  return judged(together([{ undecided: unreadable }, ...reading.map((each) => judgeEnvironment(app, each))]), 'no workflow deploys with secrets');
}

function judgeEnvironment(app: App, { job, subject }: JobPlace): Answers {
  if (hasEnvironment(job)) return { safe: [{ subject, shown: 'in an environment', trace: [] }] };
  return {
    findings: [placeFinding(app, {
      subject, severity: 'low', place: job.place, shown: 'no environment', what: 'the job reads secrets outside of an environment',
      message: `The job \`${job.id}\` deploys with secrets that every workflow of every branch can read.`,
      remedy: `Add \`environment:\` to \`${job.id}\`, move its secrets there, and let only the branch that deploys use it.`,
    })],
  };
}
