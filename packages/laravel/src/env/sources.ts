/** Where values of the environment come from. Real ones beat the file, as they do in the application. */
export type EnvSource = FileSource | RealSource | NamesSource;

/** The `.env` that the host has. */
export interface FileSource {
  readonly kind: 'file';
  /** How traces name it: a path below the Laravel root where it is one. */
  readonly name: string;
  readonly content: Buffer;
  /** A key that is not there is not set. */
  readonly complete: boolean;
}

/** Variables of a process: of this job, or given as a JSON object. */
export interface RealSource {
  readonly kind: 'real';
  /** `env-json`, `the job's environment`: for traces. */
  readonly name: string;
  readonly values: Readonly<Record<string, string>>;
  readonly complete: boolean;
}

/** Keys of a process of which only the names are known; never complete. */
export interface NamesSource {
  readonly kind: 'names';
  readonly name: string;
  readonly names: readonly string[];
}

/** Real sources as one: the first that has a key gives it. */
export class RealEnvironment {
  readonly #sources: readonly (RealSource | NamesSource)[];

  constructor(sources: readonly EnvSource[]) {
    this.#sources = sources.filter((source) => source.kind !== 'file');
  }

  find(key: string): { readonly source: string; readonly text: string | undefined } | undefined {
    for (const source of this.#sources) {
      if (source.kind === 'names' && source.names.includes(key)) return { source: source.name, text: undefined };
      const text = source.kind === 'real' && Object.hasOwn(source.values, key) ? source.values[key] : undefined;
      if (text !== undefined) return { source: source.name, text };
    }
    return undefined;
  }

  /** All with a known text; those of which only the name is known are not there. */
  known(): Record<string, string> {
    const known: [string, string][] = [];
    for (const key of this.#keys()) {
      const text = this.find(key)?.text;
      if (text !== undefined) known.push([key, text]);
    }
    return Object.fromEntries(known);
  }

  hidden(): string[] {
    return [...this.#keys()].filter((key) => this.find(key)?.text === undefined);
  }

  #keys(): Set<string> {
    return new Set(this.#sources.flatMap((source) => (source.kind === 'names' ? source.names : Object.keys(source.values))));
  }
}
