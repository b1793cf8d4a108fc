import { parseDotenv, type DotenvEntry, type DotenvFailure } from '@ops/laravel';
import type { TraceStep } from '@ops/laravel/app';
import type { App } from '../app.ts';
import type { Place } from '../finding.ts';

/** A file of environment values as the application's phpdotenv reads it. */
export interface EnvReading {
  /** Relative to the Laravel root. */
  readonly name: string;
  readonly entries: readonly DotenvEntry[];
  readonly failure: DotenvFailure | undefined;
  readonly droppedFrom: number | undefined;
  /** True for a file of the repository that nobody said an application runs with. */
  readonly isTemplate: boolean;
}

/** `.env` and its variants in the Laravel root; an encrypted one is no file of values. */
const ENV_FILE = /^\.env(?:\.(?!.*\bencrypted$)[^/]+)?$/;

/** What is judged: the file that the application runs with, and for target example those that the repository holds. */
export function envReadings(app: App): readonly EnvReading[] {
  if (app.target === 'example') return templates(app);
  const { envFile } = app.laravel;
  return envFile === undefined ? [] : [{ ...envFile, isTemplate: false }];
}

function templates({ laravel, repository }: App): readonly EnvReading[] {
  const locked = laravel.packages.get('vlucas/phpdotenv')?.version;
  const version = locked !== undefined && /^5\.(?:[4-9]|\d\d)/.test(locked) ? { phpdotenv: locked } : {};
  return repository.files.flatMap((file) => {
    if (!file.startsWith(repository.prefix) || !ENV_FILE.test(file.slice(repository.prefix.length)) || !repository.holds(file)) return [];
    const text = repository.text(file);
    if (text === undefined) return [];
    const result = parseDotenv(Buffer.from(text), version);
    const name = file.slice(repository.prefix.length);
    return [result.ok
      ? { name, entries: result.env.entries, failure: undefined, droppedFrom: result.env.droppedFrom, isTemplate: true }
      : { name, entries: [], failure: result.failure, droppedFrom: undefined, isTemplate: true }];
  });
}

export function stepAt({ name }: EnvReading, { line, column }: { readonly line: number; readonly column: number }, what: string, env?: string): TraceStep {
  return { file: name, line, column, what, ...(env === undefined ? {} : { env }) };
}

/** Where an entry's value stands, as a place of the repository; a report takes it only where the repository holds the file. */
export function valuePlace({ repository }: Pick<App, 'repository'>, { name }: EnvReading, { nameSpan, valueSpan }: DotenvEntry): Place {
  const { line, column } = valueSpan ?? nameSpan;
  return { file: repository.prefix + name, line, column };
}
