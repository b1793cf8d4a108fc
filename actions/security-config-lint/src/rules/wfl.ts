import { rule, type Rule, type RuleMeta } from '../rule.ts';
import { checkEnvironment, checkPermissions } from './wfl/deploying-job.ts';
import { checkGate } from './wfl/gate.ts';
import { checkPinning } from './wfl/pinning.ts';
import { checkSecretLiterals } from './wfl/secret-literals.ts';
import { checkSigning } from './wfl/signing.ts';
import { checkTriggers } from './wfl/triggers.ts';

const COMMON = { precision: 'high', needs: ['workflow'], targets: ['production', 'staging', 'example'], since: '0.1.0' } as const satisfies Partial<RuleMeta>;

/** Workflows of GitHub Actions. A job deploys when it uses deploy or rollback of this product, ssh or rsync, or names an environment. */
export const WFL: readonly Rule[] = [
  rule({
    ...COMMON, id: 'FWS-WFL-001', slug: 'secret-literal-in-workflow', title: 'A secret stands in a workflow', severity: 'critical', precision: 'medium', cwe: [798], asvs: ['13.3.1'], policyOnly: true,
    why: 'Whoever can read the repository, its forks or its history has the secret.',
    fires: 'a value under the name of a secret is long and random, in `env`, inputs of actions, services or an assignment of a script; or any value has the shape of a key of GitHub, AWS, Stripe, Slack and others',
    quiet: 'it comes from `secrets`, or is a placeholder; a random one in a job of tests is an info',
    remedy: 'Rotate it, and keep the new one in the secrets of the repository or environment.',
    check: checkSecretLiterals,
  }),
  rule({
    ...COMMON, id: 'FWS-WFL-002', slug: 'action-unpinned', title: 'An action is not pinned', severity: 'medium', precision: 'very-high', cwe: [829], asvs: ['15.2.4'],
    why: 'A tag or branch can be moved to other code, which then runs with the secrets of the workflow.',
    fires: 'an action or workflow of others is not named by the 40 digits of a commit, or an image not by its digest; those of GitHub and of this product are low',
    quiet: 'it is pinned, or stands in the same repository',
    remedy: 'Pin it to the full SHA, with the version in a comment; Dependabot and Renovate keep it up to date.',
    check: checkPinning,
  }),
  rule({
    ...COMMON, id: 'FWS-WFL-003', slug: 'permissions-broad', title: 'A job that deploys may do more than it needs', severity: 'medium', cwe: [269], asvs: ['13.3.2'],
    why: 'Whatever runs in the job, an action that was taken over too, can push code with its token.',
    fires: 'for a job that deploys neither it nor its workflow sets `permissions`, or they are `write-all`',
    quiet: 'the rights are listed, as `contents: read`',
    remedy: 'Write `permissions:` with what the job needs.',
    check: checkPermissions,
  }),
  rule({
    ...COMMON, id: 'FWS-WFL-004', slug: 'dangerous-trigger', title: 'Pull requests of strangers run with rights', severity: 'high', cwe: [829], asvs: [],
    why: '`pull_request_target` and `workflow_run` run with the rights and secrets of the base branch, on behalf of whoever opened the pull request.',
    fires: 'a job on such a trigger checks out the head of the pull request, or reads secrets other than GITHUB_TOKEN',
    quiet: 'the job only sets labels or the like',
    remedy: 'Split it: build without secrets on `pull_request`, and do what needs rights elsewhere.',
    check: checkTriggers,
  }),
  rule({
    ...COMMON, id: 'FWS-WFL-005', slug: 'deploy-without-environment', title: 'A job deploys outside of an environment', severity: 'low', cwe: [522], asvs: ['13.3.2'],
    why: 'Secrets of the repository are there for every workflow of every branch; those of an environment only where its rules allow.',
    fires: 'a job that deploys reads secrets, and names no environment',
    quiet: 'it names one, also as an input of the workflow that it calls',
    remedy: 'Add `environment:`, and move the secrets there.',
    check: checkEnvironment,
  }),
  rule({
    ...COMMON, id: 'FWS-WFL-006', slug: 'artifact-unsigned', title: 'A release is not signed', severity: 'low', precision: 'medium', cwe: [353], asvs: [],
    why: 'Nobody can tell the files that this workflow made from files that somebody put in their place.',
    fires: 'a workflow makes a release, and none of its jobs attests or signs',
    quiet: 'it uses `actions/attest`, cosign, minisign or GPG',
    remedy: 'Add `actions/attest-build-provenance`, or sign with cosign or GPG.',
    check: checkSigning,
  }),
  rule({
    ...COMMON, id: 'FWS-WFL-007', slug: 'gate-bypassed', title: 'The deploy does not heed this linter', severity: 'high', cwe: [754], asvs: [],
    why: 'A gate that nobody waits for is a report that nobody reads.',
    fires: 'the step of this linter has `continue-on-error` or `|| true`, or a job of the same workflow deploys without needing it, before it, or even when it failed',
    quiet: 'the job that deploys needs the job of the linter, directly or through others',
    remedy: 'Add `needs:`, and delete what swallows the failure.',
    check: checkGate,
  }),
];
