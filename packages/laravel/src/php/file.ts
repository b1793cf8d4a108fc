import type { Place } from '../value.ts';
import type { PhpNode } from './node.ts';
import type { PhpParser } from './parser.ts';

/** One PHP file: its text, and its tree when somebody asks. */
export class PhpFile {
  readonly path: string;
  readonly text: string;
  readonly #parser: PhpParser;
  #parsed: { readonly tree: PhpNode | undefined; readonly failure: PhpFailure | undefined } | undefined;
  #lines: readonly number[] | undefined;

  constructor(path: string, text: string, parser: PhpParser) {
    this.path = path;
    this.text = text;
    this.#parser = parser;
  }

  /** Undefined when the file does not parse: see `failure`. */
  get tree(): PhpNode | undefined {
    return this.#parse().tree;
  }

  get failure(): PhpFailure | undefined {
    return this.#parse().failure;
  }

  placeOf(node: PhpNode): Place {
    return this.placeAt(node.loc.start.offset, node.loc.end.offset);
  }

  /** Offsets in UTF-16 units, as nodes have them. */
  placeAt(start: number, end: number): Place {
    const [from, to] = [this.#positionOf(start), this.#positionOf(end)];
    return { file: this.path, line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
  }

  /** The offset of a line and column, both from 1. */
  offsetOf(line: number, column: number): number {
    return (this.#lineStarts()[line - 1] ?? this.text.length) + column - 1;
  }

  #parse(): { readonly tree: PhpNode | undefined; readonly failure: PhpFailure | undefined } {
    if (this.#parsed === undefined) {
      const result = this.#parser.parse(this.text);
      this.#parsed = result.ok ? { tree: result.tree, failure: undefined } : { tree: undefined, failure: { line: result.line, why: result.why } };
    }
    return this.#parsed;
  }

  #positionOf(offset: number): { readonly line: number; readonly column: number } {
    const starts = this.#lineStarts();
    let [low, high] = [0, starts.length];
    while (low + 1 < high) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? Infinity) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  }

  #lineStarts(): readonly number[] {
    if (this.#lines === undefined) {
      const starts = [0];
      for (let at = this.text.indexOf('\n'); at !== -1; at = this.text.indexOf('\n', at + 1)) starts.push(at + 1);
      this.#lines = starts;
    }
    return this.#lines;
  }
}

export interface PhpFailure {
  readonly line: number | undefined;
  readonly why: string;
}
