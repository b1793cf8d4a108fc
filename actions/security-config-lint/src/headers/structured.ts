/** The parts of structured fields (RFC 9651) that the policies of browsers use. Text that breaks the grammar voids the whole field. */
export interface Item {
  /** A token as it stands; a string with its quotes; a number or `?0` as text. */
  readonly value: string;
  readonly params: ReadonlyMap<string, string>;
}

export interface InnerList {
  readonly items: readonly Item[];
}

export type Member = Item | InnerList;

const KEY = /[a-z*][a-z0-9_.*-]*/y;
const BARE = /"(?:[\x20\x21\x23-\x5B\x5D-\x7E]|\\["\\])*"|[A-Za-z*][A-Za-z0-9!#$%&'*+.^_`|~:/-]*|-?\d{1,15}(?:\.\d{1,3})?|\?[01]|:[A-Za-z0-9+/=]*:|@-?\d{1,15}/y;
const BLANKS = /[ \t]*/y;
const SPACES = / */y;

/** The item, or undefined where the text is none: a list of two values for example, which is what a header that was sent twice becomes. */
export function parseItem(text: string): Item | undefined {
  const reader = new Reader(text);
  const item = reader.item();
  return item !== undefined && reader.atEnd() ? item : undefined;
}

/** The dictionary, or undefined where the text is none. Of a key that stands twice the last counts. */
export function parseDictionary(text: string): ReadonlyMap<string, Member> | undefined {
  const reader = new Reader(text);
  const members = new Map<string, Member>();
  if (reader.atEnd()) return members;
  for (;;) {
    const key = reader.take(KEY);
    const member = key === undefined ? undefined : reader.has('=') ? reader.member() : reader.flag();
    if (key === undefined || member === undefined) return undefined;
    members.set(key, member);
    reader.take(BLANKS);
    if (reader.atEnd()) return members;
    if (!reader.has(',')) return undefined;
    reader.take(BLANKS);
  }
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text.trim();
  }

  atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  has(character: string): boolean {
    if (!this.#text.startsWith(character, this.#at)) return false;
    this.#at += character.length;
    return true;
  }

  member(): Member | undefined {
    return this.has('(') ? this.#innerList() : this.item();
  }

  /** A key alone means true. */
  flag(): Item | undefined {
    return this.#withParams('?1');
  }

  item(): Item | undefined {
    const value = this.take(BARE);
    return value === undefined ? undefined : this.#withParams(value);
  }

  #innerList(): InnerList | undefined {
    const items: Item[] = [];
    for (;;) {
      this.take(SPACES);
      if (this.has(')')) return this.#withParams('') === undefined ? undefined : { items };
      const item = this.item();
      if (item === undefined || !/^[ )]/.test(this.#text.slice(this.#at))) return undefined;
      items.push(item);
    }
  }

  #withParams(value: string): Item | undefined {
    const params = new Map<string, string>();
    while (this.has(';')) {
      this.take(SPACES);
      const key = this.take(KEY);
      const given = key === undefined ? undefined : this.has('=') ? this.take(BARE) : '?1';
      if (key === undefined || given === undefined) return undefined;
      params.set(key, given);
    }
    return { value, params };
  }
}
