import { OWASP_LISTS, OWASP_THEMES, type OwaspCategory, type OwaspEdition } from './owasp-lists.ts';

/** A category of one edition; `listed` is false where the edition does not list the CWE and the theme decides. */
export interface OwaspPlace {
  readonly category: OwaspCategory;
  readonly listed: boolean;
}

const CATEGORIES: readonly OwaspCategory[] = ['A01', 'A02', 'A03', 'A04', 'A05', 'A06', 'A07', 'A08', 'A09', 'A10'];

/** The categories of one edition to which the CWEs of a rule belong, without repetition. */
export function owaspPlaces(cwe: readonly number[], edition: OwaspEdition): readonly OwaspPlace[] {
  const found = new Map<OwaspCategory, OwaspPlace>();
  for (const id of cwe) {
    const listed = CATEGORIES.find((category) => OWASP_LISTS[edition][category].includes(id));
    const category = listed ?? OWASP_THEMES[edition].get(id);
    if (category !== undefined && found.get(category)?.listed !== true) found.set(category, { category, listed: listed !== undefined });
  }
  return [...found.values()];
}

/** Names of the categories of the 2025 edition, by which the summary sorts. */
export const OWASP_2025_NAMES: Readonly<Record<OwaspCategory, string>> = {
  A01: 'Broken Access Control', A02: 'Security Misconfiguration', A03: 'Software Supply Chain Failures', A04: 'Cryptographic Failures', A05: 'Injection',
  A06: 'Insecure Design', A07: 'Authentication Failures', A08: 'Software or Data Integrity Failures', A09: 'Security Logging and Alerting Failures', A10: 'Mishandling of Exceptional Conditions',
};
