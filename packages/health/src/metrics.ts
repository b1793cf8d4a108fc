import type { State } from './state.ts';
import type { GateResult } from './result.ts';
import type { Attempt } from './round.ts';

const STATUSES = ['healthy', 'degraded', 'unhealthy', 'unknown'] as const;
const STATUS_OF: Readonly<Record<State, (typeof STATUSES)[number]>> = { up: 'healthy', degraded: 'degraded', unknown: 'unknown', down: 'unhealthy' };

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/**
 * The last round as gauges, valid both as OpenMetrics and for node_exporter's textfile collector: HELP and
 * TYPE, no timestamps, `# EOF` at the end. The time of the round is a gauge of its own, since without it a
 * gate that no longer runs looks healthy.
 */
export function metricsText(result: GateResult, prefix: string, environment: string): string {
  const attempts = result.rounds.at(-1)?.attempts ?? [];
  const label = (attempt: Attempt): Record<string, string> => ({ endpoint: attempt.result.check, environment });
  const durations = (kinds: readonly string[]): Sample[] => attempts.filter(({ result: { kind } }) => kinds.includes(kind)).map((attempt) => ({ labels: label(attempt), value: attempt.seen.phases.total / 1000 }));
  return [
    ...family(`${prefix}_health_check_duration_seconds`, 'Time of the last request of each check.', durations(['health', 'startup', 'custom', 'readiness', 'liveness'])),
    ...family(`${prefix}_readiness_check_duration_seconds`, 'Time of the last request of each readiness check.', durations(['readiness'])),
    ...family(`${prefix}_liveness_check_duration_seconds`, 'Time of the last request of each liveness check.', durations(['liveness'])),
    ...family(`${prefix}_health_check_status`, 'State of each check: one of the four series is 1.', attempts.flatMap((attempt) => STATUSES.map((status) => ({ labels: { ...label(attempt), status }, value: Number(STATUS_OF[attempt.result.state] === status) })))),
    ...family(`${prefix}_component_health`, '1 when the component is up.', result.components.map(({ check, name, state }) => ({ labels: { component: name, endpoint: check, environment }, value: Number(state === 'up') }))),
    ...family(`${prefix}_health_check_timestamp_seconds`, 'When each check was asked last.', attempts.map((attempt) => ({ labels: label(attempt), value: attempt.seen.at / 1000 }))),
    '# EOF',
    '',
  ].join('\n');
}

function family(name: string, help: string, samples: readonly Sample[]): string[] {
  const series = new Map(samples.map(({ labels, value }) => [`${name}{${Object.entries(labels).map(([key, text]) => `${key}="${escaped(text)}"`).join(',')}}`, value]));
  return series.size === 0 ? [] : [`# HELP ${name} ${help}`, `# TYPE ${name} gauge`, ...[...series].map(([key, value]) => `${key} ${value}`)];
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
