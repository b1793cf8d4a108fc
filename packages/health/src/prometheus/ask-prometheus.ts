import type { Check } from '../check.ts';
import { evidenceOf, redact } from '../evidence.ts';
import type { Answer, Observation } from '../observation.ts';
import type { Ask, ProbeDeps } from '../probe/probe.ts';
import { attemptOf, type Attempt } from '../round.ts';
import { judgeSamples, judgeTraffic, type SampleVerdict } from './judge-samples.ts';
import type { PrometheusRule } from './rule.ts';
import { samplesOf } from './samples.ts';

const RANGE_MS = 300_000;
const STEP_SECONDS = 15;

/** Asks a Prometheus server once: the traffic first where the rule wants it, then the query. */
export async function askPrometheus(check: Check, rule: PrometheusRule, ask: Ask, deps: ProbeDeps, signal: AbortSignal): Promise<Attempt> {
  if (rule.minTraffic !== undefined) {
    const traffic = await ask(requestOf(check, rule.minTraffic.query, false, deps), deps, signal);
    const samples = read(traffic);
    if (typeof samples === 'string') return failed(check, traffic, samples);
    const verdict = judgeTraffic(samples, rule);
    if (verdict !== undefined) return attemptWith(check, traffic, verdict);
  }
  const observation = await ask(requestOf(check, rule.query, rule.range, deps), deps, signal);
  const samples = read(observation);
  return typeof samples === 'string' ? failed(check, observation, samples) : attemptWith(check, observation, judgeSamples(samples, rule));
}

function requestOf(check: Check, query: string, range: boolean, deps: ProbeDeps): Check {
  const now = deps.clock.now();
  const form = new URLSearchParams({ query });
  if (range) {
    form.set('start', String((now - RANGE_MS) / 1000));
    form.set('end', String(now / 1000));
    form.set('step', String(STEP_SECONDS));
  }
  const url = new URL(`${check.url.replace(/\/$/, '')}/api/v1/${range ? 'query_range' : 'query'}`);
  return { ...check, url: url.href, method: 'POST', content: { type: 'application/x-www-form-urlencoded', text: form.toString() } };
}

function read(observation: Observation): readonly number[] | string {
  return observation.kind === 'answer' ? samplesOf(observation) : observation.detail;
}

function failed(check: Check, observation: Observation, finding: string): Attempt {
  const reason = observation.kind === 'failure' ? observation.failure : 'prometheus';
  return attemptOf({ ...base(check, observation), state: 'down', ok: false, reason, finding: redact(finding, check) }, observation);
}

function attemptWith(check: Check, observation: Observation, verdict: SampleVerdict): Attempt {
  const ok = verdict.outcome === 'pass';
  return attemptOf({
    ...base(check, observation),
    state: ok ? 'up' : verdict.outcome === 'fail' ? 'down' : 'unknown',
    ok,
    ...(ok ? {} : { reason: verdict.reason }),
    ...(verdict.outcome === 'inconclusive' ? { inconclusive: true } : {}),
    finding: redact(verdict.finding, check),
    warnings: verdict.waived === true ? [`${check.name} ${verdict.finding}.`] : [],
  }, observation);
}

function base(check: Check, observation: Observation): Pick<Attempt['result'], 'check' | 'kind' | 'required' | 'evidence' | 'components' | 'warnings'> & { readonly status?: number } {
  return { check: check.name, kind: check.kind, required: check.required, evidence: evidenceOf(check, observation), components: [], warnings: [], ...statusOf(observation) };
}

function statusOf(observation: Observation): Partial<Pick<Answer, 'status'>> {
  return observation.kind === 'answer' ? { status: observation.status } : {};
}
