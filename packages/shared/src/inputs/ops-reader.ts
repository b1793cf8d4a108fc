import { isAlias, isMap, isScalar, isSeq, type Document, type LineCounter } from 'yaml';

/** A key of the file with what stands behind it. */
export interface Entry {
  readonly key: string;
  /** Dotted path in the file, for messages. */
  readonly path: string;
  readonly line: number;
  readonly node: unknown;
}

/** Nodes that one value may have: aliases can blow a few lines up to gigabytes. */
const MAX_NODES = 2000;
const MAX_DEPTH = 20;

/**
 * Reads YAML nodes instead of JavaScript values, because an input is text: `8.10`, `0123` and `1e3` mean what the
 * reader sees. Numbers would turn them into 8.1, 123 and 1000.
 */
export class OpsReader {
  readonly #document: Document;
  readonly #lines: LineCounter;
  readonly #report: (where: string, problem: string) => void;
  #nodes = 0;

  constructor(document: Document, lines: LineCounter, report: (where: string, problem: string) => void) {
    this.#document = document;
    this.#lines = lines;
    this.#report = report;
  }

  problem(entry: Pick<Entry, 'path' | 'line'>, problem: string): void {
    this.#report(entry.line === 0 ? '' : `:${entry.line}`, entry.path === '' ? problem : `${entry.path} ${problem}`);
  }

  /** The entries of a mapping; none for an empty value. Anything else is a problem, told with `rule`. */
  mapping(entry: Omit<Entry, 'key'>, rule: string): Entry[] {
    const node = this.#resolve(entry.node);
    if (node === null || node === undefined || (isScalar(node) && node.value === null)) return [];
    if (!isMap(node)) {
      this.problem(entry, rule);
      return [];
    }
    return node.items.map(({ key, value }) => {
      const name = this.#scalar(this.#resolve(key)) ?? '?';
      const line = isScalar(key) && key.range !== null && key.range !== undefined ? this.#lines.linePos(key.range[0]).line : entry.line;
      return { key: name, path: entry.path === '' ? name : `${entry.path}.${name}`, line, node: value };
    });
  }

  /** The value as the text of an input: lists as lines, lists of mappings as YAML in one line, `none` for an empty list. */
  text(entry: Entry): string | undefined {
    const node = this.#resolve(entry.node);
    this.#nodes = 0;
    const text = isSeq(node) ? this.#list(node.items.map((item) => this.#resolve(item))) : this.#scalar(node);
    if (text === undefined) this.problem(entry, `must be text, a number, true, false or a list. Example: ${entry.key}: value`);
    return text;
  }

  #list(items: readonly unknown[]): string | undefined {
    if (items.length === 0) return 'none';
    const lines = items.map((item) => this.#scalar(item));
    if (lines.every((line) => line !== undefined)) return lines.some((line) => line.includes('\n')) ? undefined : lines.join('\n');
    const flow = items.map((item) => this.#flow(item, 1));
    return flow.every((item) => item !== undefined) ? `[${flow.join(', ')}]` : undefined;
  }

  /** Flow style in one line. */
  #flow(given: unknown, depth: number): string | undefined {
    const node = this.#resolve(given);
    this.#nodes += 1;
    if (this.#nodes > MAX_NODES || depth > MAX_DEPTH) return undefined;
    if (isScalar(node)) return typeof node.value === 'string' ? JSON.stringify(node.value) : (node.source ?? 'null');
    const parts = isSeq(node) ? node.items.map((item) => this.#flow(item, depth + 1))
      : isMap(node) ? node.items.map(({ key, value }) => joined(this.#flow(key, depth + 1), this.#flow(value, depth + 1))) : [undefined];
    if (parts.some((part) => part === undefined)) return node === null ? 'null' : undefined;
    return isSeq(node) ? `[${parts.join(', ')}]` : `{${parts.join(', ')}}`;
  }

  #scalar(node: unknown): string | undefined {
    if (node === null) return '';
    if (!isScalar(node)) return undefined;
    if (node.value === null) return '';
    return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
  }

  #resolve(node: unknown): unknown {
    return isAlias(node) ? node.resolve(this.#document) : node;
  }
}

function joined(key: string | undefined, value: string | undefined): string | undefined {
  return key === undefined || value === undefined ? undefined : `${key}: ${value}`;
}
