import type { ConfigValue, Symbolic } from '../value.ts';
import type { Evaluation } from './evaluation.ts';
import type { Expression } from './expression.ts';
import { text, toText } from './scalar.ts';

/** A folder that only the running application knows: `storage_path`, and what was joined to it. */
const PATH = /^(\w+_path)\('([^']*)'\)$/;

/** `storage_path('logs')`, written one way for equal paths. */
export function pathSymbol(folder: string, below: string): string {
  return `${folder}('${below.replace(/^\/+/, '')}')`;
}

/** The folder and the path below it that a symbol names. */
export function pathOf(symbol: string): { readonly folder: string; readonly below: string } | undefined {
  const found = PATH.exec(symbol);
  return found === null ? undefined : { folder: found[1] ?? '', below: found[2] ?? '' };
}

/** `.`: a text joined to a path is a longer path; every other symbol makes the text unknown. */
export function concatenate(evaluation: Evaluation, expression: Expression, left: ConfigValue, right: ConfigValue): ConfigValue {
  if (left.kind === 'symbol' && right.kind === 'known') {
    const path = pathOf(left.name);
    const joined = path === undefined ? undefined : joinedPath(path.folder, path.below, toText(right));
    if (joined !== undefined) {
      const symbol: Symbolic = { kind: 'symbol', name: joined, trace: left.trace };
      return evaluation.through(expression, symbol, [right]);
    }
  }
  if (left.kind === 'known' && left.value === '' && right.kind === 'symbol' && pathOf(right.name) !== undefined) return evaluation.through(expression, right);
  return evaluation.lift(expression, [left, right], ([one, two]) => (one === undefined || two === undefined ? undefined : text(toText(one) + toText(two))));
}

function joinedPath(folder: string, below: string, more: string): string | undefined {
  if (more === '') return pathSymbol(folder, below);
  if (/['\n]/.test(more)) return undefined;
  if (below === '') return more.startsWith('/') && !more.startsWith('//') ? pathSymbol(folder, more) : undefined;
  return pathSymbol(folder, below + more);
}
