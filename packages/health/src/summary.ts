import { details, escapeText, fence, table, type Section } from '@ops/shared';
import type { Check } from './check.ts';
import { latencyChart } from './latency-chart.ts';
import { percentile, type GateResult } from './result.ts';
import type { Attempt, Round } from './round.ts';

const TIMELINE_ROUNDS = 40;
const MAX_COMPONENTS = 50;

/** The job summary of a gate below its sentence: what to know first, first. */
export function healthSummary(result: GateResult, checks: readonly Check[]): Section[] {
  const chart = latencyChart(result.rounds, checks);
  return [
    { title: `Health: ${result.verdict}${result.verdict === 'pass' ? '' : ` (${result.reason})`}`, markdown: headOf(result) },
    { title: 'Checks', markdown: table(['Check', 'Last state', 'What it said', 'Good', 'p95', 'Target', 'Limit', 'Margin'], checks.map((check) => checkRow(check, result.rounds))) },
    ...(result.components.length === 0 ? [] : [{ title: 'Components', markdown: componentTable(result) }]),
    ...(chart === undefined ? [] : [{ title: 'Response time', markdown: chart }]),
    { markdown: details(`Timeline of ${result.rounds.length} rounds`, timeline(result.rounds)) },
    { markdown: details('Ask it yourself', reproduce(checks)) },
  ];
}

/** Times in production that are good, and those that are still acceptable, in milliseconds. */
const TARGETS: Readonly<Partial<Record<Check['kind'], readonly [good: number, acceptable: number]>>> = { health: [200, 500], readiness: [50, 100], liveness: [10, 50] };

function targetText(kind: Check['kind'], p95: number | undefined): string {
  const target = TARGETS[kind];
  if (target === undefined) return '–';
  const [good, acceptable] = target;
  const rating = p95 === undefined ? '' : p95 <= good ? ': good' : p95 <= acceptable ? ': acceptable' : ': slow';
  return `${good} ms, acceptable ${acceptable} ms${rating}`;
}

function headOf(result: GateResult): string {
  const facts = [
    ['Rounds', String(result.rounds.length)],
    ['Good in a row', String(result.stableCount)],
    ['Ready after', result.timeToReadyMs === undefined ? 'never' : seconds(result.timeToReadyMs)],
    ['p95', ms(result.p95Ms)],
    ['Version', result.version === undefined ? 'not named' : escapeText(result.version)],
    ...(result.certDaysLeft === undefined ? [] : [['Certificate', `${result.certDaysLeft} days left`]]),
  ];
  return [
    ...(result.verdict === 'pass' || result.lastEvidence === '' ? [] : [`Last evidence: ${escapeText(result.lastEvidence)}`]),
    table(facts.map(([name = '']) => name), [facts.map(([, value = '']) => value)]),
    ...result.warnings.map((warning) => `> ⚠️ ${escapeText(warning)}`),
  ].join('\n\n');
}

function checkRow(check: Check, rounds: readonly Round[]): string[] {
  const attempts = attemptsOf(check.name, rounds);
  const last = attempts.at(-1);
  const good = attempts.filter(({ result }) => result.ok).length;
  const p95 = percentile(answered(attempts), 0.95);
  const limit = check.maxLatencyMs;
  return [
    escapeText(check.required ? check.name : `${check.name} (not required)`),
    last === undefined ? 'not asked' : last.result.state,
    last === undefined ? '' : escapeText(last.result.finding),
    `${good} of ${attempts.length}`,
    ms(p95),
    targetText(check.kind, p95),
    limit === undefined ? '–' : ms(limit),
    limit === undefined || p95 === undefined ? '–' : `${limit >= p95 ? '+' : '−'}${Math.round(Math.abs(limit - p95))} ms`,
  ];
}

function componentTable({ components }: GateResult): string {
  const rows = components.slice(0, MAX_COMPONENTS).map(({ check, name, state, word }) => [escapeText(name), state, escapeText(word), escapeText(check)]);
  const more = components.length > MAX_COMPONENTS ? `\n\n${components.length - MAX_COMPONENTS} more.` : '';
  return `${table(['Component', 'State', 'It said', 'Check'], rows)}${more}`;
}

/** The first and the last rounds; in between nothing surprising is lost, the log has every round. */
function timeline(rounds: readonly Round[]): string {
  const shown = rounds.length <= TIMELINE_ROUNDS ? rounds : [...rounds.slice(0, TIMELINE_ROUNDS / 2), ...rounds.slice(-TIMELINE_ROUNDS / 2)];
  const rows = shown.map((round) => {
    const attempt = round.attempts.find(({ result }) => result === (round.failed ?? round.undecided)) ?? round.attempts[0];
    return [String(round.number), seconds(round.endMs), round.good ? 'good' : (round.reason ?? 'failed'), attempt === undefined ? '' : escapeText(`${attempt.result.check} ${attempt.result.finding}`), phases(attempt)];
  });
  const left = rounds.length - shown.length;
  return `${table(['Round', 'At', 'Result', 'What decided', 'Phases (ms)'], rows)}${left > 0 ? `\n\n${left} rounds in the middle are left out; the log has them.` : ''}`;
}

function phases(attempt: Attempt | undefined): string {
  if (attempt === undefined) return '';
  const { dns, connect, tls, ttfb, body, total } = attempt.seen.phases;
  const named = { dns, connect, tls, ttfb, body, total };
  return Object.entries(named).flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${Math.round(value)}`])).join(', ');
}

/** Commands without credentials; where one was sent its header is named. */
function reproduce(checks: readonly Check[]): string {
  const commands = checks.map((check) => {
    const url = new URL(check.paths?.[0] ?? check.url, check.url);
    url.username = '';
    url.password = '';
    const headers = Object.entries(check.headers).map(([name, value]) => ` -H ${quote(`${name}: ${typeof value === 'string' ? value : '…'}`)}`);
    const address = Object.entries(check.transport.resolve).filter(([host]) => host === url.hostname).map(([host, ip]) => ` --resolve ${quote(`${host}:${url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port}:${ip}`)}`);
    return `curl -sS -i${check.method === 'GET' ? '' : ` -X ${check.method}`}${headers.join('')}${address.join('')} ${quote(url.href)}`;
  });
  return fence(commands.join('\n'), 'sh');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

function attemptsOf(name: string, rounds: readonly Round[]): Attempt[] {
  return rounds.flatMap(({ attempts }) => attempts.filter(({ result }) => result.check === name));
}

/** Total times of the attempts that got an answer. */
function answered(attempts: readonly Attempt[]): number[] {
  return attempts.filter(({ result }) => result.status !== undefined).map(({ seen }) => seen.phases.total);
}

function ms(value: number | undefined): string {
  return value === undefined ? '–' : `${Math.round(value)} ms`;
}

function seconds(value: number): string {
  return `${(value / 1000).toFixed(1)} s`;
}
