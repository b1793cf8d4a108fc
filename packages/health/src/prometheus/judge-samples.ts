import type { Outcome, PrometheusRule } from './rule.ts';

/** What a list of values means under a rule. */
export interface SampleVerdict {
  readonly outcome: Outcome;
  readonly reason: 'prometheus' | 'no-data';
  readonly finding: string;
  /** Passed only because the rule says so. */
  readonly waived?: boolean;
}

/** Only a finite number that meets the condition passes. Pure. */
export function judgeSamples(values: readonly number[], rule: PrometheusRule): SampleVerdict {
  if (values.length === 0) return noData(rule.onEmpty, 'has no data for the query', 'on-empty');
  if (rule.reduce === 'only' && values.length > 1) {
    return { outcome: 'fail', reason: 'prometheus', finding: `has ${values.length} series where one was expected: name how with \`reduce\`` };
  }
  if (rule.reduce === 'any' && values.some(rule.condition.holds)) return passed(values.find(rule.condition.holds) ?? NaN, rule);
  if (values.some((value) => Number.isNaN(value))) return noData(rule.onNan, 'has the value NaN', 'on-nan');
  const value = reduced(values, rule);
  if (rule.condition.holds(value)) return passed(value, rule);
  return { outcome: 'fail', reason: 'prometheus', finding: `has the value ${value}, the condition is ${rule.condition.text}` };
}

/** Below the required traffic there is nothing to judge. */
export function judgeTraffic(values: readonly number[], rule: PrometheusRule): SampleVerdict | undefined {
  if (rule.minTraffic === undefined) return undefined;
  const total = values.reduce((sum, value) => sum + (Number.isFinite(value) ? value : 0), 0);
  return total >= rule.minTraffic.atLeast ? undefined : noData(rule.onEmpty, `has a traffic of ${total}, at least ${rule.minTraffic.atLeast} is needed to judge`, 'on-empty');
}

function reduced(values: readonly number[], rule: PrometheusRule): number {
  switch (rule.reduce) {
    case 'max':
      return Math.max(...values);
    case 'min':
      return Math.min(...values);
    case 'only':
    case 'any':
    case 'all':
      return values.find((value) => !rule.condition.holds(value)) ?? values[0] ?? NaN;
  }
}

function passed(value: number, rule: PrometheusRule): SampleVerdict {
  return { outcome: 'pass', reason: 'prometheus', finding: `has the value ${value}, ${rule.condition.text}` };
}

function noData(outcome: Outcome, finding: string, input: string): SampleVerdict {
  return { outcome, reason: 'no-data', finding, ...(outcome === 'pass' ? { waived: true, finding: `${finding}, waived by \`${input}: pass\`` } : {}) };
}
