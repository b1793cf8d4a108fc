/** One expression of a source list (https://www.w3.org/TR/CSP3/#framework-directive-source-list). */
export type Source =
  | { readonly kind: 'keyword'; readonly name: Keyword; readonly text: string }
  | { readonly kind: 'nonce'; readonly value: string; readonly text: string }
  | { readonly kind: 'hash'; readonly text: string }
  | { readonly kind: 'scheme'; readonly scheme: string; readonly text: string }
  | HostSource
  /** What no browser understands: it allows nothing, and protects nothing. */
  | { readonly kind: 'invalid'; readonly text: string };

export interface HostSource {
  readonly kind: 'host';
  /** Lower case, without the colon; undefined when the page's own counts. */
  readonly scheme: string | undefined;
  /** Lower case; `*`, `*.example.com`, `cdn.example.com`. */
  readonly host: string;
  /** `*` or digits. */
  readonly port: string | undefined;
  readonly path: string | undefined;
  readonly text: string;
}

const KEYWORDS = [
  'self', 'unsafe-inline', 'unsafe-eval', 'strict-dynamic', 'unsafe-hashes', 'report-sample', 'unsafe-allow-redirects', 'wasm-unsafe-eval',
  'trusted-types-eval', 'report-sha256', 'report-sha384', 'report-sha512', 'inline-speculation-rules',
] as const;
export type Keyword = (typeof KEYWORDS)[number];

const BASE64 = '[A-Za-z0-9+/_-]+={0,2}';
const NONCE = new RegExp(`^'nonce-(${BASE64})'$`, 'i');
const HASH = new RegExp(`^'sha(?:256|384|512)-${BASE64}'$`, 'i');
const SCHEME = /^([a-z][a-z0-9+.-]*):$/i;
// The grammar knows no underscore in a host; Chromium and Firefox take one.
const HOST = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(\*|(?:\*\.)?[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?)(?::(\d+|\*))?(\/[^?#]*)?$/i;

/** The expressions of a list. `'none'` counts only where it stands alone, and then the list is empty, as it is without any expression. */
export function parseSources(tokens: readonly string[]): readonly Source[] {
  return tokens.filter((token) => token.toLowerCase() !== "'none'").map(sourceOf);
}

function sourceOf(text: string): Source {
  const keyword = KEYWORDS.find((name) => `'${name}'` === text.toLowerCase());
  if (keyword !== undefined) return { kind: 'keyword', name: keyword, text };
  const nonce = NONCE.exec(text);
  if (nonce?.[1] !== undefined) return { kind: 'nonce', value: nonce[1], text };
  if (HASH.test(text)) return { kind: 'hash', text };
  const scheme = SCHEME.exec(text);
  if (scheme?.[1] !== undefined) return { kind: 'scheme', scheme: scheme[1].toLowerCase(), text };
  return hostOf(text) ?? { kind: 'invalid', text };
}

function hostOf(text: string): HostSource | undefined {
  const [, scheme, host, port, path] = HOST.exec(text) ?? [];
  return host === undefined ? undefined : { kind: 'host', scheme: scheme?.toLowerCase(), host: host.toLowerCase().replace(/\.$/, ''), port, path, text };
}

export function hasKeyword(sources: readonly Source[], name: Keyword): boolean {
  return sources.some((source) => source.kind === 'keyword' && source.name === name);
}

/** True when the list holds a nonce or a hash that browsers take for one. */
export function hasNonceOrHash(sources: readonly Source[]): boolean {
  return sources.some(({ kind }) => kind === 'nonce' || kind === 'hash');
}
