import type { ConfigArray, ConfigValue } from '../value.ts';
import { ArrayBuilder, keyOf } from './arrays.ts';
import { known, unknown } from './combine.ts';
import type { Evaluation } from './evaluation.ts';
import type { Assign, Expression, Index } from './expression.ts';
import type { Scope } from './scope.ts';

/** `$a = …`, `$a['x']['y'] = …`, `$a[] = …`, `$a .= …`, `$a ??= …`. */
export function evaluateAssign(evaluation: Evaluation, expression: Assign, scope: Scope): ConfigValue {
  const { to, operator, value } = expression;
  if (operator === '=' && to.op === 'variable' && value.op === 'closure') {
    scope.setClosure(to.name, value);
    return evaluation.unknown(expression, 'has a closure');
  }
  const result = operator === '=' ? evaluation.evaluate(value, scope) : evaluation.evaluate({ op: 'binary', operator: operator.slice(0, -1), left: to, right: value, at: expression.at }, scope);
  store(evaluation, to, result, scope);
  return result;
}

function store(evaluation: Evaluation, to: Expression, value: ConfigValue, scope: Scope): void {
  if (to.op === 'variable') {
    scope.set(to.name, value);
  } else if (to.op === 'index') {
    const root = rootOf(to);
    if (root === undefined) scope.forget('something unusual was assigned');
    else store(evaluation, to.of, replaced(evaluation, to, value, scope), scope);
  } else {
    scope.forget('something unusual was assigned');
  }
}

function rootOf(index: Index): string | undefined {
  if (index.of.op === 'variable') return index.of.name;
  return index.of.op === 'index' ? rootOf(index.of) : undefined;
}

/** The array at `to.of` with one entry set. */
function replaced(evaluation: Evaluation, to: Index, value: ConfigValue, scope: Scope): ConfigValue {
  const before = held(evaluation, to.of, scope);
  if (before.kind !== 'array') return before.kind === 'unknown' ? before : unknown('expression', 'assigns to an entry of what is no array', before.trace);
  const builder = new ArrayBuilder();
  fill(builder, before);
  const key = to.key === undefined ? undefined : evaluation.evaluate(to.key, scope);
  if (key === undefined) {
    builder.append(value);
    return builder.build(before.trace, before.place);
  }
  const name = keyOf(key);
  if (name === undefined) builder.openKey(unknown('expression', 'has a key that is not known', key.trace));
  else builder.set(name, value);
  return builder.build(before.trace, before.place);
}

function fill(builder: ArrayBuilder, array: ConfigArray): void {
  for (const [key, value] of array.entries) builder.set(key, value);
  if (array.open !== undefined) builder.openSpread(array.open);
}

/** PHP makes an array of what is not set or null. */
function held(evaluation: Evaluation, of: Expression, scope: Scope): ConfigValue {
  if (of.op === 'variable' && scope.get(of.name) === undefined) return new ArrayBuilder().build([]);
  const value = of.op === 'index' && of.key === undefined ? known(null, []) : evaluation.evaluate(of, scope);
  const isNothing = value.kind === 'unset' || (value.kind === 'known' && value.value === null);
  return isNothing ? new ArrayBuilder().build(value.trace, value.place) : value;
}
