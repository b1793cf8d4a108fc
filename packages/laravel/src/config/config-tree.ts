import type { ConfigValue, Place } from '../value.ts';
import type { SecretVault } from '../env/vault.ts';
import { holdsUserInfo, isSecretPath } from '../env/secret-names.ts';
import { arrayOf } from './arrays.ts';
import { eachOf, entryOf, oneOf, unknown } from './combine.ts';
import type { ConfigFile } from './config-files.ts';
import { Evaluator } from './evaluator.ts';
import type { World } from './evaluation.ts';
import type { Statement } from './expression.ts';
import { Scope } from './scope.ts';
import { run } from './statements.ts';
import { toText } from './scalar.ts';

export interface TreeOptions {
  readonly files: readonly ConfigFile[];
  /** What a file does; the reason when that cannot be read. */
  statements(path: string): readonly Statement[] | string;
  readonly world: Omit<World, 'config'>;
}

/** From here on each file is loaded in a scope of its own. */
const ISOLATING_MAJOR = 13;

/** The configuration as the application has it after loading its files, computed file by file when it is asked for. */
export class ConfigTree {
  readonly #options: TreeOptions;
  readonly #files = new Map<string, ConfigValue>();
  readonly #roots = new Map<string, ConfigValue>();
  /** Files that are being evaluated: one that asks for its own values gets none. */
  readonly #busy = new Set<string>();

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
    return [...new Set(this.#options.files.map(({ name }) => name.split('.', 1)[0] ?? ''))];
  }

  #root(root: string): ConfigValue {
    const held = this.#roots.get(root);
    if (held !== undefined) return held;
    const files = this.#options.files.filter(({ name }) => name === root || name.startsWith(`${root}.`));
    const value = files.reduce((before, file) => put(before, file.name.split('.').slice(1), this.#file(file)), absent(root));
    const sealed = sealed_(value, root, this.#options.world.vault);
    this.#roots.set(root, sealed);
    return sealed;
  }

  #file({ name, path }: ConfigFile): ConfigValue {
    const held = this.#files.get(name);
    if (held !== undefined) return held;
    if (this.#busy.has(name)) return unknown('expression', `${path} reads its own values`, []);
    this.#busy.add(name);
    const value = this.#evaluated(name, path);
    this.#busy.delete(name);
    this.#files.set(name, value);
    return value;
  }

  #evaluated(name: string, path: string): ConfigValue {
    const statements = this.#options.statements(path);
    const at: Place = { file: path, line: 1, column: 1, endLine: 1, endColumn: 1 };
    if (typeof statements === 'string') return unknown('unreadable', `${path}: ${statements}`, [{ file: path, line: 1, column: 1, what: statements }], at);
    const evaluator = new Evaluator({ ...this.#options.world, config: (asked) => this.#loadedBefore(name, asked) });
    return run(evaluator, statements, this.#scope(), { op: 'opaque', what: 'returns no array', at });
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
    const files = this.#options.files;
    const before = files.slice(0, files.findIndex((file) => file.name === name)).filter((file) => file.name === root || file.name.startsWith(`${root}.`));
    const value = before.reduce((held, file) => put(held, file.name.split('.').slice(1), this.#file(file)), absent(root));
    return walk(value, rest, path);
  }
}

function absent(root: string): ConfigValue {
  return { kind: 'unset', trace: [{ file: undefined, line: 0, column: 0, what: `no file gives ${root}` }] };
}

/** Laravel's `data_get`: what is no array has no entries. */
function walk(value: ConfigValue, segments: readonly string[], path: string): ConfigValue {
  const [first, ...rest] = segments;
  if (first === undefined) return value;
  return eachOf(value, (each) => {
    if (each.kind === 'unknown') return each;
    if (each.kind === 'unset') return each;
    if (each.kind !== 'array') return { kind: 'unset', trace: [...each.trace, { file: undefined, line: 0, column: 0, what: `${path} is below a value that is no array` }] };
    const entry = entryOf(each, first);
    return entry.kind === 'unset' ? { kind: 'unset', ...(each.place === undefined ? {} : { place: each.place }), trace: [...entry.trace, { file: undefined, line: 0, column: 0, what: `${path} is not there` }] } : walk(entry, rest, path);
  });
}

/** A file in a folder sets its name in what the file of the folder's name gave. */
function put(before: ConfigValue, segments: readonly string[], value: ConfigValue): ConfigValue {
  const [first, ...rest] = segments;
  if (first === undefined) return value;
  if (before.kind === 'one-of') return oneOf(before.values.map((each) => put(each, segments, value)));
  const entries = before.kind === 'array' ? [...before.entries] : [];
  const inner = before.kind === 'array' ? before.entries.get(first) ?? absent(first) : absent(first);
  const array = arrayOf([...entries.filter(([key]) => key !== first), [first, put(inner, rest, value)]], before.trace, before.place);
  return before.kind === 'array' && before.open !== undefined ? { ...array, isList: false, open: before.open } : array;
}

/** Seals what a path names a secret, or what looks like one. */
function sealed_(value: ConfigValue, path: string, vault: SecretVault): ConfigValue {
  switch (value.kind) {
    case 'array': return { ...value, entries: new Map([...value.entries].map(([key, entry]) => [key, sealed_(entry, `${path}.${key}`, vault)])) };
    case 'one-of': return { ...value, values: value.values.flatMap((each) => {
      const sealed = sealed_(each, path, vault);
      return sealed.kind === 'one-of' ? sealed.values : [sealed];
    }) };
    case 'known': return typeof value.value === 'string' && (isSecretPath(path) || holdsUserInfo(value.value)) ? vault.seal(path, toText(value), value.trace, value.place) : value;
    default: return value;
  }
}
