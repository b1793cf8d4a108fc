import { checksFromInputs, gate, healthPolicyFromInputs, healthSummary, metricsText, type GatePolicy, type GateResult } from '@ops/health';
import { inputsError, type Deps, type Report, type Verdict } from '@ops/shared';
import { writeMetrics } from './metrics-file.ts';
import type { GateInputs, GateOutput } from './inputs.ts';

/** Asks until the application is healthy long enough, or says why it is not. */
export async function run(inputs: GateInputs, deps: Deps, report: Report<GateOutput>): Promise<Verdict> {
  const problems: string[] = [];
  const checks = checksFromInputs(inputs, deps, problems);
  if (problems.length > 0) throw inputsError(problems);
  for (const check of checks) deps.log.info(`Check ${check.name}: ${check.method} ${shown(check.url)}${check.required ? '' : ' (not required)'}`);

  const policy = healthPolicyFromInputs(inputs);
  const result = await gate(checks, inputs['dry-run'] ? oneRound(policy) : policy, deps, deps.signal);

  publish(result, report);
  for (const section of healthSummary(result, checks)) report.section(section);
  if (inputs['metrics-file'] !== undefined) await writeMetrics(inputs['metrics-file'], metricsText(result, inputs['metrics-prefix'], inputs.environment), deps);
  const undecided = result.verdict === 'inconclusive' && inputs['on-inconclusive'] === 'warn' ? [result.sentence] : [];
  for (const warning of [...undecided, ...result.warnings]) deps.log.warning(warning, 'Health gate');
  return verdictOf(result, inputs);
}

/** A dry run asks once: whatever comes back ends it. */
function oneRound(policy: GatePolicy): GatePolicy {
  return { ...policy, stable: { rounds: 1, ms: 0 }, maxRounds: 1 };
}

function publish(result: GateResult, report: Report<GateOutput>): void {
  report.output('verdict', result.verdict);
  report.output('reason-code', result.reason);
  report.output('attempts', result.rounds.length);
  report.output('stable-count', result.stableCount);
  report.output('time-to-ready-ms', rounded(result.timeToReadyMs));
  report.output('p95-ms', rounded(result.p95Ms));
  report.output('version', result.version);
  report.output('components-json', JSON.stringify(result.components.map(({ check, name, state, word }) => ({ check, name, state, word }))));
  report.output('cert-days-left', result.certDaysLeft);
  for (const [key, value] of Object.entries(result)) report.result(key, value);
}

function verdictOf(result: GateResult, inputs: GateInputs): Verdict {
  const { sentence } = result;
  if (result.verdict === 'pass') return { ok: true, sentence };
  const harmless = inputs['dry-run'] ? 'dry-run' : inputs['report-only'] ? 'report-only' : undefined;
  if (result.verdict === 'inconclusive' && inputs['on-inconclusive'] !== 'fail') return { ok: true, sentence: `${sentence} Not red, because \`on-inconclusive\` is ${inputs['on-inconclusive']}.` };
  if (harmless !== undefined && result.reason !== 'cancelled') return { ok: true, sentence: `${sentence} Not red, because this is ${harmless}.` };
  return { ok: false, sentence, reason: result.reason, ...(result.remedy === undefined ? {} : { remedy: result.remedy }) };
}

function rounded(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value);
}

function shown(address: string): string {
  const url = new URL(address);
  url.username = '';
  url.password = '';
  return url.href;
}
