import { isAlias, isMap, isScalar, isSeq, type Document, type LineCounter, type YAMLMap } from 'yaml';
import type { Place } from '../finding.ts';

/** A text of a YAML file and where it stands. */
export interface Located {
  readonly text: string;
  readonly place: Place;
}

/** Reads nodes of one document: aliases followed, places known. */
export class YamlReader {
  readonly #file: string;
  readonly #document: Document;
  readonly #lines: LineCounter;

  constructor(file: string, document: Document, lines: LineCounter) {
    this.#file = file;
    this.#document = document;
    this.#lines = lines;
  }

  map(node: unknown): YAMLMap | undefined {
    const found = this.#resolved(node);
    return isMap(found) ? found : undefined;
  }

  /** The entries of a list; one alone counts as a list of one. */
  list(node: unknown): readonly unknown[] {
    const found = this.#resolved(node);
    if (isSeq(found)) return found.items;
    return found === undefined || found === null ? [] : [found];
  }

  text(node: unknown): Located | undefined {
    const found = this.#resolved(node);
    if (!isScalar(found)) return undefined;
    const { value } = found;
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return undefined;
    return { text: String(value), place: this.place(found) };
  }

  /** Entries of a mapping whose values are plain, by their names. */
  texts(node: unknown): ReadonlyMap<string, Located> {
    const found = new Map<string, Located>();
    for (const { key, value } of this.map(node)?.items ?? []) {
      const [name, text] = [this.text(key), this.text(value)];
      if (name !== undefined && text !== undefined) found.set(name.text, text);
    }
    return found;
  }

  /** The whole of a plain value on one line, else its beginning. */
  place(node: unknown): Place {
    const range = isScalar(node) || isMap(node) || isSeq(node) ? node.range : undefined;
    const from = this.#lines.linePos(range?.[0] ?? 0);
    const to = this.#lines.linePos(range?.[1] ?? 0);
    const begin = { file: this.#file, line: Math.max(1, from.line), column: Math.max(1, from.col) };
    return isScalar(node) && from.line === to.line && to.col > from.col ? { ...begin, endLine: to.line, endColumn: to.col } : begin;
  }

  #resolved(node: unknown): unknown {
    return isAlias(node) ? node.resolve(this.#document) : node;
  }
}
