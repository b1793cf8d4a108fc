import { linesOf, splitValues, type HeaderList } from './list.ts';

const POLICIES = [
  'no-referrer', 'no-referrer-when-downgrade', 'same-origin', 'origin', 'strict-origin', 'origin-when-cross-origin', 'strict-origin-when-cross-origin', 'unsafe-url',
] as const;
export type ReferrerPolicy = (typeof POLICIES)[number];

/** They tell other sites more than the origin, or tell it over http. */
const WEAK: ReadonlySet<ReferrerPolicy> = new Set<ReferrerPolicy>(['unsafe-url', 'origin', 'origin-when-cross-origin', 'no-referrer-when-downgrade']);

/** Words that only a meta element may still use (https://html.spec.whatwg.org/#meta-referrer). */
const IN_META: Readonly<Record<string, ReferrerPolicy>> = { never: 'no-referrer', default: 'strict-origin-when-cross-origin', always: 'unsafe-url', 'origin-when-crossorigin': 'origin-when-cross-origin' };

/** The policy that counts: the last word that browsers know, over all lines; then what meta elements say, the last one again. Undefined when nothing is set. */
export function readReferrerPolicy(headers: HeaderList, metas: readonly string[] = []): ReferrerPolicy | undefined {
  const inHeaders = linesOf(headers, 'referrer-policy').flatMap((line) => splitValues(line)).map(policyOf);
  const inMetas = metas.map((content) => content.trim().toLowerCase()).map((word) => IN_META[word] ?? policyOf(word));
  return [...inHeaders, ...inMetas].findLast((policy) => policy !== undefined);
}

export function isWeakReferrerPolicy(policy: ReferrerPolicy): boolean {
  return WEAK.has(policy);
}

function policyOf(word: string): ReferrerPolicy | undefined {
  return POLICIES.find((policy) => policy === word.toLowerCase());
}
