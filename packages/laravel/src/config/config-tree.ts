import type { DefaultFile } from '../defaults/base.ts';
import type { ConfigValue, Place, Unknown } from '../value.ts';
import { unknown } from './combine.ts';
import type { ConfigFile } from './config-files.ts';
import { Evaluator } from './evaluator.ts';
import type { World } from './evaluation.ts';
import type { Statement } from './expression.ts';
import { mergeFramework, mergeShallow, openTo } from './merge.ts';
import { applyOverrides, type Override } from './overrides.ts';
import { putAt, walk } from './path.ts';
import { Scope } from './scope.ts';
import { sealed } from './seal.ts';
import { run } from './statements.ts';

export interface TreeOptions {
  readonly files: readonly ConfigFile[];
  /** The cached configuration, which is read instead of all files. */
  readonly cache: string | undefined;
  /** What a file does; the reason when that cannot be read. */
  statements(path: string): readonly Statement[] | string;
  readonly world: Omit<World, 'config'>;
  /** The framework's own files below the application's; or why it is not known whether there are any. */
  readonly framework: readonly DefaultFile[] | Unknown;
  /** What packages merge once all files are loaded. */
  readonly packages: readonly DefaultFile[];
  /** What providers set once all that is there. */
  readonly overrides: (tree: ConfigTree) => readonly Override[];
}

/** From here on each file is loaded in a scope of its own. */
const ISOLATING_MAJOR = 13;

/** The configuration as the application has it after loading its files, computed file by file when it is asked for. */
export class ConfigTree {
  readonly #options: TreeOptions;
  readonly #loaded = new Map<string, ConfigValue>();
  readonly #roots = new Map<string, ConfigValue>();
  /** Files that are being evaluated: one that asks for its own values gets none. */
  readonly #busy = new Set<string>();
  #held: readonly Override[] | undefined;

  constructor(options: TreeOptions) {
    this.#options = options;
  }

  /** The value at a dotted path. */
  get(path: string): ConfigValue {
    const [root = '', ...rest] = path.split('.');
    return walk(this.#root(root), rest, path);
  }

  /** Names of the first level. */
  roots(): string[] {
    const { files, framework, packages } = this.#options;
    const defaults = [...('kind' in framework ? [] : framework), ...packages];
    return [...new Set([...files, ...defaults, ...this.overrides().map(({ path }) => ({ name: path }))].map(({ name }) => name.split('.', 1)[0] ?? ''))];
  }

  /** The value at a path once all files are loaded, before any provider sets something. */
  loaded(path: string): ConfigValue {
    const [root = '', ...rest] = path.split('.');
    return sealed(walk(this.#gathered(root, this.#options.files), rest, path), path, this.#options.world.vault);
  }

  /** What providers and `bootstrap/app.php` set. */
  overrides(): readonly Override[] {
    this.#held ??= this.#options.overrides(this);
    return this.#held;
  }

  #root(root: string): ConfigValue {
    const held = this.#roots.get(root);
    if (held !== undefined) return held;
    const { files, framework } = this.#options;
    // What the framework alone gives is set once more after all files, and `cors/x.php` is lost.
    const isItsOwn = !('kind' in framework) && framework.some(({ name }) => name === root) && !files.some(({ name }) => name === root);
    const loaded = this.#gathered(root, isItsOwn ? [] : files);
    const packages = this.#options.cache === undefined ? this.#options.packages : [];
    const value = packages.filter(({ name }) => name === root).reduce((above, below) => mergeShallow(this.#default(below), above), loaded);
    const result = sealed(applyOverrides(root, value, this.overrides()), root, this.#options.world.vault);
    this.#roots.set(root, result);
    return result;
  }

  /** One array holds everything. */
  #cached(root: string, cache: string): ConfigValue {
    return walk(this.#file({ name: '', path: cache }), [root], root);
  }

  /** What these files make of one name of the first level, in their order. */
  #gathered(root: string, files: readonly ConfigFile[]): ConfigValue {
    const { cache } = this.#options;
    if (cache !== undefined) return this.#cached(root, cache);
    const own = files.filter(({ name }) => name === root || name.startsWith(`${root}.`));
    const start = this.#options.files.some(({ name }) => name === root) ? absent(root) : this.#framework(root, absent(root));
    return own.reduce((before, file) => putAt(before, file.name.split('.').slice(1), this.#file(file)), start);
  }

  #file({ name, path }: ConfigFile): ConfigValue {
    const held = this.#loaded.get(name);
    if (held !== undefined) return held;
    if (this.#busy.has(name)) return unknown('expression', `${path} reads its own values`, []);
    this.#busy.add(name);
    const value = name === '' ? this.#evaluated(name, path) : this.#framework(name, this.#evaluated(name, path));
    this.#busy.delete(name);
    this.#loaded.set(name, value);
    return value;
  }

  /** The framework's own file of this name below the application's. */
  #framework(name: string, file: ConfigValue): ConfigValue {
    const { framework } = this.#options;
    if ('kind' in framework) return openTo(framework, file);
    const below = framework.find((each) => each.name === name);
    return below === undefined ? file : file.kind === 'unset' ? this.#default(below) : mergeFramework(name, this.#default(below), file);
  }

  #default(file: DefaultFile): ConfigValue {
    return 'path' in file ? this.#evaluated(file.name, file.path) : this.#evaluator(file.name, file.label).evaluate(file.expression, new Scope());
  }

  #evaluated(name: string, path: string): ConfigValue {
    const statements = this.#options.statements(path);
    const at: Place = { file: path, line: 1, column: 1, endLine: 1, endColumn: 1 };
    if (typeof statements === 'string') return unknown('unreadable', `${path}: ${statements}`, [{ file: path, line: 1, column: 1, what: statements }], at);
    try {
      return run(this.#evaluator(name, ''), statements, this.#scope(), { op: 'opaque', what: 'returns no array', at });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return unknown('unreadable', `${path} is nested too deeply`, [{ file: path, line: 1, column: 1, what: 'is nested too deeply' }], at);
    }
  }

  #evaluator(name: string, label: string): Evaluator {
    return new Evaluator({ ...this.#options.world, config: (asked) => this.#loadedBefore(name, asked) }, label);
  }

  /** Up to Laravel 12 the files share one scope: a variable that this one does not set may be another's. */
  #scope(): Scope {
    const scope = new Scope();
    if ((this.#options.world.framework.major ?? 0) < ISOLATING_MAJOR) scope.forget('a variable may be set by another configuration file');
    return scope;
  }

  /** `config()` in a configuration file sees the files that were loaded before it. */
  #loadedBefore(name: string, path: string): ConfigValue {
    const [root = '', ...rest] = path.split('.');
    const { files } = this.#options;
    const own = files.findIndex((file) => file.name === name);
    return walk(this.#gathered(root, own === -1 ? files : files.slice(0, own)), rest, path);
  }
}

function absent(root: string): ConfigValue {
  return { kind: 'unset', trace: [{ file: undefined, line: 0, column: 0, what: `no file gives ${root}` }] };
}
