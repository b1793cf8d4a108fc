import { ruleAddress } from '../registry.ts';
import type { Rule } from '../rule.ts';
import { SECURITY_SEVERITY, type Severity } from '../severity.ts';

export type SarifLevel = 'error' | 'warning' | 'note' | 'none';

export const LEVELS: Readonly<Record<Severity, SarifLevel>> = { critical: 'error', high: 'error', medium: 'warning', low: 'note', info: 'none' };

/** GitHub keeps ten tags of a rule and drops the rest. */
const MOST_TAGS = 10;

/** How SARIF describes a rule: `reportingDescriptor`. */
export interface SarifRule {
  readonly id: string;
  readonly name: string;
  readonly shortDescription: { readonly text: string };
  readonly fullDescription: { readonly text: string };
  readonly help: { readonly text: string; readonly markdown: string };
  readonly helpUri: string;
  readonly defaultConfiguration: { readonly level: SarifLevel };
  readonly properties: { readonly tags: readonly string[]; readonly precision: string; readonly 'security-severity'?: string };
}

export function sarifRule(rule: Rule): SarifRule {
  const score = SECURITY_SEVERITY[rule.severity];
  return {
    id: rule.id,
    name: rule.slug.split('-').map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join(''),
    shortDescription: { text: rule.title },
    fullDescription: { text: rule.why },
    help: { text: `${rule.why} ${rule.remedy}`, markdown: helpText(rule) },
    helpUri: ruleAddress(rule.id),
    defaultConfiguration: { level: LEVELS[rule.severity] },
    // A rule without a score is none that code scanning could sort as a security alert.
    properties: { tags: tagsOf(rule, score !== undefined), precision: rule.precision, ...(score === undefined ? {} : { 'security-severity': score }) },
  };
}

function tagsOf(rule: Rule, isSecurity: boolean): readonly string[] {
  return [
    ...(isSecurity ? ['security'] : []),
    ...rule.cwe.map((id) => `external/cwe/cwe-${String(id).padStart(3, '0')}`),
    ...rule.owasp2021.map(({ category }) => `owasp-2021-${category.toLowerCase()}`),
    ...rule.owasp2025.map(({ category }) => `owasp-2025-${category.toLowerCase()}`),
    ...rule.asvs.map((id) => `asvs-5.0.0-${id}`),
  ].slice(0, MOST_TAGS);
}

function helpText(rule: Rule): string {
  return [
    rule.why, `**What to do:** ${rule.remedy}`, `**Fires when** ${rule.fires}. **Quiet when** ${rule.quiet}.`,
    `[${rule.id}](${ruleAddress(rule.id)}) has examples, options, and how to suppress it.`,
  ].join('\n\n');
}
