import { CALL_RULES, RAW_CALLS, type CallRule } from './migration-rules.ts';
import { bodiesToScan } from './php-methods.ts';
import { tokenizePhp, type PhpToken } from './php-tokens.ts';
import { clip, scanSql, type MigrationClass } from './sql-scan.ts';

/** One call of a migration's `up()` that can hurt. */
export interface MigrationFinding {
  /** Name without `.php`. */
  readonly migration: string;
  readonly line: number;
  /** The call as written, or the SQL statement; at most 120 characters. */
  readonly call: string;
  readonly classes: readonly MigrationClass[];
  /** The reason of a `// ops: safe <reason>` that covers it. */
  readonly safeReason?: string;
}

/**
 * Finds what pending migrations do to code that is still live, and to data, by reading their source: `up()` and the
 * methods it calls, never `down()`. `// ops: safe <reason>` on the statement's lines or right above them covers it; outside
 * of every method it covers the whole file. Without a reason it covers nothing.
 */
export function scanMigrations(files: readonly { readonly name: string; readonly text: string }[]): readonly MigrationFinding[] {
  return files.flatMap(({ name, text }) => scanOne(name.replace(/\.php$/, '').replace(/^.*\//, ''), tokenizePhp(text)));
}

function scanOne(migration: string, all: readonly PhpToken[]): readonly MigrationFinding[] {
  const code = all.filter((token) => token.kind !== 'comment');
  const bodies = bodiesToScan(code);
  const marks = safeMarks(all, code);
  return bodies.flatMap((body) => findCalls(body).map(({ first, last, call, classes }) => {
    const mark = marks.find((one) => one.line === undefined || (one.line >= first && one.line <= last));
    if (mark !== undefined && mark.reason === '') return { migration, line: first, call: `${call} (its "ops: safe" gives no reason)`, classes };
    return { migration, line: first, call, classes, ...(mark === undefined ? {} : { safeReason: mark.reason }) };
  }));
}

interface SafeMark {
  /** The line of code it covers; undefined covers the file. */
  readonly line: number | undefined;
  readonly reason: string;
}

function safeMarks(all: readonly PhpToken[], code: readonly PhpToken[]): readonly SafeMark[] {
  return all.flatMap((token): readonly SafeMark[] => {
    const found = token.kind === 'comment' ? /^(?:\/\/|#|\/\*+)\s*ops:\s*safe\b[\s:,–-]*(.*?)\s*(?:\*\/)?$/is.exec(token.text) : null;
    if (found === null) return [];
    const reason = (found[1] ?? '').replaceAll(/\s+/g, ' ').trim();
    if (depthAt(code, token) < 2) return [{ line: undefined, reason }];
    if (code.some((other) => other.line === token.line)) return [{ line: token.line, reason }];
    return [{ line: code.find((other) => other.line > token.line)?.line ?? token.line, reason }];
  });
}

/** How many braces are open at a comment: 0 outside, 1 in the class, more in a method. */
function depthAt(code: readonly PhpToken[], comment: PhpToken): number {
  let depth = 0;
  for (const token of code) {
    if (token.line > comment.line || (token.line === comment.line && token.kind === 'mark' && token.text === '}')) break;
    if (token.kind === 'mark' && token.text === '{') depth += 1;
    if (token.kind === 'mark' && token.text === '}') depth -= 1;
  }
  return depth;
}

interface Call {
  readonly first: number;
  readonly last: number;
  readonly call: string;
  readonly classes: readonly MigrationClass[];
}

function findCalls(body: readonly PhpToken[]): readonly Call[] {
  const created = createdRanges(body);
  const found: Call[] = [];
  for (let at = 1; at < body.length - 1; at += 1) {
    const token = body[at];
    if (token?.kind !== 'name' || !isMark(body[at + 1], '(') || !isAccess(body[at - 1])) continue;
    const method = token.text.toLowerCase();
    const close = closing(body, at + 1);
    const root = chainRoot(body, at - 1);
    const span = { first: lineOf(body, root), last: body[statementEnd(body, close)]?.line ?? token.line };
    const rule = CALL_RULES.get(method);
    if (rule !== undefined && fits(rule.on, body, root, at) && !created.some(([from, to]) => at > from && at < to)) {
      found.push({ first: token.line, last: span.last, call: clip(source(body, at, close)), classes: rule.classes });
    } else if (RAW_CALLS.has(method)) {
      found.push(...rawCalls(body, at, close, span.last));
    }
  }
  return found;
}

/** SQL that the scan can read is judged by itself; SQL that it cannot read is said to be so. */
function rawCalls(body: readonly PhpToken[], at: number, close: number, last: number): readonly Call[] {
  const line = body[at]?.line ?? 0;
  const sql = sqlOf(body, at + 2, close);
  if (sql === undefined) return [{ first: line, last, call: clip(`${source(body, at, close)}, whose SQL is not written here`), classes: ['breaks-old-code'] }];
  return scanSql(sql).map((finding) => ({ first: line, last, call: finding.statement, classes: finding.classes }));
}

/** The text of the first argument, its unknown parts as `?`; a variable stands for what the method assigns to it. */
function sqlOf(body: readonly PhpToken[], from: number, close: number): string | undefined {
  let end = from;
  for (let depth = 0; end < close; end += 1) {
    const text = body[end]?.kind === 'mark' ? body[end]?.text : '';
    if (depth === 0 && text === ',') break;
    if (text === '(' || text === '[' || text === '{') depth += 1;
    if (text === ')' || text === ']' || text === '}') depth -= 1;
  }
  const parts = body.slice(from, end);
  const literal = parts.flatMap((part) => (part.kind === 'string' ? [part.text] : isMark(part, '.') ? [] : ['?']));
  if (parts.some((part) => part.kind === 'string')) return literal.join('');
  const [only] = parts;
  if (parts.length !== 1 || only?.kind !== 'variable') return undefined;
  const assigned = body.flatMap((token, index) => {
    const value = body[index + 2];
    return token.kind === 'variable' && token.text === only.text && /^\.?=$/.test(body[index + 1]?.text ?? '') && value?.kind === 'string' ? [value.text] : [];
  });
  return assigned.length === 0 ? undefined : assigned.join('\n');
}

/** Token ranges inside `Schema::create(…)`: what happens to a new table hurts nobody. */
function createdRanges(body: readonly PhpToken[]): readonly (readonly [number, number])[] {
  return body.flatMap((token, at) => (token.kind === 'name' && token.text.toLowerCase() === 'create' && isAccess(body[at - 1]) && isMark(body[at + 1], '(') && isName(body[chainRoot(body, at - 1)], 'schema') ? [[at, closing(body, at + 1)] as const] : []));
}

function fits(on: CallRule['on'], body: readonly PhpToken[], root: number, at: number): boolean {
  const start = body[root];
  switch (on) {
    case 'any':
      return true;
    case 'query':
      return isName(start, 'db') || body.slice(root, at).some((token) => token.kind === 'name' && /^(?:query|newquery|table|where\w*)$/i.test(token.text));
    case 'table':
      return isName(start, 'schema') || (start?.kind === 'variable' && isBlueprint(body, start.text));
  }
}

/** `Blueprint $x`, or by custom `$table`, which often has no type. */
function isBlueprint(body: readonly PhpToken[], variable: string): boolean {
  return variable === '$table' || body.some((token, at) => token.kind === 'variable' && token.text === variable && isName(body[at - 1], 'blueprint'));
}

/** Index of the token that a chain of calls begins with: `Schema` of `Schema::connection('x')->drop('y')`. */
function chainRoot(body: readonly PhpToken[], access: number): number {
  let at = access;
  while (at > 0 && isAccess(body[at])) {
    at -= 1;
    while (isMark(body[at], ')') || isMark(body[at], ']')) at = opening(body, at) - 1;
    if (isAccess(body[at - 1])) at -= 1;
  }
  return Math.max(at, 0);
}

function statementEnd(body: readonly PhpToken[], from: number): number {
  let at = from;
  while (at < body.length - 1 && !isMark(body[at], ';')) at += 1;
  return at;
}

const PAIRS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

function closing(body: readonly PhpToken[], open: number): number {
  let depth = 0;
  for (let at = open; at < body.length; at += 1) {
    const token = body[at];
    if (token?.kind !== 'mark') continue;
    if (token.text in PAIRS) depth += 1;
    else if (Object.values(PAIRS).includes(token.text)) depth -= 1;
    if (depth === 0) return at;
  }
  return body.length - 1;
}

function opening(body: readonly PhpToken[], close: number): number {
  let depth = 0;
  for (let at = close; at > 0; at -= 1) {
    const token = body[at];
    if (token?.kind !== 'mark') continue;
    if (token.text in PAIRS) depth -= 1;
    else if (Object.values(PAIRS).includes(token.text)) depth += 1;
    if (depth === 0) return at;
  }
  return 0;
}

function source(body: readonly PhpToken[], from: number, to: number): string {
  return body.slice(from, to + 1).map((token) => (token.kind === 'string' ? `'${token.text.replaceAll(/\s+/g, ' ')}'` : token.text === ',' ? ', ' : token.text)).join('');
}

function lineOf(body: readonly PhpToken[], at: number): number {
  return body[at]?.line ?? 0;
}

function isMark(token: PhpToken | undefined, text: string): boolean {
  return token?.kind === 'mark' && token.text === text;
}

function isAccess(token: PhpToken | undefined): boolean {
  return token?.kind === 'mark' && (token.text === '->' || token.text === '?->' || token.text === '::');
}

/** A class by its last name, in any case: `\Illuminate\Support\Facades\DB` is `db`. */
function isName(token: PhpToken | undefined, name: string): boolean {
  return token?.kind === 'name' && token.text.toLowerCase().replace(/^.*\\/, '') === name;
}
