import type { Registry } from '../registry.ts';
import type { RuleId } from '../rule.ts';
import { lastMoment, needsUntil } from '../suppress.ts';
import type { Suppression } from '../suppression.ts';
import type { PolicyFile } from './read.ts';
import type { Off } from './schema.ts';

/** The entries of `ignore`. */
export function policySuppressions({ file, policy, lineOf }: PolicyFile, registry: Registry): readonly Suppression[] {
  return policy.ignore.map((entry, index) => ({
    source: 'policy', named: entry.rule, rule: registry.find(entry.rule)?.id, reason: entry.reason, owner: entry.owner, until: entry.until,
    place: { file, line: lineOf(['ignore', index]), column: 1 }, key: entry.key, path: entry.path, lines: [], refused: undefined,
  }));
}

export interface RuleSettings {
  readonly off: ReadonlyMap<RuleId, string>;
  readonly options: ReadonlyMap<RuleId, unknown>;
  readonly named: ReadonlySet<RuleId>;
  /** Rules that cannot be switched off so; MET-002. */
  readonly invalid: readonly { readonly suppression: Suppression; readonly why: string }[];
}

/** What the section `rules` says: options, and rules that are off. A rule that is switched off without what that needs stays on. */
export function ruleSettings({ file, policy, lineOf }: PolicyFile, registry: Registry, todayMs: number): RuleSettings {
  const off = new Map<RuleId, string>();
  const options = new Map<RuleId, unknown>();
  const named = new Set<RuleId>();
  const invalid: { suppression: Suppression; why: string }[] = [];
  for (const [name, settings] of Object.entries(policy.rules)) {
    const rule = registry.find(name);
    const refuse = (why: string, given?: Off): void => {
      const place = { file, line: lineOf(['rules', name]), column: 1 };
      invalid.push({ why, suppression: { source: 'policy', named: name, rule: rule?.id, reason: given?.reason, owner: given?.owner, until: given?.until, place, key: undefined, path: undefined, lines: [], refused: why } });
    };
    if (rule === undefined) {
      refuse(`no rule is called ${name}`);
      continue;
    }
    if (!isOff(settings)) {
      named.add(rule.id);
      options.set(rule.id, settings);
      continue;
    }
    if ((settings.reason ?? '').trim() === '') refuse('it gives no reason', settings);
    else if (settings.until !== undefined && lastMoment(settings.until) < todayMs) refuse(`it ended on ${settings.until}`, settings);
    else if (settings.until === undefined && needsUntil(rule.severity)) refuse(`a rule of severity ${rule.severity} can only be switched off until a day: add until`, settings);
    else off.set(rule.id, settings.reason ?? '');
  }
  return { off, options, named, invalid };
}

function isOff(settings: Off | Readonly<Record<string, unknown>>): settings is Off {
  return settings['off'] === true;
}
