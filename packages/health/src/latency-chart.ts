import type { Check } from './check.ts';
import type { Round } from './round.ts';

const MAX_POINTS = 60;

/** Time of the first check by round, with its limit as a second line; undefined with fewer than two answers. */
export function latencyChart(rounds: readonly Round[], checks: readonly Check[]): string | undefined {
  const [check] = checks;
  if (check === undefined) return undefined;
  const points = rounds.flatMap((round) => round.attempts.filter(({ result }) => result.check === check.name && result.status !== undefined).map(({ seen }) => ({ round: round.number, ms: Math.round(seen.phases.total) }))).slice(-MAX_POINTS);
  if (points.length < 2) return undefined;
  const limit = check.maxLatencyMs;
  const top = Math.max(...points.map(({ ms }) => ms), limit ?? 0, 1);
  return [
    '```mermaid',
    'xychart-beta',
    `  x-axis "Round" [${points.map(({ round }) => round).join(', ')}]`,
    `  y-axis "ms" 0 --> ${Math.ceil(top * 1.1)}`,
    `  line [${points.map(({ ms }) => ms).join(', ')}]`,
    ...(limit === undefined ? [] : [`  line [${points.map(() => Math.round(limit)).join(', ')}]`]),
    '```',
    '',
    `Milliseconds of ${check.name} by round${limit === undefined ? '' : `; the flat line is the limit of ${Math.round(limit)} ms`}.`,
  ].join('\n');
}
