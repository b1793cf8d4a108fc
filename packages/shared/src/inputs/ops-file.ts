import { isMap, parseDocument } from 'yaml';
import { hint } from './nearest.ts';

/** Names of all inputs of all actions, by action, and which of them are secret or never read from the file. */
export type InputRegistry = Readonly<Record<string, { readonly inputs: readonly string[]; readonly secret: readonly string[]; readonly fixed: readonly string[] }>>;

type Values = ReadonlyMap<string, string>;

/** `.github/ops.yml` as one action sees it: its values by input name, for each environment. */
export interface OpsFile {
  /** The value for an input in an environment, by the order of precedence; undefined when the file has none. */
  value(environment: string, input: string): string | undefined;
  /** Environments that the file has. */
  readonly environments: readonly string[];
}

const FILE = '.github/ops.yml';
const EMPTY: Values = new Map();

/**
 * Reads the text of `.github/ops.yml` for `action`. Everything wrong in it is added to `problems`, each with
 * its path in the file.
 */
export function readOpsFile(text: string, action: string, registry: InputRegistry, problems: string[]): OpsFile {
  const document = parseDocument(text, { prettyErrors: true, version: '1.2' });
  const [error] = document.errors;
  if (error !== undefined) {
    problems.push(`${FILE} is not valid YAML: ${error.message.split('\n')[0] ?? ''}`);
    return { value: () => undefined, environments: [] };
  }
  const top: unknown = document.toJS({ maxAliasCount: 50 });
  const sections = asRecord(document.contents === null ? {} : top);
  if (sections === undefined || (document.contents !== null && !isMap(document.contents))) {
    problems.push(`${FILE} must be a mapping with defaults and environments. Example: defaults: { php: php8.4 }`);
    return { value: () => undefined, environments: [] };
  }
  for (const key of Object.keys(sections)) if (key !== 'defaults' && key !== 'environments') problems.push(`${FILE}: "${key}" is not known; the file has defaults and environments.${hint(key, ['defaults', 'environments'])}`);
  const read = new Section(action, registry, problems);
  const defaults = read.section('defaults', sections['defaults']);
  const environments = new Map<string, { readonly shared: Values; readonly own: Values }>();
  const given = asRecord(sections['environments'] ?? {});
  if (given === undefined) problems.push(`${FILE}: environments must be a mapping of names. Example: environments: { production: { php: php8.4 } }`);
  for (const [name, value] of Object.entries(given ?? {})) environments.set(name, read.section(`environments.${name}`, value));
  return {
    environments: [...environments.keys()],
    value: (environment, input) => {
      const chosen = environments.get(environment);
      return [chosen?.own, chosen?.shared, defaults.own, defaults.shared].map((values) => values?.get(input)).find((value) => value !== undefined);
    },
  };
}

function asRecord(value: unknown): Record<string, unknown> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value)) : undefined;
}

/** Reads one section: shared keys, and a mapping for each action. */
class Section {
  readonly #action: string;
  readonly #registry: InputRegistry;
  readonly #problems: string[];

  constructor(action: string, registry: InputRegistry, problems: string[]) {
    this.#action = action;
    this.#registry = registry;
    this.#problems = problems;
  }

  section(path: string, value: unknown): { readonly shared: Values; readonly own: Values } {
    const shared = new Map<string, string>();
    let own: Values = EMPTY;
    const record = asRecord(value ?? {});
    if (record === undefined) this.#problems.push(`${FILE}: ${path} must be a mapping of input names. Example: ${path}: { php: php8.4 }`);
    for (const [key, entry] of Object.entries(record ?? {})) {
      const nested = asRecord(entry);
      if (this.#registry[key] !== undefined && nested !== undefined) {
        const values = this.#values(`${path}.${key}`, nested, [key]);
        if (key === this.#action) own = values;
      } else {
        for (const [name, text] of this.#values(path, { [key]: entry }, Object.keys(this.#registry))) shared.set(name, text);
      }
    }
    return { shared, own };
  }

  #values(path: string, record: Readonly<Record<string, unknown>>, actions: readonly string[]): Values {
    const values = new Map<string, string>();
    const known = new Set(actions.flatMap((action) => this.#registry[action]?.inputs ?? []));
    for (const [key, entry] of Object.entries(record)) {
      const where = `${FILE}: ${path}.${key}`;
      const owners = actions.map((action) => this.#registry[action]);
      if (!known.has(key)) this.#problems.push(`${where} is not an input of ${actions.length === 1 ? (actions[0] ?? '') : 'any action'}.${hint(key, [...known])}`);
      else if (owners.some((owner) => owner?.secret.includes(key))) this.#problems.push(`${where} is a secret and must not stand in a file. Pass it with with: ${key}: \${{ secrets.… }}`);
      else if (key === 'environment' || owners.some((owner) => owner?.fixed.includes(key) === true)) this.#problems.push(`${where} is never read from the file. Pass it with with: ${key}: …`);
      else {
        const text = asText(entry);
        if (text === undefined) this.#problems.push(`${where} must be text, a number, true, false or a list of them. Example: ${key}: value`);
        else values.set(key, text);
      }
    }
    return values;
  }
}

/** Scalars as text, lists as lines; `none` empties a list. */
function asText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === null) return '';
  if (!Array.isArray(value)) return undefined;
  const items: readonly unknown[] = value;
  const lines = items.map(asText);
  return lines.some((line) => line === undefined || line.includes('\n')) ? undefined : lines.length === 0 ? 'none' : lines.join('\n');
}
