import type { ConfigValue } from '../value.ts';
import { arrayOf } from './arrays.ts';
import { eachOf, entryOf, oneOf } from './combine.ts';

/** Laravel's `Arr::get`: what is no array has no entries. `path` is the whole one, for the trace. */
export function walk(value: ConfigValue, segments: readonly string[], path: string): ConfigValue {
  const [first, ...rest] = segments;
  if (first === undefined) return value;
  return eachOf(value, (each) => {
    if (each.kind === 'unknown' || each.kind === 'unset') return each;
    const entry = each.kind === 'array' ? entryOf(each, first) : undefined;
    if (entry !== undefined && entry.kind !== 'unset') return walk(entry, rest, path);
    const what = entry === undefined ? `${path} lies below a value that is no array` : `${path} is not there`;
    return { kind: 'unset', ...(each.place === undefined ? {} : { place: each.place }), trace: [...each.trace, { file: undefined, line: 0, column: 0, what }] };
  });
}

/** Laravel's `Arr::set`: arrays are made on the way. */
export function putAt(before: ConfigValue, segments: readonly string[], value: ConfigValue): ConfigValue {
  const [first, ...rest] = segments;
  if (first === undefined) return value;
  if (before.kind === 'one-of') return oneOf(before.values.map((each) => putAt(each, segments, value)));
  if (before.kind === 'unknown') return before;
  if (before.kind !== 'array') return arrayOf([[first, putAt({ kind: 'unset', trace: [] }, rest, value)]], value.trace, value.place);
  return { ...before, isList: false, entries: new Map([...before.entries, [first, putAt(entryOf(before, first), rest, value)]]) };
}
