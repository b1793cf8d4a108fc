import { compareVersions } from '../app/framework.ts';
import type { ArrayItem, Argument, Cast, Expression } from '../config/expression.ts';

/**
 * A default as an expression, for one version of its package; undefined when that version has no such entry. What it reads and what it
 * falls back to is a fact of the package; the evaluator computes it as it does a file.
 */
export type Fact = (version: string) => Expression | undefined;

type Scalar = string | number | boolean | null;
type Given = Fact | Scalar;

function factOf(given: Given): Fact {
  return typeof given === 'function' ? given : () => ({ op: 'literal', value: given, at: undefined });
}

/** `env('KEY', otherwise)`; `env('KEY')` without the second. */
export function env(key: string, otherwise?: Given): Fact {
  return call('env', key, ...(otherwise === undefined ? [] : [otherwise]));
}

export function call(name: string, ...args: readonly Given[]): Fact {
  return (version) => ({ op: 'call', name, args: argumentsOf(args, version), at: undefined });
}

/** `Illuminate\Support\Str::slug`. */
export function staticCall(owner: string, method: string, ...args: readonly Given[]): Fact {
  return (version) => ({ op: 'static', class: owner, method, args: argumentsOf(args, version), at: undefined });
}

export function cast(to: Cast['to'], given: Given): Fact {
  return (version) => ({ op: 'cast', to, of: required(given, version), at: undefined });
}

/** Joined texts. */
export function join(first: Given, ...more: readonly Given[]): Fact {
  return (version) => more.reduce<Expression>((left, right) => ({ op: 'binary', operator: '.', left, right: required(right, version), at: undefined }), required(first, version));
}

export function binary(operator: string, left: Given, right: Given): Fact {
  return (version) => ({ op: 'binary', operator, left: required(left, version), right: required(right, version), at: undefined });
}

/** `test ? whenTrue : whenFalse`; `test ?: whenFalse` with two. */
export function either(test: Given, whenTrue: Given | undefined, whenFalse: Given): Fact {
  return (version) => ({ op: 'ternary', test: required(test, version), whenTrue: whenTrue === undefined ? undefined : required(whenTrue, version), whenFalse: required(whenFalse, version), at: undefined });
}

export function constant(name: string): Fact {
  return () => ({ op: 'constant', name, at: undefined });
}

export function classConstant(owner: string, name: string): Fact {
  return () => ({ op: 'class-constant', class: owner, name, at: undefined });
}

/** `Owner::method()->toArray()`, of a list that the framework keeps elsewhere. */
export function collected(owner: string, method: string): Fact {
  return (version) => ({ op: 'method', of: required(staticCall(owner, method), version), method: 'toArray', args: [], at: undefined });
}

/** An array with names; entries that a version does not have are left out. */
export function map(entries: Readonly<Record<string, Given>>): Fact {
  return pairs(Object.entries(entries));
}

export function list(...values: readonly Given[]): Fact {
  return (version) => ({ op: 'array', items: values.map((value) => ({ value: required(value, version) })), at: undefined });
}

/** An array whose keys are computed too. */
export function pairs(entries: readonly (readonly [Given, Given])[]): Fact {
  return (version) => ({ op: 'array', at: undefined, items: entries.flatMap(([key, value]): ArrayItem[] => {
    const expression = factOf(value)(version);
    return expression === undefined ? [] : [{ key: required(key, version), value: expression }];
  }) });
}

/** `[...value]` */
export function spread(value: Given): Fact {
  return (version) => ({ op: 'array', items: [{ value: required(value, version), spread: true }], at: undefined });
}

/** An array of which only these entries were looked at: any other may be there. */
export function partly(why: string, entries: Readonly<Record<string, Given>>): Fact {
  return (version) => {
    const known = map(entries)(version);
    return { op: 'array', at: undefined, items: [{ value: { op: 'opaque', what: why, at: undefined }, spread: true }, ...(known?.op === 'array' ? known.items : [])] };
  };
}

/** Another fact before this version. */
export function changed(version: string, before: Given, after: Given): Fact {
  return (asked) => factOf(compareVersions(asked, version) >= 0 ? after : before)(asked);
}

/** A fact that changed in some release between two versions: between them either may hold. */
export function changedWithin(from: string, to: string, before: Given, after: Given): Fact {
  return (asked) => {
    if (compareVersions(asked, to) >= 0) return factOf(after)(asked);
    if (compareVersions(asked, from) < 0) return factOf(before)(asked);
    return either(opaque('differs between releases, and nobody looked at this one'), before, after)(asked);
  };
}

/** An entry that came in some release between two versions. */
export function cameWithin(from: string, to: string, given: Given): Fact {
  return (asked) => {
    if (compareVersions(asked, to) >= 0) return factOf(given)(asked);
    return compareVersions(asked, from) < 0 ? undefined : opaque('came with some release, and nobody looked at this one')(asked);
  };
}

/** An entry that went in some release between two versions. */
export function wentWithin(from: string, to: string, given: Given): Fact {
  return (asked) => {
    if (compareVersions(asked, to) >= 0) return undefined;
    return compareVersions(asked, from) < 0 ? factOf(given)(asked) : opaque('went with some release, and nobody looked at this one')(asked);
  };
}

function opaque(what: string): Fact {
  return () => ({ op: 'opaque', what, at: undefined });
}

function required(given: Given, version: string): Expression {
  return factOf(given)(version) ?? { op: 'opaque', what: 'is not there in this version', at: undefined };
}

function argumentsOf(args: readonly Given[], version: string): Argument[] {
  return args.map((value) => ({ value: required(value, version) }));
}
