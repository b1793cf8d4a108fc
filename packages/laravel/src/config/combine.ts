import type { ConfigArray, ConfigValue, Known, OneOf, Place, Trace, Unknown, UnknownReason } from '../value.ts';

export function known(value: Known['value'], trace: Trace, place?: Place, float?: true): Known {
  return { kind: 'known', value, ...(float === undefined ? {} : { float }), ...(place === undefined ? {} : { place }), trace };
}

export function unknown(reason: UnknownReason, why: string, trace: Trace, place?: Place): Unknown {
  return { kind: 'unknown', reason, why, ...(place === undefined ? {} : { place }), trace };
}

export function withTrace<T extends ConfigValue>(value: T, trace: Trace, place: Place | undefined): T {
  return { ...value, trace, ...(place === undefined ? {} : { place }) };
}

/** More possibilities than this are none that a rule could use. */
const MOST_VALUES = 12;

/** What is known when one of these holds and nothing says which: the same where they agree, arrays entry by entry. */
export function oneOf(values: readonly ConfigValue[]): ConfigValue {
  const [first, ...rest] = values.flatMap((value) => (value.kind === 'one-of' ? value.values : [value]));
  if (first === undefined) return unknown('undecided', 'no value is possible', []);
  if (rest.every((value) => isSame(first, value))) return first;
  const all = [first, ...rest];
  const arrays = all.filter((value) => value.kind === 'array');
  if (arrays.length === all.length && arrays.every((array) => hasSameKeys(array, arrays[0]))) return joinArrays(arrays);
  const trace = all.flatMap((value) => value.trace);
  const distinct = all.filter((value, index) => !all.slice(0, index).some((earlier) => isSame(earlier, value)));
  if (distinct.length > MOST_VALUES) return unknown('undecided', 'there are too many possible values', trace);
  const possible: OneOf = { kind: 'one-of', values: distinct, trace };
  return possible;
}

/** Arrays with other keys stay apart: the number and order of entries counts for what is computed from them. */
function hasSameKeys(left: ConfigArray, right: ConfigArray | undefined): boolean {
  const [one, two] = [[...left.entries.keys()], [...(right?.entries.keys() ?? [])]];
  return left.open === undefined && right?.open === undefined && one.length === two.length && one.every((key, index) => key === two[index]);
}

function joinArrays(arrays: readonly ConfigArray[]): ConfigArray {
  const entries = new Map<string, ConfigValue>();
  for (const key of arrays[0]?.entries.keys() ?? []) entries.set(key, oneOf(arrays.map((each) => entryOf(each, key))));
  return { kind: 'array', entries, isList: arrays.every(({ isList }) => isList), trace: arrays.flatMap((each) => each.trace) };
}

/** The entry of a key: Unset when it is not there, Unknown when the array is open and could have it. */
export function entryOf(array: ConfigArray, key: string): ConfigValue {
  return array.entries.get(key) ?? array.open ?? { kind: 'unset', trace: array.trace };
}

/** Set when the entry may not be there at all: what `array_filter` could not decide. */
export function mayLack(value: ConfigValue): boolean {
  return value.kind === 'unset' || (value.kind === 'one-of' && value.values.some(({ kind }) => kind === 'unset'));
}

/** All keys of the array are known, and that there are no others. */
export function isComplete(array: ConfigArray): boolean {
  return array.open === undefined && ![...array.entries.values()].some(mayLack);
}

/** Equal as values; traces and places do not count. Two Unknowns are equal when their reasons are. */
export function isSame(left: ConfigValue, right: ConfigValue): boolean {
  switch (left.kind) {
    case 'known': return right.kind === 'known' && left.value === right.value && left.float === right.float;
    case 'symbol': return right.kind === 'symbol' && left.name === right.name;
    case 'unset': return right.kind === 'unset';
    case 'secret': return right.kind === 'secret' && left.shape.digest === right.shape.digest;
    case 'unknown': return right.kind === 'unknown' && left.reason === right.reason && left.why === right.why;
    case 'array': return right.kind === 'array' && isSameArray(left, right);
    case 'one-of': return right.kind === 'one-of' && left.values.length === right.values.length && left.values.every((value) => right.values.some((other) => isSame(value, other)));
  }
}

function isSameArray(left: ConfigArray, right: ConfigArray): boolean {
  const [one, two] = [[...left.entries], [...right.entries]];
  return one.length === two.length && (left.open === undefined) === (right.open === undefined) && one.every(([key, value], index) => {
    const other = two[index];
    return other !== undefined && other[0] === key && isSame(value, other[1]);
  });
}

/** Does `compute` for each possible value. */
export function eachOf(value: ConfigValue, compute: (value: Exclude<ConfigValue, OneOf>) => ConfigValue): ConfigValue {
  return value.kind === 'one-of' ? oneOf(value.values.map(compute)) : compute(value);
}
