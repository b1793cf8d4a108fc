import { nodesIn, textIn, type PhpNode } from './node.ts';

/** The namespace and `use` lines of a file: what its short names stand for. */
export class PhpNames {
  readonly namespace: string;
  readonly #classes = new Map<string, string>();
  readonly #functions = new Map<string, string>();

  /** `scope` is the program, or a namespace node in it. */
  constructor(scope: PhpNode) {
    this.namespace = scope.kind === 'namespace' ? textIn(scope, 'name') ?? '' : '';
    for (const group of nodesIn(scope, 'children').filter(({ kind }) => kind === 'usegroup')) this.#take(group);
  }

  #take(group: PhpNode): void {
    const prefix = textIn(group, 'name');
    for (const item of nodesIn(group, 'items')) {
      const name = `${prefix === undefined ? '' : `${prefix}\\`}${textIn(item, 'name') ?? ''}`.replace(/^\\/, '');
      const alias = textIn(item, 'alias') ?? name.slice(name.lastIndexOf('\\') + 1);
      const type = textIn(group, 'type') ?? textIn(item, 'type');
      if (type === 'function') this.#functions.set(alias.toLowerCase(), name.toLowerCase());
      else if (type === undefined) this.#classes.set(alias.toLowerCase(), name);
    }
  }

  /** The full name of a class, without a leading backslash. */
  classOf(name: string): string {
    if (name.startsWith('\\')) return name.slice(1);
    const cut = name.indexOf('\\');
    const [first, rest] = cut === -1 ? [name, ''] : [name.slice(0, cut), name.slice(cut)];
    const used = this.#classes.get(first.toLowerCase());
    if (used !== undefined) return `${used}${rest}`;
    if (first.toLowerCase() === 'namespace') return `${this.namespace}${rest}`;
    return this.namespace === '' ? name : `${this.namespace}\\${name}`;
  }

  /** In lower case. A short name inside a namespace is taken as the global function: nobody shadows `env`. */
  functionOf(name: string): string {
    if (name.startsWith('\\')) return name.slice(1).toLowerCase();
    const used = this.#functions.get(name.toLowerCase());
    return used ?? (name.includes('\\') ? this.classOf(name) : name).toLowerCase();
  }
}
