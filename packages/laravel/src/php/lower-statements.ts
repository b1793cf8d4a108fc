import type { Statement } from '../config/expression.ts';
import type { Lowering } from './lowering.ts';
import { nodeIn, nodesIn, textIn, type PhpNode } from './node.ts';

export function lowerStatements(lowering: Lowering, nodes: readonly PhpNode[]): Statement[] {
  return nodes.flatMap((node) => lowerStatement(lowering, node));
}

const STOPS: ReadonlySet<string> = new Set(['throw', 'exit']);

/** A block, or the one statement that stands for it. */
export function lowerBlock(lowering: Lowering, node: PhpNode | undefined): Statement[] {
  if (node === undefined) return [];
  return node.kind === 'block' ? lowerStatements(lowering, nodesIn(node, 'children')) : lowerStatement(lowering, node);
}

function lowerStatement(lowering: Lowering, node: PhpNode): Statement[] {
  const at = lowering.at(node);
  switch (node.kind) {
    case 'return': return [{ does: 'return', value: nodeIn(node, 'expr') === undefined ? undefined : lowering.in(node, 'expr'), at }];
    case 'expressionstatement': return STOPS.has(nodeIn(node, 'expression')?.kind ?? '') ? [{ does: 'stop' }] : [{ does: 'evaluate', value: lowering.in(node, 'expression') }];
    case 'throw': return [{ does: 'stop' }];
    case 'if': return [{ does: 'if', test: lowering.in(node, 'test'), whenTrue: lowerBlock(lowering, nodeIn(node, 'body')), whenFalse: lowerBlock(lowering, nodeIn(node, 'alternate')) }];
    case 'foreach': return [lowerForeach(lowering, node)];
    case 'block': return lowerBlock(lowering, node);
    case 'namespace': return lowerStatements(lowering, nodesIn(node, 'children'));
    // Neither changes a value; what a file declares is called by a name that the evaluator does not know.
    case 'usegroup': case 'declare': case 'function': case 'class': case 'interface': case 'trait': case 'enum': case 'noop': return node.kind === 'declare' ? lowerStatements(lowering, nodesIn(node, 'children')) : [];
    case 'inline': return [];
    default: return [{ does: 'opaque', what: `has a ${node.kind} statement`, at }];
  }
}

function lowerForeach(lowering: Lowering, node: PhpNode): Statement {
  const [key, value] = [nodeIn(node, 'key'), nodeIn(node, 'value')];
  const name = value?.kind === 'variable' ? textIn(value, 'name') : undefined;
  const keyName = key?.kind === 'variable' ? textIn(key, 'name') : undefined;
  if (name === undefined || value?.['byref'] === true || (key !== undefined && keyName === undefined)) return { does: 'opaque', what: 'has an unusual foreach', at: lowering.at(node) };
  return { does: 'foreach', of: lowering.in(node, 'source'), key: keyName, value: name, body: lowerBlock(lowering, nodeIn(node, 'body')) };
}
