import type { Argument, Expression } from './expression.ts';

/** An expression in a few words, for traces: names and operators, and of literals only the key that `env()` is asked for. */
export function describe(expression: Expression): string {
  switch (expression.op) {
    case 'literal': return 'a literal';
    case 'array': return 'an array';
    case 'call': return `${expression.name}(${argumentsOf(expression.name, expression.args)})`;
    case 'static': return `${short(expression.class)}::${expression.method}(${argumentsOf(expression.method, expression.args)})`;
    case 'method': return `…->${expression.method}()`;
    case 'constant': return expression.name;
    case 'class-constant': return `${short(expression.class)}::${expression.name}`;
    case 'variable': return `$${expression.name}`;
    case 'index': return `${describe(expression.of)}[…]`;
    case 'binary': return `${describe(expression.left)} ${expression.operator} ${describe(expression.right)}`;
    case 'unary': return `${expression.operator}${describe(expression.of)}`;
    case 'cast': return `(${expression.to}) ${describe(expression.of)}`;
    case 'ternary': return `${describe(expression.test)} ? … : …`;
    case 'match': return 'match';
    case 'isset': return expression.isEmpty === true ? 'empty(…)' : 'isset(…)';
    case 'assign': return 'an assignment';
    case 'closure': return 'a closure';
    case 'join': return 'a text with variables';
    case 'opaque': return expression.what;
  }
}

const ENV_READERS: ReadonlySet<string> = new Set(['env', 'get', 'getenv', 'getOrFail', 'config']);

function argumentsOf(name: string, args: readonly Argument[]): string {
  const [first] = args;
  if (first === undefined) return '';
  if (ENV_READERS.has(name) && first.value.op === 'literal' && typeof first.value.value === 'string') return `'${first.value.value}'`;
  return args.map(({ value }) => (value.op === 'literal' ? '…' : describe(value))).join(', ');
}

function short(name: string): string {
  return name.slice(name.lastIndexOf('\\') + 1);
}
