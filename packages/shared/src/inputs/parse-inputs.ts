import { UserError } from '../errors.ts';
import type { InputSpec, InputSpecs, InputsOf } from '../contract.ts';
import { hint } from './nearest.ts';
import { readOpsFile, type InputRegistry, type OpsFile } from './ops-file.ts';

export interface InputSource {
  /** The runner's environment. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Text of `.github/ops.yml`, or undefined when there is none. */
  readonly opsFile: string | undefined;
  readonly action: string;
  readonly registry: InputRegistry;
  /** Old names of inputs and what they are called now. */
  readonly renamed?: Readonly<Record<string, string>>;
}

/** The variable in which the runner passes an input: spaces become `_`, hyphens stay. */
export function inputVariable(name: string): string {
  return `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`;
}

/** The texts of secret inputs, to be masked before anything else. */
export function secretTexts(specs: InputSpecs, env: InputSource['env']): readonly string[] {
  return Object.entries(specs).flatMap(([name, spec]) => {
    const text = env[inputVariable(name)];
    return spec.secret === true && text !== undefined && text.trim() !== '' ? [text] : [];
  });
}

/**
 * Reads all inputs once. Throws ONE UserError `input` that lists everything wrong, each with its rule and an
 * example. Precedence: `with:`, the file (environment before defaults, action before shared), the default.
 */
export function parseInputs<S extends InputSpecs>(specs: S, source: InputSource): InputsOf<S> {
  const problems: string[] = unknownInputs(specs, source);
  const file: OpsFile = source.opsFile === undefined ? { value: () => undefined, environments: [] } : readOpsFile(source.opsFile, source.action, source.registry, problems);
  const environment = given(source.env, 'environment') ?? specs['environment']?.default ?? '';
  if (given(source.env, 'environment') !== undefined && file.environments.length > 0 && !file.environments.includes(environment)) {
    problems.push(`environment: "${environment}" is not in .github/ops.yml, which has ${file.environments.join(', ')}.${hint(environment, file.environments)}`);
  }
  const values: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(specs)) {
    const fromFile = spec.expression === undefined && spec.secret !== true && name !== 'environment' ? file.value(environment, name) : undefined;
    values[name] = parseOne(name, spec, given(source.env, name) ?? emptyAsNone(fromFile), problems);
  }
  if (problems.length > 0) throw inputsError(problems);
  return Object.freeze(values) as InputsOf<S>;
}

function given(env: InputSource['env'], name: string): string | undefined {
  return emptyAsNone(env[inputVariable(name)]);
}

function emptyAsNone(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text;
}

function parseOne(name: string, spec: InputSpec, text: string | undefined, problems: string[]): unknown {
  if (text === undefined && spec.default === undefined) {
    if (spec.required === true) problems.push(`${name}: is required; ${spec.rule}. Example: ${example(name, spec)}`);
    return undefined;
  }
  const value = text ?? spec.default ?? '';
  const parsed = spec.schema.safeParse(spec.list === true && value.trim() === 'none' ? '' : value);
  if (parsed.success) return parsed.data;
  const shown = spec.secret === true ? '' : `${JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value)} `;
  problems.push(`${name}: ${shown}${parsed.error.issues.map((issue) => issue.message).join('; ')}. Example: ${example(name, spec)}`);
  return undefined;
}

function example(name: string, spec: InputSpec): string {
  return `${name}: ${spec.example}`;
}

function unknownInputs(specs: InputSpecs, source: InputSource): string[] {
  const known = new Map(Object.keys(specs).map((name) => [inputVariable(name), name]));
  return Object.entries(source.env).flatMap(([variable, value]) => {
    if (!variable.startsWith('INPUT_') || known.has(variable) || value === undefined) return [];
    const name = variable.slice('INPUT_'.length).toLowerCase();
    const now = source.renamed?.[name];
    if (now !== undefined) return [`${name}: is called ${now} now. Example: ${now}: …`];
    return [`${name}: is not an input of ${source.action}.${hint(name, Object.keys(specs))}`];
  });
}

/** One error for all problems. */
export function inputsError(problems: readonly string[]): UserError {
  const [only = ''] = problems;
  if (problems.length === 1) return new UserError({ reason: 'input', message: only });
  return new UserError({ reason: 'input', message: `${problems.length} inputs are wrong; nothing was changed:\n${problems.map((problem) => `- ${problem}`).join('\n')}` });
}
