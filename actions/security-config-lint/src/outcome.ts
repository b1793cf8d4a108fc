import { asError } from '@ops/shared';
import type { App } from './app.ts';
import { notApplicable, notAsked, type Judgement } from './judgement.ts';
import type { Need, Rule, RuleId } from './rule.ts';

/** What a rule said. */
export interface Outcome {
  readonly rule: Rule;
  readonly judgement: Judgement;
}

/** Which rules run: what was handed over, and what the policy and the inputs say. */
export interface Scope {
  readonly thorough: boolean;
  /** Rules that the policy names with options or switches on. */
  readonly named: ReadonlySet<RuleId>;
  /** Rules that the policy switches off, with the reason. */
  readonly off: ReadonlyMap<RuleId, string>;
  readonly given: ReadonlySet<Need>;
  /** Major version of the framework; undefined when nobody knows. */
  readonly major: number | undefined;
  readonly options: ReadonlyMap<RuleId, unknown>;
}

/** Runs every static check that applies. A check that throws is an error of that rule alone. */
export function judgeAll(rules: readonly Rule[], app: App, scope: Scope): readonly Outcome[] {
  return rules.flatMap((rule) => (rule.check === undefined ? [] : [{ rule, judgement: exclusion(rule, app, scope) ?? attempt(rule, app, scope) }]));
}

function attempt(rule: Rule, app: App, scope: Scope): Judgement {
  try {
    return rule.check?.(app, scope.options.get(rule.id)) ?? notApplicable('it has no static half');
  } catch (thrown) {
    return { kind: 'error', error: asError(thrown) };
  }
}

/** Why a rule does not run at all, or undefined. */
export function exclusion(rule: Rule, { target }: Pick<App, 'target'>, scope: Scope): Judgement | undefined {
  const off = scope.off.get(rule.id);
  if (off !== undefined) return notAsked(`switched off by the policy: ${off}`);
  if (!rule.targets.includes(target)) return notAsked(`it does not run for target ${target}`);
  if (rule.profile === 'thorough' && !scope.thorough && !scope.named.has(rule.id)) return notAsked('it runs with profile: thorough');
  if (rule.profile === 'opt-in' && !scope.named.has(rule.id)) return notAsked('it runs when the policy names it');
  const missing = rule.needs.filter((need) => need !== 'live' && !scope.given.has(need));
  if (missing.length > 0) return notAsked(`there is nothing to look at: ${missing.join(', ')}`);
  return versionExclusion(rule, scope.major);
}

function versionExclusion({ frameworkRange: range }: Rule, major: number | undefined): Judgement | undefined {
  if (range === undefined) return undefined;
  if (major === undefined) {
    const why = 'the version of laravel/framework is not known: commit composer.lock, or give framework-version';
    return { kind: 'not-evaluable', undecided: [{ subject: 'laravel/framework', reason: 'no-version', why, trace: [] }], safe: [] };
  }
  const { from = 0, to = Number.POSITIVE_INFINITY } = range;
  return major >= from && major <= to ? undefined : notApplicable(`Laravel ${major} has no such setting`);
}
