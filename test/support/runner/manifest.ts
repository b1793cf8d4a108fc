import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** What the runner reads from action.yml. */
export interface Manifest {
  readonly inputs: Readonly<Record<string, { readonly default?: string; readonly required?: boolean }>>;
  readonly outputs: readonly string[];
  /** Paths relative to the action. */
  readonly main: string;
  readonly post: string | undefined;
}

export function readManifest(dir: string): Manifest {
  const file = join(dir, 'action.yml');
  if (!existsSync(file)) throw new Error(`no action.yml in ${dir}; build the release tree first: npm run build`);
  const { inputs, outputs, runs } = parse(readFileSync(file, 'utf8'));
  if (runs?.using !== 'node24') throw new Error(`${file}: runs.using is ${runs?.using}, expected node24`);
  const postIf: string = runs['post-if'] ?? 'always()';
  if (postIf !== 'always()') throw new Error(`${file}: post-if: ${postIf} is not understood here`);
  return { inputs: inputs ?? {}, outputs: Object.keys(outputs ?? {}), main: runs.main, post: runs.post };
}

/** Contexts by name, `github.token` and the like; values of expressions in defaults. */
export type Contexts = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The inputs as the runner hands them over: given ones, defaults with expressions evaluated, '' for the rest. */
export function inputValues(manifest: Manifest, given: Readonly<Record<string, string>>, contexts: Contexts, allowUnknown: boolean): Record<string, string> {
  const unknown = Object.keys(given).filter((name) => !(name in manifest.inputs));
  if (unknown.length > 0 && !allowUnknown) throw new Error(`action.yml has no input ${unknown.join(', ')}; it has ${Object.keys(manifest.inputs).join(', ')}`);
  const defaults = Object.entries(manifest.inputs).map(([name, input]): [string, string] => [name, evaluate(String(input.default ?? ''), contexts)]);
  return { ...Object.fromEntries(defaults), ...given };
}

export function inputVariable(name: string): string {
  return `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`;
}

function evaluate(text: string, contexts: Contexts): string {
  return text.replaceAll(/\$\{\{\s*(.*?)\s*\}\}/g, (_whole, expression: string) => {
    const [context = '', key = '', ...more] = expression.split('.');
    const value = contexts[context]?.[key];
    if (value === undefined || more.length > 0) throw new Error(`the expression \${{ ${expression} }} is not understood here`);
    return value;
  });
}
