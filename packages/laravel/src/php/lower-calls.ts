import type { Expression } from '../config/expression.ts';
import { lowerArguments, type Lowering } from './lowering.ts';
import { nodeIn, textIn, type PhpNode } from './node.ts';

/** `f()`, `Name::f()`, `…->f()`. */
export function lowerCall(lowering: Lowering, node: PhpNode): Expression {
  const what = nodeIn(node, 'what');
  const args = lowerArguments(lowering, node);
  const at = lowering.at(node);
  if (what === undefined || args === undefined) return lowering.opaque(node, 'makes a closure of a function');
  if (what.kind === 'name') return { op: 'call', name: lowering.names.functionOf(textIn(what, 'name') ?? ''), args, at };
  const method = textIn(what, 'offset');
  const of = nodeIn(what, 'what');
  if (method === undefined || of === undefined) return lowering.opaque(node, 'calls a value');
  if (what.kind === 'propertylookup' || what.kind === 'nullsafepropertylookup') return { op: 'method', of: lowering.expression(of), method, args, at };
  if (what.kind === 'staticlookup' && of.kind === 'name') return { op: 'static', class: lowering.names.classOf(textIn(of, 'name') ?? ''), method, args, at };
  return lowering.opaque(node, 'calls a value');
}

/** An object is no value of a configuration; its class is told, since rules ask which handler or rule it is. */
export function lowerNew(lowering: Lowering, node: PhpNode): Expression {
  const what = nodeIn(node, 'what');
  return lowering.opaque(node, what?.kind === 'name' ? `creates a ${lowering.names.classOf(textIn(what, 'name') ?? '')}` : 'creates an object');
}
