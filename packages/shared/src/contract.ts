import type { ZodType } from 'zod';

/** One input of an action: the single source for parsing, action.yml, the README table and the JSON Schema. */
export interface InputSpec<T = unknown> {
  /** At most 125 characters, starts with a capital letter, no full stop. */
  readonly description: string;
  /** Parses the text of the input (empty counts as not given, so it never sees ''); may do so asynchronously. */
  readonly schema: ZodType<T, string>;
  /** Text parsed when the input is not given anywhere; undefined leaves the value undefined. */
  readonly default?: string;
  /** An expression that becomes `default:` in action.yml, for example `${{ github.sha }}`. */
  readonly expression?: string;
  /** Fails when absent everywhere. */
  readonly required?: boolean;
  /** Masked, wrapped in Secret by its schema, never read from .github/ops.yml. */
  readonly secret?: boolean;
  /** A list: YAML lists in ops.yml become lines, `none` empties it. */
  readonly list?: boolean;
  /** What a good value looks like; printed in errors and tables. */
  readonly example: string;
  /** The rule in words, `one of: auto, never`; printed in errors. */
  readonly rule: string;
}

export type InputSpecs = Readonly<Record<string, InputSpec>>;

/** The typed object that `parseInputs` returns: keys are the input names as they stand in action.yml. */
export type InputsOf<S extends InputSpecs> = {
  readonly [K in keyof S]: S[K] extends InputSpec<infer T>
    ? S[K] extends { readonly default: string } | { readonly required: true } ? T : T | undefined
    : never;
};

/** All that the outside may know of an action. */
export interface ActionContract<S extends InputSpecs = InputSpecs, O extends string = string> {
  /** Folder name and the word after `fwber/ops/`. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputs: S;
  readonly outputs: Readonly<Record<O, string>>;
  /** True when the action has src/post.ts. */
  readonly post: boolean;
  /** Exit codes by reason, where they are not 1; also of a wrong input (`input`) and of an error of ours (`bug`). */
  readonly exits?: Readonly<Record<string, number>>;
  /** Inputs that had another name once: old name to new name. Giving an old one is an error that says the new one. */
  readonly renamed?: Readonly<Record<string, string>>;
}

/** Output values as an action returns them; `undefined` becomes the empty string. */
export type Outputs<O extends string> = Readonly<Partial<Record<O, string | number | boolean>>>;
