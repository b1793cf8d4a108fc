/** What phpdotenv refuses in a value, in its own words. */
export type ValueCause = 'an unexpected escape sequence' | 'unexpected whitespace' | 'a missing closing quote';

/** A value before its variables are looked up. */
export interface RawValue {
  /** The first part is plain; each further one begins with a `$` that may begin a variable. */
  readonly parts: readonly string[];
  readonly quote: 'none' | 'single' | 'double';
  /** Length of what was read, without a comment behind it. */
  readonly length: number;
  /** A `#` without a blank before it ended the value: what stands behind is taken for a comment. */
  readonly cutByHash?: true;
}

export type ParsedValue =
  | { readonly ok: true; readonly value: RawValue }
  | { readonly ok: false; readonly cause: ValueCause; readonly at: number };

type State = 'initial' | 'unquoted' | 'single' | 'double' | 'escape' | 'whitespace' | 'comment';

const TOKEN = /[\r\n]{1,1000}|[ \t\v\f]{1,1000}|[\\'"#$]|[^ \t\n\v\f\r\\'"#$]{1,1000}/y;
const SPACE = /^[ \t\n\v\f\r]/;
const ESCAPES: Readonly<Record<string, string>> = { f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/**
 * Reads the bytes behind the first `=` of an entry, trimmed (phpdotenv's `EntryParser::parseValue`): quotes, escapes and
 * comments go, variables are found but not looked up. Tokens end after 1,000 bytes as there: blanks at the start of a value tell.
 * Not followed: PHP 8.4 damages a character that such an end cuts in two behind an escape.
 */
export function parseValue(bytes: string): ParsedValue {
  const reader = new ValueReader();
  const pattern = new RegExp(TOKEN);
  for (let found = pattern.exec(bytes); found !== null; found = pattern.exec(bytes)) {
    const cause = reader.take(found[0], pattern.lastIndex);
    if (cause !== undefined) return { ok: false, cause, at: found.index };
  }
  if (reader.isOpen) return { ok: false, cause: 'a missing closing quote', at: 0 };
  return { ok: true, value: reader.value() };
}

class ValueReader {
  readonly #parts: string[] = [];
  #chunks: string[] = [];
  #state: State = 'initial';
  #quote: RawValue['quote'] = 'none';
  #length = 0;
  #isCut = false;

  get isOpen(): boolean {
    return this.#state === 'single' || this.#state === 'double' || this.#state === 'escape';
  }

  value(): RawValue {
    return { parts: [...this.#parts, this.#chunks.join('')], quote: this.#quote, length: this.#length, ...(this.#isCut ? { cutByHash: true } : {}) };
  }

  /** `end` is where the token ends: blanks and a comment behind the value do not move its own end. */
  take(token: string, end: number): ValueCause | undefined {
    if (this.#state === 'comment') return undefined;
    const cause = this.#step(token);
    if (!this.#isBehind(token)) this.#length = end;
    return cause;
  }

  #isBehind(token: string): boolean {
    return this.#state === 'comment' || (this.#state === 'whitespace' && SPACE.test(token));
  }

  #step(token: string): ValueCause | undefined {
    switch (this.#state) {
      case 'initial': return this.#begin(token);
      case 'unquoted': return this.#takeUnquoted(token);
      case 'single': return token === "'" ? this.#close() : this.#append(token);
      case 'double': return this.#takeDouble(token);
      case 'escape': return this.#takeEscaped(token);
      case 'whitespace': return this.#takeBehind(token);
      case 'comment': return undefined;
    }
  }

  #begin(token: string): undefined {
    if (token === "'") {
      this.#state = 'single';
      this.#quote = 'single';
    } else if (token === '"') {
      this.#state = 'double';
      this.#quote = 'double';
    } else if (token === '#') {
      this.#state = 'comment';
      this.#isCut = true;
    } else {
      // Blanks, too: a form feed at the start is not trimmed and stays.
      this.#state = 'unquoted';
      this.#append(token);
    }
  }

  #takeUnquoted(token: string): undefined {
    if (token === '#') {
      this.#state = 'comment';
      this.#isCut = true;
    } else if (SPACE.test(token)) {
      this.#state = 'whitespace';
    } else {
      this.#append(token);
    }
  }

  #takeDouble(token: string): undefined {
    if (token === '"') this.#close();
    else if (token === '\\') this.#state = 'escape';
    else this.#append(token);
  }

  #takeEscaped(token: string): ValueCause | undefined {
    const plain = token === '"' || token === '\\' || token === '$';
    const escape = plain ? token : ESCAPES[token.slice(0, 1)];
    if (escape === undefined) return 'an unexpected escape sequence';
    this.#chunks.push(escape, token.slice(1));
    this.#state = 'double';
    return undefined;
  }

  #takeBehind(token: string): ValueCause | undefined {
    if (token === '#') this.#state = 'comment';
    else if (!SPACE.test(token)) return 'unexpected whitespace';
    return undefined;
  }

  #append(token: string): undefined {
    if (token === '$' && this.#state !== 'single') {
      this.#parts.push(this.#chunks.join(''));
      this.#chunks = [];
    }
    this.#chunks.push(token);
  }

  #close(): undefined {
    this.#state = 'whitespace';
    this.#chunks.push('');
  }
}
