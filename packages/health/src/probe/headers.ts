import { Secret } from '@ops/shared';
import type { Check } from '../check.ts';

/** Headers that never follow a redirect to another origin; those whose value is a Secret neither. */
const BOUND_TO_ORIGIN = new Set(['authorization', 'cookie', 'proxy-authorization']);

/** All headers of one request, names in lower case; credentials only when it goes to the origin they were given for. */
export function requestHeaders(check: Check, url: URL, sameOrigin: boolean): Record<string, string> {
  const headers: Record<string, string> = {
    host: url.host,
    'user-agent': 'fwber-ops-health',
    accept: 'application/health+json, application/json;q=0.9, */*;q=0.5',
    'accept-encoding': 'identity',
    'cache-control': 'no-cache',
    pragma: 'no-cache',
    connection: 'close',
  };
  if (url.username !== '' || url.password !== '') {
    headers['authorization'] = `Basic ${Buffer.from(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`).toString('base64')}`;
  }
  for (const [name, value] of Object.entries(check.headers)) {
    if (!sameOrigin && (value instanceof Secret || BOUND_TO_ORIGIN.has(name.toLowerCase()))) continue;
    headers[name.toLowerCase()] = value instanceof Secret ? value.reveal() : value;
  }
  return headers;
}
