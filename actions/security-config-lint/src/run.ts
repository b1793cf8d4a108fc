import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { diskFiles, readApp, type AppFiles } from '@ops/laravel/app';
import { inputsError, UserError, type Deps, type Report, type Verdict } from '@ops/shared';
import { z } from 'zod';
import type { App } from './app.ts';
import { baselineOf, baselineText, matchBaseline, prunedBaseline, readBaseline, type Baseline } from './baseline.ts';
import type { Evidence } from './checklist/judge.ts';
import { unifiedDiff } from './fix/patch.ts';
import type { LintInputs, LintOutput } from './inputs.ts';
import { lint, type LintOptions } from './lint.ts';
import type { LintResult } from './lint-result.ts';
import { emptyPolicy, readPolicy, type PolicyFile } from './policy/read.ts';
import { createRegistry } from './registry.ts';
import { annotate } from './report/annotations.ts';
import { countedWords, countsOf } from './report/counts.ts';
import { resultOf } from './report/result.ts';
import { sarif } from './report/sarif.ts';
import { lintSections } from './report/summary.ts';
import { createRepository, laravelRoots } from './repository.ts';
import type { Need } from './rule.ts';
import { RULES } from './rules.ts';
import { sourcesOf } from './sources.ts';

const VERSION = '0.1.0';
/** Of the names of all tracked files. */
const LISTED_BYTES = 64 * 1024 * 1024;
const evidenceSchema = z.object({ action: z.string(), ok: z.boolean() });

/** Reads everything, judges it, and writes the reports in every case. */
export async function run(inputs: LintInputs, deps: Deps, report: Report<LintOutput>): Promise<Verdict> {
  const began = deps.clock.monotonic();
  const { workspace } = deps.context;
  const policy = policyOf(inputs, workspace);
  const files = diskFiles(workspace);
  const app = await readAll(inputs, policy, files, deps);
  const baseline = baselineFile(inputs, workspace);
  const result = lint(app, optionsOf(inputs, policy, app, baseline, workspace));

  writeReports(inputs, app, result, deps, report);
  writeBaseline(inputs, result, baseline, workspace, deps);
  annotate(result, deps.log);
  for (const section of lintSections(result)) report.section(section);
  report.result('lint', resultOf(result));
  report.output('duration-ms', Math.round(deps.clock.monotonic() - began));
  return verdictOf(result);
}

async function readAll(inputs: LintInputs, policy: PolicyFile, files: AppFiles, deps: Deps): Promise<App> {
  const prefix = rootOf(inputs, files.list());
  const { sources, foreign } = sourcesOf(inputs, prefix, deps);
  const tracked = await trackedFiles(deps);
  const assume = new Map(policy.policy.assume.map(({ path, value, reason }) => [path.replace(/^env:/, ''), { value, reason }]));
  const version = inputs['framework-version'];
  const laravel = await readApp({ files, root: prefix, sources, assume, mask: deps.mask, ...(version === undefined ? {} : { frameworkVersion: version }) });
  return { target: inputs.target ?? (sources.length > 0 ? 'production' : 'example'), tlsAt: inputs['tls-at'], todayMs: deps.clock.now(), laravel, repository: createRepository({ files, prefix, tracked, foreign }) };
}

function rootOf(inputs: LintInputs, files: readonly string[]): string {
  const given = inputs['laravel-root']?.replace(/^\.?\/|\/$/g, '');
  if (given !== undefined) return given === '' || given === '.' ? '' : `${given}/`;
  const [root, ...others] = laravelRoots(files);
  if (root === undefined) throw new UserError({ reason: 'nothing-to-lint', message: 'There is no Laravel application in the workspace: no folder has artisan beside bootstrap/app.php.', remedy: 'Check out the repository first, or give laravel-root.' });
  if (others.length > 0) throw inputsError([`laravel-root: there are several applications (${[root, ...others].map((each) => each || '.').join(', ')}); name one. Example: backend`]);
  return root;
}

/** What git tracks; undefined where there is no git, or no repository. */
async function trackedFiles({ exec, context, env, signal }: Deps): Promise<ReadonlySet<string> | undefined> {
  const listed = await exec.run({ file: 'git', args: ['-c', 'safe.directory=*', 'ls-files', '-z'], cwd: context.workspace, env: { PATH: env['PATH'] ?? '', HOME: env['HOME'] ?? '' }, signal, keepBytes: LISTED_BYTES });
  return listed.exit === 0 ? new Set(listed.stdout.split('\0').filter((file) => file !== '')) : undefined;
}

function policyOf(inputs: LintInputs, workspace: string): PolicyFile {
  const path = join(workspace, inputs.policy);
  return existsSync(path) ? readPolicy(readFileSync(path, 'utf8'), inputs.policy) : emptyPolicy(inputs.policy);
}

function baselineFile(inputs: LintInputs, workspace: string): Baseline | undefined {
  if (inputs.baseline === undefined) return undefined;
  const path = join(workspace, inputs.baseline);
  return existsSync(path) ? readBaseline(readFileSync(path, 'utf8'), inputs.baseline) : undefined;
}

function optionsOf(inputs: LintInputs, policy: PolicyFile, app: App, baseline: Baseline | undefined, workspace: string): LintOptions {
  const { files } = app.repository;
  const hasEnv = app.laravel.envFile !== undefined || app.target !== 'example';
  const given: [Need, boolean][] = [
    ['env', hasEnv], ['config', app.laravel.configNames.length > 0], ['code', app.laravel.phpFiles.length > 0], ['composer', files.some((file) => file === `${app.repository.prefix}composer.lock` || file === `${app.repository.prefix}composer.json`)],
    ['docker', files.some((file) => /(?:Dockerfile|compose[^/]*\.ya?ml|Containerfile)/.test(file))], ['workflow', files.some((file) => file.startsWith('.github/workflows/'))],
  ];
  return {
    registry: createRegistry(RULES), policy, thorough: inputs.profile === 'thorough', inlineAllowed: inputs['inline-suppressions'] === 'allow', given: new Set(given.filter(([, has]) => has).map(([need]) => need)),
    baseline, wire: new Map(), evidence: (inputs.evidence ?? []).map((path) => evidenceOf(join(workspace, path), path)), notices: app.laravel.problems.map(({ file, why }) => `${file}: ${why}`),
    sources: [inputs['env-file'], inputs['env-from'] === 'process' ? 'the job' : undefined, inputs['env-json'] === undefined ? undefined : 'env-json'].filter((each) => each !== undefined),
    gate: { failOn: inputs['fail-on'], failOnNew: inputs['fail-on-new'] ?? inputs['fail-on'], hasBaseline: baseline !== undefined, notEvaluable: inputs['not-evaluable'], liveInconclusive: 'warn' },
  };
}

function evidenceOf(path: string, shown: string): Evidence {
  try {
    return evidenceSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    throw inputsError([`evidence: ${shown} is no result file of an action. Example: \${{ steps.health.outputs.result-json }}`]);
  }
}

function writeReports(inputs: LintInputs, app: App, result: LintResult, { context, log, random }: Deps, report: Report<LintOutput>): void {
  const counts = countsOf(result);
  const name = join(context.tempDir, `security-config-lint-${random.hex(6)}`);
  const { text, left } = sarif(result.stood, { rules: RULES, target: result.target, prefix: result.prefix, includeSuppressed: inputs['sarif-include-suppressed'], hasBaseline: result.baseline !== undefined, version: VERSION, succeeded: result.gate.broken.length === 0 });
  writeFileSync(`${name}.sarif`, text, { flag: 'wx' });
  if (left > 0) log.warning(`${left} findings did not fit into the SARIF file; the result file has all.`, 'Security configuration');
  const patch = patchOf(inputs, app, result);
  if (patch !== '') writeFileSync(`${name}.patch`, patch, { flag: 'wx', mode: 0o600 });
  const values: Readonly<Record<Exclude<LintOutput, 'duration-ms' | 'result-json'>, string | number>> = {
    verdict: result.gate.verdict, 'reason-code': result.gate.reason, critical: counts.open.critical, high: counts.open.high, medium: counts.open.medium, low: counts.open.low,
    suppressed: counts.suppressed, 'not-evaluable': counts.outcomes['not-evaluable'], 'checklist-open': counts.itemsOpen, 'sarif-file': `${name}.sarif`, 'fix-patch': patch === '' ? '' : `${name}.patch`,
  };
  for (const [output, value] of Object.entries(values)) if (isOutput(output, values)) report.output(output, value);
}

function isOutput<K extends string>(name: string, of: Readonly<Record<K, unknown>>): name is K {
  return Object.hasOwn(of, name);
}

function patchOf({ fix }: LintInputs, app: App, result: LintResult): string {
  if (fix === 'none') return '';
  const edits = result.stood.flatMap(({ finding, standing }) => (standing.kind === 'open' && finding.fix !== undefined && (fix === 'unsafe' || finding.fix.safety === 'safe') ? finding.fix.edits : []));
  return [...Map.groupBy(edits, ({ file }) => file)].map(([file, own]) => unifiedDiff(file, app.repository.text(file) ?? '', own, file.endsWith('.php') ? 3 : 0)).join('');
}

function writeBaseline(inputs: LintInputs, result: LintResult, old: Baseline | undefined, workspace: string, { random }: Deps): void {
  if (inputs.baseline === undefined || inputs['baseline-mode'] === 'check') return;
  const findings = result.stood.filter(({ standing }) => standing.kind !== 'suppressed').map(({ finding }) => finding);
  const judged = new Set(result.outcomes.filter(({ judgement: { kind } }) => kind === 'pass' || kind === 'fail').map(({ rule }) => rule.id));
  const fresh = inputs['baseline-mode'] === 'update' ? baselineOf(findings, old?.salt ?? random.hex(16)) : old === undefined ? undefined : prunedBaseline(old, matchBaseline(old, findings, judged));
  if (fresh !== undefined) writeFileSync(join(workspace, inputs.baseline), baselineText(fresh));
}

function verdictOf(result: LintResult): Verdict {
  const { gate } = result;
  const words = countedWords(countsOf(result).open);
  const sentence = `${words === 'nothing' ? 'Nothing was found' : `Found ${words}`} for target ${result.target}; ${result.outcomes.filter(({ judgement }) => judgement.kind === 'pass').length} rules passed${gate.undecided.length > 0 ? `, ${gate.undecided.length} could not be decided` : ''}.`;
  if (gate.verdict === 'pass') return { ok: true, sentence };
  const remedy = gate.reason === 'findings' ? 'Each finding says what to do; the job summary has the traces.' : gate.reason === 'rule-error' ? 'Please report it: https://github.com/fwber/ops/issues' : 'Hand over what is missing, or say the value in `assume` of the policy.';
  return { ok: false, reason: gate.reason, sentence, remedy };
}
