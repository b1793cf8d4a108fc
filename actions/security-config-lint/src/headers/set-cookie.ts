import { linesOf, type HeaderList } from './list.ts';

export type SameSite = 'strict' | 'lax' | 'none' | 'absent';

/** A cookie's name and attributes; its value is never kept. */
export interface CookieAttributes {
  readonly name: string;
  readonly secure: boolean;
  readonly httpOnly: boolean;
  /** `absent` also for a word that browsers do not know. */
  readonly sameSite: SameSite;
  /** True when it deletes the cookie. */
  readonly expired: boolean;
}

/** The cookies of an answer as browsers read them (https://httpwg.org/http-extensions/draft-ietf-httpbis-rfc6265bis.html#name-the-set-cookie-header-field): attributes in any case, of one that stands twice the last counts. */
export function readCookies(headers: HeaderList, nowMs: number): readonly CookieAttributes[] {
  return linesOf(headers, 'set-cookie').map((line) => {
    const [pair = '', ...parts] = line.split(';');
    const attributes = new Map(parts.map((part) => {
      const [name = '', ...value] = part.split('=');
      return [name.trim().toLowerCase(), value.join('=').trim()] as const;
    }));
    return {
      name: (pair.split('=')[0] ?? '').trim(),
      secure: attributes.has('secure'),
      httpOnly: attributes.has('httponly'),
      sameSite: sameSiteOf(attributes.get('samesite')),
      expired: isExpired(attributes, nowMs),
    };
  });
}

function sameSiteOf(value: string | undefined): SameSite {
  const word = value?.toLowerCase();
  return word === 'strict' || word === 'lax' || word === 'none' ? word : 'absent';
}

/** Max-Age beats Expires. */
function isExpired(attributes: ReadonlyMap<string, string>, nowMs: number): boolean {
  const maxAge = attributes.get('max-age');
  if (maxAge !== undefined && /^-?\d+$/.test(maxAge)) return Number(maxAge) <= 0;
  const until = Date.parse(attributes.get('expires') ?? '');
  return !Number.isNaN(until) && until <= nowMs;
}
