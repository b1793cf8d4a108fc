import type { ConfigValue } from '../../value.ts';
import type { Evaluation } from '../evaluation.ts';
import type { Argument, Expression } from '../expression.ts';
import type { Scope } from '../scope.ts';

/** Parameter names of functions that are called with named arguments. */
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  env: ['key', 'default'],
  explode: ['separator', 'string', 'limit'],
  array_filter: ['array', 'callback', 'mode'],
  array_map: ['callback', 'array'],
  in_array: ['needle', 'haystack', 'strict'],
  filter_var: ['value', 'filter', 'options'],
  parse_url: ['url', 'component'],
  json_decode: ['json', 'associative', 'depth', 'flags'],
};

/** The arguments in the order of the parameters; undefined when that is not known. */
export function positional(name: string, args: readonly Argument[]): readonly (Expression | undefined)[] | undefined {
  const names = PARAMETERS[name];
  const placed: (Expression | undefined)[] = [];
  for (const [index, argument] of args.entries()) {
    if (argument.spread === true) return undefined;
    const at = argument.name === undefined ? index : names?.indexOf(argument.name) ?? -1;
    if (at === -1) return undefined;
    placed[at] = argument.value;
  }
  return Array.from(placed);
}

/** All arguments as values; undefined when one is spread, named or left out. */
export function valuesOf(evaluation: Evaluation, name: string, args: readonly Argument[], scope: Scope): ConfigValue[] | undefined {
  const placed = positional(name, args);
  if (placed === undefined || placed.includes(undefined)) return undefined;
  return placed.flatMap((expression) => (expression === undefined ? [] : [evaluation.evaluate(expression, scope)]));
}
