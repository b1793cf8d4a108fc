import type { Policy } from './policy.ts';
import { parseSources, type Source } from './source.ts';

/** Which directive speaks for another that is not there (https://www.w3.org/TR/CSP3/#directive-fallback-list); those not listed here have no fallback. */
const FALLBACKS: Readonly<Record<string, readonly string[]>> = {
  'script-src-elem': ['script-src', 'default-src'],
  'script-src-attr': ['script-src', 'default-src'],
  'script-src': ['default-src'],
  'style-src-elem': ['style-src', 'default-src'],
  'style-src-attr': ['style-src', 'default-src'],
  'style-src': ['default-src'],
  'object-src': ['default-src'],
};

export type Directive = 'script-src-elem' | 'script-src-attr' | 'script-src' | 'style-src-elem' | 'style-src-attr' | 'object-src' | 'base-uri' | 'frame-ancestors';

/** The list that counts for a directive, and the name under which it stands. */
export interface SourceList {
  readonly directive: string;
  readonly sources: readonly Source[];
}

/** The list that a browser applies for the directive; undefined when the policy does not restrict that. */
export function listFor(policy: Policy, directive: Directive): SourceList | undefined {
  for (const name of [directive, ...(FALLBACKS[directive] ?? [])]) {
    const tokens = policy.directives.get(name);
    if (tokens !== undefined) return { directive: name, sources: parseSources(tokens) };
  }
  return undefined;
}

/** The lists of all policies that restrict the directive. Policies intersect: what runs must be allowed by every one. */
export function listsFor(policies: readonly Policy[], directive: Directive): readonly SourceList[] {
  return policies.flatMap((policy) => listFor(policy, directive) ?? []);
}
