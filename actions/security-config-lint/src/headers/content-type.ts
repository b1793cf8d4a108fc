import { linesOf, type HeaderList } from './list.ts';

export type ContentKind = 'html' | 'json' | 'other';

/** What kind of document browsers make of an answer, by the last Content-Type that is one. */
export function contentKind(headers: HeaderList): ContentKind {
  const essence = linesOf(headers, 'content-type').map((value) => (value.split(';')[0] ?? '').trim().toLowerCase()).findLast((type) => type.includes('/'));
  if (essence === 'text/html' || essence === 'application/xhtml+xml') return 'html';
  return essence === 'application/json' || essence === 'text/json' || essence?.endsWith('+json') === true ? 'json' : 'other';
}
