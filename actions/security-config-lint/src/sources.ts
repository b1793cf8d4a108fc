import { readFileSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import type { EnvSource } from '@ops/laravel/app';
import { inputsError, type Deps } from '@ops/shared';
import { z } from 'zod';
import type { LintInputs } from './inputs.ts';

/** Of the runner, not of the application. */
const RUNNER_VARIABLE = /^(?:GITHUB|RUNNER|ACTIONS|INPUT|STATE|ImageOS|ImageVersion|AGENT|NODE|npm|DEPLOYMENT)(?:_|$)|^(?:PATH|HOME|USER|SHELL|PWD|OLDPWD|SHLVL|LANG|TERM|CI|_|HOSTNAME|LOGNAME|TMPDIR)$/;
const envJson = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

export interface GivenSources {
  readonly sources: readonly EnvSource[];
  /** Paths of the workspace that were given as env files. */
  readonly foreign: ReadonlySet<string>;
}

/** The sources that the inputs name. A file of the workspace keeps its path from the Laravel root, any other is named as given from outside. */
export function sourcesOf(inputs: LintInputs, prefix: string, deps: Pick<Deps, 'context' | 'env'>): GivenSources {
  const { workspace } = deps.context;
  const sources: EnvSource[] = [];
  const foreign = new Set<string>();
  const file = inputs['env-file'];
  const json = inputs['env-json'];
  const isFromProcess = inputs['env-from'] === 'process';
  if (json !== undefined) sources.push({ kind: 'real', name: 'env-json', values: valuesOf(json.reveal()), complete: file === undefined });
  if (isFromProcess) sources.push({ kind: 'real', name: 'the environment of the job', values: processValues(deps.env), complete: false });
  if (inputs['env-names'] !== undefined && inputs['env-names'].length > 0) sources.push({ kind: 'names', name: 'env-names', names: inputs['env-names'] });
  if (file !== undefined) {
    const inWorkspace = relative(workspace, isAbsolute(file) ? file : join(workspace, file)).replaceAll('\\', '/');
    const isInside = !inWorkspace.startsWith('../') && !isAbsolute(inWorkspace);
    const isBelowRoot = isInside && inWorkspace.startsWith(prefix);
    if (isInside) foreign.add(inWorkspace);
    sources.push({ kind: 'file', name: isBelowRoot ? inWorkspace.slice(prefix.length) : `${inWorkspace} (env-file)`, content: contentOf(join(workspace, inWorkspace)), complete: true });
  }
  return { sources, foreign };
}

function contentOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    throw inputsError(['env-file: there is no such file, or it cannot be read. Give the .env of the host. Example: .env.production']);
  }
}

function valuesOf(json: string): Record<string, string> {
  try {
    return Object.fromEntries(Object.entries(envJson.parse(JSON.parse(json))).map(([key, value]) => [key, value === null ? 'null' : String(value)]));
  } catch {
    throw inputsError(['env-json: must be a JSON object of texts. Example: {"APP_ENV": "production"}']);
  }
}

function processValues(env: Deps['env']): Record<string, string> {
  return Object.fromEntries(Object.entries(env).flatMap(([key, value]) => (value === undefined || RUNNER_VARIABLE.test(key) ? [] : [[key, value]])));
}
