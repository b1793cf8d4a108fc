import type { ConfigValue } from '../value.ts';
import { keyOf } from './arrays.ts';
import { eachOf, entryOf, known } from './combine.ts';
import type { Evaluation } from './evaluation.ts';
import type { Expression } from './expression.ts';

/** `$of[key]`: null where PHP warns and gives null. */
export function indexOf(evaluation: Evaluation, expression: Expression, of: ConfigValue, key: ConfigValue): ConfigValue {
  return eachOf(of, (array) => eachOf(key, (each) => {
    if (array.kind === 'unknown') return array;
    if (each.kind === 'unknown') return each;
    const name = keyOf(each);
    if (array.kind !== 'array' || name === undefined) return isNothing(array) ? known(null, array.trace) : evaluation.unknown(expression, 'reads an entry of what is no array', [array]);
    const entry = entryOf(array, name);
    return entry.kind === 'unset' ? known(null, entry.trace) : entry;
  }));
}

function isNothing(value: ConfigValue): boolean {
  return value.kind === 'unset' || (value.kind === 'known' && typeof value.value !== 'string');
}
