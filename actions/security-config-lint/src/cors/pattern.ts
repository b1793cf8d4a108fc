/** What a pattern of origins is made of, as far as it can be read without PCRE: anchors, text, a dot, and stretches of characters. */
export type Piece =
  | { readonly kind: 'start' | 'end' | 'dot' }
  /** `count` is `?` for one that may be missing, else empty. */
  | { readonly kind: 'text'; readonly text: string; readonly count: '' | '?' }
  /** Characters of a class, in the spelling that PCRE and JavaScript share. */
  | { readonly kind: 'some'; readonly of: string; readonly count: string };

/** `broken`: PHP refuses it. `other`: it holds what only PCRE understands. */
export type Pattern =
  | { readonly kind: 'read'; readonly pieces: readonly Piece[]; readonly ignoresCase: boolean }
  | { readonly kind: 'broken' | 'other'; readonly why: string };

const CLOSING: ReadonlyMap<string, string> = new Map([['(', ')'], ['[', ']'], ['{', '}'], ['<', '>']]);
/** Of preg_match; `x`, `A` and `U` change what is matched. */
const MODIFIERS = /^[imsxADSUXJun\r\n ]*$/;
const CHANGING = /[xAUX]/;
const CLASS = /^\[(\^?(?:[\w.:/-]|\\[dw./-])+)\]/;
const QUANTIFIER = /^(?:[*+?]|\{\d+(?:,\d*)?\})/;

/** Reads an entry of `allowed_origins_patterns`: delimiter, body and modifiers, as preg_match takes them. */
export function readPattern(text: string): Pattern {
  const trimmed = text.trimStart();
  const delimiter = trimmed.charAt(0);
  if (delimiter === '' || /[\w\\\0]/.test(delimiter)) return { kind: 'broken', why: 'it has no delimiters' };
  const closing = CLOSING.get(delimiter) ?? delimiter;
  const end = endOf(trimmed, closing);
  if (end < 0) return { kind: 'broken', why: 'its last delimiter is missing' };
  const modifiers = trimmed.slice(end + 1);
  if (!MODIFIERS.test(modifiers)) return { kind: 'broken', why: 'behind its second delimiter stands what is no modifier' };
  if (CHANGING.test(modifiers) || closing !== delimiter) return { kind: 'other', why: 'it has modifiers or delimiters that are not understood' };
  const pieces = piecesOf(trimmed.slice(1, end));
  return Array.isArray(pieces) ? { kind: 'read', pieces, ignoresCase: modifiers.includes('i') } : pieces;
}

/** Reads an entry of `allowed_origins` that holds `*`, as php-cors makes a pattern of it. */
export function readWildcard(text: string): Pattern {
  const parts = text.split('*').flatMap((part, index): Piece[] => [...(index === 0 ? [] : [{ kind: 'some', of: '.', count: '*' } as const]), ...(part === '' ? [] : [{ kind: 'text', text: part, count: '' } as const])]);
  return { kind: 'read', pieces: [{ kind: 'start' }, ...parts, { kind: 'end' }], ignoresCase: false };
}

function endOf(text: string, closing: string): number {
  for (let at = 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === closing) return at;
  }
  return -1;
}

function piecesOf(body: string): Piece[] | Extract<Pattern, { why: string }> {
  const pieces: Piece[] = [];
  for (let at = 0; at < body.length;) {
    const rest = body.slice(at);
    const atom = atomOf(rest);
    if ('why' in atom) return atom;
    at += atom.length;
    const count = atom.piece.kind === 'start' || atom.piece.kind === 'end' ? '' : (QUANTIFIER.exec(body.slice(at))?.[0] ?? '');
    at += count.length;
    if (count !== '' && body[at] === '+') return { kind: 'other', why: 'it holds what only PCRE understands' };
    // A lazy quantifier matches the same texts.
    if (count !== '' && body[at] === '?') at += 1;
    const piece = counted(atom.piece, count);
    if (piece === undefined) return { kind: 'other', why: 'it repeats a letter' };
    pieces.push(piece);
  }
  return pieces;
}

function atomOf(rest: string): { readonly piece: Piece; readonly length: number } | Extract<Pattern, { why: string }> {
  const [first = '', second = ''] = rest;
  const two = first + second;
  if (first === '^' || two === '\\A') return { piece: { kind: 'start' }, length: first === '^' ? 1 : 2 };
  if (first === '$' || two === '\\z' || two === '\\Z') return { piece: { kind: 'end' }, length: first === '$' ? 1 : 2 };
  if (first === '.') return { piece: { kind: 'dot' }, length: 1 };
  if (two === '\\d' || two === '\\w') return { piece: { kind: 'some', of: two, count: '' }, length: 2 };
  if (first === '\\' && /[^\w\s]/.test(second)) return { piece: { kind: 'text', text: second, count: '' }, length: 2 };
  if (first === '[') return classOf(rest);
  if (/[*+?]/.test(first)) return { kind: 'broken', why: 'it repeats nothing' };
  if (first === ')') return { kind: 'broken', why: 'a bracket is not opened' };
  if (/[\\(|{]/.test(first)) return { kind: 'other', why: 'it holds what only PCRE understands' };
  return { piece: { kind: 'text', text: first, count: '' }, length: 1 };
}

function classOf(rest: string): ReturnType<typeof atomOf> {
  const [whole, inside = ''] = CLASS.exec(rest) ?? [];
  if (whole === undefined) return rest.includes(']') ? { kind: 'other', why: 'it holds a class that only PCRE understands' } : { kind: 'broken', why: 'a bracket is not closed' };
  if (inside === '.') return { piece: { kind: 'text', text: '.', count: '' }, length: whole.length };
  return { piece: { kind: 'some', of: whole, count: '' }, length: whole.length };
}

function counted(piece: Piece, count: string): Piece | undefined {
  if (count === '') return piece;
  if (piece.kind === 'dot') return { kind: 'some', of: '.', count };
  if (piece.kind === 'some') return { ...piece, count };
  return piece.kind === 'text' && count === '?' ? { ...piece, count } : undefined;
}
