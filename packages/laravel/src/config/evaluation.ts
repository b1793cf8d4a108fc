import type { SecretVault } from '../env/vault.ts';
import type { ConfigValue, Trace, UnknownReason } from '../value.ts';
import type { Expression } from './expression.ts';
import type { Scalar } from './scalar.ts';
import type { Scope } from './scope.ts';

/** What a configuration file can ask for. */
export interface World {
  /** `env(key)` without a default; not cast, as `getenv()` gives it, when `cast` is false. */
  env(key: string, cast: boolean): ConfigValue;
  /** `config(path)` while files are loaded: only what was loaded before. */
  config(path: string): ConfigValue;
  readonly vault: SecretVault;
  readonly framework: { readonly version: string | undefined; readonly major: number | undefined };
}

/** What the parts of the evaluator ask of the whole. */
export interface Evaluation {
  readonly world: World;
  evaluate(expression: Expression, scope: Scope): ConfigValue;
  /** The trace of what an expression makes of values: steps inside of it become its own. */
  trace(expression: Expression, values: readonly ConfigValue[]): Trace;
  unknown(expression: Expression, what: string, values?: readonly ConfigValue[], reason?: UnknownReason): ConfigValue;
  /** The same value, now come through an expression. It keeps the place of the text that gives it. */
  through(expression: Expression, value: ConfigValue, others?: readonly ConfigValue[]): ConfigValue;
  /** Computes with scalars, for every possible value of each. What comes from a secret is one; `undefined` is not known. */
  lift(expression: Expression, values: readonly ConfigValue[], compute: (scalars: readonly Scalar[]) => Scalar | undefined): ConfigValue;
}
