import type { Expression, Statement } from '../config/expression.ts';
import type { Place } from '../value.ts';

/** A place that reads an environment key. */
export interface Reader {
  readonly key: string;
  /** The configuration path whose value it is part of, as far as the file's arrays tell; undefined in other code. */
  readonly path: string | undefined;
  readonly place: Place | undefined;
}

const GETENV: ReadonlySet<string> = new Set(['env', 'getenv']);

/** All calls of `env()` in a configuration file, each with the path of the leaf that it stands in. */
export function readersIn(name: string, statements: readonly Statement[]): Reader[] {
  return statements.flatMap((statement) => inStatement(name, statement));
}

function inStatement(path: string, statement: Statement): Reader[] {
  switch (statement.does) {
    case 'return': case 'evaluate': return statement.value === undefined ? [] : [...inExpression(path, statement.value)];
    case 'if': return [...inExpression(path, statement.test), ...readersIn(path, statement.whenTrue), ...readersIn(path, statement.whenFalse)];
    case 'foreach': return [...inExpression(path, statement.of), ...readersIn(path, statement.body)];
    case 'stop': case 'opaque': return [];
  }
}

function* inExpression(path: string, expression: Expression): Generator<Reader> {
  if (expression.op === 'array') {
    let next = 0;
    for (const { key, value, spread } of expression.items) {
      if (key !== undefined) yield* inExpression(path, key);
      const segment = key === undefined ? String(next++) : key.op === 'literal' ? String(key.value) : undefined;
      yield* inExpression(spread === true || segment === undefined ? path : `${path}.${segment}`, value);
    }
    return;
  }
  const key = keyReadBy(expression);
  if (key !== undefined) yield { key, path, place: expression.at };
  for (const child of childrenOf(expression)) yield* inExpression(path, child);
}

/** The key of `env('KEY')`, `Env::get('KEY')`, `getenv('KEY')`, `$_ENV['KEY']`. */
function keyReadBy(expression: Expression): string | undefined {
  if (expression.op === 'index' && expression.of.op === 'variable' && (expression.of.name === '_ENV' || expression.of.name === '_SERVER')) return textOf(expression.key);
  const isCall = expression.op === 'call' && GETENV.has(expression.name);
  const isStatic = expression.op === 'static' && /^(?:illuminate\\support\\)?env$/i.test(expression.class);
  return isCall || isStatic ? textOf(expression.args[0]?.value) : undefined;
}

function textOf(expression: Expression | undefined): string | undefined {
  return expression?.op === 'literal' && typeof expression.value === 'string' ? expression.value : undefined;
}

function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.op) {
    case 'call': case 'static': return expression.args.map(({ value }) => value);
    case 'method': return [expression.of, ...expression.args.map(({ value }) => value)];
    case 'index': return expression.key === undefined ? [expression.of] : [expression.of, expression.key];
    case 'binary': return [expression.left, expression.right];
    case 'unary': case 'cast': return [expression.of];
    case 'ternary': return expression.whenTrue === undefined ? [expression.test, expression.whenFalse] : [expression.test, expression.whenTrue, expression.whenFalse];
    case 'match': return [expression.of, ...expression.arms.flatMap(({ conditions = [], value }) => [...conditions, value])];
    case 'isset': return expression.of;
    case 'assign': return [expression.to, expression.value];
    case 'join': return expression.parts;
    case 'closure': return expression.body.flatMap((statement) => (statement.does === 'return' || statement.does === 'evaluate' ? statement.value ?? [] : []));
    case 'literal': case 'array': case 'constant': case 'class-constant': case 'variable': case 'opaque': return [];
  }
}
