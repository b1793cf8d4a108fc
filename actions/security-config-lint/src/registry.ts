import type { Rule, RuleId } from './rule.ts';

/** The rules, by id, slug and former slug. */
export interface Registry {
  /** In the order of the catalogue. */
  readonly rules: readonly Rule[];
  /** By id or slug, in any case; undefined for a name that no rule has or had. */
  find(name: string): Rule | undefined;
}

export function createRegistry(rules: readonly Rule[]): Registry {
  const byName = new Map<string, Rule>();
  for (const rule of rules) {
    for (const name of [rule.id, rule.slug, ...(rule.aliases ?? [])]) {
      const key = name.toLowerCase();
      if (byName.has(key)) throw new Error(`Two rules are called ${name}.`);
      byName.set(key, rule);
    }
  }
  return { rules, find: (name) => byName.get(name.trim().toLowerCase()) };
}

/** Where the page of a rule stands, in the repository. */
export function rulePage(id: RuleId): string {
  return `docs/rules/${id}.md`;
}

/** Address of the page of a rule. */
export function ruleAddress(id: RuleId): string {
  return `https://github.com/fwber/ops/blob/main/${rulePage(id)}`;
}
