import { linesOf, type HeaderList } from './list.ts';

/** A year, what preload lists ask for and what is usual. */
export const HSTS_GOOD_SECONDS = 31_536_000;

export type Hsts =
  | { readonly kind: 'absent' }
  /** Browsers ignore it as a whole. */
  | { readonly kind: 'invalid'; readonly why: string }
  | { readonly kind: 'set'; readonly maxAgeSeconds: number; readonly includeSubDomains: boolean; readonly preload: boolean };

/** Strict-Transport-Security as RFC 6797 has it processed: of several lines only the first counts (8.1), a directive that stands twice or a missing max-age voids it (6.1). */
export function readHsts(headers: HeaderList): Hsts {
  const [first] = linesOf(headers, 'strict-transport-security');
  if (first === undefined) return { kind: 'absent' };
  const directives = new Map<string, string>();
  for (const part of first.split(';').map((one) => one.trim()).filter((one) => one !== '')) {
    const [name = '', value = ''] = part.split(/\s*=\s*/, 2);
    if (directives.has(name.toLowerCase())) return { kind: 'invalid', why: 'a directive stands in it twice' };
    directives.set(name.toLowerCase(), value.replace(/^"(.*)"$/, '$1'));
  }
  const maxAge = directives.get('max-age');
  if (maxAge === undefined) return { kind: 'invalid', why: 'it has no max-age' };
  if (!/^\d+$/.test(maxAge)) return { kind: 'invalid', why: 'its max-age is no number' };
  return { kind: 'set', maxAgeSeconds: Number(maxAge), includeSubDomains: directives.has('includesubdomains'), preload: directives.has('preload') };
}
