import { LineCounter, parseDocument } from 'yaml';
import { hint } from './nearest.ts';
import { OpsReader, type Entry } from './ops-reader.ts';
import { NO_OPS_FILE, OPS_FILE, type InputRegistry, type OpsFile } from './ops-values.ts';

type Values = ReadonlyMap<string, string>;

interface Section {
  readonly shared: Values;
  readonly own: Values;
}

const TOP = ['defaults', 'environments'];

/**
 * Reads the text of `.github/ops.yml` for `action`. Everything wrong in it is added to `problems`, each with its
 * line and path; sections of other actions are judged too.
 */
export function readOpsFile(text: string, action: string, registry: InputRegistry, problems: string[]): OpsFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, version: '1.2' });
  const broken = [...document.errors, ...document.warnings][0];
  if (broken !== undefined) {
    // Only the first line of the message: the others quote the file, and whoever put a secret into it must not see it here.
    problems.push(`${OPS_FILE} is not valid YAML: ${(broken.message.split('\n')[0] ?? '').replace(/:$/, '')}.`);
    return NO_OPS_FILE;
  }
  const reader = new OpsReader(document, lines, (where, problem) => problems.push(`${OPS_FILE}${where}: ${problem}`));
  const sections = reader.mapping({ path: '', line: 0, node: document.contents }, 'the file must be a mapping with defaults and environments. Example: defaults: { php: php8.4 }');
  for (const entry of sections) if (!TOP.includes(entry.key)) reader.problem(entry, `is not known; the file has defaults and environments.${hint(entry.key, TOP)}`);
  const judge = new Judge(action, registry, reader);
  const none: Section = { shared: new Map(), own: new Map() };
  const [defaults = none] = sections.filter(({ key }) => key === 'defaults').map((entry) => judge.section(entry));
  const environments = new Map(sections.filter(({ key }) => key === 'environments')
    .flatMap((entry) => reader.mapping(entry, 'must be a mapping of names. Example: environments: { production: { php: php8.4 } }'))
    .map((entry): [string, Section] => [entry.key, judge.section(entry)]));
  return {
    environments: [...environments.keys()],
    value: (environment, input) => {
      const chosen = environments.get(environment) ?? none;
      return [chosen.own, chosen.shared, defaults.own, defaults.shared].map((values) => values.get(input)).find((value) => value !== undefined);
    },
  };
}

/** Knows which inputs may stand where. */
class Judge {
  readonly #action: string;
  readonly #registry: ReadonlyMap<string, InputRegistry[string]>;
  readonly #reader: OpsReader;

  constructor(action: string, registry: InputRegistry, reader: OpsReader) {
    this.#action = action;
    this.#registry = new Map(Object.entries(registry));
    this.#reader = reader;
  }

  /** Keys that are names of actions hold a section of that action's inputs; all others are inputs of any action. */
  section(section: Entry): Section {
    const shared = new Map<string, string>();
    const own = new Map<string, string>();
    for (const entry of this.#reader.mapping(section, `must be a mapping of input names. Example: ${section.path}: { php: php8.4 }`)) {
      if (!this.#registry.has(entry.key)) this.#take(entry, [...this.#registry.keys()], shared);
      else for (const nested of this.#reader.mapping(entry, `must be a mapping of inputs of ${entry.key}`)) this.#take(nested, [entry.key], entry.key === this.#action ? own : new Map());
    }
    return { shared, own };
  }

  #take(entry: Entry, actions: readonly string[], values: Map<string, string>): void {
    const owners = actions.flatMap((action) => this.#registry.get(action) ?? []);
    const known = [...new Set(owners.flatMap(({ inputs }) => inputs))];
    const { key } = entry;
    if (!known.includes(key)) this.#reader.problem(entry, `is not an input of ${actions.length === 1 ? (actions[0] ?? '') : 'any action'}.${hint(key, known)}`);
    else if (owners.some(({ secret }) => secret.includes(key))) this.#reader.problem(entry, `is a secret and must not stand in a file. Pass it as an input instead: ${key}: \${{ secrets.NAME }}`);
    else if (key === 'environment' || owners.some(({ fixed }) => fixed.includes(key))) this.#reader.problem(entry, 'is never read from the file. Pass it as an input instead');
    else {
      const text = this.#reader.text(entry);
      // Empty means not given: what stands further down in the order of precedence counts.
      if (text !== undefined && text.trim() !== '') values.set(key, text);
    }
  }
}
