import type { PhpFile } from '../php/file.ts';
import { PhpNames } from '../php/names.ts';
import { nodesIn } from '../php/node.ts';
import { FileLowering } from '../php/lower.ts';
import { lowerStatements } from '../php/lower-statements.ts';
import type { Statement } from './expression.ts';

/** One file of the configuration folder. */
export interface ConfigFile {
  /** `session`; `a.b` for a file in a folder. */
  readonly name: string;
  readonly path: string;
}

/** The PHP files of the configuration folder, in the order in which Laravel loads them. */
export function configFilesIn(paths: readonly string[], folder: string): ConfigFile[] {
  const prefix = `${folder}/`;
  const files = paths.filter((path) => path.startsWith(prefix) && path.endsWith('.php')).map((path) => ({ path, name: path.slice(prefix.length, -'.php'.length).replaceAll('/', '.') }));
  return files.sort((left, right) => naturalOrder(left.name, right.name));
}

/** PHP's `SORT_NATURAL`: runs of digits count as numbers. */
export function naturalOrder(left: string, right: string): number {
  const [one, two] = [left.match(/\d+|\D/g) ?? [], right.match(/\d+|\D/g) ?? []];
  for (let index = 0; index < Math.min(one.length, two.length); index += 1) {
    const [a = '', b = ''] = [one[index], two[index]];
    const order = /^\d/.test(a) && /^\d/.test(b) ? Number(a) - Number(b) : a < b ? -1 : Number(a > b);
    if (order !== 0) return order;
  }
  return one.length - two.length;
}

/** What the file does; undefined when it does not parse, or is nested too deeply to be read. */
export function statementsOf(file: PhpFile): readonly Statement[] | undefined {
  try {
    return lowered(file);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function lowered(file: PhpFile): readonly Statement[] | undefined {
  const { tree } = file;
  if (tree === undefined) return undefined;
  const children = nodesIn(tree, 'children');
  const namespace = children.find(({ kind }) => kind === 'namespace');
  return lowerStatements(new FileLowering(file, new PhpNames(namespace ?? tree)), children);
}
