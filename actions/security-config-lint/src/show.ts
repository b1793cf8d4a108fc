import type { ConfigValue } from '@ops/laravel/app';

export interface Printable {
  /** Texts that a rule knows and may print, in lower case. */
  readonly words?: readonly string[];
  /** True where an origin such as `https://app.example.com` may be printed. */
  readonly origins?: boolean;
}

/**
 * A value as it may be printed: bool, number (also as a text of few digits), null, a word that the rule declares, an origin without user. Of everything else only the
 * shape: addresses and names hide secrets under harmless keys.
 */
export function show(value: ConfigValue, printable: Printable = {}): string {
  switch (value.kind) {
    case 'known': return typeof value.value === 'string' ? showText(value.value, printable) : String(value.value);
    case 'symbol': return value.name;
    case 'unset': return 'not set';
    case 'secret': return value.shape.empty ? 'empty' : value.shape.placeholder ? 'a placeholder' : 'a secret';
    case 'unknown': return 'not known';
    case 'array': return value.entries.size === 0 ? 'an empty list' : `a list of ${value.entries.size}`;
    case 'one-of': return [...new Set(value.values.map((each) => show(each, printable)))].join(' or ');
  }
}

function showText(text: string, { words = [], origins = false }: Printable): string {
  if (text === '') return "''";
  if (/^-?\d{1,7}$/.test(text)) return `'${text}'`;
  if (words.includes(text.toLowerCase()) || (origins && isOrigin(text))) return `'${text}'`;
  return `a text of ${text.length} ${text.length === 1 ? 'character' : 'characters'}`;
}

/** Scheme, host and port, and nothing that could hold more. */
export function isOrigin(text: string): boolean {
  return /^[a-z][a-z0-9+.-]{0,20}:\/\/[a-z0-9*._[\]:-]{1,255}$/i.test(text) || text === '*' || text === 'null';
}
