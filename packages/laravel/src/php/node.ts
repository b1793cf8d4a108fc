/** A node of php-parser's tree. Its fields depend on its kind (https://php-parser.glayzzle.com); the functions here read them safely. */
export interface PhpNode {
  readonly kind: string;
  readonly loc: { readonly start: PhpPosition; readonly end: PhpPosition };
  readonly [field: string]: unknown;
}

/** As php-parser counts: `line` from 1, `column` from 0, `offset` in UTF-16 units. */
export interface PhpPosition {
  readonly line: number;
  readonly column: number;
  readonly offset: number;
}

export function isNode(value: unknown): value is PhpNode {
  return typeof value === 'object' && value !== null && 'kind' in value && typeof value.kind === 'string' && 'loc' in value && typeof value.loc === 'object' && value.loc !== null;
}

/** The node in a field. */
export function nodeIn(node: PhpNode, field: string): PhpNode | undefined {
  const value = node[field];
  return isNode(value) ? value : undefined;
}

/** The nodes of a list in a field. */
export function nodesIn(node: PhpNode, field: string): readonly PhpNode[] {
  const value = node[field];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

/** The text in a field, also of a name or identifier there. */
export function textIn(node: PhpNode, field: string): string | undefined {
  const value = node[field];
  if (typeof value === 'string') return value;
  return isNode(value) && (value.kind === 'identifier' || value.kind === 'name') ? textIn(value, 'name') : undefined;
}

/** All nodes below and with this one, in the text's order. `enter` returning false leaves a branch out. */
export function* walk(node: PhpNode, enter: (node: PhpNode) => boolean = () => true): Generator<PhpNode> {
  const waiting: PhpNode[] = [node];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    yield next;
    if (enter(next)) waiting.push(...childrenOf(next).reverse());
  }
}

export function childrenOf(node: PhpNode): PhpNode[] {
  const children: PhpNode[] = [];
  for (const [field, value] of Object.entries(node)) {
    // Comments hang on nodes and are none of their parts.
    if (field === 'leadingComments' || field === 'trailingComments' || field === 'comments') continue;
    if (isNode(value)) children.push(value);
    else if (Array.isArray(value)) children.push(...value.filter(isNode));
  }
  return children;
}
