/** Parts of a URL as PHP's `parse_url` splits it, over bytes. */
export interface UrlParts {
  readonly scheme?: string;
  readonly user?: string;
  readonly pass?: string;
  readonly host?: string;
  readonly port?: number;
  readonly path?: string;
  readonly query?: string;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** PHP's `parse_url`, which is more lenient than WHATWG's: undefined where it answers false. A fragment is dropped. */
export function splitUrl(url: string): UrlParts | undefined {
  const parts: Mutable<UrlParts> = {};
  const start = splitScheme(url, parts);
  if (start === undefined) return undefined;
  const rest = start.isPath ? start.at : splitAuthority(url, start.at, parts);
  if (rest === undefined) return undefined;
  if (start.isPath || rest < url.length) splitPath(url.slice(rest), parts);
  // oxlint-disable-next-line no-control-regex -- control characters become underscores there
  return Object.fromEntries(Object.entries(parts).map(([key, value]) => [key, typeof value === 'string' ? value.replaceAll(/[\u0000-\u001f\u007f]/g, '_') : value]));
}

/** Where the authority begins, or the path when there is no authority. */
interface Start {
  readonly at: number;
  readonly isPath: boolean;
}

function splitScheme(url: string, parts: Mutable<UrlParts>): Start | undefined {
  const colon = url.indexOf(':');
  if (colon === -1) return afterSlashes(url);
  if (colon === 0) return splitBarePort(url, colon, parts);
  if (!/^[A-Za-z0-9+.-]+$/.test(url.slice(0, colon))) {
    const ends = url.search(/[?#]/);
    if (colon + 1 < url.length && colon < (ends === -1 ? url.length : ends)) return splitBarePort(url, colon, parts);
    return afterSlashes(url);
  }
  const after = url.slice(colon + 1);
  if (after !== '' && !after.startsWith('/') && /^\d{0,5}(?:\/|$)/.test(after)) return splitBarePort(url, colon, parts);
  parts.scheme = url.slice(0, colon);
  if (after === '') return { at: url.length, isPath: false };
  if (!after.startsWith('//')) return { at: colon + 1, isPath: true };
  if (parts.scheme.toLowerCase() === 'file' && after.startsWith('///')) return { at: colon + (after[4] === ':' ? 4 : 3), isPath: true };
  return { at: colon + 3, isPath: false };
}

function afterSlashes(url: string): Start {
  return url.startsWith('//') ? { at: 2, isPath: false } : { at: 0, isPath: true };
}

/** `host:3306/path` without a scheme. */
function splitBarePort(url: string, colon: number, parts: Mutable<UrlParts>): Start | undefined {
  const [, digits = ''] = /^(\d{1,5})(?:\/|$)/.exec(url.slice(colon + 1)) ?? [];
  if (digits !== '') {
    if (Number(digits) > 65535) return undefined;
    parts.port = Number(digits);
    return { at: url.startsWith('//') ? 2 : 0, isPath: false };
  }
  if (colon + 1 === url.length) return undefined;
  return afterSlashes(url);
}

function splitAuthority(url: string, at: number, parts: Mutable<UrlParts>): number | undefined {
  if (at === url.length && parts.scheme !== undefined && url.endsWith(':')) return at;
  const length = url.slice(at).search(/[/?#]/);
  const end = length === -1 ? url.length : at + length;
  let host = url.slice(at, end);
  const login = host.lastIndexOf('@');
  if (login !== -1) {
    const colon = host.slice(0, login).indexOf(':');
    parts.user = host.slice(0, colon === -1 ? login : colon);
    if (colon !== -1) parts.pass = host.slice(colon + 1, login);
    host = host.slice(login + 1);
  }
  const colon = host.startsWith('[') && host.endsWith(']') ? -1 : host.lastIndexOf(':');
  if (colon !== -1) {
    const port = host.slice(colon + 1);
    host = host.slice(0, colon);
    if (parts.port === undefined && port !== '') {
      const number = leadingNumber(port);
      if (port.length > 5 || number === undefined) return undefined;
      parts.port = number;
    }
  }
  if (host === '') return undefined;
  parts.host = host;
  return end;
}

/** C's `strtol`, in the range of a port. */
function leadingNumber(text: string): number | undefined {
  const [digits] = /^[ \t\n\v\f\r]*[+-]?\d+/.exec(text) ?? [];
  const number = digits === undefined ? -1 : Number(digits);
  return number >= 0 && number <= 65535 ? number : undefined;
}

function splitPath(rest: string, parts: Mutable<UrlParts>): void {
  const [plain = ''] = rest.split('#', 1);
  const mark = plain.indexOf('?');
  if (mark !== -1) parts.query = plain.slice(mark + 1);
  const path = mark === -1 ? plain : plain.slice(0, mark);
  if (path !== '' || rest === '') parts.path = path;
}
