import type { DotenvEntry } from './entries.ts';
import type { DotenvRules } from './rules.ts';
import { bytesOf, textOf } from './source.ts';

/** What the application sees under one name. */
export interface EnvValue {
  readonly value: string;
  /** The entry of the file that set it; undefined when the process environment did. */
  readonly entry: DotenvEntry | undefined;
}

/** A write that took place, in order: `value` undefined means that the name was cleared. */
export interface AppliedWrite {
  readonly name: string;
  readonly value: string | undefined;
  readonly entry: DotenvEntry;
}

interface Held {
  readonly bytes: string;
  readonly entry: DotenvEntry | undefined;
  /** Written by the file and still to be overwritten by it. */
  readonly isOurs: boolean;
}

/**
 * Laravel's immutable repository: the process environment wins, also with an empty value; inside the file the last of equal
 * names wins. Variables in values are looked up here, among both, at the moment of the write.
 */
export class EnvRepository {
  readonly #held = new Map<string, Held>();
  readonly #rules: DotenvRules;

  constructor(environment: Readonly<Record<string, string>>, rules: DotenvRules) {
    this.#rules = rules;
    for (const [name, value] of Object.entries(environment)) this.#held.set(name, { bytes: bytesOf(value), entry: undefined, isOurs: false });
  }

  /** Applies one entry; undefined when it had no effect. */
  apply(entry: DotenvEntry): AppliedWrite | undefined {
    const before = this.#held.get(entry.name);
    const bytes = entry.value === undefined ? undefined : this.#resolve(entry.value.parts);
    if (before !== undefined && !before.isOurs) return undefined;
    if (bytes === undefined) {
      this.#held.delete(entry.name);
      return { name: entry.name, value: undefined, entry };
    }
    // Such a value reaches $_SERVER before putenv refuses it: it is there, but counts as somebody else's from then on.
    const isRefused = this.#rules.refusesNul && bytes.includes('\u0000');
    const isOurs = !isRefused || before !== undefined;
    this.#held.set(entry.name, { bytes, entry, isOurs });
    return isRefused ? undefined : { name: entry.name, value: textOf(bytes), entry };
  }

  values(): Map<string, EnvValue> {
    return new Map(Array.from(this.#held, ([name, { bytes, entry }]) => [name, { value: textOf(bytes), entry }]));
  }

  /** From the last `$` to the first, as there: what a variable held can complete an earlier `${`. */
  #resolve(parts: readonly string[]): string {
    const tail: string[] = [];
    for (let index = parts.length - 1; index > 0; index -= 1) {
      let head = parts[index] ?? '';
      while (tail.length > 0 && /^\$(?:\{[a-zA-Z0-9_.]*)?$/.test(head) && !(tail.at(-1) ?? '').startsWith('$')) head += tail.pop() ?? '';
      tail.push(this.#lookUp(head));
    }
    return [parts[0] ?? '', ...tail.reverse()].join('');
  }

  #lookUp(text: string): string {
    const [whole, name] = /^\$\{([a-zA-Z0-9_.]+)\}/.exec(text) ?? [];
    if (whole === undefined || name === undefined) return text;
    const found = this.#held.get(name);
    return found === undefined ? text : found.bytes + text.slice(whole.length);
  }
}
