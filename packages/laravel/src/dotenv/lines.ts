import type { DotenvRules } from './rules.ts';

/** One line of the file, without its end. */
export interface SourceLine {
  /** Counted from 1. */
  readonly number: number;
  /** Position of its first byte. */
  readonly start: number;
  readonly text: string;
}

/** One entry before it is understood: a line, or the lines that a double quote holds together, joined by LF. */
export interface RawEntry {
  readonly text: string;
  readonly lines: readonly SourceLine[];
}

export interface SplitLines {
  readonly entries: readonly RawEntry[];
  /** The lines that an unclosed quote swallowed in silence: versions that throw instead have none. */
  readonly dropped: readonly SourceLine[];
}

/** Groups the file's lines into entries and leaves comments and blank lines out (phpdotenv's `Lines::process`). */
export function splitLines(bytes: string, rules: DotenvRules): SplitLines {
  const entries: RawEntry[] = [];
  let open: SourceLine[] = [];
  for (const line of linesOf(bytes)) {
    const starts = (open.length === 0 || rules.restartsInside) && opensValue(line.text, rules);
    if (!starts && open.length === 0) {
      addEntry(entries, [line]);
      continue;
    }
    open.push(line);
    if (closesValue(line.text, starts, rules)) {
      addEntry(entries, open);
      open = [];
    }
  }
  if (open.length === 0 || !rules.openQuoteFails) return { entries, dropped: open };
  entries.push(entryOf(open));
  return { entries, dropped: [] };
}

/** Where a position in an entry's text lies: its line, and its position in the file. */
export function locate(entry: RawEntry, position: number): { readonly line: number; readonly at: number } {
  let rest = position;
  for (const { number, start, text } of entry.lines) {
    if (rest <= text.length) return { line: number, at: start + rest };
    rest -= text.length + 1;
  }
  throw new RangeError(`Position ${position} lies outside its entry.`);
}

function* linesOf(bytes: string): Generator<SourceLine> {
  const end = /\r\n|\n|\r/g;
  let start = 0;
  let number = 1;
  for (let found = end.exec(bytes); found !== null; found = end.exec(bytes)) {
    yield { number, start, text: bytes.slice(start, found.index) };
    start = end.lastIndex;
    number += 1;
  }
  yield { number, start, text: bytes.slice(start) };
}

function addEntry(entries: RawEntry[], lines: readonly SourceLine[]): void {
  const entry = entryOf(lines);
  // oxlint-disable-next-line no-control-regex -- what PHP's trim takes away
  const first = /[^ \n\r\t\u0000\v]/.exec(entry.text)?.[0];
  if (first !== undefined && first !== '#') entries.push(entry);
}

function entryOf(lines: readonly SourceLine[]): RawEntry {
  return { text: lines.map((line) => line.text).join('\n'), lines };
}

function opensValue(text: string, rules: DotenvRules): boolean {
  const at = text.indexOf('="');
  if (at === -1) return false;
  const hash = text.indexOf('#');
  if (rules.commentOpensNothing && hash !== -1 && hash < at) return false;
  return !closesValue(text, true, rules);
}

/** The line that opens a value closes it with its second quote, any other with its first. */
function closesValue(text: string, starts: boolean, rules: DotenvRules): boolean {
  if (!rules.countsLeadingQuote && text === '"') return true;
  const plain = text.replaceAll('\\\\', '');
  let quotes = 0;
  for (let at = plain.indexOf('"'); at !== -1; at = plain.indexOf('"', at + 1)) {
    const counts = at === 0 ? rules.countsLeadingQuote : plain[at - 1] !== '\\';
    if (counts) quotes += 1;
    if (quotes > (starts ? 1 : 0)) return true;
  }
  return false;
}
