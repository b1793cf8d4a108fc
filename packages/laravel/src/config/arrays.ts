import type { ConfigArray, ConfigValue, Place, Trace, Unknown } from '../value.ts';

/** A constant whose number only PHP knows: as a key it is an integer. */
const INTEGER_SYMBOL = /^PDO::/;

export function isIntegerKey(key: string): boolean {
  return /^(?:0|-?[1-9]\d{0,17})$/.test(key) || INTEGER_SYMBOL.test(key);
}

/** The key that PHP makes of a value; undefined when that is not known. */
export function keyOf(value: ConfigValue): string | undefined {
  if (value.kind === 'symbol') return INTEGER_SYMBOL.test(value.name) ? value.name : undefined;
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
    const number = Number(key);
    if (!Number.isSafeInteger(number) || number < 0) this.#isCounting = false;
    else this.#next = Math.max(this.#next, number + 1);
  }

  append(value: ConfigValue): void {
    if (this.#isCounting) this.set(String(this.#next), value);
    else this.#open ??= { kind: 'unknown', reason: 'expression', why: 'the number of an entry is not known', trace: value.trace };
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
      if (isIntegerKey(key)) this.append(value);
      else this.set(key, value);
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
