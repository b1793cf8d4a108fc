import type { ConfigValue, Place, Trace, TraceStep, UnknownReason } from '../value.ts';
import { evaluateArray, unionOf } from './array-literal.ts';
import { evaluateAssign } from './assign.ts';
import { ArrayBuilder } from './arrays.ts';
import { eachOf, known, oneOf, unknown, withTrace } from './combine.ts';
import { evaluateClassConstant, evaluateConstant } from './constants.ts';
import { coalesce, evaluateIsset, evaluateMatch, evaluateTernary, logical } from './control.ts';
import { describe } from './describe.ts';
import type { Evaluation, World } from './evaluation.ts';
import type { Binary, Cast, Expression, Index, Unary } from './expression.ts';
import { callFunction, callStatic } from './functions/call.ts';
import { callMethod } from './functions/collections.ts';
import { compareIdentical } from './identity.ts';
import { indexOf } from './index-of.ts';
import { binary } from './operators.ts';
import { concatenate, pathOf } from './paths.ts';
import { flag, integer, NULL, text, toBool, toFloat, toInt, toText, type Scalar } from './scalar.ts';
import type { Scope } from './scope.ts';
import { stretch } from './stretch.ts';
import { isNullOf, truthOf } from './truth.ts';

/** Computes what expressions give, and how they came to it. It never throws, and what it does not know is Unknown. */
export class Evaluator implements Evaluation {
  readonly world: World;
  /** What a step says of an expression that stands in no file: `Laravel 11's default`. */
  readonly #label: string;

  constructor(world: World, label = '') {
    this.world = world;
    this.#label = label;
  }

  evaluate(expression: Expression, scope: Scope): ConfigValue {
    switch (expression.op) {
      case 'literal': return known(expression.value, this.trace(expression, []), expression.at, expression.float);
      case 'array': return evaluateArray(this, expression, scope);
      case 'call': return callFunction(this, expression, scope);
      case 'static': return callStatic(this, expression, scope);
      case 'method': return callMethod(this, expression, scope);
      case 'constant': return evaluateConstant(this, expression);
      case 'class-constant': return evaluateClassConstant(this, expression);
      case 'variable': return scope.get(expression.name) ?? this.unknown(expression, `uses the variable $${expression.name}`);
      case 'index': return this.#index(expression, scope);
      case 'binary': return this.#binary(expression, scope);
      case 'unary': return this.#unary(expression, scope);
      case 'cast': return this.#cast(expression, scope);
      case 'ternary': return evaluateTernary(this, expression, scope);
      case 'match': return evaluateMatch(this, expression, scope);
      case 'isset': return evaluateIsset(this, expression, scope);
      case 'assign': return evaluateAssign(this, expression, scope);
      case 'closure': return this.unknown(expression, 'has a closure');
      case 'join': return expression.parts.map((part) => this.evaluate(part, scope)).reduce((left, right) => concatenate(this, expression, left, right), known('', []));
      case 'opaque': return this.unknown(expression, expression.what);
    }
  }

  trace(expression: Expression, values: readonly ConfigValue[]): Trace {
    const { at } = expression;
    const what = describe(expression);
    const own: TraceStep = at === undefined ? { file: undefined, line: 0, column: 0, what: `${this.#label}: ${what}` } : { file: at.file, line: at.line, column: at.column, what };
    const before = new Set(values.flatMap((value) => value.trace).filter((step) => (at === undefined ? step.file !== undefined || step.env !== undefined : !isInside(step, at))));
    return [...before, own];
  }

  unknown(expression: Expression, what: string, values: readonly ConfigValue[] = [], reason: UnknownReason = 'expression'): ConfigValue {
    const { at } = expression;
    return unknown(reason, `${at?.file ?? this.#label} ${what}`, this.trace(expression, values), at);
  }

  through(expression: Expression, value: ConfigValue, others: readonly ConfigValue[] = []): ConfigValue {
    return withTrace(value, this.trace(expression, [...others, value]), value.place ?? expression.at);
  }

  lift(expression: Expression, values: readonly ConfigValue[], compute: (scalars: readonly Scalar[]) => Scalar | undefined): ConfigValue {
    const choice = values.findIndex(({ kind }) => kind === 'one-of');
    const chosen = values[choice];
    if (chosen?.kind === 'one-of') return oneOf(chosen.values.map((value) => this.lift(expression, values.with(choice, value), compute)));
    const unclear = values.find(({ kind }) => kind === 'unknown');
    if (unclear !== undefined) return this.through(expression, unclear, values.filter((value) => value !== unclear));
    const scalars = values.flatMap((value) => this.#scalar(value) ?? []);
    const result = scalars.length === values.length ? compute(scalars) : undefined;
    return result === undefined ? this.unknown(expression, `computes ${describe(expression)}`, values) : this.#lifted(expression, values, result);
  }

  /** What comes of one value keeps its place: `(bool) env('X', true)` is given where `true` stands. */
  #lifted(expression: Expression, values: readonly ConfigValue[], result: Scalar): ConfigValue {
    const trace = this.trace(expression, values);
    const [only, ...others] = values;
    const place = (others.length === 0 && only !== undefined ? partOf(only, result) : undefined) ?? expression.at;
    const secret = values.find(({ kind }) => kind === 'secret');
    if (secret?.kind === 'secret' && typeof result.value === 'string') return this.world.vault.seal(secret.name, result.value, trace, place);
    if (secret !== undefined && typeof result.value === 'number') return this.unknown(expression, 'computes a number from a secret', values);
    return known(result.value, trace, place, result.float);
  }

  #scalar(value: ConfigValue): Scalar | undefined {
    switch (value.kind) {
      case 'known': return value;
      case 'secret': return { value: this.world.vault.textOf(value) };
      case 'unset': return NULL;
      default: return undefined;
    }
  }

  #index(expression: Index, scope: Scope): ConfigValue {
    if (expression.key === undefined) return this.unknown(expression, 'reads an entry without a key');
    return this.through(expression, indexOf(this, expression, this.evaluate(expression.of, scope), this.evaluate(expression.key, scope)));
  }

  #binary(expression: Binary, scope: Scope): ConfigValue {
    const isNothing = expression.operator === '??' && expression.left.op === 'variable' && scope.get(expression.left.name) === undefined;
    const left = isNothing ? known(null, this.trace(expression.left, [])) : this.evaluate(expression.left, scope);
    const right = (): ConfigValue => this.evaluate(expression.right, scope);
    switch (expression.operator) {
      case '??': return coalesce(this, expression, left, right);
      case '&&': case 'and': return logical(this, expression, left, right, false);
      case '||': case 'or': return logical(this, expression, left, right, true);
      case '.': return concatenate(this, expression, left, right());
      case '===': case '!==': return compareIdentical(this, expression, left, right());
      default: return this.#arithmetic(expression, left, right());
    }
  }

  #arithmetic(expression: Binary, left: ConfigValue, right: ConfigValue): ConfigValue {
    if (expression.operator === '+' && left.kind === 'array' && right.kind === 'array') return unionOf(this, expression, left, right);
    return this.lift(expression, [left, right], ([one, two]) => (one === undefined || two === undefined ? undefined : binary(expression.operator, one, two)));
  }

  #unary(expression: Unary, scope: Scope): ConfigValue {
    const value = this.evaluate(expression.of, scope);
    const truth = truthOf(value);
    if (expression.operator === '!' && truth !== undefined) return known(!truth, this.trace(expression, [value]), value.place ?? expression.at);
    return this.lift(expression, [value], ([of]) => {
      if (of === undefined) return undefined;
      return expression.operator === '!' ? flag(!toBool(of)) : binary('*', of, { value: expression.operator === '-' ? -1 : 1 });
    });
  }

  #cast(expression: Cast, scope: Scope): ConfigValue {
    const { to } = expression;
    const value = this.evaluate(expression.of, scope);
    if (to === 'array') return this.#toArray(expression, value);
    const truth = truthOf(value);
    if (to === 'bool' && truth !== undefined) return known(truth, this.trace(expression, [value]), value.place ?? expression.at);
    if (to === 'int' && value.kind === 'array' && truth !== undefined) return known(truth ? 1 : 0, this.trace(expression, [value]), expression.at);
    if (to === 'string' && value.kind === 'symbol' && pathOf(value.name) !== undefined) return this.through(expression, value);
    return this.lift(expression, [value], ([scalar]) => (scalar === undefined ? undefined : CASTS[to](scalar)));
  }

  #toArray(expression: Expression, value: ConfigValue): ConfigValue {
    return eachOf(value, (each) => {
      if (each.kind === 'array' || each.kind === 'unknown') return this.through(expression, each);
      const builder = new ArrayBuilder();
      if (isNullOf(each) === false) builder.append(each);
      return builder.build(this.trace(expression, [each]), expression.at);
    });
  }
}

const CASTS: Readonly<Record<'bool' | 'int' | 'float' | 'string', (scalar: Scalar) => Scalar | undefined>> = {
  bool: (scalar) => flag(toBool(scalar)),
  int: (scalar) => (typeof scalar.value === 'boolean' ? integer(Number(scalar.value)) : toInt(scalar)),
  float: toFloat,
  string: (scalar) => text(toText(scalar)),
};

/** Where the result stands in the text that it was made of: `trim` moves the column. */
function partOf({ place, ...value }: ConfigValue, result: Scalar): Place | undefined {
  const source = value.kind === 'known' ? value.value : undefined;
  if (typeof source !== 'string' || typeof result.value !== 'string' || result.value === '') return place;
  const at = source.indexOf(result.value);
  return (at === -1 ? undefined : stretch(place, source, at, at + result.value.length)) ?? place;
}

function isInside(step: TraceStep, at: Place): boolean {
  if (step.file !== at.file) return false;
  const isAfterStart = step.line > at.line || (step.line === at.line && step.column >= at.column);
  const isBeforeEnd = step.line < at.endLine || (step.line === at.endLine && step.column < at.endColumn);
  return isAfterStart && isBeforeEnd;
}
