import type { Argument, Expression } from '../config/expression.ts';
import type { Place } from '../value.ts';
import type { PhpNames } from './names.ts';
import { nodesIn, textIn, type PhpNode } from './node.ts';

/** What the parts of the lowering ask of the whole. */
export interface Lowering {
  readonly names: PhpNames;
  at(node: PhpNode): Place;
  opaque(node: PhpNode, what: string): Expression;
  expression(node: PhpNode): Expression;
  /** The expression in a field; what is missing there is opaque. */
  in(node: PhpNode, field: string): Expression;
}

/** Arguments of a call; undefined for `f(...)`, which makes a closure of it. */
export function lowerArguments(lowering: Lowering, node: PhpNode): readonly Argument[] | undefined {
  const nodes = nodesIn(node, 'arguments');
  if (nodes.some(({ kind }) => kind === 'variadicplaceholder')) return undefined;
  return nodes.map((each): Argument => {
    if (each.kind === 'variadic') return { value: lowering.in(each, 'what'), spread: true };
    const name = each.kind === 'namedargument' ? textIn(each, 'name') : undefined;
    return name === undefined ? { value: lowering.expression(each) } : { name, value: lowering.in(each, 'value') };
  });
}
