import { UserError } from '@ops/shared';
import { parseEntries, type DotenvEntry, type DotenvFailure } from './entries.ts';
import { EnvRepository, type AppliedWrite, type EnvValue } from './repository.ts';
import { dotenvRules, OLDEST_PHPDOTENV } from './rules.ts';
import { readSource } from './source.ts';

export interface DotenvOptions {
  /** Version of vlucas/phpdotenv as composer.lock names it; the oldest that Laravel 8 to 13 installs when not known. */
  readonly phpdotenv?: string;
  /** The process environment of the application: it wins over the file and is seen by `${NAME}`. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** What the application's `env()` can read, and how the file led there. */
export interface Dotenv {
  /** Every name with its effective value, the process environment's own included. */
  readonly values: ReadonlyMap<string, EnvValue>;
  /** All assignments of the file, also those without effect. */
  readonly entries: readonly DotenvEntry[];
  /** Those that had an effect, in order. */
  readonly applied: readonly AppliedWrite[];
  /** Line of a double quote that nothing closes: phpdotenv before 5.7 drops everything from there on in silence. */
  readonly droppedFrom: number | undefined;
}

export type DotenvResult = { readonly ok: true; readonly env: Dotenv } | { readonly ok: false; readonly failure: DotenvFailure };

/** Reads a `.env` as Laravel does, in memory and without PHP. A file that phpdotenv rejects is a result, not a throw. */
export function parseDotenv(file: Buffer, options: DotenvOptions = {}): DotenvResult {
  const rules = dotenvRules(options.phpdotenv ?? OLDEST_PHPDOTENV);
  const parsed = parseEntries(readSource(file), rules);
  if (!parsed.ok) return parsed;
  const repository = new EnvRepository(options.environment ?? {}, rules);
  const applied = parsed.entries.flatMap((entry) => repository.apply(entry) ?? []);
  return { ok: true, env: { values: repository.values(), entries: parsed.entries, applied, droppedFrom: parsed.droppedFrom } };
}

/** Like `parseDotenv`, for callers that cannot go on without it: throws a UserError that names key and line, never a value. */
export function readDotenv(file: Buffer, options: DotenvOptions & { /** How messages name the file. */ readonly name?: string } = {}): Dotenv {
  const result = parseDotenv(file, options);
  if (result.ok) return result.env;
  throw dotenvError(result.failure, options.name ?? '.env');
}

const REMEDIES: Readonly<Record<DotenvFailure['cause'], string>> = {
  'an unexpected equals': 'Write a name before the equals sign, or make the line a comment with #.',
  'an invalid name': 'A line is NAME=value, and a name has letters, digits, underscores and dots only.',
  'an unexpected escape sequence': 'Inside double quotes a backslash goes before " \\ $ f n r t v only: double it, or use single quotes.',
  'unexpected whitespace': 'Put a value that has blanks, or text behind its closing quote, into one pair of quotes.',
  'a missing closing quote': 'Close the quote; a value over several lines begins with =" and needs double quotes.',
};

/** The failure as a sentence for people. */
export function dotenvError(failure: DotenvFailure, name: string): UserError {
  const key = failure.key === undefined ? '' : ` (${failure.key})`;
  return new UserError({
    reason: 'dotenv-invalid',
    message: `Laravel cannot read ${name}: phpdotenv finds ${failure.cause} at line ${failure.span.line}${key}, and rejects the whole file.`,
    remedy: REMEDIES[failure.cause],
  });
}
