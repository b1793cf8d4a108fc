import { LineCounter, parseDocument, type YAMLMap } from 'yaml';
import type { App } from '../app.ts';
import type { Place, Undecided } from '../finding.ts';
import { YamlReader, type Located } from './yaml-node.ts';

export interface WorkflowStep {
  readonly place: Place;
  readonly uses: Located | undefined;
  readonly run: Located | undefined;
  readonly with: ReadonlyMap<string, Located>;
  readonly continueOnError: Located | undefined;
}

/** Rights of the token: none said, all at once in one word, or one by one. */
export type Permissions = { readonly kind: 'unset' } | { readonly kind: 'word'; readonly word: Located } | { readonly kind: 'listed' };

export interface WorkflowJob {
  readonly id: string;
  readonly place: Place;
  readonly name: string;
  /** A workflow that the job calls. */
  readonly uses: Located | undefined;
  readonly with: ReadonlyMap<string, Located>;
  readonly steps: readonly WorkflowStep[];
  readonly needs: readonly string[];
  readonly permissions: Permissions;
  readonly hasEnvironment: boolean;
  readonly condition: string;
  readonly continueOnError: Located | undefined;
  /** As it stands in the file, comments included. May hold secrets. */
  readonly source: string;
  /** Every plain value with a name: variables, inputs, and what else there is. May hold secrets. */
  readonly named: readonly NamedValue[];
}

export interface NamedValue {
  readonly name: string;
  readonly value: Located;
}

export interface Workflow {
  readonly file: string;
  readonly triggers: readonly string[];
  readonly permissions: Permissions;
  /** Variables of all its jobs. May hold secrets. */
  readonly env: readonly NamedValue[];
  readonly jobs: readonly WorkflowJob[];
}

export interface Workflows {
  readonly all: readonly Workflow[];
  /** Files that are no YAML, for the rules to say that they do not know. */
  readonly unreadable: readonly Undecided[];
}

const WORKFLOW = /^\.github\/workflows\/[^/]+\.ya?ml$/;
const known = new WeakMap<App['repository'], Workflows>();

/** The workflows of the repository, each parsed once. */
export function workflowsOf({ repository }: Pick<App, 'repository'>): Workflows {
  const before = known.get(repository);
  if (before !== undefined) return before;
  const all: Workflow[] = [];
  const unreadable: Undecided[] = [];
  for (const file of repository.files.filter((path) => WORKFLOW.test(path) && repository.holds(path))) {
    const workflow = readWorkflow(file, repository.text(file) ?? '');
    if (workflow === undefined) unreadable.push({ subject: file, reason: 'workflow-unreadable', why: `${file} is no YAML that can be read`, trace: [] });
    else all.push(workflow);
  }
  const found = { all, unreadable };
  known.set(repository, found);
  return found;
}

/** One workflow; undefined for a text that is no mapping in YAML. */
export function readWorkflow(file: string, text: string): Workflow | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const read = new YamlReader(file, document, lines);
  const top = document.errors.length > 0 ? undefined : read.map(document.contents);
  if (top === undefined) return undefined;
  return {
    file, triggers: triggersOf(read, top.get('on', true)), permissions: permissionsOf(read, top.get('permissions', true)),
    env: namedIn(read, top.get('env', true)),
    jobs: (read.map(top.get('jobs', true))?.items ?? []).flatMap(({ key, value }) => {
      const job = read.map(value);
      const id = read.text(key);
      return job === undefined || id === undefined ? [] : [jobOf(read, id, job, text)];
    }),
  };
}

function jobOf(read: YamlReader, id: Located, job: YAMLMap, text: string): WorkflowJob {
  return {
    id: id.text, place: id.place, name: read.text(job.get('name', true))?.text ?? '', uses: read.text(job.get('uses', true)), with: read.texts(job.get('with', true)),
    steps: read.list(job.get('steps', true)).flatMap((node) => {
      const step = read.map(node);
      return step === undefined ? [] : [stepOf(read, step)];
    }),
    needs: read.list(job.get('needs', true)).flatMap((node) => read.text(node)?.text ?? []), permissions: permissionsOf(read, job.get('permissions', true)),
    hasEnvironment: job.has('environment') || read.texts(job.get('with', true)).has('environment'), condition: read.text(job.get('if', true))?.text ?? '',
    continueOnError: read.text(job.get('continue-on-error', true)), source: text.slice(job.range?.[0] ?? 0, job.range?.[1] ?? 0), named: namedIn(read, job),
  };
}

function stepOf(read: YamlReader, step: YAMLMap): WorkflowStep {
  return {
    place: read.place(step), uses: read.text(step.get('uses', true)), run: read.text(step.get('run', true)), with: read.texts(step.get('with', true)),
    continueOnError: read.text(step.get('continue-on-error', true)),
  };
}

function triggersOf(read: YamlReader, node: unknown): readonly string[] {
  const map = read.map(node);
  if (map !== undefined) return map.items.flatMap(({ key }) => read.text(key)?.text ?? []);
  return read.list(node).flatMap((each) => read.text(each)?.text ?? []);
}

function permissionsOf(read: YamlReader, node: unknown): Permissions {
  const word = read.text(node);
  if (word !== undefined) return { kind: 'word', word };
  return read.map(node) === undefined ? { kind: 'unset' } : { kind: 'listed' };
}

function namedIn(read: YamlReader, node: unknown): readonly NamedValue[] {
  const map = read.map(node);
  if (map === undefined) return read.list(node).flatMap((each) => (read.map(each) === undefined ? [] : namedIn(read, each)));
  return map.items.flatMap(({ key, value }): readonly NamedValue[] => {
    const [name, plain] = [read.text(key), read.text(value)];
    return name !== undefined && plain !== undefined ? [{ name: name.text, value: plain }] : namedIn(read, value);
  });
}
