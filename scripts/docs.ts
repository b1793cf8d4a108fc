/**
 * Writes what the world reads about an action from the one place that knows it, its contract (actions/<name>/src/inputs.ts):
 * actions/<name>/action.yml, the tables in actions/<name>/README.md, and schema/ops.schema.json. Also the pages of the lint's rules.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ActionContract, InputSpec } from '@ops/shared';
import { RULES } from '../actions/security-config-lint/src/rules.ts';
import { rulePages, strayPages } from './rule-docs.ts';

const USAGE = `usage: docs.ts [--check] [--help]
  (nothing)  writes actions/*/action.yml, the tables of actions/*/README.md, schema/ and docs/rules/
  --check    writes nothing; exit 1 and the list of stale files`;

/** GitHub's Marketplace cuts there. */
export const DESCRIPTION_LIMIT = 125;
const root = join(import.meta.dirname, '..');

/** The contract of `actions/<name>`; undefined while there is no src/inputs.ts. */
export async function loadContract(name: string, from: string = root): Promise<ActionContract | undefined> {
  const file = join(from, 'actions', name, 'src/inputs.ts');
  if (!existsSync(file)) return undefined;
  const { contract }: { contract?: ActionContract } = await import(pathToFileURL(file).href);
  if (contract === undefined) throw new Error(`actions/${name}/src/inputs.ts exports no \`contract\``);
  return contract;
}

/** Names of all actions of the tree. */
export function actionNames(from: string = root): string[] {
  const folder = join(from, 'actions');
  return existsSync(folder) ? readdirSync(folder).filter((name) => existsSync(join(folder, name, 'src/inputs.ts'))).sort() : [];
}

/** The text of action.yml. */
export function actionYaml(contract: ActionContract): string {
  const lines = ['# Written by scripts/docs.ts from src/inputs.ts; do not edit.', `name: ${quoted(contract.title)}`, `description: ${quoted(contract.description)}`, 'author: fwber'];
  section(lines, 'inputs', Object.entries(contract.inputs), (name, spec) => [
    `  ${name}:`,
    `    description: ${quoted(described(spec))}`,
    ...(spec.expression === undefined ? [] : [`    default: ${spec.expression}`]),
    ...(spec.required === true ? ['    required: true'] : []),
  ]);
  section(lines, 'outputs', Object.entries(contract.outputs), (name, description) => [`  ${name}:`, `    description: ${quoted(description)}`]);
  lines.push('runs:', '  using: node24', '  main: dist/index.js');
  // Its own small bundle, so that undoing starts fast. Cancelled and failed runs undo too.
  if (contract.post) lines.push('  post: dist/post/index.js', '  post-if: always()');
  return `${lines.join('\n')}\n`;
}

function section<T>(lines: string[], title: string, entries: readonly (readonly [string, T])[], block: (name: string, value: T) => readonly string[]): void {
  if (entries.length > 0) lines.push(`${title}:`, ...entries.flatMap(([name, value]) => block(name, value)));
}

/** The description with its default in words, as far as that fits into the limit. */
function described(spec: InputSpec): string {
  const shown = spec.default?.replaceAll('\n', ', ');
  const full = `${spec.description}; default: ${shown ?? ''}`;
  return shown === undefined || shown === '' || full.length >= DESCRIPTION_LIMIT ? spec.description : full;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** Rows of the README: every input with default, rule and example. */
export function inputTable(contract: ActionContract): string {
  const rows = Object.entries(contract.inputs).map(([name, spec]) => [`\`${name}\``, cell(spec.description), defaultCell(spec), cell(spec.rule), code(spec.example)]);
  return table(['input', 'what it is', 'default', 'value', 'example'], rows);
}

export function outputTable(contract: ActionContract): string {
  return table(['output', 'what it is'], Object.entries(contract.outputs).map(([name, description]) => [`\`${name}\``, cell(description)]));
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function defaultCell(spec: InputSpec): string {
  if (spec.expression !== undefined) return code(spec.expression);
  if (spec.default !== undefined && spec.default !== '') return code(spec.default);
  return spec.required === true ? '**required**' : '';
}

const cell = (text: string): string => text.replaceAll('\n', ' ').replaceAll('|', '\\|').replaceAll('<', '&lt;');
const code = (text: string): string => text.split('\n').map((line) => `\`${line.replaceAll('|', '\\|')}\``).join('<br>');

/** Puts `body` between `<!-- name -->` and `<!-- /name -->`; adds the pair at the end when it is not there. */
export function between(text: string, name: string, body: string, title: string): string {
  const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(open), text.indexOf(close)];
  if (from >= 0 && to > from) return `${text.slice(0, from + open.length)}\n${body}\n${text.slice(to)}`;
  return `${text.trimEnd()}\n\n## ${title}\n${open}\n${body}\n${close}\n`;
}

function readme(contract: ActionContract, file: string): string {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : `# ${contract.title}\n\n${contract.description}.\n`;
  return between(between(text, 'inputs', inputTable(contract), 'Inputs'), 'outputs', outputTable(contract), 'Outputs');
}

interface Page {
  readonly file: string;
  readonly text: string;
}

async function pages(problems: string[]): Promise<Page[]> {
  const found: Page[] = [];
  const contracts: ActionContract[] = [];
  for (const name of actionNames()) {
    try {
      const contract = await loadContract(name);
      if (contract === undefined) continue;
      contracts.push(contract);
      for (const [what, description] of [...Object.entries(contract.inputs).map(([key, spec]): [string, string] => [key, spec.description]), ...Object.entries<string>(contract.outputs), [name, contract.description] as const]) {
        if (description.length >= DESCRIPTION_LIMIT) problems.push(`${name}: the description of ${what} has ${description.length} characters; fewer than ${DESCRIPTION_LIMIT} are shown`);
      }
      const folder = join(root, 'actions', name);
      found.push({ file: join(folder, 'action.yml'), text: actionYaml(contract) }, { file: join(folder, 'README.md'), text: readme(contract, join(folder, 'README.md')) });
    } catch (error) {
      problems.push(`actions/${name}/src/inputs.ts cannot be loaded: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  const shared: Readonly<Record<string, unknown>> = await import('@ops/shared').catch(() => ({}));
  // A schema of some actions only would call the inputs of the others unknown.
  if (typeof shared['opsSchema'] === 'function' && problems.length === 0) found.push({ file: join(root, 'schema/ops.schema.json'), text: `${JSON.stringify(shared['opsSchema'](contracts), null, 2)}\n` });
  found.push(...rulePages(RULES, problems));
  return found;
}

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) { console.log(USAGE); return 0; }
  const problems: string[] = [];
  const stale = (await pages(problems)).filter(({ file, text }) => !existsSync(file) || readFileSync(file, 'utf8') !== text);
  const stray = strayPages(RULES);
  if (args.includes('--check')) problems.push(...stray.map((file) => `${relative(root, file)} is the page of no rule; run: npm run docs`));
  else for (const file of stray) rmSync(file);
  if (args.includes('--check')) problems.push(...stale.map(({ file }) => `${relative(root, file)} is stale; run: npm run docs`));
  else for (const { file, text } of stale) { mkdirSync(dirname(file), { recursive: true }); writeFileSync(file, text); }
  for (const problem of problems) console.error(problem);
  return problems.length > 0 ? 1 : 0;
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2));
