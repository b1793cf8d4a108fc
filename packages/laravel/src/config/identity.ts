import type { ConfigValue } from '../value.ts';
import { known, isSame } from './combine.ts';
import type { Evaluation } from './evaluation.ts';
import type { Binary } from './expression.ts';
import { isIdentical } from './compare.ts';
import { flag } from './scalar.ts';

/** `===` and `!==`, also where one side is an array or a symbol and can only be another kind of thing. */
export function compareIdentical(evaluation: Evaluation, expression: Binary, left: ConfigValue, right: ConfigValue): ConfigValue {
  const isNot = expression.operator === '!==';
  const answer = identity(left, right);
  if (answer !== undefined) return known(answer !== isNot, evaluation.trace(expression, [left, right]), expression.at);
  return evaluation.lift(expression, [left, right], ([one, two]) => (one === undefined || two === undefined ? undefined : flag(isIdentical(one, two) !== isNot)));
}

function identity(left: ConfigValue, right: ConfigValue): boolean | undefined {
  const [one, two] = [left.kind, right.kind];
  if (one === 'unknown' || two === 'unknown' || one === 'one-of' || two === 'one-of') return undefined;
  if (one === 'array' || two === 'array') return one === two ? undefined : false;
  if (left.kind === 'symbol' && right.kind === 'symbol') return isSame(left, right) ? true : undefined;
  // A path is a text that nobody writes out; a constant of PDO is a number.
  if (left.kind === 'symbol' || right.kind === 'symbol') {
    const other = left.kind === 'symbol' ? right : left;
    return other.kind === 'known' && (other.value === null || typeof other.value === 'boolean' || other.value === '') ? false : undefined;
  }
  return undefined;
}
