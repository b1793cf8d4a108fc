import { UserError } from '../errors.ts';
import type { InputSpec, InputSpecs, InputsOf } from '../contract.ts';
import { hint } from './nearest.ts';
import { NO_OPS_FILE, OPS_FILE, type InputRegistry, type OpsFile } from './ops-values.ts';

const SHOWN_CHARACTERS = 80;

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
 * Reads all inputs once. Rejects with ONE UserError `input` that lists everything wrong, each with its rule and an
 * example. Precedence: `with:`, the file (environment before defaults, action before shared), the default.
 */
export async function parseInputs<S extends InputSpecs>(specs: S, source: InputSource): Promise<InputsOf<S>> {
  const problems: string[] = unknownInputs(specs, source);
  const file = await opsFileOf(source, problems);
  const named = given(source.env, 'environment')?.trim();
  const environment = named ?? specs['environment']?.default ?? '';
  // A typo here would quietly take the defaults, perhaps those of another target.
  if (named !== undefined && file.environments.length > 0 && !file.environments.includes(named)) {
    problems.push(`environment: ${shown(named)} is not in ${OPS_FILE}, which has ${file.environments.join(', ')}.${hint(named, file.environments)} If it needs no values of its own, add it there as "${named}: {}"`);
  }
  const values: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(specs)) {
    const fromFile = spec.expression === undefined && spec.secret !== true && name !== 'environment' ? file.value(environment, name) : undefined;
    values[name] = await parseOne(name, spec, given(source.env, name) ?? fromFile, problems);
  }
  if (problems.length > 0) throw inputsError(problems);
  return typed<S>(values);
}

/** A third of an action's start was the YAML parser, which most runs do not need. */
async function opsFileOf({ opsFile, action, registry }: InputSource, problems: string[]): Promise<OpsFile> {
  if (opsFile === undefined) return NO_OPS_FILE;
  const { readOpsFile } = await import('./ops-file.ts');
  return readOpsFile(opsFile, action, registry, problems);
}

/** Each value came out of the schema of its name. */
function typed<S extends InputSpecs>(values: Record<string, unknown>): InputsOf<S> {
  // oxlint-disable-next-line typescript/consistent-type-assertions -- the one place where texts have become typed inputs
  return Object.freeze(values) as InputsOf<S>;
}

function given(env: InputSource['env'], name: string): string | undefined {
  const text = env[inputVariable(name)];
  return text === undefined || text.trim() === '' ? undefined : text;
}

async function parseOne(name: string, spec: InputSpec, text: string | undefined, problems: string[]): Promise<unknown> {
  if (text === undefined && spec.default === undefined) {
    if (spec.required === true) problems.push(`${name}: is required; it is ${spec.rule}. ${example(name, spec)}`);
    return undefined;
  }
  const value = text ?? spec.default ?? '';
  const parsed = await spec.schema.safeParseAsync(spec.list === true && value.trim() === 'none' ? '' : value);
  if (parsed.success) return parsed.data;
  const why = [...new Set(parsed.error.issues.map((issue) => issue.message))].join('; ');
  problems.push(`${name}: ${spec.secret === true ? '' : `${shown(value)} `}${why}. ${example(name, spec)}`);
  return undefined;
}

function shown(value: string): string {
  return JSON.stringify(value.length > SHOWN_CHARACTERS ? `${value.slice(0, SHOWN_CHARACTERS).toWellFormed()}…` : value);
}

function example(name: string, spec: InputSpec): string {
  return `Example: ${name}: ${spec.example.replaceAll('\n', ', ')}`;
}

function unknownInputs(specs: InputSpecs, source: InputSource): string[] {
  const known = new Map(Object.keys(specs).map((name) => [inputVariable(name), name]));
  return Object.entries(source.env).flatMap(([variable, value]) => {
    if (!variable.startsWith('INPUT_') || known.has(variable) || value === undefined) return [];
    const name = variable.slice('INPUT_'.length).toLowerCase();
    const now = Object.entries(source.renamed ?? {}).find(([old]) => old === name)?.[1];
    if (now !== undefined) return [`${name}: is called ${now} now. Write ${now} instead`];
    return [`${name}: is not an input of ${source.action}.${hint(name, Object.keys(specs))}`];
  });
}

/** One error for all problems. */
export function inputsError(problems: readonly string[]): UserError {
  const [only = ''] = problems;
  if (problems.length === 1) return new UserError({ reason: 'input', message: only });
  return new UserError({ reason: 'input', message: `${problems.length} inputs are wrong; nothing was changed:\n${problems.map((problem) => `- ${problem}`).join('\n')}` });
}
