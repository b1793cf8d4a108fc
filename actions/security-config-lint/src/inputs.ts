import { boolean, choice, lines, secret, text, type ActionContract, type InputsOf, type InputSpecs } from '@ops/shared';
import { EXIT_CODES } from './exit-codes.ts';
import { THRESHOLDS } from './severity.ts';
import { TARGETS } from './target.ts';

const inputs = {
  environment: { description: 'Environment of .github/ops.yml whose values apply', schema: text(), default: 'production', rule: 'a name', example: 'staging' },
  'laravel-root': { description: 'Folder of the application in the repository; without it the one that is found', schema: text(), rule: 'a relative path', example: 'backend' },
  target: { description: 'What is judged; without it production with an environment, else example', schema: choice(TARGETS), rule: `one of: ${TARGETS.join(', ')}`, example: 'production' },
  'env-file': { description: 'The .env that the host has', schema: text(), rule: 'a path of the workspace, or an absolute one', example: '.env.production' },
  'env-from': { description: 'process: the environment of this job is that of the host', schema: choice(['none', 'process']), default: 'none', rule: 'one of: none, process', example: 'process' },
  'env-json': { description: 'Environment of the host as a JSON object', schema: secret(), secret: true, rule: 'a JSON object of texts', example: '${{ secrets.PRODUCTION_ENV }}' },
  'env-names': { description: 'Keys that are set on the host and whose values stay there', schema: lines(), list: true, rule: 'one name a line', example: 'APP_KEY' },
  'tls-at': { description: 'Where TLS ends; auto looks at the proxy configurations of the repository', schema: choice(['auto', 'app', 'proxy']), default: 'auto', rule: 'one of: auto, app, proxy', example: 'proxy' },
  'framework-version': { description: 'Version of laravel/framework for a tree without composer.lock', schema: text(), rule: 'a version', example: '12.3.0' },
  policy: { description: 'Policy file: rules, ignore, attest, assume', schema: text(), default: '.github/security-lint.yml', rule: 'a path of the workspace', example: '.github/security-lint.yml' },
  profile: { description: 'thorough also runs rules that guess', schema: choice(['default', 'thorough']), default: 'default', rule: 'one of: default, thorough', example: 'thorough' },
  'fail-on': { description: 'Severity from which on a finding turns the gate red', schema: choice(THRESHOLDS), default: 'high', rule: `one of: ${THRESHOLDS.join(', ')}`, example: 'medium' },
  'fail-on-new': { description: 'The same for findings that the baseline does not know; without it as fail-on', schema: choice(THRESHOLDS), rule: `one of: ${THRESHOLDS.join(', ')}`, example: 'low' },
  'not-evaluable': { description: 'fail: a rule at or above fail-on that cannot be decided makes the verdict inconclusive', schema: choice(['warn', 'fail']), default: 'warn', rule: 'one of: warn, fail', example: 'fail' },
  'inline-suppressions': { description: 'deny: comments with fws-ignore count for nothing', schema: choice(['allow', 'deny']), default: 'allow', rule: 'one of: allow, deny', example: 'deny' },
  baseline: { description: 'File of findings that were there before', schema: text(), rule: 'a path of the workspace', example: '.github/security-lint.baseline.json' },
  'baseline-mode': { description: 'update writes the file anew, prune takes out what is gone', schema: choice(['check', 'update', 'prune']), default: 'check', rule: 'one of: check, update, prune', example: 'update' },
  fix: { description: 'Write changes as a patch: safe ones, or also those that clients may see', schema: choice(['none', 'safe', 'unsafe']), default: 'none', rule: 'one of: none, safe, unsafe', example: 'safe' },
  evidence: { description: 'Result files of earlier steps, for the checklists', schema: lines(), list: true, rule: 'one path a line', example: '${{ steps.health.outputs.result-json }}' },
  'sarif-include-suppressed': { description: 'Put suppressed findings into the SARIF file too', schema: boolean(), default: 'false', rule: 'true or false', example: 'true' },
} as const satisfies InputSpecs;

export const contract = {
  name: 'security-config-lint',
  title: 'Security configuration',
  description: 'Find what makes a Laravel configuration unsafe, by its effective value',
  inputs,
  outputs: {
    verdict: 'pass, fail, inconclusive or error',
    'reason-code': 'Why, as one word; ok when passed',
    critical: 'Open findings of severity critical',
    high: 'Open findings of severity high',
    medium: 'Open findings of severity medium',
    low: 'Open findings of severity low',
    suppressed: 'Findings that are suppressed',
    'not-evaluable': 'Rules that were asked and could not be decided',
    'checklist-open': 'Items of both checklists that are open',
    'sarif-file': 'Path of the SARIF file, for upload-sarif',
    'fix-patch': 'Path of the patch; empty when there is nothing to change',
    'duration-ms': 'Whole run in milliseconds',
    'result-json': 'Path of the JSON result file; its key lint holds everything',
  },
  post: false,
  exits: EXIT_CODES,
} as const satisfies ActionContract;

export type LintInputs = InputsOf<typeof inputs>;
export type LintOutput = keyof typeof contract.outputs;
