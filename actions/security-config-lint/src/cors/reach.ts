import type { Pattern, Piece } from './pattern.ts';

type Read = Extract<Pattern, { kind: 'read' }>;

/** Sites that belong to nobody: a pattern that takes both takes everybody. */
const STRANGERS = ['https://a1b2.invalid', 'https://c3-d4.example.net'];
/** Stands for any characters in the spelling of a pattern. */
const ANY = '\0';
/** Second levels below which names are registered, as in `example.co.uk`. */
const SECOND_LEVEL = /^(?:co|com|org|net|gov|ac|edu)\.[a-z]{2}$/i;

export function letsEverybodyIn({ pieces, ignoresCase }: Read): boolean {
  let source: RegExp;
  try {
    source = new RegExp(pieces.map(sourceOf).join(''), ignoresCase ? 'i' : '');
  } catch {
    return false;
  }
  return STRANGERS.every((stranger) => source.test(stranger));
}

/** How a stranger can get in: what goes on after `so`; undefined when only hosts below the written ones can. */
export function looseEnd({ pieces }: Read): string | undefined {
  if (pieces[0]?.kind !== 'start') return 'nothing ties its begin (`^`), so every site whose name ends like that gets in';
  if (pieces.at(-1)?.kind !== 'end') return 'nothing ties its end (`\\z`), so every site whose name begins like that gets in';
  if (pieces.some(({ kind }) => kind === 'dot')) return 'its bare dot stands for any character, so another domain gets in (write `\\.`)';
  const written = pieces.map(spelling).join('').replace(/:(?:\0|\d+)$/, '');
  const host = written.slice(written.indexOf('://') < 0 ? 0 : written.indexOf('://') + '://'.length);
  const at = host.lastIndexOf(ANY);
  if (at < 0) return undefined;
  const rest = host.slice(at + 1);
  if (rest === '') return 'it is open at its end, so every domain that begins like that gets in';
  if (rest.startsWith('.')) return isSuffix(rest.slice(1)) ? 'everybody can register such a name' : undefined;
  return isSuffix(rest.slice(rest.indexOf('.') + 1)) ? 'what it leaves open stands right before the name, so a domain that only ends like that gets in' : undefined;
}

/** True for `com` and `co.uk`. */
function isSuffix(name: string): boolean {
  return !name.includes('.') || SECOND_LEVEL.test(name);
}

function sourceOf(piece: Piece): string {
  switch (piece.kind) {
    case 'start': return '^';
    case 'end': return '$';
    case 'dot': return '.';
    case 'text': return piece.text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&') + piece.count;
    case 'some': return piece.of + piece.count;
  }
}

function spelling(piece: Piece): string {
  if (piece.kind === 'text') return piece.text;
  return piece.kind === 'some' ? ANY : '';
}
