import { combined, type HeaderList } from './list.ts';
import { parseItem } from './structured.ts';

const OPENER = ['unsafe-none', 'same-origin-allow-popups', 'same-origin', 'noopener-allow-popups'] as const;
const EMBEDDER = ['unsafe-none', 'credentialless', 'require-corp'] as const;
const RESOURCE = ['same-origin', 'same-site', 'cross-origin'] as const;

export type OpenerPolicy = (typeof OPENER)[number];
export type EmbedderPolicy = (typeof EMBEDDER)[number];
export type ResourcePolicy = (typeof RESOURCE)[number];

/** `invalid`: the header is there, and browsers ignore it; one that was sent twice is such a case. */
export type Read<T extends string> = T | 'absent' | 'invalid';

/** Cross-Origin-Opener-Policy (https://html.spec.whatwg.org/#obtain-coop). */
export function readOpenerPolicy(headers: HeaderList): Read<OpenerPolicy> {
  return structured(headers, 'cross-origin-opener-policy', OPENER);
}

/** Cross-Origin-Embedder-Policy (https://html.spec.whatwg.org/#obtain-an-embedder-policy). */
export function readEmbedderPolicy(headers: HeaderList): Read<EmbedderPolicy> {
  return structured(headers, 'cross-origin-embedder-policy', EMBEDDER);
}

/** Cross-Origin-Resource-Policy, whose words are compared as they stand (https://fetch.spec.whatwg.org/#cross-origin-resource-policy-internal-check). */
export function readResourcePolicy(headers: HeaderList): Read<ResourcePolicy> {
  const value = combined(headers, 'cross-origin-resource-policy');
  return value === undefined ? 'absent' : known(value, RESOURCE);
}

function structured<T extends string>(headers: HeaderList, name: string, words: readonly T[]): Read<T> {
  const value = combined(headers, name);
  return value === undefined ? 'absent' : known(parseItem(value)?.value ?? '', words);
}

function known<T extends string>(value: string, words: readonly T[]): T | 'invalid' {
  return words.find((word) => word === value) ?? 'invalid';
}
