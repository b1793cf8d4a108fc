import type { Place } from '../value.ts';

/**
 * What a configuration file says, in few shapes: PHP files are lowered to it, and default packs are written in it, so that one
 * evaluator gives both their values and traces. Names of classes are full and without a leading backslash.
 */
export type Expression =
  | Literal | ArrayLiteral | Call | StaticCall | MethodCall | Constant | ClassConstant | Variable | Index | Binary | Unary | Cast | Ternary | Match
  | Isset | Assign | Closure | Join | Opaque;

interface Placed {
  readonly at: Place | undefined;
}

export interface Literal extends Placed {
  readonly op: 'literal';
  readonly value: string | number | boolean | null;
  readonly float?: true;
}

export interface ArrayLiteral extends Placed {
  readonly op: 'array';
  readonly items: readonly ArrayItem[];
}

export interface ArrayItem {
  readonly key?: Expression;
  readonly value: Expression;
  /** `...$value` */
  readonly spread?: true;
}

export interface Argument {
  readonly name?: string;
  readonly value: Expression;
  readonly spread?: true;
}

/** Of a function: its name in lower case, without a namespace when it is global. */
export interface Call extends Placed {
  readonly op: 'call';
  readonly name: string;
  readonly args: readonly Argument[];
}

export interface StaticCall extends Placed {
  readonly op: 'static';
  readonly class: string;
  readonly method: string;
  readonly args: readonly Argument[];
}

export interface MethodCall extends Placed {
  readonly op: 'method';
  readonly of: Expression;
  readonly method: string;
  readonly args: readonly Argument[];
}

export interface Constant extends Placed {
  readonly op: 'constant';
  readonly name: string;
}

export interface ClassConstant extends Placed {
  readonly op: 'class-constant';
  readonly class: string;
  readonly name: string;
}

export interface Variable extends Placed {
  readonly op: 'variable';
  readonly name: string;
}

export interface Index extends Placed {
  readonly op: 'index';
  readonly of: Expression;
  /** Undefined for `$a[]`, which only an assignment has. */
  readonly key: Expression | undefined;
}

export interface Binary extends Placed {
  readonly op: 'binary';
  readonly operator: string;
  readonly left: Expression;
  readonly right: Expression;
}

export interface Unary extends Placed {
  readonly op: 'unary';
  readonly operator: '!' | '-' | '+';
  readonly of: Expression;
}

export interface Cast extends Placed {
  readonly op: 'cast';
  readonly to: 'bool' | 'int' | 'float' | 'string' | 'array';
  readonly of: Expression;
}

export interface Ternary extends Placed {
  readonly op: 'ternary';
  readonly test: Expression;
  /** Undefined for `?:`. */
  readonly whenTrue: Expression | undefined;
  readonly whenFalse: Expression;
}

export interface Match extends Placed {
  readonly op: 'match';
  readonly of: Expression;
  readonly arms: readonly { readonly conditions: readonly Expression[] | undefined; readonly value: Expression }[];
}

export interface Isset extends Placed {
  readonly op: 'isset';
  readonly of: readonly Expression[];
  /** `empty()` of one. */
  readonly isEmpty?: true;
}

export interface Assign extends Placed {
  readonly op: 'assign';
  readonly to: Expression;
  /** `=`, `.=`, `??=`, … */
  readonly operator: string;
  readonly value: Expression;
}

export interface Closure extends Placed {
  readonly op: 'closure';
  readonly parameters: readonly string[];
  /** Names taken from around it; undefined for `fn`, which sees all. */
  readonly uses: readonly string[] | undefined;
  readonly body: readonly Statement[];
}

/** Parts of a text with variables. */
export interface Join extends Placed {
  readonly op: 'join';
  readonly parts: readonly Expression[];
}

export interface Opaque extends Placed {
  readonly op: 'opaque';
  /** For people, never with a literal: `creates an object`. */
  readonly what: string;
}

export type Statement =
  | { readonly does: 'return'; readonly value: Expression | undefined; readonly at: Place | undefined }
  | { readonly does: 'evaluate'; readonly value: Expression }
  | { readonly does: 'if'; readonly test: Expression; readonly whenTrue: readonly Statement[]; readonly whenFalse: readonly Statement[] }
  | { readonly does: 'foreach'; readonly of: Expression; readonly key: string | undefined; readonly value: string; readonly body: readonly Statement[] }
  /** Throws or ends the program. */
  | { readonly does: 'stop' }
  /** Whatever else: from here on nothing is sure. */
  | { readonly does: 'opaque'; readonly what: string; readonly at: Place | undefined };
