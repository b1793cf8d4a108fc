import { isIPv4 } from 'node:net';
import { listsFor, type SourceList } from './fallback.ts';
import { isOpenHost } from './open-hosts.ts';
import type { Policy } from './policy.ts';
import { covers, reachesAnyHost, type PageOrigin } from './reach.ts';
import { hasKeyword, type Source } from './source.ts';

/** Why a source lets in too much. */
export type Breadth =
  /** Every host: `*`, `https:`, `https://*`. */
  | 'any-host'
  /** `data:`: the script stands in the address itself. */
  | 'data'
  /** A host without a name, which no certificate binds to anybody. */
  | 'address'
  /** A host where anybody may publish. */
  | 'open-host'
  /** A host known for JSONP or for Angular, with which a script of the attacker's choice runs. */
  | 'bypass-host';

export interface BroadSource {
  readonly directive: string;
  readonly source: Source;
  readonly breadth: Breadth;
}

/** Tells which of these source expressions reach an endpoint that is known to undo a policy. `evalAllowed`: some of them need it. */
export type FindBypasses = (sources: readonly string[], evalAllowed: boolean) => ReadonlySet<string>;

/**
 * The sources of scripts that let in too much and that every policy lets through. `strict-dynamic` in one of them voids all host lists
 * (https://www.w3.org/TR/CSP3/#strict-dynamic-usage).
 */
export function broadScriptSources(policies: readonly Policy[], page: PageOrigin | undefined, findBypasses: FindBypasses): readonly BroadSource[] {
  const lists = listsFor(policies, 'script-src-elem');
  if (lists.some(({ sources }) => hasKeyword(sources, 'strict-dynamic'))) return [];
  const found = lists.flatMap((list) => broadIn(list, findBypasses).filter(({ source }) => lists.every((other) => other === list || covers(other.sources, source, page))));
  return found.filter((one, index) => found.findIndex(({ directive, source }) => directive === one.directive && source.text === one.source.text) === index);
}

/** The sources of a list that are too wide for `object-src`, `base-uri` or `frame-ancestors`. */
export function wideSources(sources: readonly Source[]): readonly Source[] {
  return sources.filter((source) => reachesAnyHost(source) || (source.kind === 'scheme' && source.scheme === 'data') || (source.kind === 'host' && isOpenHost(source)));
}

function broadIn({ directive, sources }: SourceList, findBypasses: FindBypasses): readonly BroadSource[] {
  const hosts = sources.flatMap((source) => (source.kind === 'host' ? [source.text] : []));
  const bypasses = findBypasses(hosts, hasKeyword(sources, 'unsafe-eval'));
  return sources.flatMap((source) => {
    const breadth = breadthOf(source, bypasses);
    return breadth === undefined ? [] : [{ directive, source, breadth }];
  });
}

function breadthOf(source: Source, bypasses: ReadonlySet<string>): Breadth | undefined {
  if (reachesAnyHost(source)) return 'any-host';
  if (source.kind === 'scheme') return source.scheme === 'data' ? 'data' : undefined;
  if (source.kind !== 'host') return undefined;
  if (isIPv4(source.host)) return 'address';
  if (isOpenHost(source)) return 'open-host';
  return bypasses.has(source.text) ? 'bypass-host' : undefined;
}

/** The source as it may be printed: an address without its path. */
export function shownSource(source: Source): string {
  if (source.kind === 'nonce') return "'nonce-…'";
  if (source.kind === 'hash') return "'sha…'";
  if (source.kind === 'invalid') return 'an expression that browsers ignore';
  if (source.kind !== 'host') return source.text.toLowerCase();
  return `${source.scheme === undefined ? '' : `${source.scheme}://`}${source.host}${source.port === undefined ? '' : `:${source.port}`}`;
}
