/**
 * The pages of the rules of security-config-lint, docs/rules/<id>.md, from what a rule says of itself and from its cases. Used by
 * scripts/docs.ts, which writes them.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Rule } from '../actions/security-config-lint/src/rule.ts';
import { OWASP_2025_NAMES } from '../actions/security-config-lint/src/owasp.ts';

const root = join(import.meta.dirname, '..');
const CASES = join(root, 'actions/security-config-lint/test/rules');
const SHOWN_CASES = 2;
/** As in the schema of case.json. */
const DEFAULT_FRAMEWORK = '12.3.0';
const NOT_FOR_THE_PAGE = ['case.json', 'findings.json'];

interface Example {
  readonly about: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly findings: readonly { readonly severity: string; readonly message: string; readonly remedy: string; readonly place: { readonly file: string; readonly line: number; readonly column: number }; readonly trace: readonly { readonly file?: string; readonly line: number; readonly what: string }[] }[];
}

export interface RulePage {
  readonly file: string;
  readonly text: string;
}

/** A page for each rule and the list of all; what is missing goes into `problems`. */
export function rulePages(rules: readonly Rule[], problems: string[]): readonly RulePage[] {
  const pages = rules.map((rule) => {
    const [valid, invalid] = [examples(rule.id, 'valid'), examples(rule.id, 'invalid')];
    if (rule.check !== undefined) for (const [kind, found] of [['valid', valid], ['invalid', invalid]] as const) if (found.length < SHOWN_CASES) problems.push(`${rule.id} has ${found.length} ${kind} cases below actions/security-config-lint/test/rules; its page needs ${SHOWN_CASES}`);
    return { file: join(root, 'docs/rules', `${rule.id}.md`), text: page(rule, valid, invalid) };
  });
  return [...pages, { file: join(root, 'docs/rules/README.md'), text: index(rules) }];
}

/** Pages of rules that are no more. */
export function strayPages(rules: readonly Rule[]): readonly string[] {
  const folder = join(root, 'docs/rules');
  const known = new Set(['README.md', ...rules.map(({ id }) => `${id}.md`)]);
  return existsSync(folder) ? readdirSync(folder).filter((name) => !known.has(name)).map((name) => join(folder, name)) : [];
}

function examples(id: string, kind: 'valid' | 'invalid'): readonly Example[] {
  const parent = join(CASES, id, kind);
  if (!existsSync(parent)) return [];
  return readdirSync(parent).sort().map((name) => {
    const folder = join(parent, name);
    const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => statSync(join(folder, path)).isFile() && !NOT_FOR_THE_PAGE.includes(path)).sort();
    const { about, ...settings } = JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8'));
    const expected = join(folder, 'findings.json');
    return { about, settings, files: paths.map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') })), findings: existsSync(expected) ? JSON.parse(readFileSync(expected, 'utf8')) : [] };
  });
}

function page(rule: Rule, valid: readonly Example[], invalid: readonly Example[]): string {
  return `${[
    '<!-- Written by scripts/docs.ts from the rule and its cases; do not edit. -->',
    `# ${rule.id}: ${escaped(rule.title)}`,
    `\`${rule.slug}\`${rule.aliases === undefined ? '' : `, once ${rule.aliases.map((alias) => `\`${alias}\``).join(', ')}`}`,
    facts(rule),
    escaped(rule.why),
    `**Fires when** ${escaped(rule.fires)}.`,
    `**Quiet when** ${escaped(rule.quiet)}.`,
    `## What to do\n${escaped(rule.remedy)}${fixText(rule)}`,
    ...(invalid.length === 0 ? [] : [`## It fires\n${invalid.slice(0, SHOWN_CASES).map(exampleText).join('\n\n')}`]),
    ...(valid.length === 0 ? [] : [`## It is quiet\n${valid.slice(0, SHOWN_CASES).map(exampleText).join('\n\n')}`]),
    ...optionsText(rule),
    `## To accept it\n${suppressText(rule)}`,
  ].join('\n\n')}\n`;
}

function facts(rule: Rule): string {
  const owasp = (places: Rule['owasp2021'], edition: string): string => places.map(({ category, listed }) => `${category}:${edition}${listed ? '' : ' (by theme)'}`).join(', ') || 'none';
  const { from, to } = rule.frameworkRange ?? {};
  const rows: readonly (readonly [string, string])[] = [
    ['severity', rule.severity], ['precision', rule.precision],
    ['CWE', rule.cwe.map((id) => `[${id}](https://cwe.mitre.org/data/definitions/${id}.html)`).join(', ') || 'none'],
    ['OWASP', rule.cwe.length === 0 ? 'none' : `${owasp(rule.owasp2021, '2021')}; ${owasp(rule.owasp2025, '2025')}`], ['ASVS 5.0.0', rule.asvs.join(', ') || 'none'],
    ['targets', rule.targets.join(', ')], ['runs', rule.profile === 'thorough' ? 'with `profile: thorough`' : rule.profile === 'opt-in' ? 'when the policy names it' : 'always'],
    ...(rule.frameworkRange === undefined ? [] : [['Laravel', `${from === undefined ? 'up' : `from ${from}`}${to === undefined ? '' : ` to ${to}`}`] as const]),
    ['needs', rule.needs.join(', ') || 'the files of the repository'], ['since', rule.since],
  ];
  return ['| | |', '| --- | --- |', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join('\n');
}

function fixText({ fixable }: Rule): string {
  if (fixable === undefined) return '';
  return fixable === 'safe'
    ? '\n\nWith `fix: safe` the output `fix-patch` holds the change, where the value is a literal.'
    : '\n\nWith `fix: unsafe` the output `fix-patch` holds the change, where the value is a literal. It may change what clients see, so look at it.';
}

function exampleText({ about, settings, files, findings }: Example): string {
  const given = settingWords(settings);
  return [
    `### ${escaped(about)}`,
    ...(given === '' ? [] : [given]),
    ...files.map(({ path, text }) => `\`${path}\`\n${fenced(text, language(path))}`),
    ...findings.slice(0, 3).map(({ severity, message, remedy, place, trace }) => `${severity}, ${place.file}:${place.line}:${place.column}: ${escaped(message)} ${escaped(remedy)}${traceText(trace)}`),
  ].join('\n\n');
}

function traceText(trace: Example['findings'][number]['trace']): string {
  return trace.length < 2 ? '' : `\n\n${trace.map(({ file, line, what }, at) => `${at + 1}. ${escaped(what)}${file === undefined ? '' : ` (${file}:${line})`}`).join('\n')}`;
}

function settingWords({ target = 'production', framework, env, names, packages, packagesDev, tlsAt, options }: Example['settings']): string {
  const words = [
    `target ${String(target)}`,
    framework === null ? 'no composer.lock' : `Laravel ${typeof framework === 'string' ? framework : DEFAULT_FRAMEWORK}`,
    ...(env === null ? ['no environment given'] : []),
    ...(typeof env === 'object' && env !== null && Object.keys(env).length > 0 ? [`environment ${Object.entries(env).map(([key, value]) => `${key}=${String(value)}`).join(' ')}`] : []),
    ...(Array.isArray(names) && names.length > 0 ? [`env-names ${names.join(' ')}`] : []),
    ...(typeof packages === 'object' && packages !== null ? [`with ${Object.keys(packages).join(', ')}`] : []),
    ...(typeof packagesDev === 'object' && packagesDev !== null ? [`with ${Object.keys(packagesDev).join(', ')} for development`] : []),
    ...(typeof tlsAt === 'string' ? [`tls-at ${tlsAt}`] : []),
    ...(options === undefined ? [] : [`options ${JSON.stringify(options)}`]),
  ];
  return `_${escaped(words.join(', ').replaceAll('_', '\\_'))}_`;
}

function optionsText({ options }: Rule): readonly string[] {
  if (options === undefined) return [];
  const schema: { readonly properties?: Readonly<Record<string, { readonly description?: string; readonly default?: unknown }>> } = JSON.parse(JSON.stringify(z.toJSONSchema(options)));
  const rows = Object.entries(schema.properties ?? {}).map(([name, { description = '', default: value }]) => `| \`${name}\` | ${escaped(description)} | \`${JSON.stringify(value)}\` |`);
  return [`## Options\nIn \`.github/security-lint.yml\`, below \`rules\`:\n\n| option | what it is | default |\n| --- | --- | --- |\n${rows.join('\n')}`];
}

function suppressText({ id, severity, policyOnly }: Rule): string {
  const isHeavy = severity === 'critical' || severity === 'high';
  const policy = `\`\`\`yaml\n# .github/security-lint.yml\nignore:\n  - rule: ${id}\n    reason: why this is fine here\n    owner: team\n${isHeavy ? '    until: 2027-01-31\n' : ''}\`\`\``;
  if (policyOnly === true) return `Only in the policy file, because a comment would hide it where it stands:\n\n${policy}`;
  return `On the line, or alone on the line above: \`fws-ignore ${id}${isHeavy ? ' until=2027-01-31' : ''} -- why this is fine here\`. Or:\n\n${policy}`;
}

function index(rules: readonly Rule[]): string {
  const areas = Map.groupBy(rules, ({ id }) => id.slice(0, 'FWS-APP'.length));
  const sections = [...areas].map(([area, own]) => `## ${area}\n| rule | | severity | OWASP 2025 |\n| --- | --- | --- | --- |\n${own.map(({ id, title, severity, owasp2025 }) => `| [${id}](${id}.md) | ${escaped(title)} | ${severity} | ${owasp2025.map(({ category }) => `${category} ${OWASP_2025_NAMES[category]}`).join(', ')} |`).join('\n')}`);
  return `<!-- Written by scripts/docs.ts; do not edit. -->\n# Rules of security-config-lint\n\n${rules.length} rules. How to write one: [rules-authoring.md](../rules-authoring.md).\n\n${sections.join('\n\n')}\n`;
}

/** Text of ours in markdown: what stands between backticks stays as it is. */
function escaped(text: string): string {
  return text.split('`').map((part, at) => (at % 2 === 1 ? part : part.replaceAll('<', '&lt;').replaceAll('*', '\\*').replaceAll('|', '\\|'))).join('`');
}

function fenced(text: string, language: string): string {
  const longest = [...text.matchAll(/`+/g)].reduce((most, [ticks]) => Math.max(most, ticks.length), 2);
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
}

function language(path: string): string {
  if (path.endsWith('.php')) return 'php';
  if (/\.ya?ml$/.test(path)) return 'yaml';
  if (path.endsWith('.xml')) return 'xml';
  if (path.endsWith('.json')) return 'json';
  if (/Dockerfile/.test(path)) return 'dockerfile';
  return path.endsWith('.conf') ? 'nginx' : '';
}
