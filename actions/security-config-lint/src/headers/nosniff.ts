import { combined, splitValues, type HeaderList } from './list.ts';

/** X-Content-Type-Options: the first value counts, in any case (https://fetch.spec.whatwg.org/#determine-nosniff). */
export function hasNosniff(headers: HeaderList): boolean {
  const value = combined(headers, 'x-content-type-options');
  return value !== undefined && splitValues(value)[0]?.toLowerCase() === 'nosniff';
}
