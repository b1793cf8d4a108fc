import type { App } from '../../app.ts';
import { isDeploying, isDeployingStep, jobsOf, type JobPlace } from '../../facts/deploying.ts';
import { workflowsOf, type Workflow, type WorkflowJob, type WorkflowStep } from '../../facts/workflows.ts';
import type { Located } from '../../facts/yaml-node.ts';
import { judged, together, type Answers, type Judgement } from '../../judgement.ts';
import { placeFinding } from '../../place-finding.ts';

const GATE = /\bfwber\/ops\/security-config-lint@|\.\/(?:[\w.-]+\/)*security-config-lint\/?$/;
const GATE_COMMAND = /\bsecurity-config-lint\b/;
/** A job with it runs also when one that it needs has failed. */
const RUNS_ANYWAY = /\b(?:always|failure)\s*\(\s*\)|!\s*cancelled\s*\(\s*\)/;

/** Whether a red result of this linter stops the deploy of the same workflow. */
export function checkGate(app: App): Judgement {
  const { all, unreadable } = workflowsOf(app);
  return judged(together([{ undecided: unreadable }, ...all.map((workflow) => judgeWorkflow(app, workflow))]), 'no workflow runs this linter');
}

function judgeWorkflow(app: App, workflow: Workflow): Answers {
  const gates = jobsOf([workflow]).filter(({ job }) => job.steps.some(isGate));
  if (gates.length === 0) return {};
  const ids = new Set(gates.map(({ job }) => job.id));
  const deploys = jobsOf([workflow]).filter(({ job }) => isDeploying(job));
  return together([...gates.map((each) => judgeGate(app, each)), ...deploys.map((each) => judgeDeploy(app, each, ids, workflow))]);
}

function isGate({ uses, run }: WorkflowStep): boolean {
  return GATE.test(uses?.text ?? '') || GATE_COMMAND.test(run?.text ?? '');
}

function judgeGate(app: App, { job, subject }: JobPlace): Answers {
  return together(job.steps.filter(isGate).map((step): Answers => {
    const swallowed = [job.continueOnError, step.continueOnError].filter((each) => each !== undefined);
    const on = swallowed.find(({ text }) => text === 'true');
    if (on !== undefined) return bypass(app, subject, on, `The job \`${job.id}\` goes on when this linter fails`, 'Delete `continue-on-error`.');
    if (step.run !== undefined && /security-config-lint[^\n]*\|\|\s*(?:true\b|:|exit 0|echo\b)/.test(step.run.text)) {
      return bypass(app, subject, step.run, `The job \`${job.id}\` swallows the exit code of this linter`, 'Delete what stands behind `||`.');
    }
    if (swallowed.some(({ text }) => text !== 'false')) return { undecided: [{ subject, reason: 'expression', why: `continue-on-error of ${subject} is an expression`, trace: [] }] };
    return { safe: [{ subject, shown: 'stops the job', trace: [] }] };
  }));
}

function judgeDeploy(app: App, { job, subject }: JobPlace, gates: ReadonlySet<string>, workflow: Workflow): Answers {
  const here = { text: job.id, place: job.place };
  if (gates.has(job.id)) {
    const isAfter = job.steps.findIndex(isDeployingStep) >= 0 && job.steps.findIndex(isDeployingStep) < job.steps.findIndex(isGate);
    return isAfter ? bypass(app, subject, here, `The job \`${job.id}\` deploys before this linter has looked`, 'Put the linter before the step that deploys.') : {};
  }
  if (!waits(job, gates, workflow, new Set())) return bypass(app, subject, here, `The job \`${job.id}\` deploys without waiting for this linter`, `Add \`needs: ${[...gates][0] ?? ''}\` to \`${job.id}\`.`);
  if (RUNS_ANYWAY.test(job.condition)) return bypass(app, subject, here, `The job \`${job.id}\` deploys also when this linter has failed`, 'Take the function that runs it anyway out of its `if`.');
  return { safe: [{ subject, shown: 'waits', trace: [] }] };
}

function waits({ needs }: WorkflowJob, gates: ReadonlySet<string>, workflow: Workflow, seen: Set<string>): boolean {
  return needs.some((id) => {
    if (gates.has(id)) return true;
    const next = seen.has(id) ? undefined : workflow.jobs.find((job) => job.id === id);
    seen.add(id);
    return next !== undefined && waits(next, gates, workflow, seen);
  });
}

function bypass(app: App, subject: string, { place }: Located, what: string, remedy: string): Answers {
  return { findings: [placeFinding(app, { subject, severity: 'high', place, shown: 'bypassed', what, message: `${what}, so that its findings stop nothing.`, remedy })] };
}
