import { listFor } from './fallback.ts';
import type { Policy } from './policy.ts';

/** What the CSP recommendation asks of a nonce (https://www.w3.org/TR/CSP3/#security-nonces). */
export const NONCE_BITS = 128;

/** The nonces that let scripts or styles in, each once. */
export function noncesOf(policies: readonly Policy[]): readonly string[] {
  const directives = ['script-src-elem', 'script-src-attr', 'style-src-elem', 'style-src-attr'] as const;
  const sources = policies.flatMap((policy) => directives.flatMap((directive) => listFor(policy, directive)?.sources ?? []));
  return [...new Set(sources.flatMap((source) => (source.kind === 'nonce' ? [source.value] : [])))];
}

/** How many bits a nonce can hold at most: by its length and the smallest alphabet that it fits. */
export function nonceBits(nonce: string): number {
  const digits = nonce.replace(/=+$/, '');
  const perDigit = /^\d+$/.test(digits) ? Math.log2(10) : /^(?:[0-9a-f-]+|[0-9A-F-]+)$/.test(digits) ? 4 : 6;
  return Math.floor((perDigit === 4 ? digits.replaceAll('-', '').length : digits.length) * perDigit);
}
