import { bytesOf, textOf } from '../../dotenv/source.ts';
import { splitUrl, type UrlParts } from '../../dotenv/database/url-parts.ts';
import { flag, integer, NULL, text, type Scalar } from '../scalar.ts';

const PARTS = ['scheme', 'host', 'port', 'user', 'pass', 'path', 'query'] as const;

/** `parse_url` for one part, by PHP's number of it: null when it has none, false for what is no URL. */
export function parseUrl(url: string, part: Scalar['value'] | undefined): Scalar | undefined {
  const name = typeof part === 'number' ? PARTS[part] : undefined;
  const parts = splitUrl(bytesOf(url));
  if (parts === undefined) return flag(false);
  return name === undefined ? undefined : shown(parts, name);
}

/** All parts in PHP's order; undefined for what is no URL or has a fragment. */
export function urlParts(url: string): readonly (readonly [string, Scalar])[] | undefined {
  const parts = url.includes('#') ? undefined : splitUrl(bytesOf(url));
  if (parts === undefined) return undefined;
  return PARTS.flatMap((name): [string, Scalar][] => {
    const scalar = shown(parts, name);
    return scalar === undefined || scalar.value === null ? [] : [[name, scalar]];
  });
}

function shown(parts: UrlParts, name: (typeof PARTS)[number]): Scalar | undefined {
  const value = parts[name];
  if (value === undefined) return NULL;
  return typeof value === 'number' ? integer(value) : text(textOf(value));
}
