import type { Answer } from './observation.ts';
import { atPointer, parseJson } from './pointer.ts';

/** Where an application says which version it is. A `url` is asked beside the checks, in every round. */
export type IdentitySource =
  | { readonly kind: 'path'; readonly pointer: string }
  | { readonly kind: 'header'; readonly name: string }
  | { readonly kind: 'url'; readonly url: string; readonly pointer: string };

/** The version the answer names, or undefined. An answer of `version-url` may also be plain text. */
export function versionIn(answer: Answer, source: IdentitySource): string | undefined {
  if (source.kind === 'header') return textOf(answer.headers[source.name.toLowerCase()]);
  const json = parseJson(answer.body);
  if (source.kind === 'url' && (typeof json !== 'object' || json === null)) {
    const text = answer.body.trim();
    return /^[\w.+\-:/@]{1,200}$/.test(text) ? text : undefined;
  }
  return textOf(atPointer(json, source.pointer));
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** Equal, or one a prefix of the other with at least 7 hex digits: short and long names of one commit. */
export function sameVersion(expected: string, actual: string): boolean {
  const [a, b] = [expected.trim(), actual.trim()];
  if (a === b) return a !== '';
  const [short, long] = a.length < b.length ? [a.toLowerCase(), b.toLowerCase()] : [b.toLowerCase(), a.toLowerCase()];
  return /^[0-9a-f]{7,}$/.test(short) && /^[0-9a-f]+$/.test(long) && long.startsWith(short);
}

/** Where the version was looked for, for messages. */
export function sourceText(source: IdentitySource): string {
  switch (source.kind) {
    case 'path':
      return `${source.pointer} of the body`;
    case 'header':
      return `header ${source.name}`;
    case 'url':
      return source.url;
  }
}
