import type { Outcome } from './outcome.ts';
import { reaches, type Threshold } from './severity.ts';
import type { Stood } from './standing.ts';

export type GateReason = 'ok' | 'findings' | 'not-evaluable' | 'live-inconclusive' | 'nothing-to-lint' | 'rule-error';

export interface GateOptions {
  readonly failOn: Threshold;
  /** Threshold of findings that the baseline does not know; only with a baseline. */
  readonly failOnNew: Threshold;
  readonly hasBaseline: boolean;
  readonly notEvaluable: 'warn' | 'fail';
  readonly liveInconclusive: 'warn' | 'fail';
}

export interface GateResult {
  readonly verdict: 'pass' | 'fail' | 'inconclusive' | 'error';
  readonly reason: GateReason;
  /** Findings that turn it red. */
  readonly red: readonly Stood[];
  /** Rules at or above the threshold that were asked and could not be decided. */
  readonly undecided: readonly Outcome[];
  readonly inconclusive: readonly Outcome[];
  readonly broken: readonly Outcome[];
}

/** Turns findings and outcomes into one verdict. What cannot be decided only matters for rules at or above `fail-on`. */
export function gate(stood: readonly Stood[], outcomes: readonly Outcome[], options: GateOptions): GateResult {
  const threshold = options.hasBaseline ? options.failOnNew : options.failOn;
  const red = stood.filter(({ finding, standing }) => standing.kind === 'open' && (reaches(finding.severity, options.failOn) || reaches(finding.severity, threshold)));
  const heavy = outcomes.filter(({ rule }) => reaches(rule.severity, options.failOn));
  const undecided = heavy.filter(({ judgement }) => judgement.kind === 'not-evaluable' || (judgement.kind === 'fail' && judgement.undecided.length > 0));
  const inconclusive = heavy.filter(({ judgement }) => judgement.kind === 'inconclusive');
  const broken = outcomes.filter(({ judgement }) => judgement.kind === 'error');
  const result = { red, undecided, inconclusive, broken };
  if (broken.length > 0) return { verdict: 'error', reason: 'rule-error', ...result };
  if (red.length > 0) return { verdict: 'fail', reason: 'findings', ...result };
  if (undecided.length > 0 && options.notEvaluable === 'fail') return { verdict: 'inconclusive', reason: 'not-evaluable', ...result };
  if (inconclusive.length > 0 && options.liveInconclusive === 'fail') return { verdict: 'inconclusive', reason: 'live-inconclusive', ...result };
  return { verdict: 'pass', reason: 'ok', ...result };
}
