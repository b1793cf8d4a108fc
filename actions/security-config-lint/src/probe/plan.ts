import type { Random } from '@ops/shared';
import type { AskerRole } from '../cors/access.ts';
import type { LiveHeader } from './live-headers.ts';
import { lookAlike, ORIGINS_LIMIT, webRoot } from './live-url.ts';
import { SENSITIVE_PATHS, type SensitivePath } from './sensitive-paths.ts';

/** What is asked; all of it is known before anything is sent. */
export interface ProbeConfig {
  readonly url: URL;
  readonly headers: readonly LiveHeader[];
  /** At most seven, `live-origins`. */
  readonly origins: readonly string[];
  /** Pattern of a path that answers with CORS headers; undefined when nobody knows one. */
  readonly apiPattern: string | undefined;
  readonly allowPrivate: boolean;
}

/** Why a request is sent, which says what answer is expected. */
export type Purpose =
  /** 2xx, HTML where the page is one. Twice, for nonces. */
  | { readonly kind: 'page'; readonly turn: 1 | 2 }
  /** 3xx to https. */
  | { readonly kind: 'plain-http' }
  /** 4xx or 5xx, JSON. */
  | { readonly kind: 'error-page' }
  /** Any status. */
  | { readonly kind: 'origin'; readonly role: AskerRole; readonly origin: string }
  /** Any status: what the site says to a path that nobody made. */
  | { readonly kind: 'random-path' }
  /** 403, 404, 410, or whatever a path gets that nobody made. */
  | { readonly kind: 'sensitive-path'; readonly path: SensitivePath };

export interface PlannedRequest {
  readonly url: URL;
  readonly purpose: Purpose;
  readonly accept: string;
  /** Redirects on the same host are followed, as far as they are left. */
  readonly follow: boolean;
}

export interface Plan {
  readonly config: ProbeConfig;
  readonly requests: readonly PlannedRequest[];
  /** How many redirects may be followed in the whole run. */
  readonly redirects: number;
}

export const REQUESTS_LIMIT = 24;

/** Lists every request of a run, at most 24 with the redirects. Throws a RangeError for more origins than `live-origins` may hold. */
export function plan(config: ProbeConfig, random: Random): Plan {
  if (config.origins.length > ORIGINS_LIMIT) throw new RangeError(`at most ${ORIGINS_LIMIT} origins can be asked`);
  const requests = [
    pageRequest(config, 1),
    pageRequest(config, 2),
    ...plainHttpRequest(config.url),
    { url: at(config, filled(config.apiPattern?.includes('*') === true ? config.apiPattern : '/*', random)), purpose: { kind: 'error-page' }, accept: JSON_ONLY, follow: false },
    ...originRequests(config, random),
    { url: at(config, `${webRoot(config.url)}${random.hex(8)}`), purpose: { kind: 'random-path' }, accept: ANY, follow: false },
    ...SENSITIVE_PATHS.map((path): PlannedRequest => ({ url: at(config, `${webRoot(config.url)}${path.path}`), purpose: { kind: 'sensitive-path', path }, accept: ANY, follow: false })),
  ] satisfies readonly PlannedRequest[];
  return { config, requests, redirects: REQUESTS_LIMIT - FIXED_REQUESTS - config.origins.length };
}

const HTML = 'text/html,application/xhtml+xml;q=0.9,*/*;q=0.5';
const JSON_ONLY = 'application/json';
const ANY = '*/*';
/** At most, without those of `live-origins`. */
const FIXED_REQUESTS = 2 + 1 + 1 + 3 + 1 + SENSITIVE_PATHS.length;

function pageRequest({ url }: ProbeConfig, turn: 1 | 2): PlannedRequest {
  return { url, purpose: { kind: 'page', turn }, accept: HTML, follow: true };
}

/** The same page on the port that browsers try when somebody types the name. Beside an unusual port for https something else may stand there. */
function plainHttpRequest(url: URL): readonly PlannedRequest[] {
  if (url.port !== '') return [];
  const plain = new URL(url);
  plain.protocol = 'http:';
  return [{ url: plain, purpose: { kind: 'plain-http' }, accept: HTML, follow: false }];
}

function originRequests(config: ProbeConfig, random: Random): readonly PlannedRequest[] {
  const { apiPattern: pattern } = config;
  if (pattern === undefined) return [];
  const ask = (role: AskerRole, origin: string): PlannedRequest => ({ url: at(config, filled(pattern, random)), purpose: { kind: 'origin', role, origin }, accept: JSON_ONLY, follow: false });
  const similar = lookAlike(config.url, `x${random.hex(4)}`);
  return [
    ask('stranger', `https://x${random.hex(8)}.invalid`),
    ask('null', 'null'),
    similar === undefined ? ask('stranger', `https://x${random.hex(8)}.invalid`) : ask('look-alike', similar),
    ...config.origins.map((origin) => ask('listed', origin)),
  ];
}

function at({ url }: ProbeConfig, path: string): URL {
  return new URL(path, url.origin);
}

function filled(pattern: string, random: Random): string {
  return pattern.replaceAll('*', () => random.hex(8));
}
