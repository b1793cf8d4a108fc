import { readHead, type HtmlHead } from '../csp/html-head.ts';
import { contentKind, type ContentKind } from '../headers/content-type.ts';
import { linesOf, type HeaderList } from '../headers/list.ts';
import { readCookies, type CookieAttributes } from '../headers/set-cookie.ts';
import { challengeOf } from './challenge.ts';
import { debugPageOf, type DebugPage } from './debug-page.ts';
import { debugToolsIn, type DebugTool } from './debug-tools.ts';
import type { Answer } from './exchange.ts';
import { signaturesIn } from './sensitive-paths.ts';

/** Where a redirect leads, without path and query. */
export interface Redirect {
  readonly secure: boolean;
  readonly sameHost: boolean;
  /** Its address, followed and then forgotten. */
  readonly url: URL;
}

/** All that is kept of an answer: no body, no value of a cookie. */
export interface Noted {
  readonly kind: 'noted';
  readonly status: number;
  /** Without Set-Cookie. */
  readonly headers: HeaderList;
  readonly cookies: readonly CookieAttributes[];
  readonly content: ContentKind;
  readonly redirect: Redirect | undefined;
  /** Who answered in the application's place. */
  readonly challenge: string | undefined;
  /** Of HTML. */
  readonly head: HtmlHead | undefined;
  /** Sensitive paths whose signature the body bears. */
  readonly signatures: readonly string[];
  /** Of errors only: a page that works may quote one. */
  readonly debugPage: DebugPage | undefined;
  readonly debugTools: readonly DebugTool[];
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Looks at an answer once and keeps the facts. */
export function note({ status, headers, content }: Answer, url: URL, nowMs: number): Noted {
  const text = content.bytes.toString('utf8');
  const kind = contentKind(headers);
  return {
    kind: 'noted',
    status,
    headers: headers.filter(([name]) => name.toLowerCase() !== 'set-cookie'),
    cookies: readCookies(headers, nowMs),
    content: kind,
    redirect: REDIRECTS.has(status) ? redirectOf(headers, url) : undefined,
    challenge: challengeOf(headers, text),
    head: kind === 'html' ? headOf(text, content.whole) : undefined,
    signatures: signaturesIn(text),
    debugPage: status >= 400 ? debugPageOf(text) : undefined,
    debugTools: debugToolsIn(headers, text),
  };
}

function redirectOf(headers: HeaderList, from: URL): Redirect | undefined {
  const [location] = linesOf(headers, 'location');
  const url = location === undefined ? null : URL.parse(location, from.href);
  return url === null ? undefined : { url, secure: url.protocol === 'https:', sameHost: url.hostname === from.hostname };
}

/** A page that was read to its end holds no more, even where its head has none. */
function headOf(text: string, whole: boolean): HtmlHead {
  const head = readHead(text);
  return whole ? { ...head, complete: true } : head;
}
