/** A token of PHP code. Comments are kept, white space and HTML are not. */
export interface PhpToken {
  readonly kind: 'name' | 'variable' | 'string' | 'comment' | 'number' | 'mark';
  /** For strings the content, with `?` for each interpolated expression; for comments all of it; else the source text. */
  readonly text: string;
  readonly line: number;
}

const NAME = /[A-Za-z_\u0080-\uffff\\][\w\u0080-\uffff\\]*/y;
const VARIABLE = /\$[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*/y;
const NUMBER = /\d[\w.]*/y;
const MARK = /\?->|->|::|=>|\.=|\.\.\.|[^\s]/y;
const HEREDOC = /<<<[ \t]*(?:"(\w+)"|'(\w+)'|(\w+))\r?\n/y;

/**
 * Splits PHP source as far as finding calls needs it: what is code, what is a string, what is a comment. It never
 * fails: source that is not closed ends with the text, so that a file PHP itself refuses still yields what it has.
 */
export function tokenizePhp(source: string): readonly PhpToken[] {
  const tokens: PhpToken[] = [];
  let at = 0;
  let line = 1;
  const take = (kind: PhpToken['kind'] | undefined, end: number, text?: string): void => {
    const taken = source.slice(at, end);
    if (kind !== undefined) tokens.push({ kind, text: text ?? taken, line });
    line += taken.split('\n').length - 1;
    at = end;
  };
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(source);
  };
  const html = (): void => {
    const open = /<\?(?:php\b|=)/gi;
    open.lastIndex = at;
    const found = open.exec(source);
    take(undefined, found === null ? source.length : found.index + found[0].length);
  };
  html();
  while (at < source.length) {
    const char = source[at] ?? '';
    const two = source.slice(at, at + 2);
    if (/\s/.test(char)) take(undefined, at + 1);
    else if (two === '?>') html();
    else if (two === '/*') take('comment', endOf(source, '*/', at + 2));
    else if (two === '//' || (char === '#' && two !== '#[')) take('comment', endOfLine(source, at));
    else if (char === "'") {
      const end = endOfQuoted(source, at, "'");
      take('string', end, unescape(source.slice(at + 1, end - 1)));
    } else if (char === '"' || char === '`') {
      const read = interpolated(source, at + 1, char);
      take('string', read.end, read.text);
    } else {
      const heredoc = char === '<' ? match(HEREDOC) : null;
      if (heredoc !== null) {
        const read = heredocOf(source, at + heredoc[0].length, heredoc[1] ?? heredoc[2] ?? heredoc[3] ?? '', heredoc[2] !== undefined);
        take('string', read.end, read.text);
        continue;
      }
      const variable = match(VARIABLE);
      const name = variable === null ? match(NAME) : null;
      const number = variable === null && name === null ? match(NUMBER) : null;
      const found = variable ?? name ?? number ?? match(MARK);
      take(variable !== null ? 'variable' : name !== null ? 'name' : number !== null ? 'number' : 'mark', at + (found?.[0].length ?? 1));
    }
  }
  return tokens;
}

function endOf(source: string, mark: string, from: number): number {
  const found = source.indexOf(mark, from);
  return found === -1 ? source.length : found + mark.length;
}

/** A comment ends at the line's end or at `?>`. */
function endOfLine(source: string, from: number): number {
  const found = /\r?\n|\?>/.exec(source.slice(from));
  return found === null ? source.length : from + found.index;
}

function endOfQuoted(source: string, from: number, quote: string): number {
  for (let at = from + 1; at < source.length; at += 1) {
    if (source[at] === '\\') at += 1;
    else if (source[at] === quote) return at + 1;
  }
  return source.length;
}

function unescape(text: string): string {
  return text.replace(/\\([\\'"$`])/g, '$1');
}

/** A string in which `$x` and `{$x->y["z"]}` stand for something unknown. */
function interpolated(source: string, from: number, quote: string): { readonly text: string; readonly end: number } {
  let text = '';
  let at = from;
  while (at < source.length && source[at] !== quote) {
    if (source[at] === '\\') {
      text += unescape(source.slice(at, at + 2));
      at += 2;
    } else {
      const end = expressionEnd(source, at);
      text += end === undefined ? (source[at] ?? '') : '?';
      at = end ?? at + 1;
    }
  }
  return { text, end: Math.min(at + 1, source.length) };
}

/** End of an interpolated expression that begins here, or undefined. */
function expressionEnd(source: string, at: number): number | undefined {
  if (source.startsWith('{$', at) || source.startsWith('${', at)) {
    let depth = 0;
    for (let here = at; here < source.length; here += 1) {
      const char = source[here] ?? '';
      if (char === '{') depth += 1;
      else if (char === '}') {
        depth -= 1;
        if (depth === 0) return here + 1;
      } else if (char === "'" || char === '"') here = endOfQuoted(source, here, char) - 1;
    }
    return source.length;
  }
  const simple = /\$[A-Za-z_]\w*(?:->\w+|\[[^\]\n]*\])?/y;
  simple.lastIndex = at;
  const found = simple.exec(source);
  return found === null ? undefined : at + found[0].length;
}

/** The closing word stands first on its line, after blanks, and is no part of a longer word. */
function heredocOf(source: string, from: number, word: string, raw: boolean): { readonly text: string; readonly end: number } {
  const close = new RegExp(`^[ \\t]*${word}(?!\\w)`, 'gm');
  close.lastIndex = from;
  const found = close.exec(source);
  const end = found === null ? source.length : found.index + found[0].length;
  const body = source.slice(from, found?.index ?? source.length);
  return { text: raw ? body : interpolated(`${body}\u0000`, 0, '\u0000').text, end };
}
