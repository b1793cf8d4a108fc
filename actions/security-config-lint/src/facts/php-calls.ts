import { nodeIn, nodesIn, textIn, walk, type PhpFile, type PhpNode } from '@ops/laravel/app';

/** A call of a method or function, wherever it stands. */
export interface PhpCall {
  /** Name of the method or function. */
  readonly name: string;
  /** The class of `X::name()`, as written; undefined for `$x->name()` and functions. */
  readonly on: string | undefined;
  readonly node: PhpNode;
  /** By name, and by position from 0. */
  argument(name: string, position: number): PhpNode | undefined;
  readonly arguments: readonly PhpNode[];
}

/** All calls in a file whose name is one of these, in any case. */
export function callsIn(file: PhpFile, names: readonly string[]): readonly PhpCall[] {
  const { tree } = file;
  if (tree === undefined) return [];
  const wanted = new Set(names.map((name) => name.toLowerCase()));
  return [...walk(tree)].flatMap((node) => {
    const call = callOf(node);
    return call !== undefined && wanted.has(call.name.toLowerCase()) ? [call] : [];
  });
}

/** The node as a call; undefined for what is none, or whose name is computed. */
export function callOf(node: PhpNode): PhpCall | undefined {
  if (node.kind !== 'call' && node.kind !== 'new') return undefined;
  const what = nodeIn(node, 'what');
  if (what === undefined) return undefined;
  const isMember = ['propertylookup', 'nullsafepropertylookup', 'staticlookup'].includes(what.kind);
  const name = isMember ? textIn(what, 'offset') : textIn(what, 'name');
  if (name === undefined) return undefined;
  const owner = what.kind === 'staticlookup' ? nodeIn(what, 'what') : undefined;
  const given = nodesIn(node, 'arguments');
  const positional = given.filter(({ kind }) => kind !== 'namedargument');
  return {
    name: name.replace(/^.*\\/, ''), on: owner === undefined ? undefined : textIn(owner, 'name'), node, arguments: given,
    argument: (wanted, position) => {
      const named = given.find((each) => each.kind === 'namedargument' && textIn(each, 'name') === wanted);
      return named === undefined ? positional[position] : nodeIn(named, 'value');
    },
  };
}

/** What a literal says; `other` for everything that would have to be run. */
export type Literal =
  | { readonly kind: 'text'; readonly text: string; readonly node: PhpNode }
  | { readonly kind: 'class'; readonly name: string; readonly node: PhpNode }
  | { readonly kind: 'null' | 'true' | 'false' | 'number' | 'other'; readonly node: PhpNode };

export function literalOf(node: PhpNode): Literal {
  if (node.kind === 'string') {
    const value = node['value'];
    return typeof value === 'string' ? { kind: 'text', text: value, node } : { kind: 'other', node };
  }
  if (node.kind === 'number') return { kind: 'number', node };
  if (node.kind === 'nullkeyword') return { kind: 'null', node };
  if (node.kind === 'boolean') return { kind: node['value'] === true ? 'true' : 'false', node };
  if (node.kind === 'name' && textIn(node, 'name')?.toLowerCase() === 'null') return { kind: 'null', node };
  if (node.kind === 'staticlookup' && textIn(node, 'offset') === 'class') {
    const owner = nodeIn(node, 'what');
    const name = owner === undefined ? undefined : textIn(owner, 'name');
    return name === undefined ? { kind: 'other', node } : { kind: 'class', name, node };
  }
  return { kind: 'other', node };
}

/** The entries of an array literal, or the one value itself; undefined when it is neither. */
export function literalsOf(node: PhpNode): readonly Literal[] | undefined {
  if (node.kind !== 'array') {
    const literal = literalOf(node);
    return literal.kind === 'other' ? undefined : [literal];
  }
  return nodesIn(node, 'items').map((item) => {
    const value = item.kind === 'entry' ? nodeIn(item, 'value') : item;
    return value === undefined ? { kind: 'other', node: item } : literalOf(value);
  });
}

/** The default of a property of the class in a file: `protected $except = [...]`. */
export function propertyIn(file: PhpFile, name: string): PhpNode | undefined {
  const { tree } = file;
  if (tree === undefined) return undefined;
  for (const node of walk(tree)) {
    if (node.kind === 'property' && textIn(node, 'name') === name) return nodeIn(node, 'value');
  }
  return undefined;
}

/** The short name of a class: `Middleware\EncryptCookies` is `EncryptCookies`. */
export function shortName(name: string): string {
  return name.slice(name.lastIndexOf('\\') + 1);
}
