import { nodeIn, nodesIn, walk, type PhpFile, type PhpNode } from '@ops/laravel/app';
import type { App } from '../app.ts';
import { callsIn, literalOf, literalsOf, propertyIn, shortName, type Literal } from './php-calls.ts';

/** Where Laravel before 11 writes down its middleware; an upgraded application keeps it. */
const KERNEL = /(?:^|\/)Http\/Kernel\.php$/;

/** The HTTP kernel of the application, when it has one of its own. */
export function kernelPath({ laravel }: Pick<App, 'laravel'>): string | undefined {
  return laravel.phpFiles.find((path) => KERNEL.test(path));
}

/** The middleware of a group in `$middlewareGroups` of the kernel; undefined when the group is not there or is no array. */
export function kernelGroup(kernel: PhpFile, group: string): readonly Literal[] | undefined {
  const list = entryOf(propertyIn(kernel, 'middlewareGroups'), group);
  return list?.kind === 'array' ? literalsOf(list) : undefined;
}

/** The value of a key of an array literal. */
export function entryOf(array: PhpNode | undefined, wanted: string): PhpNode | undefined {
  for (const item of array === undefined ? [] : nodesIn(array, 'items')) {
    const key = item.kind === 'entry' ? nodeIn(item, 'key') : undefined;
    const literal = key === undefined ? undefined : literalOf(key);
    if (literal?.kind === 'text' && literal.text === wanted) return nodeIn(item, 'value');
  }
  return undefined;
}

/** Classes that are taken out of a group: `web(remove: …)`, `removeFromGroup('web', …)`, and `remove(…)`, which takes them out of all. */
export function removedFrom(file: PhpFile, group: 'web' | 'api'): readonly (Literal & { readonly kind: 'class' })[] {
  const lists = [
    ...callsIn(file, [group]).map((call) => call.argument('remove', 2)),
    ...callsIn(file, ['remove']).map((call) => call.argument('middleware', 0)),
    ...callsIn(file, ['removeFromGroup']).filter((call) => isText(call.argument('group', 0), group)).map((call) => call.argument('middleware', 1)),
  ];
  return lists.flatMap((node) => (node === undefined ? [] : (literalsOf(node) ?? []))).filter((literal) => literal.kind === 'class');
}

/** The list that a group is set to as a whole: `group('web', […])`. */
export function groupSetTo(file: PhpFile, group: string): PhpNode | undefined {
  const [call] = callsIn(file, ['group']).filter((each) => each.on === undefined && isText(each.argument('group', 0), group));
  return call?.argument('middleware', 1);
}

function isText(node: PhpNode | undefined, text: string): boolean {
  const literal = node === undefined ? undefined : literalOf(node);
  return literal?.kind === 'text' && literal.text === text;
}

/** True for what stands inside an `if`, a `match` or a choice: it may not be run. */
export function isConditional({ tree }: PhpFile, { loc }: PhpNode): boolean {
  if (tree === undefined) return false;
  for (const node of walk(tree)) {
    if (['if', 'retif', 'match', 'switch'].includes(node.kind) && node.loc.start.offset <= loc.start.offset && loc.end.offset <= node.loc.end.offset) return true;
  }
  return false;
}

/** The short name of a class in a list, or undefined for what is no class. */
export function classNamed(literal: Literal): string | undefined {
  return literal.kind === 'class' ? shortName(literal.name) : literal.kind === 'text' && literal.text.includes('\\') ? shortName(literal.text) : undefined;
}
