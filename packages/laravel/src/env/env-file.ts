import { parseDotenv, type Dotenv } from '../dotenv/dotenv.ts';
import type { DotenvEntry, DotenvFailure } from '../dotenv/entries.ts';
import type { EnvValue } from '../dotenv/repository.ts';
import { textOf } from '../dotenv/source.ts';
import type { Place } from '../value.ts';
import { isSecretKey } from './secret-names.ts';
import type { FileSource, RealEnvironment } from './sources.ts';

/** The `.env` of the application, as its phpdotenv reads it. */
export interface EnvFile {
  /** As its source names it. */
  readonly name: string;
  readonly complete: boolean;
  /** All assignments in their order, with places, also those without effect; of a rejected file none. */
  readonly entries: readonly DotenvEntry[];
  /** Why phpdotenv rejects the whole file: then the application answers 500, and no key of it is known. */
  readonly failure: DotenvFailure | undefined;
  /** Line of a double quote that nothing closes, where this phpdotenv drops everything from there on in silence. */
  readonly droppedFrom: number | undefined;
  /** The file that is read instead of the one given, because the real `APP_ENV` names it. */
  readonly insteadOf: string | undefined;
}

/** What the file gives, and how sure that is. */
export class EnvFileReading {
  readonly file: EnvFile;
  readonly #content: Buffer;
  readonly #dotenv: Dotenv | undefined;
  readonly #marks: ReadonlyMap<string, Marks>;

  constructor(source: FileSource, real: RealEnvironment, phpdotenv: string | undefined, insteadOf: string | undefined) {
    const result = parseDotenv(source.content, { environment: real.known(), ...(phpdotenv === undefined ? {} : { phpdotenv }) });
    this.#content = source.content;
    this.#dotenv = result.ok ? result.env : undefined;
    this.file = {
      name: source.name, complete: source.complete, insteadOf,
      entries: result.ok ? result.env.entries : [],
      failure: result.ok ? undefined : result.failure,
      droppedFrom: result.ok ? result.env.droppedFrom : undefined,
    };
    this.#marks = marksOf(this.file.entries, real);
  }

  find(key: string): EnvValue | undefined {
    return this.#dotenv?.values.get(key);
  }

  /** The value takes in a variable of which only the name is known. */
  isHidden(key: string): boolean {
    return this.#marks.get(key)?.hidden === true;
  }

  /** Named like a secret, or takes one in. */
  isSecret(key: string): boolean {
    return isSecretKey(key) || this.#marks.get(key)?.secret === true;
  }

  placeOf(entry: DotenvEntry): Place {
    const { line, column, start, end } = entry.valueSpan ?? entry.nameSpan;
    const lines = textOf(this.#content.subarray(start, end).toString('latin1')).split(/\r\n|\n|\r/);
    const last = lines.at(-1) ?? '';
    return { file: this.file.name, line, column, endLine: line + lines.length - 1, endColumn: (lines.length === 1 ? column : 1) + last.length };
  }
}

interface Marks {
  readonly hidden: boolean;
  readonly secret: boolean;
}

/** `A=${B}` is as hidden and as secret as B, in the file's order. */
function marksOf(entries: readonly DotenvEntry[], real: RealEnvironment): ReadonlyMap<string, Marks> {
  const hidden = new Set(real.hidden());
  const marks = new Map<string, Marks>();
  for (const { name, value } of entries) {
    const taken = (value?.parts ?? []).flatMap((part) => /^\$\{([a-zA-Z0-9_.]+)\}/.exec(part)?.[1] ?? []);
    marks.set(name, {
      hidden: taken.some((key) => hidden.has(key) || marks.get(key)?.hidden === true),
      secret: taken.some((key) => isSecretKey(key) || marks.get(key)?.secret === true),
    });
  }
  return marks;
}
