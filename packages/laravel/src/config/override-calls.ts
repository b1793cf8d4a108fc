import { childrenOf, nodeIn, nodesIn, textIn, type PhpNode } from '../php/node.ts';

/** A call that sets configuration while the application starts. */
export interface OverrideCall {
  readonly node: PhpNode;
  /** What it sets: a key and its value, or an array of them; undefined for calls that change what is there (`push`). */
  readonly pairs: readonly { readonly key: PhpNode; readonly value: PhpNode | undefined }[];
  /** It runs whenever the application starts: not in a condition, a loop, a closure or a method that somebody has to call. */
  readonly isCertain: boolean;
}

/** Words of which a file that sets configuration has at least one. */
export const OVERRIDE_WORDS: readonly string[] = ['config(', 'Config::', "'config'", '"config"', '->config'];

const CONDITIONAL: ReadonlySet<string> = new Set(['if', 'retif', 'match', 'switch', 'while', 'do', 'for', 'foreach', 'try', 'closure', 'arrowfunc', 'function']);
const STARTING: ReadonlySet<string> = new Set(['boot', 'register', 'booted', 'booting']);

export function overrideCallsIn(tree: PhpNode): OverrideCall[] {
  const found: OverrideCall[] = [];
  const visit = (node: PhpNode, isCertain: boolean): void => {
    const pairs = node.kind === 'call' ? pairsOf(node) : undefined;
    if (pairs !== undefined) found.push({ node, pairs, isCertain });
    for (const child of childrenOf(node)) visit(child, isCertain && isReached(node, child));
  };
  visit(tree, true);
  return found;
}

function isReached(node: PhpNode, child: PhpNode): boolean {
  if (node.kind === 'method') return STARTING.has((textIn(node, 'name') ?? '').toLowerCase());
  // `$app->booted(function () { … })`: what it is given runs.
  if (node.kind === 'call') return child.kind !== 'closure' && child.kind !== 'arrowfunc' ? true : STARTING.has((textIn(nodeIn(node, 'what') ?? node, 'offset') ?? '').toLowerCase());
  if (node.kind === 'closure' || node.kind === 'arrowfunc') return true;
  if (node.kind === 'bin') return nodeIn(node, 'left') === child;
  return !CONDITIONAL.has(node.kind) || nodeIn(node, 'test') === child;
}

function pairsOf(call: PhpNode): OverrideCall['pairs'] | undefined {
  const what = nodeIn(call, 'what');
  const args = nodesIn(call, 'arguments');
  if (what?.kind === 'name') return nameOf(what) === 'config' && args[0]?.kind === 'array' ? entriesOf(args[0]) : undefined;
  if (what === undefined) return undefined;
  const method = textIn(what, 'offset')?.toLowerCase();
  const owner = nodeIn(what, 'what');
  if (owner === undefined || !isRepository(what.kind, owner)) return undefined;
  const [first, second] = args;
  if (method === 'set' && first !== undefined) return first.kind === 'array' ? entriesOf(first) : [{ key: first, value: second }];
  return (method === 'push' || method === 'prepend' || method === 'offsetset') && first !== undefined ? [{ key: first, value: method === 'offsetset' ? second : undefined }] : undefined;
}

function entriesOf(array: PhpNode): OverrideCall['pairs'] {
  return nodesIn(array, 'items').flatMap((item) => {
    const [key, value] = [nodeIn(item, 'key'), nodeIn(item, 'value')];
    return item.kind !== 'entry' ? [] : [{ key: key ?? item, value: key === undefined ? undefined : value }];
  });
}

/** `Config::`, `config()->`, `app('config')->`, `$app['config']->`, `$this->app->config->`, `$config->`. */
function isRepository(access: string, owner: PhpNode): boolean {
  if (access === 'staticlookup') return owner.kind === 'name' && nameOf(owner) === 'config';
  switch (owner.kind) {
    case 'call': {
      const what = nodeIn(owner, 'what');
      const [first] = nodesIn(owner, 'arguments');
      if (what === undefined) return false;
      if (what.kind === 'name' && nameOf(what) === 'config') return first === undefined;
      return isConfigName(first);
    }
    case 'offsetlookup': return isConfigName(nodeIn(owner, 'offset'));
    case 'propertylookup': return textIn(owner, 'offset') === 'config';
    case 'variable': return owner['name'] === 'config';
    default: return false;
  }
}

function isConfigName(node: PhpNode | undefined): boolean {
  if (node?.kind === 'string') return node['value'] === 'config';
  return node?.kind === 'staticlookup' && textIn(node, 'offset') === 'class' && /(?:^|\\)(?:Config\\)?Repository$/.test(textIn(nodeIn(node, 'what') ?? node, 'name') ?? '');
}

function nameOf(name: PhpNode): string {
  return (textIn(name, 'name') ?? '').replace(/^.*\\/, '').toLowerCase();
}
