import type { AskerRole } from '../cors/access.ts';
import type { CorsAnswer } from '../cors/answer.ts';
import type { Policy } from '../csp/policy.ts';
import type { ContentKind } from '../headers/content-type.ts';
import type { HeaderList } from '../headers/list.ts';
import type { CookieAttributes } from '../headers/set-cookie.ts';
import type { DebugPage } from './debug-page.ts';
import type { DebugTool } from './debug-tools.ts';
import type { Fact } from './fact.ts';
import type { SensitivePath } from './sensitive-paths.ts';
import type { TlsFacts } from './tls-facts.ts';

/** Everything that the wire showed, and nothing else of it: no body, no value of a cookie, no secret header. Rules judge this. */
export interface Observations {
  readonly site: Site;
  readonly tls: Fact<TlsFacts>;
  /** The page of `live-url`, asked twice. */
  readonly pages: readonly [Fact<Page>, Fact<Page>];
  /** True when the page sends browsers from https to http. */
  readonly leavesHttps: boolean;
  readonly plainHttp: Fact<PlainHttp>;
  /** Where it was asked about origins: a path with `*` for what nobody made. */
  readonly apiPattern: string | undefined;
  /** Inconclusive as a whole when no path is known that answers with CORS headers. */
  readonly origins: Fact<readonly OriginSeen[]>;
  readonly errorPage: Fact<ErrorPage>;
  readonly paths: readonly PathSeen[];
}

/** Where it was asked: for messages, without path and query. */
export interface Site {
  /** `https://app.example.com` */
  readonly origin: string;
  /** Lower case, without brackets. */
  readonly host: string;
  readonly port: string;
  /** False for a bare address. */
  readonly hasName: boolean;
}

export interface Page {
  readonly headers: HeaderList;
  readonly content: ContentKind;
  /** Of headers, enforced and report-only, and of meta elements, in this order. */
  readonly policies: readonly Policy[];
  /** False when a policy may stand in a part of the head that was not read. */
  readonly headRead: boolean;
  /** `<meta name="referrer">`. */
  readonly referrers: readonly string[];
  /** Of the page and of redirects that lead to it. */
  readonly cookies: readonly CookieAttributes[];
  /** What shows that a cache answered. */
  readonly cached: string | undefined;
  readonly debugTools: readonly DebugTool[];
}

/** What happens to somebody who types the name without https. */
export type PlainHttp =
  | 'redirects-to-https'
  /** The next hop is http again. */
  | 'redirects-to-http'
  | 'serves'
  /** Nobody accepts connections there. */
  | 'closed'
  /** https has an unusual port, which http has no counterpart of. */
  | 'no-counterpart';

export interface OriginSeen {
  readonly role: AskerRole;
  /** What was sent. */
  readonly origin: string;
  readonly answer: Fact<CorsAnswer>;
  /** Of the answer; none where it is inconclusive. */
  readonly headers: HeaderList;
}

export interface ErrorPage {
  /** Undefined for the page that visitors should see. */
  readonly debug: DebugPage | undefined;
  /** Which request showed it. */
  readonly at: 'an unknown path' | 'the page' | 'another request';
}

export interface PathSeen {
  readonly path: SensitivePath;
  readonly served: Fact<boolean>;
}
