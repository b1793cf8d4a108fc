import type { ConfigArray, ConfigValue } from '../value.ts';
import { ArrayBuilder, keyOf } from './arrays.ts';
import { mayLack, oneOf, unknown } from './combine.ts';
import type { Evaluation } from './evaluation.ts';
import type { ArrayLiteral, Expression } from './expression.ts';
import type { Scope } from './scope.ts';

export function evaluateArray(evaluation: Evaluation, expression: ArrayLiteral, scope: Scope): ConfigValue {
  const builder = new ArrayBuilder();
  for (const { key, value, spread } of expression.items) {
    const name = key === undefined ? undefined : evaluation.evaluate(key, scope);
    const result = evaluation.evaluate(value, scope);
    if (spread === true) putSpread(builder, result);
    else if (name === undefined) builder.append(result);
    else put(builder, name, result);
  }
  return builder.build(evaluation.trace(expression, []), expression.at);
}

/** `...$value`, and each argument of `array_merge`. */
export function putSpread(builder: ArrayBuilder, value: ConfigValue): void {
  if (value.kind === 'array') builder.spread(value);
  else builder.openSpread(unknown('expression', value.kind === 'unknown' ? value.why : 'what is spread is no array', value.trace, value.place));
}

function put(builder: ArrayBuilder, key: ConfigValue, value: ConfigValue): void {
  const name = keyOf(key);
  if (name === undefined) builder.openKey(unknown('expression', key.kind === 'unknown' ? key.why : 'a key is not known', key.trace, key.place));
  else builder.set(name, value);
}

/** `+` of arrays: entries of the left one stay. */
export function unionOf(evaluation: Evaluation, expression: Expression, left: ConfigArray, right: ConfigArray): ConfigArray {
  const builder = new ArrayBuilder();
  for (const [key, value] of left.entries) builder.set(key, mayLack(value) ? oneOf([value, right.entries.get(key) ?? value]) : value);
  for (const [key, value] of right.entries) if (!left.entries.has(key)) builder.set(key, left.open ?? value);
  const array = builder.build(evaluation.trace(expression, [left, right]), expression.at);
  const open = left.open ?? right.open;
  return open === undefined ? array : { ...array, open, isList: false };
}
