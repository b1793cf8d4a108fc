/** What to ask Prometheus and when the answer is good. */
export interface PrometheusRule {
  readonly query: string;
  /** Asks for a range and takes each series' last sample, for queries whose newest sample may be missing. */
  readonly range: boolean;
  readonly condition: Condition;
  readonly reduce: Reduce;
  readonly onEmpty: Outcome;
  readonly onNan: Outcome;
  /** Asked first: below it there is no data to judge. */
  readonly minTraffic?: { readonly query: string; readonly atLeast: number };
}

export type Outcome = 'inconclusive' | 'fail' | 'pass';
export type Reduce = 'only' | 'all' | 'any' | 'max' | 'min';
export const OUTCOMES = ['inconclusive', 'fail', 'pass'] as const satisfies readonly Outcome[];
export const REDUCTIONS = ['only', 'all', 'any', 'max', 'min'] as const satisfies readonly Reduce[];

const OPERATORS = { '<': (a: number, b: number) => a < b, '<=': (a: number, b: number) => a <= b, '>': (a: number, b: number) => a > b, '>=': (a: number, b: number) => a >= b, '==': (a: number, b: number) => a === b, '!=': (a: number, b: number) => a !== b } as const;

/** `<op> <number>`, for example `< 0.01`. */
export interface Condition {
  readonly text: string;
  /** Only a finite number meets a condition. */
  readonly holds: (value: number) => boolean;
}

/** The condition, or undefined when the text is not one. */
export function parseCondition(text: string): Condition | undefined {
  const match = /^(<=|>=|==|!=|<|>)\s*([+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)$/.exec(text.trim());
  const [, word, number] = match ?? [];
  if (number === undefined) return undefined;
  const limit = Number(number);
  for (const [operator, compare] of Object.entries(OPERATORS)) {
    if (operator === word) return { text: text.trim(), holds: (value) => Number.isFinite(value) && compare(value, limit) };
  }
  return undefined;
}
