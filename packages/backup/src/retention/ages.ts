import { z, type ZodType } from 'zod';
import { duration } from '@ops/shared';
import { TIERS, type Tier } from '../stores/store.ts';

/** Milliseconds that a backup of each tier is kept. */
export type RetentionAges = Readonly<Record<Tier, number>>;

export interface RetentionPolicy {
  readonly ages: RetentionAges;
  /** So many proven backups of each source and server stay at any age. */
  readonly minVerified: number;
}

export const DEFAULT_RETENTION = 'frequent=7d\ndaily=30d\npre-deploy=7d\nmonthly=365d';
export const DEFAULT_MIN_VERIFIED = 3;

const tierOf = (word: string): Tier | undefined => TIERS.find((tier) => tier === word);

/** Reads `retention`: one `tier=age` a line (or `tier age`, or comma between). Every problem is listed at once. */
export function parseRetention(text: string): { readonly ages: RetentionAges } | { readonly problems: readonly string[] } {
  const problems: string[] = [];
  const ages: Partial<Record<Tier, number>> = {};
  for (const line of text.split(/[\n,]/).map((one) => one.trim()).filter((one) => one !== '')) {
    const [, word = '', age = ''] = /^([^\s=]+)\s*=?\s*(.*)$/.exec(line) ?? [];
    const tier = tierOf(word);
    const parsed = duration().safeParse(age);
    if (tier === undefined) problems.push(`\`${line}\` names no tier: ${TIERS.join(', ')} are the tiers`);
    else if (age === '') problems.push(`tier ${tier} has no age`);
    else if (!parsed.success) problems.push(`\`${line}\`: the age ${parsed.error.issues[0]?.message ?? 'is no duration'}`);
    else if (ages[tier] !== undefined) problems.push(`tier ${tier} stands there twice`);
    else ages[tier] = parsed.data;
  }
  const { frequent, daily, monthly, 'pre-deploy': preDeploy } = ages;
  if (problems.length === 0 && frequent !== undefined && daily !== undefined && monthly !== undefined && preDeploy !== undefined) return { ages: { frequent, daily, monthly, 'pre-deploy': preDeploy } };
  const named = new Set(Object.keys(ages));
  // A tier that is left out is not kept for ever, and not by a number nobody wrote: it has to be said.
  problems.push(...TIERS.filter((tier) => !named.has(tier) && !problems.some((problem) => problem.includes(tier))).map((tier) => `tier ${tier} has no age`));
  return { problems };
}

/** `retention` as the schema of an input. */
export function retentionAges(): ZodType<RetentionAges, string> {
  return z.transform<string, RetentionAges>((text, context) => {
    const parsed = parseRetention(text);
    if ('ages' in parsed) return parsed.ages;
    context.addIssue({ code: 'custom', message: `must give each tier its age: ${parsed.problems.join('; ')}` });
    return z.NEVER;
  });
}
