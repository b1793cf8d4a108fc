import { splitLines, locate, type RawEntry } from './lines.ts';
import type { DotenvRules } from './rules.ts';
import { textOf, type DotenvSource } from './source.ts';
import { parseValue, type RawValue, type ValueCause } from './value.ts';

/** Where something stands in the file: lines and columns from 1, columns in characters (UTF-16 units), offsets in bytes, `end` excluded. */
export interface Span {
  readonly line: number;
  readonly column: number;
  readonly start: number;
  readonly end: number;
}

/** One assignment of the file, in the file's order. */
export interface DotenvEntry {
  readonly name: string;
  /** The value before variables are looked up, as bytes; undefined for a name without `=`, which clears the variable. */
  readonly value: RawValue | undefined;
  readonly nameSpan: Span;
  /** The value with its quotes and without a comment behind it. */
  readonly valueSpan: Span | undefined;
}

export type DotenvCause = 'an unexpected equals' | 'an invalid name' | ValueCause;

/** Why phpdotenv rejects the whole file: the first entry that it cannot read. */
export interface DotenvFailure {
  readonly cause: DotenvCause;
  /** Only a valid name: an invalid one may hold part of a secret. */
  readonly key: string | undefined;
  /** Where it goes wrong; for a missing quote where the value begins. */
  readonly span: Span;
  /** The bytes that phpdotenv's message quotes: they may be a secret, so it is a function and not a property that could be printed. */
  readonly subject: () => string;
}

export type ParsedEntries =
  | { readonly ok: true; readonly entries: readonly DotenvEntry[]; readonly droppedFrom: number | undefined }
  | { readonly ok: false; readonly failure: DotenvFailure };

/** Reads all entries of a file, up to the first that phpdotenv refuses. `droppedFrom` is the line of a quote that nothing closes. */
export function parseEntries(source: DotenvSource, rules: DotenvRules): ParsedEntries {
  const { entries: raw, dropped } = splitLines(source.bytes, rules);
  const entries: DotenvEntry[] = [];
  for (const each of raw) {
    const entry = parseEntry(each, source, rules);
    if ('cause' in entry) return { ok: false, failure: entry };
    entries.push(entry);
  }
  return { ok: true, entries, droppedFrom: dropped[0]?.number };
}

function parseEntry(raw: RawEntry, source: DotenvSource, rules: DotenvRules): DotenvEntry | DotenvFailure {
  const equals = raw.text.indexOf('=');
  const span = (start: number, end: number): Span => spanOf(raw, source, start, end);
  const fail = (cause: DotenvCause, where: Span, subject: string, key?: string): DotenvFailure => ({ cause, key, span: where, subject: () => subject });
  // A name without `=` is not trimmed there, so that a blank makes it invalid.
  const left = equals === -1 ? { text: raw.text, start: 0 } : trim(raw.text.slice(0, equals), 0);
  if (left.text === '') return fail('an unexpected equals', span(equals, equals + 1), raw.text);
  const { text: given, start: nameStart } = bareName(left, rules);
  const nameSpan = span(nameStart, nameStart + given.length);
  if (!isName(given, rules)) return fail('an invalid name', nameSpan, given);
  const name = textOf(given);
  if (equals === -1) return { name, value: undefined, nameSpan, valueSpan: undefined };
  const right = trim(raw.text.slice(equals + 1), equals + 1);
  const parsed = parseValue(right.text);
  if (!parsed.ok) return fail(parsed.cause, span(right.start + parsed.at, right.start + parsed.at + 1), right.text, name);
  const { cutByHash, ...value } = parsed.value;
  // Blanks before the value are trimmed by now: `A= # note` is a comment behind an empty value.
  const isCut = cutByHash === true && (value.length > 0 || right.start === equals + 1);
  return { name, value: isCut ? { ...value, cutByHash } : value, nameSpan, valueSpan: span(right.start, right.start + parsed.value.length) };
}

interface Piece {
  readonly text: string;
  readonly start: number;
}

/** PHP's `trim`: a form feed stays. */
function trim(text: string, start: number): Piece {
  let first = 0;
  let end = text.length;
  while (first < end && isTrimmed(text, first)) first += 1;
  while (end > first && isTrimmed(text, end - 1)) end -= 1;
  return { text: text.slice(first, end), start: start + first };
}

function isTrimmed(text: string, at: number): boolean {
  return ' \n\r\t\v\u0000'.includes(text[at] ?? '.');
}

/** The name without `export` and without quotes around it. */
function bareName(piece: Piece, rules: DotenvRules): Piece {
  const named = withoutExport(piece, rules);
  const { text, start } = named;
  const first = text[0];
  const isQuoted = text.length >= 3 && (first === '"' || first === "'") && text.at(-1) === first;
  return isQuoted ? { text: text.slice(1, -1), start: start + 1 } : named;
}

function withoutExport(piece: Piece, rules: DotenvRules): Piece {
  if (!/^export[ \t\n\v\f\r]/.test(piece.text)) return piece;
  if (!rules.shortExport && Array.from(textOf(piece.text)).length <= 8) return piece;
  // oxlint-disable-next-line no-control-regex -- what PHP's ltrim takes away
  const skipped = (rules.shortExport ? /^export[ \t\n\r\v\f]*/ : /^export[ \n\r\t\v\u0000]*/).exec(piece.text)?.[0].length ?? 0;
  return { text: piece.text.slice(skipped), start: piece.start + skipped };
}

function isName(bytes: string, rules: DotenvRules): boolean {
  if (/^[a-zA-Z0-9_.]+$/.test(bytes)) return true;
  return rules.unicodeNames && /^[\p{Ll}\p{Lu}\p{M}\p{N}_.]+$/u.test(textOf(bytes));
}

function spanOf(raw: RawEntry, source: DotenvSource, start: number, end: number): Span {
  const from = locate(raw, start);
  const line = raw.lines.find(({ number }) => number === from.line);
  const before = line === undefined ? '' : line.text.slice(0, from.at - line.start);
  return { line: from.line, column: textOf(before).length + 1, start: source.offsetOf(from.at), end: source.offsetOf(locate(raw, end).at) };
}
