import { UserError } from '@ops/shared';
import type { App } from './app.ts';
import { withoutBaked } from './baked.ts';
import { matchBaseline, type Baseline } from './baseline.ts';
import { ACTION_ITEMS, AUDIT_ITEMS, WEEK_ITEMS } from './checklist/items.ts';
import { judgeItems, type Evidence } from './checklist/judge.ts';
import { join } from './drift.ts';
import type { Finding, Place } from './finding.ts';
import { gate, type GateOptions } from './gate.ts';
import { inlineIn } from './inline-files.ts';
import type { Judgement } from './judgement.ts';
import type { LintResult } from './lint-result.ts';
import { locator } from './locator.ts';
import { judgeAll, type Outcome } from './outcome.ts';
import { attestedBy } from './policy/attested.ts';
import type { PolicyFile } from './policy/read.ts';
import { policySuppressions, ruleSettings, type RuleSettings } from './policy/suppressions.ts';
import type { Registry } from './registry.ts';
import { report, type Reported } from './reported.ts';
import { optionProblems, type Need, type Rule, type RuleId } from './rule.ts';
import { stand, withoutSubsumed } from './standing.ts';
import { suppress } from './suppress.ts';
import { invalidFinding, unknownFindings } from './unknowns.ts';

export interface LintOptions {
  readonly registry: Registry;
  readonly policy: PolicyFile;
  readonly thorough: boolean;
  readonly inlineAllowed: boolean;
  readonly given: ReadonlySet<Need>;
  readonly gate: GateOptions;
  readonly baseline: Baseline | undefined;
  /** What the wire shows, by rule; empty when nobody asked it. */
  readonly wire: ReadonlyMap<RuleId, Judgement>;
  readonly evidence: readonly Evidence[];
  /** Sources of environment values, in words. */
  readonly sources: readonly string[];
  /** The line of the job that runs this. */
  readonly workflow?: Place;
  readonly notices: readonly string[];
}

/** Judges an application: everything was read before, and nothing is written. Throws a UserError for options that a rule does not take. */
export function lint(app: App, options: LintOptions): LintResult {
  const { registry, policy, wire } = options;
  const settings = ruleSettings(policy, registry, app.todayMs);
  checkOptions(settings, registry, policy);
  const { outcomes, found } = joined(app, options, settings);
  const place = locator(app, options.workflow);
  const findings = withoutSubsumed(report([...found, ...aboutJudging(registry, 'FWS-MET-001', unknownFindings(outcomes))], app.target, place));
  const judged = new Set(outcomes.filter(({ judgement: { kind } }) => kind === 'pass' || kind === 'fail').map(({ rule }) => rule.id));
  const inlineAllowed = options.inlineAllowed && policy.policy['inline-suppressions'] !== 'deny';
  const suppressed = suppress(findings, [...policySuppressions(policy, registry), ...inlineIn(app, registry, inlineAllowed)], { todayMs: app.todayMs, judged });
  const attested = attestedBy(policy, app.todayMs);
  const invalid = [...settings.invalid, ...suppressed.invalid, ...attested.invalid].map(invalidFinding);
  const all = [...findings, ...report(aboutJudging(registry, 'FWS-MET-002', invalid), app.target, place)];
  const match = options.baseline === undefined ? undefined : matchBaseline(options.baseline, all, judged);
  const stood = stand(all, suppressed, match);
  const facts = { outcomes, stood, wire: wireOutcomes(registry, wire), attested: attested.attested, evidence: options.evidence, todayMs: app.todayMs };
  return {
    target: app.target, prefix: app.repository.prefix, framework: app.laravel.framework.version, sources: options.sources, stood, outcomes, notices: options.notices, ending: suppressed.ending,
    gate: gate(stood, outcomes, options.gate),
    baseline: match === undefined ? undefined : { known: match.known.size, gone: match.gone },
    items: { actions: judgeItems(ACTION_ITEMS, facts), audit: judgeItems(AUDIT_ITEMS, facts), week: judgeItems(WEEK_ITEMS, facts) },
  };
}

function checkOptions({ options }: RuleSettings, registry: Registry, { file }: PolicyFile): void {
  const problems = [...options].flatMap(([id, given]) => {
    const rule = registry.find(id);
    return rule === undefined ? [] : optionProblems(rule, given).map((problem) => `- ${id}: ${problem}`);
  });
  if (problems.length > 0) throw new UserError({ reason: 'policy', message: `The policy ${file} sets options that rules do not take:\n${problems.join('\n')}`, remedy: 'The page of each rule in docs/rules lists its options.' });
}

/** Every rule once, with both its halves. */
function joined(app: App, { registry, wire, thorough, given }: LintOptions, { named, off, options }: RuleSettings): { readonly outcomes: readonly Outcome[]; readonly found: readonly { rule: Rule; half: Reported['half']; finding: Finding }[] } {
  const scope = { thorough, named, off, options, given, major: app.laravel.framework.major };
  const fixed = new Map(withoutBaked(judgeAll(registry.rules, app, scope)).map(({ rule, judgement }) => [rule.id, judgement]));
  const both = registry.rules.filter(({ id }) => fixed.has(id) || wire.has(id)).map((rule) => join(rule, fixed.get(rule.id), off.has(rule.id) ? undefined : wire.get(rule.id)));
  return { outcomes: both.map(({ outcome }) => outcome), found: both.flatMap(({ found }) => found) };
}

function aboutJudging(registry: Registry, id: RuleId, findings: readonly Finding[]): readonly { rule: Rule; half: 'static'; finding: Finding }[] {
  const rule = registry.find(id);
  return rule === undefined ? [] : findings.map((finding) => ({ rule, half: 'static', finding }));
}

function wireOutcomes(registry: Registry, wire: ReadonlyMap<RuleId, Judgement>): readonly Outcome[] {
  return registry.rules.flatMap((rule) => {
    const judgement = wire.get(rule.id);
    return judgement === undefined ? [] : [{ rule, judgement }];
  });
}

