import { mayLack, oneOf } from './combine.ts';
import type { ConfigArray, ConfigValue, Place, Trace, Unknown } from '../value.ts';

/** A constant whose number only PHP knows: as a key it is an integer. */
const INTEGER_SYMBOL = /^PDO::/;
const INTEGER = /^(?:0|-?[1-9]\d{0,17})$/;

export function isIntegerKey(key: string): boolean {
  return INTEGER.test(key) || INTEGER_SYMBOL.test(key);
}

/** The key that PHP makes of a value; undefined when that is not known. */
export function keyOf(value: ConfigValue): string | undefined {
  // A constant, or a path: `public_path('storage') => …`.
  if (value.kind === 'symbol') return value.name;
  if (value.kind !== 'known') return undefined;
  switch (typeof value.value) {
    case 'string': return value.value;
    case 'number': return String(Math.trunc(value.value));
    case 'boolean': return value.value ? '1' : '0';
    default: return '';
  }
}

/** Builds a PHP array entry by entry. */
export class ArrayBuilder {
  readonly #entries = new Map<string, ConfigValue>();
  #next = 0;
  #open: Unknown | undefined;
  /** After a key whose number is not known, nobody knows the next one. */
  #isCounting = true;

  set(key: string, value: ConfigValue): void {
    this.#entries.set(key, value);
    if (!isIntegerKey(key)) return;
    const others = INTEGER_SYMBOL.test(key) ? INTEGER : INTEGER_SYMBOL;
    if ([...this.#entries.keys()].some((other) => others.test(other))) this.openKey({ kind: 'unknown', reason: 'expression', why: 'a constant may be the same key as a number', trace: value.trace });
    const number = Number(key);
    if (!Number.isSafeInteger(number) || number < 0) this.#isCounting = false;
    else this.#next = Math.max(this.#next, number + 1);
  }

  append(value: ConfigValue): void {
    if (this.#isCounting) this.set(String(this.#next), value);
    else this.#openNumbers(value);
  }

  #openNumbers(value: ConfigValue): void {
    this.#open ??= { kind: 'unknown', reason: 'expression', why: 'the number of an entry is not known', trace: value.trace };
    this.#isCounting = false;
  }

  /** What may not be there leaves the entry before it. */
  #replaced(key: string, value: ConfigValue): ConfigValue {
    const before = this.#entries.get(key);
    return before === undefined ? value : oneOf([value.kind === 'one-of' ? oneOf(value.values.filter(({ kind }) => kind !== 'unset')) : value, before]);
  }

  /** What is spread here is not known: it may hold any key, and replaces equal ones that stand before it, but for integers. */
  openSpread(why: Unknown): void {
    this.#open ??= why;
    this.#isCounting = false;
    for (const key of this.#entries.keys()) if (!isIntegerKey(key)) this.#entries.set(key, why);
  }

  /** The key of an entry is not known: it may be any. */
  openKey(why: Unknown): void {
    this.#open ??= why;
    this.#isCounting = false;
    for (const key of this.#entries.keys()) this.#entries.set(key, why);
  }

  /** `...$array`, and each part of `array_merge`: entries with integer keys are counted anew. */
  spread(array: ConfigArray): void {
    for (const [key, value] of array.entries) {
      if (!isIntegerKey(key)) this.set(key, mayLack(value) ? this.#replaced(key, value) : value);
      else if (mayLack(value)) this.#openNumbers(value);
      else this.append(value);
    }
    if (array.open !== undefined) this.openSpread(array.open);
  }

  build(trace: Trace, place?: Place): ConfigArray {
    const keys = [...this.#entries.keys()];
    const isList = this.#open === undefined && keys.every((key, index) => key === String(index));
    return { kind: 'array', entries: this.#entries, isList, ...(this.#open === undefined ? {} : { open: this.#open }), ...(place === undefined ? {} : { place }), trace };
  }
}

export function arrayOf(entries: Iterable<readonly [string, ConfigValue]>, trace: Trace, place?: Place): ConfigArray {
  const builder = new ArrayBuilder();
  for (const [key, value] of entries) builder.set(key, value);
  return builder.build(trace, place);
}

export function listOf(values: Iterable<ConfigValue>, trace: Trace, place?: Place): ConfigArray {
  const builder = new ArrayBuilder();
  for (const value of values) builder.append(value);
  return builder.build(trace, place);
}
