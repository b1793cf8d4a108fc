import type { ConfigValue, Unknown } from '../value.ts';
import type { Closure } from './expression.ts';
import { oneOf, unknown } from './combine.ts';

/** The variables of a file or closure. */
export class Scope {
  readonly #values: Map<string, ConfigValue>;
  readonly #closures: Map<string, Closure>;
  /** Why nothing is known of any variable. */
  #lost: Unknown | undefined;

  constructor(values: Iterable<readonly [string, ConfigValue]> = [], closures: Iterable<readonly [string, Closure]> = []) {
    this.#values = new Map(values);
    this.#closures = new Map(closures);
  }

  /** Undefined for a variable that was never set: PHP takes it for null. */
  get(name: string): ConfigValue | undefined {
    return this.#values.get(name) ?? (this.#closures.has(name) ? unknown('expression', `$${name} is a closure`, []) : this.#lost);
  }

  closure(name: string): Closure | undefined {
    return this.#closures.get(name);
  }

  set(name: string, value: ConfigValue): void {
    this.#closures.delete(name);
    this.#values.set(name, value);
  }

  setClosure(name: string, closure: Closure): void {
    this.#values.delete(name);
    this.#closures.set(name, closure);
  }

  copy(): Scope {
    const copy = new Scope(this.#values, this.#closures);
    copy.#lost = this.#lost;
    return copy;
  }

  /** What is known when one of these scopes holds. */
  become(scopes: readonly Scope[]): void {
    const names = new Set(scopes.flatMap((scope) => [...scope.#values.keys()]));
    const values = [...names].map((name): [string, ConfigValue] => [name, oneOf(scopes.map((scope) => scope.get(name) ?? unknown('expression', `$${name} may not be set`, [])))]);
    [this.#lost] = scopes.flatMap((scope) => scope.#lost ?? []);
    const closures = scopes.flatMap((scope) => [...scope.#closures]).filter(([name, closure]) => scopes.every((scope) => scope.closure(name) === closure));
    this.#values.clear();
    this.#closures.clear();
    for (const [name, value] of values) this.#values.set(name, value);
    for (const [name, closure] of closures) this.#closures.set(name, closure);
  }

  forget(why: string): void {
    this.#values.clear();
    this.#closures.clear();
    this.#lost = unknown('expression', why, []);
  }
}
