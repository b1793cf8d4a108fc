import { xyChart } from '@ops/shared';
import type { Check } from './check.ts';
import type { Round } from './round.ts';

/** Time of the first check by round as bars, its limit as a line; undefined with fewer than two answers. */
export function latencyChart(rounds: readonly Round[], checks: readonly Check[]): string | undefined {
  const [check] = checks;
  if (check === undefined) return undefined;
  const points = rounds.flatMap((round) => round.attempts.filter(({ result }) => result.check === check.name && result.status !== undefined).map(({ seen }) => ({ round: round.number, ms: seen.phases.total })));
  const limit = check.maxLatencyMs;
  const chart = xyChart({
    title: `${check.name} by round`,
    unit: 'ms',
    labels: points.map(({ round }) => String(round)),
    bars: points.map(({ ms }) => ms),
    ...(limit === undefined ? {} : { line: points.map(() => limit) }),
  });
  return chart === undefined ? undefined : `${chart}\n\nMilliseconds of ${check.name} by round${limit === undefined ? '' : `; the line is the limit of ${Math.round(limit)} ms`}.`;
}
