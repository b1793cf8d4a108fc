import type { BaselineMatch } from './baseline.ts';
import type { Reported } from './reported.ts';
import type { Suppressed } from './suppress.ts';
import type { Suppression } from './suppression.ts';

/** Whether a finding counts: it does unless it is suppressed or was there before. */
export type Standing =
  | { readonly kind: 'open' }
  | { readonly kind: 'known' }
  | { readonly kind: 'suppressed'; readonly by: Suppression };

export interface Stood {
  readonly finding: Reported;
  readonly standing: Standing;
}

/** Every finding with its standing. */
export function stand(findings: readonly Reported[], suppressed: Suppressed, baseline: BaselineMatch | undefined): readonly Stood[] {
  return findings.map((finding) => {
    const by = suppressed.by.get(finding);
    if (by !== undefined) return { finding, standing: { kind: 'suppressed', by } };
    return { finding, standing: baseline?.known.has(finding) === true ? { kind: 'known' } : { kind: 'open' } };
  });
}

/** Leaves out findings that a more specific rule says better about the same subject. */
export function withoutSubsumed(findings: readonly Reported[]): readonly Reported[] {
  const said = new Set(findings.flatMap(({ rule, subject }) => (rule.subsumes ?? []).map((id) => `${id}\0${subject}`)));
  return findings.filter(({ rule, subject }) => !said.has(`${rule.id}\0${subject}`));
}
