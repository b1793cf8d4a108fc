import { linesOf, type HeaderList } from './list.ts';

/** Headers in which caches say that they had the answer already. */
const CACHE_HEADERS = ['x-cache', 'cf-cache-status', 'x-cache-status', 'x-proxy-cache', 'x-nginx-cache', 'x-fastcgi-cache', 'x-litespeed-cache', 'x-cache-lookup', 'x-vercel-cache', 'x-nitro-cache', 'x-rack-cache', 'x-drupal-cache', 'cache-status', 'server-timing'];
const HIT = /\b(?:hit|stale|updating|revalidated)\b/i;

/** What shows that the answer came out of a cache, or undefined: `Age: 30`, `CF-Cache-Status`. */
export function cacheEvidence(headers: HeaderList): string | undefined {
  const [age] = linesOf(headers, 'age');
  if (age !== undefined && /^\d+$/.test(age) && Number(age) > 0) return `Age: ${Number(age)}`;
  const named = CACHE_HEADERS.find((name) => linesOf(headers, name).some((value) => HIT.test(value)));
  if (named !== undefined) return named;
  // Varnish names two requests when it answers the second from what it kept of the first.
  return linesOf(headers, 'x-varnish').some((value) => /^\d+ \d+$/.test(value)) ? 'x-varnish' : undefined;
}
