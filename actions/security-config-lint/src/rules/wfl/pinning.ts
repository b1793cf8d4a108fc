import type { App } from '../../app.ts';
import { jobsOf } from '../../facts/deploying.ts';
import { workflowsOf } from '../../facts/workflows.ts';
import type { Located } from '../../facts/yaml-node.ts';
import { judged, together, type Answers, type Judgement } from '../../judgement.ts';
import { placeFinding } from '../../place-finding.ts';

/** By GitHub, and this product. */
const FIRST_PARTY = /^(?:actions|github|fwber\/ops)(?:\/|@|$)/i;

/** A tag can be moved to other code, as happened to tj-actions/changed-files in 2025 (CVE-2025-30066). */
export function checkPinning(app: App): Judgement {
  const { all, unreadable } = workflowsOf(app);
  const used = jobsOf(all).flatMap(({ workflow, job }) => [job.uses, ...job.steps.map(({ uses }) => uses)].flatMap((uses) => (uses === undefined ? [] : [judgeUse(app, workflow.file, uses)])));
  return judged(together([{ undecided: unreadable }, ...used]), 'no workflow uses an action of others');
}

function judgeUse(app: App, file: string, { text, place }: Located): Answers {
  if (text.startsWith('./')) return {};
  const [name = '', version = ''] = text.split('@', 2);
  const subject = `${file}:${name.replace(/:[\w.-]+$/, '')}`;
  const isPinned = text.startsWith('docker://') ? /@sha256:[0-9a-f]{64}$/.test(text) : /^[0-9a-f]{40}$/i.test(version);
  if (isPinned) return { safe: [{ subject, shown: 'pinned', trace: [] }] };
  const isFirst = FIRST_PARTY.test(name);
  const what = text.startsWith('docker://') ? 'a digest' : 'the full SHA of a commit';
  return {
    findings: [placeFinding(app, {
      subject, severity: isFirst ? 'low' : 'medium', rank: isFirst ? 1 : 2, place, shown: 'not pinned', what: `${name} is used by a name that can move`,
      message: `\`${name}\` is not pinned to ${what}, so whoever can move its tag or branch runs code in this workflow.`,
      remedy: `Pin \`${name}\` to ${what}, with the version in a comment behind it; Dependabot and Renovate keep it up to date.`,
    })],
  };
}
