import { PhpFile } from '../php/file.ts';
import type { PhpParser } from '../php/parser.ts';
import type { AppFiles } from './files.ts';

/** What could not be read, or not understood: everything that rests on it is Unknown. */
export interface Problem {
  readonly file: string;
  readonly line: number | undefined;
  /** One sentence without the file's name. */
  readonly why: string;
}

/** The application's own PHP files, each read and parsed once, when somebody asks. */
export class PhpSources {
  readonly paths: readonly string[];
  readonly #files: AppFiles;
  readonly #parser: PhpParser;
  readonly #held = new Map<string, PhpFile | undefined>();
  readonly #problems = new Map<string, Problem>();
  readonly #found = new Map<string, ReadonlySet<string>>();

  constructor(files: AppFiles, paths: readonly string[], parser: PhpParser) {
    this.#files = files;
    this.#parser = parser;
    this.paths = paths.filter((path) => path.endsWith('.php')).sort();
  }

  /** Undefined when there is no such file or it cannot be read: then it is among the problems. */
  file(path: string): PhpFile | undefined {
    if (!this.#held.has(path)) this.#held.set(path, this.#read(path));
    return this.#held.get(path);
  }

  /** The same, parsed; a file that does not parse is a problem. */
  parsed(path: string): PhpFile | undefined {
    const file = this.file(path);
    if (file?.failure !== undefined) this.#problems.set(path, { file: path, line: file.failure.line, why: file.failure.why });
    return file?.failure === undefined ? file : undefined;
  }

  /** Files that hold at least one of these words, as a text search finds them. */
  filesWith(words: readonly string[]): readonly string[] {
    const held = words.map((word) => this.#holding(word));
    return this.paths.filter((path) => held.some((paths) => paths.has(path)));
  }

  /** Many rules ask for the same words. */
  #holding(word: string): ReadonlySet<string> {
    const known = this.#found.get(word);
    if (known !== undefined) return known;
    const found = new Set(this.paths.filter((path) => this.file(path)?.text.includes(word) === true));
    this.#found.set(word, found);
    return found;
  }

  /** Something in a file that leaves values unknown. */
  report(problem: Problem): void {
    this.#problems.set(`${problem.file}:${problem.line}`, problem);
  }

  problems(): readonly Problem[] {
    return [...this.#problems.values()];
  }

  #read(path: string): PhpFile | undefined {
    try {
      const content = this.#files.read(path);
      return content === undefined ? undefined : new PhpFile(path, content.toString('utf8'), this.#parser);
    } catch {
      this.#problems.set(path, { file: path, line: undefined, why: 'the file cannot be read' });
      return undefined;
    }
  }
}
