/**
 * What a configuration value is, or why nobody can know it without running the application; and where it came from.
 * A value is data: whether it is good or bad is for rules.
 */

/** A stretch of a file's text: lines and columns from 1, columns in UTF-16 units, the end excluded. */
export interface Place {
  /** Relative to the Laravel root, with `/`. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** One step on the way of a value: a line of `.env`, the config line that reads it, the framework's default. In the order in which they happen. */
export interface TraceStep {
  /** Relative to the Laravel root, with `/`; undefined for what stands in no file: the real environment, a fact about the framework. */
  readonly file: string | undefined;
  /** From 1; both 0 without a file. Columns count UTF-16 units. */
  readonly line: number;
  readonly column: number;
  /** `SESSION_SECURE_COOKIE is not set`, `env('SESSION_SECURE_COOKIE') is null`: never a secret. */
  readonly what: string;
  /** The environment key that this step reads or gives. */
  readonly env?: string;
}

export type Trace = readonly TraceStep[];

// Every kind of value has a `place` where the text that gives it stands: a literal, a call of `env()`, one entry of a list, also of
// one that is split from a text. It is apart from the trace, whose last step may be the framework's or another file's.

/** PHP tells int from float, and JavaScript does not: `float` is set where PHP has a float. */
export interface Known {
  readonly kind: 'known';
  readonly value: string | number | boolean | null;
  readonly float?: true;
  readonly place?: Place;
  readonly trace: Trace;
}

/** A constant or path that only the running application has, as PHP source says it: `PDO::MYSQL_ATTR_SSL_CA`, `storage_path('logs')`. Truthy, and equal to itself. */
export interface Symbolic {
  readonly kind: 'symbol';
  readonly name: string;
  readonly place?: Place;
  readonly trace: Trace;
}

/** No source has the key, no file has the path. Not null: `env('X', 'd')` is `d` for this and null for `X=null`. */
export interface Unset {
  readonly kind: 'unset';
  readonly place?: Place;
  readonly trace: Trace;
}

/** All that may be told of a secret. */
export interface SecretShape {
  readonly empty: boolean;
  /** What PHP takes as false: empty, or `0`. */
  readonly falsy: boolean;
  /** Bytes of the text. */
  readonly bytes: number;
  /** Bytes behind `base64:`, decoded as PHP does; undefined without that prefix. */
  readonly decodedBytes?: number;
  /** Shannon entropy in bits per byte, of the decoded bytes where there are some. */
  readonly entropy: number;
  /** `changeme`, `your-key-here`, `xxx`, `null`, …: a word of the list of placeholders. */
  readonly placeholder: boolean;
  /** Keyed digest, equal for equal texts of this run only: for rules that compare. */
  readonly digest: string;
}

/** A key named like a secret: masked when it was read, and reduced to its shape. */
export interface SecretValue {
  readonly kind: 'secret';
  /** The environment key or config path that named it so. */
  readonly name: string;
  readonly shape: SecretShape;
  readonly place?: Place;
  readonly trace: Trace;
}

/** Why a value cannot be known: one word, and for people a sentence. */
export interface Unknown {
  readonly kind: 'unknown';
  readonly reason: UnknownReason;
  /** `config/app.php calls App\\helper()`; never a secret. */
  readonly why: string;
  readonly place?: Place;
  readonly trace: Trace;
}

export type UnknownReason =
  /** No source of environment values was given. */
  | 'no-environment'
  /** No complete source has the key; a partial one may just not show it. */
  | 'not-in-source'
  /** Only the name of the key is known. */
  | 'value-hidden'
  /** What the web server's interface sets: `HTTPS`, `PHP_SELF`, … */
  | 'sapi-name'
  /** A function, class, variable or construct that the evaluator does not know. */
  | 'expression'
  /** The file, or one that could override the path, does not parse or cannot be read. */
  | 'unreadable'
  /** A provider or `bootstrap/app.php` sets the path to something that is no literal. */
  | 'runtime-override'
  /** The cached configuration was made while an image was built. */
  | 'baked-at-build'
  /** The version of the framework is not known. */
  | 'no-version'
  /** Several values are possible and do not agree. */
  | 'undecided';

/** One of these, and nothing says which: a rule fails if all fail, and passes if all pass. Two or more, none of them OneOf. */
export interface OneOf {
  readonly kind: 'one-of';
  readonly values: readonly Exclude<ConfigValue, OneOf>[];
  readonly place?: Place;
  readonly trace: Trace;
}

/** A PHP array in its order. Keys are PHP's: `7` and `'7'` are the same one, written here as `'7'`; `isList` tells a list. */
export interface ConfigArray {
  readonly kind: 'array';
  readonly entries: ReadonlyMap<string, ConfigValue>;
  readonly isList: boolean;
  /** Set when a key or spread is not known: then a key that is not in `entries` is Unknown for this reason, and no Unset. */
  readonly open?: Unknown;
  readonly place?: Place;
  readonly trace: Trace;
}

export type ConfigValue = Known | Symbolic | Unset | SecretValue | Unknown | OneOf | ConfigArray;
