import type { ZodType } from 'zod';
import type { App } from './app.ts';
import type { Judgement } from './judgement.ts';
import { owaspPlaces, type OwaspPlace } from './owasp.ts';
import type { Severity } from './severity.ts';
import type { Target } from './target.ts';

/** `FWS-SES-001`: never reused, never renamed. */
export type RuleId = `FWS-${string}-${string}`;

/** What a rule reads. A rule whose needs were not handed over is not asked. */
export type Need = 'env' | 'config' | 'code' | 'composer' | 'docker' | 'workflow' | 'live';

/** `default` always runs, `thorough` holds heuristics, `opt-in` runs when the policy names the rule. */
export type Profile = 'default' | 'thorough' | 'opt-in';

/** How sure a finding is: very-high where real PHP proves the value, medium for code, low for heuristics. */
export type Precision = 'very-high' | 'high' | 'medium' | 'low';

/** All that is known of a rule before it runs: data. */
export interface RuleMeta {
  readonly id: RuleId;
  readonly slug: string;
  /** Slugs that it had once. */
  readonly aliases?: readonly string[];
  /** What is wrong, in a few words, without a full stop. */
  readonly title: string;
  /** Why that is bad, in one to three sentences. */
  readonly why: string;
  /** When it fires and when it stays quiet, each in words. */
  readonly fires: string;
  readonly quiet: string;
  /** What to do, in one or two sentences. */
  readonly remedy: string;
  /** The highest that one of its findings can have. */
  readonly severity: Severity;
  readonly precision: Precision;
  readonly cwe: readonly number[];
  /** Requirements of OWASP ASVS 5.0.0. */
  readonly asvs: readonly string[];
  readonly needs: readonly Need[];
  readonly targets: readonly Target[];
  readonly profile?: Profile;
  /** Laravel majors in which the rule means anything; all when not given. */
  readonly frameworkRange?: { readonly from?: number; readonly to?: number };
  readonly fixable?: 'safe' | 'unsafe';
  /** Version of this product that had it first. */
  readonly since: string;
  readonly replacedBy?: RuleId;
  /** Rules that also fire when this one does, each with its reason. */
  readonly implies?: Readonly<Partial<Record<RuleId, string>>>;
  /** Rules whose finding on the same subject this one replaces. */
  readonly subsumes?: readonly RuleId[];
  /** Suppressed in the policy file only. */
  readonly policyOnly?: true;
}

/** What a rule's author writes: data and one check. */
export interface RuleSpec extends RuleMeta {
  /** Words one of which a PHP file holds, or the rule has no use for it. */
  readonly words?: readonly string[];
  /** Options that the policy may set; every one has a default. */
  readonly options?: ZodType;
  /** The static half: judges what stands in files. Options come through `withOptions`. */
  readonly check?: Check;
}

export type Check = (app: App, given: unknown) => Judgement;

/** A rule that is ready to run. */
export interface Rule extends RuleMeta {
  readonly owasp2021: readonly OwaspPlace[];
  readonly owasp2025: readonly OwaspPlace[];
  readonly words: readonly string[];
  readonly options: ZodType | undefined;
  readonly check: Check | undefined;
}

export function rule({ words = [], options, check, ...meta }: RuleSpec): Rule {
  return { ...meta, words, options, check, owasp2021: owaspPlaces(meta.cwe, '2021'), owasp2025: owaspPlaces(meta.cwe, '2025') };
}

/** A check whose options are what `schema` makes of the policy's. */
export function withOptions<O>(schema: ZodType<O>, check: (app: App, options: O) => Judgement): Check {
  return (app, given) => check(app, schema.parse(given ?? {}));
}

/** What is wrong with the options that a policy gives to a rule, one sentence each. */
export function optionProblems({ options }: Pick<Rule, 'options'>, given: unknown): readonly string[] {
  if (options === undefined) return Object.keys(given ?? {}).length === 0 ? [] : ['it has no options'];
  const result = options.safeParse(given ?? {});
  return result.success ? [] : result.error.issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`));
}
