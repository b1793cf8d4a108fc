import type { Expression } from '../config/expression.ts';
import type { Lowering } from './lowering.ts';
import { nodeIn, nodesIn, textIn, type PhpNode } from './node.ts';
import { phpNumber, unescapeDouble, unescapeSingle } from './text.ts';

/** Quoted texts, with variables or without, and heredocs. */
export function lowerText(lowering: Lowering, node: PhpNode): Expression {
  switch (node.kind) {
    case 'nowdoc': return { op: 'literal', value: String(node['value']), at: lowering.at(node) };
    case 'string': return literal(lowering, node, quoted(String(node['raw'])));
    default: return encapsed(lowering, node);
  }
}

function quoted(raw: string): string | undefined {
  const source = /^[bB]?(['"])([^]*)\1$/.exec(raw);
  if (source === null) return undefined;
  return source[1] === '"' ? unescapeDouble(source[2] ?? '', '"') : unescapeSingle(source[2] ?? '');
}

function literal(lowering: Lowering, node: PhpNode, text: string | undefined): Expression {
  return text === undefined ? lowering.opaque(node, 'has bytes that are no text') : { op: 'literal', value: text, at: lowering.at(node) };
}

function encapsed(lowering: Lowering, node: PhpNode): Expression {
  const type = textIn(node, 'type');
  if (type !== 'string' && type !== 'heredoc') return lowering.opaque(node, 'runs a command');
  const parts = nodesIn(node, 'value').map((part) => partOf(lowering, part, type));
  const [only] = parts;
  if (parts.length === 0) return { op: 'literal', value: '', at: lowering.at(node) };
  return parts.length === 1 && only?.op === 'literal' ? { ...only, at: lowering.at(node) } : { op: 'join', parts, at: lowering.at(node) };
}

function partOf(lowering: Lowering, part: PhpNode, type: 'string' | 'heredoc'): Expression {
  const inner = nodeIn(part, 'expression');
  if (inner === undefined) return lowering.opaque(part, 'is not complete');
  if (inner.kind === 'string') return literal(lowering, inner, type === 'string' ? unescapeDouble(String(inner['raw']), '"') : heredocPart(inner));
  if (inner.kind === 'offsetlookup' && textIn(part, 'syntax') === 'simple') return simpleIndex(lowering, inner);
  return textIn(part, 'syntax') === 'complex' && part['curly'] === true ? lowering.opaque(part, 'names a variable by a value') : lowering.expression(inner);
}

/** php-parser has taken the indentation away and understood the usual escapes. */
function heredocPart(node: PhpNode): string | undefined {
  return /\\[^nrt\\$]/.test(String(node['raw'])) ? undefined : String(node['value']);
}

/** `"$a[key]"`: the key is a text without quotes, or a number. */
function simpleIndex(lowering: Lowering, node: PhpNode): Expression {
  const offset = nodeIn(node, 'offset');
  const at = lowering.at(node);
  const name = offset === undefined ? undefined : textIn(node, 'offset');
  if (name !== undefined) return { op: 'index', of: lowering.in(node, 'what'), key: { op: 'literal', value: name, at }, at };
  const number = offset?.kind === 'number' ? phpNumber(String(offset['value'])) : undefined;
  if (number !== undefined) return { op: 'index', of: lowering.in(node, 'what'), key: { op: 'literal', ...number, at }, at };
  return lowering.opaque(node, 'has an unusual text');
}
