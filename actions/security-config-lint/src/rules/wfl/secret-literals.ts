import { isSecretKey } from '@ops/laravel/app';
import type { App } from '../../app.ts';
import { isDeploying, jobsOf } from '../../facts/deploying.ts';
import { workflowsOf, type NamedValue, type WorkflowJob } from '../../facts/workflows.ts';
import type { Finding } from '../../finding.ts';
import { judged, type Judgement } from '../../judgement.ts';
import { placeFinding } from '../../place-finding.ts';
import { secretKind } from '../../secret-text.ts';

/** The inputs of actions/cache: names of entries, not secrets. */
const CACHE_NAMES = /^(?:restore-keys?|key|cache-key.*)$/i;
const TEST_JOB = /(?:^|[^a-z])(?:tests?|testing|lint|phpunit|pest|dusk|phpstan|static|ci)(?:[^a-z]|$)/i;
const TEST_COMMAND = /\b(?:phpunit|pest|paratest|artisan\s+(?:test|dusk))\b/;
const ASSIGNMENT = /(?:^|[\s;&|])(?:export\s+)?([A-Za-z_]\w*)=(?:"([^"\n]*)"|'([^'\n]*)'|([^\s"';&|]+))/g;

export function checkSecretLiterals(app: App): Judgement {
  const { all, unreadable } = workflowsOf(app);
  const findings = all.flatMap((workflow) => [
    ...secretsIn(workflow.env).map((found) => secretFinding(app, workflow.file, found, false)),
    ...jobsOf([workflow]).flatMap(({ job }) => secretsIn(job.named).map((found) => secretFinding(app, workflow.file, found, isTest(job)))),
  ]);
  return judged({
    findings, undecided: unreadable,
    safe: all.filter(({ file }) => !findings.some(({ place }) => place?.file === file)).map(({ file }) => ({ subject: file, shown: 'no secret', trace: [] })),
  }, 'there is no workflow');
}

interface FoundSecret extends NamedValue {
  readonly kind: 'vendor' | 'random';
}

function secretsIn(named: readonly NamedValue[]): readonly FoundSecret[] {
  return named.flatMap(({ name, value }): readonly FoundSecret[] => {
    if (name === 'run') return secretsIn(assignmentsIn({ name, value }));
    const kind = secretKind(value.text);
    const isNamed = isSecretKey(name) && !CACHE_NAMES.test(name);
    return kind === 'vendor' || (kind === 'random' && isNamed) ? [{ name, value, kind }] : [];
  });
}

/** Variables that a script sets. They are shown where the script begins. */
function assignmentsIn({ value }: NamedValue): readonly NamedValue[] {
  return [...value.text.matchAll(ASSIGNMENT)].map(([, name = '', double, single, bare]) => ({ name, value: { text: double ?? single ?? bare ?? '', place: value.place } }));
}

function isTest(job: WorkflowJob): boolean {
  return !isDeploying(job) && (TEST_JOB.test(job.id) || TEST_JOB.test(job.name) || job.steps.some(({ run }) => TEST_COMMAND.test(run?.text ?? '')));
}

function secretFinding(app: App, file: string, { name, value, kind }: FoundSecret, inTest: boolean): Finding {
  const isHarmless = inTest && kind === 'random';
  return placeFinding(app, {
    subject: `${file}:${name}`, severity: isHarmless ? 'info' : 'critical', rank: isHarmless ? 1 : kind === 'vendor' ? 3 : 2, place: value.place, shown: 'a secret', what: `${name} is a secret`,
    message: isHarmless ? `\`${name}\` in ${file} is a secret for tests.` : `\`${name}\` in ${file} is a secret in plain text, so whoever can read the repository has it.`,
    remedy: isHarmless ? 'See that it opens nothing outside of the tests.' : `Rotate it, keep the new one in the secrets of the repository or environment, and write \`\${{ secrets.${name.toUpperCase().replaceAll(/\W/g, '_')} }}\`.`,
  });
}
