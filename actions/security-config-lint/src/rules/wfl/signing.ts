import type { App } from '../../app.ts';
import { workflowsOf, type Workflow, type WorkflowStep } from '../../facts/workflows.ts';
import type { Place } from '../../finding.ts';
import { judged, together, type Answers, type Judgement } from '../../judgement.ts';
import { placeFinding } from '../../place-finding.ts';

const RELEASE_ACTION = /^(?:softprops\/action-gh-release|ncipollo\/release-action|actions\/(?:create-release|upload-release-asset)|svenstaro\/upload-release-action|goreleaser\/goreleaser-action)@/;
const RELEASE_COMMAND = /\bgh\s+release\s+(?:create|upload)\b|\bgoreleaser\s+release\b/;
const SIGNING_ACTION = /^(?:actions\/attest[\w-]*|sigstore\/[\w-]+|slsa-framework\/[\w./-]+|crazy-max\/ghaction-import-gpg)@/;
const SIGNING_COMMAND = /\bcosign\s+(?:sign|attest)|\bgpg2?\b[^\n]*\s(?:--(?:detach-sign|sign|clearsign|armor)|-[a-z]*[bs])\b|\bminisign\s+-S|\bgh\s+attestation\b/;

export function checkSigning(app: App): Judgement {
  const { all, unreadable } = workflowsOf(app);
  return judged(together([{ undecided: unreadable }, ...all.map((workflow) => judgeRelease(app, workflow))]), 'no workflow makes a release');
}

function judgeRelease(app: App, { file, jobs }: Workflow): Answers {
  const steps = jobs.flatMap((job) => job.steps);
  const release = releaseIn(steps);
  if (release === undefined) return {};
  const isSigned = steps.some((step) => isSigning(step)) || jobs.some(({ uses }) => SIGNING_ACTION.test(uses?.text ?? ''));
  if (isSigned) return { safe: [{ subject: file, shown: 'signed', trace: [] }] };
  return {
    findings: [placeFinding(app, {
      subject: file, severity: 'low', place: release, shown: 'not signed', what: 'a release is made',
      message: `${file} makes a release that nobody can check: nothing in it is attested or signed.`,
      remedy: 'Add `actions/attest-build-provenance` for the files of the release, or sign them with cosign or GPG.',
    })],
  };
}

function releaseIn(steps: readonly WorkflowStep[]): Place | undefined {
  for (const { uses, run } of steps) {
    if (uses !== undefined && RELEASE_ACTION.test(uses.text)) return uses.place;
    if (run !== undefined && RELEASE_COMMAND.test(run.text)) return run.place;
  }
  return undefined;
}

function isSigning({ uses, run }: WorkflowStep): boolean {
  return SIGNING_ACTION.test(uses?.text ?? '') || SIGNING_COMMAND.test(run?.text ?? '');
}
