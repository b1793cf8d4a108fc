import { isIP } from 'node:net';
import { bareHost } from './network.ts';
import { registrableDomain } from '../csp/open-hosts.ts';

/** At most; so that no run asks more than 24 times. */
export const ORIGINS_LIMIT = 7;

/** What is wrong with the text of `live-url`, one sentence; undefined when it is good. */
export function liveUrlProblem(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null) return 'must be an address';
  if (url.protocol !== 'https:') return 'must begin with https://, since that is what is judged';
  if (url.username !== '' || url.password !== '') return 'must not hold a user name or password: give an Authorization header in live-headers';
  if (url.search !== '' || url.hash !== '') return 'must not hold a query or fragment';
  return undefined;
}

/** What is wrong with the entries of `live-origins`; undefined when they are good. */
export function liveOriginsProblem(origins: readonly string[]): string | undefined {
  if (origins.length > ORIGINS_LIMIT) return `must hold at most ${ORIGINS_LIMIT} origins`;
  const odd = origins.find((origin) => URL.parse(origin)?.origin !== origin);
  return odd === undefined ? undefined : 'must hold origins as browsers send them: scheme, host and a port that is not the usual one, without a slash at the end';
}

/** Where the question about an origin goes, `*` standing for anything: `live-api-path`, or the first pattern of `cors.paths` that has a wildcard. Undefined when neither says one. */
export function apiPatternOf(given: string | undefined, corsPaths: readonly string[] | undefined): string | undefined {
  const pattern = given?.endsWith('/') === true ? `${given}*` : given ?? corsPaths?.find((path) => path.includes('*') && !path.includes('://'));
  return pattern === undefined ? undefined : `/${pattern.replace(/^\/+/, '')}`;
}

/** Where the application's own folder would be if the web server served it: above `public` where the address shows it, else the root of the host. */
export function webRoot({ pathname }: URL): string {
  const at = `${pathname}/`.indexOf('/public/');
  return at < 0 ? '/' : pathname.slice(0, at + 1);
}

/** A name that only looks like the application's own domain, `https://x1example.com` for example.com; undefined where the host is no name. */
export function lookAlike(url: URL, prefix: string): string | undefined {
  const host = bareHost(url);
  return isIP(host) !== 0 || !host.includes('.') ? undefined : `https://${prefix}${registrableDomain(host)}`;
}
