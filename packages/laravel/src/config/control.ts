import type { ConfigValue } from '../value.ts';
import { eachOf, known, oneOf } from './combine.ts';
import { describe } from './describe.ts';
import type { Evaluation } from './evaluation.ts';
import type { Expression, Isset, Match, Ternary } from './expression.ts';
import { compareIdentical } from './identity.ts';
import type { Scope } from './scope.ts';
import { flag, toBool } from './scalar.ts';
import { isNullOf, truthOf } from './truth.ts';

/** Unknown where the two branches do not agree. */
export function evaluateTernary(evaluation: Evaluation, expression: Ternary, scope: Scope): ConfigValue {
  const test = evaluation.evaluate(expression.test, scope);
  const then = (): ConfigValue => (expression.whenTrue === undefined ? test : evaluation.evaluate(expression.whenTrue, scope));
  const otherwise = (): ConfigValue => evaluation.evaluate(expression.whenFalse, scope);
  const truth = truthOf(test);
  if (truth !== undefined) return evaluation.through(expression, truth ? then() : otherwise(), [test]);
  if (expression.whenTrue === undefined) return evaluation.through(expression, eachOf(test, (value) => elvis(value, otherwise)));
  return evaluation.through(expression, undecided(test, then(), otherwise()), [test]);
}

function elvis(value: ConfigValue, otherwise: () => ConfigValue): ConfigValue {
  const truth = truthOf(value);
  if (truth === undefined) return value;
  return truth ? value : otherwise();
}

/** An Unknown condition makes values Unknown for its own reason, unless they agree: an array stays one, leaf by leaf. */
function undecided(test: ConfigValue, then: ConfigValue, otherwise: ConfigValue): ConfigValue {
  const trace = [...test.trace, ...then.trace, ...otherwise.trace];
  const joined = oneOf([then, otherwise]);
  return joined.kind === 'one-of' ? { ...joined, trace } : joined;
}

export function coalesce(evaluation: Evaluation, expression: Expression, left: ConfigValue, right: () => ConfigValue): ConfigValue {
  const isNull = isNullOf(left);
  if (isNull !== undefined) return isNull ? evaluation.through(expression, right(), [left]) : evaluation.through(expression, left);
  return left.kind === 'one-of' ? eachOf(left, (value) => coalesce(evaluation, expression, value, right)) : evaluation.through(expression, left);
}

/** `&&` is decided by false, `||` by true: then an Unknown side does not matter. */
export function logical(evaluation: Evaluation, expression: Expression, left: ConfigValue, right: () => ConfigValue, decides: boolean): ConfigValue {
  const one = truthOf(left);
  if (one === decides) return known(decides, evaluation.trace(expression, [left]), expression.at);
  const other = right();
  const two = truthOf(other);
  const trace = evaluation.trace(expression, [left, other]);
  if (two === decides) return known(decides, trace, expression.at);
  if (one !== undefined && two !== undefined) return known(!decides, trace, expression.at);
  return evaluation.lift(expression, [left, other], ([a, b]) => (a === undefined || b === undefined ? undefined : flag(decides ? toBool(a) || toBool(b) : toBool(a) && toBool(b))));
}

export function evaluateMatch(evaluation: Evaluation, expression: Match, scope: Scope): ConfigValue {
  const of = evaluation.evaluate(expression.of, scope);
  const possible: ConfigValue[] = [];
  const byCondition = expression.arms.filter(({ conditions }) => conditions !== undefined);
  for (const { conditions = [], value } of [...byCondition, ...expression.arms.filter(({ conditions: none }) => none === undefined)]) {
    const truths = conditions.map((condition) => truthOf(compareIdentical(evaluation, { op: 'binary', operator: '===', left: expression.of, right: condition, at: condition.at }, of, evaluation.evaluate(condition, scope))));
    const isDefault = truths.length === 0;
    if (!isDefault && truths.every((truth) => truth === false)) continue;
    possible.push(evaluation.evaluate(value, scope));
    if (isDefault || truths.includes(true)) return evaluation.through(expression, oneOf(possible), [of]);
  }
  return evaluation.unknown(expression, 'may match nothing', [of]);
}

export function evaluateIsset(evaluation: Evaluation, expression: Isset, scope: Scope): ConfigValue {
  const values = expression.of.map((each) => (each.op === 'variable' ? scope.get(each.name) ?? known(null, []) : evaluation.evaluate(each, scope)));
  const truths = values.map((value) => {
    const truth = expression.isEmpty === true ? truthOf(value) : isNullOf(value);
    return truth === undefined ? undefined : !truth;
  });
  if (truths.includes(false)) return known(false, evaluation.trace(expression, values), expression.at);
  return truths.includes(undefined) ? evaluation.unknown(expression, `computes ${describe(expression)}`, values) : known(true, evaluation.trace(expression, values), expression.at);
}
