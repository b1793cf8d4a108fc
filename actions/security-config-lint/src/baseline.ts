import { createHash } from 'node:crypto';
import { UserError } from '@ops/shared';
import { z } from 'zod';
import type { Reported } from './reported.ts';

const entrySchema = z.strictObject({ rule: z.string(), subject: z.string(), rank: z.number(), hash: z.string() });
const baselineSchema = z.strictObject({ version: z.literal(1), salt: z.string().regex(/^[0-9a-f]{32}$/), entries: z.array(entrySchema) });

/** Findings that were there before: no line numbers and no values, only hashes of what a finding shows. */
export type Baseline = z.infer<typeof baselineSchema>;
export type BaselineEntry = z.infer<typeof entrySchema>;

/** Reads a baseline file. Throws a UserError when it is none. */
export function readBaseline(text: string, file: string): Baseline {
  try {
    return baselineSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new UserError({ reason: 'baseline', message: `The baseline ${file} cannot be read: it is not what this action wrote.`, remedy: 'Restore it from git, or write a new one with baseline-mode: update.', cause });
  }
}

export interface BaselineMatch {
  /** Findings that the baseline knows, no worse than they were. */
  readonly known: ReadonlySet<Reported>;
  /** Entries whose finding is not there any more, of rules that were judged. */
  readonly gone: readonly BaselineEntry[];
}

/** A changed value of a known subject is new, unless its rule ranks it no worse. `judged` are the rules that said pass or fail. */
export function matchBaseline(baseline: Baseline, findings: readonly Reported[], judged: ReadonlySet<string>): BaselineMatch {
  const entries = new Map(baseline.entries.map((entry) => [key(entry), entry]));
  const met = new Set<BaselineEntry>();
  const known = findings.filter((finding) => {
    const entry = entries.get(key({ rule: finding.rule.id, subject: finding.subject }));
    if (entry === undefined) return false;
    met.add(entry);
    return entry.hash === hashOf(baseline.salt, finding) || finding.rank <= entry.rank;
  });
  return { known: new Set(known), gone: baseline.entries.filter((entry) => !met.has(entry) && judged.has(entry.rule)) };
}

/** A baseline of these findings; `salt` are 32 hex digits, kept from the file that is replaced so that nothing changes without a reason. */
export function baselineOf(findings: readonly Reported[], salt: string): Baseline {
  const entries = findings.map((finding) => ({ rule: finding.rule.id, subject: finding.subject, rank: finding.rank, hash: hashOf(salt, finding) }));
  return { version: 1, salt, entries: entries.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)) };
}

/** The baseline without what is gone. */
export function prunedBaseline(baseline: Baseline, { gone }: BaselineMatch): Baseline {
  return { ...baseline, entries: baseline.entries.filter((entry) => !gone.includes(entry)) };
}

export function baselineText(baseline: Baseline): string {
  return `${JSON.stringify(baseline, null, 2)}\n`;
}

function key({ rule, subject }: Pick<BaselineEntry, 'rule' | 'subject'>): string {
  return `${rule}\0${subject}`;
}

function hashOf(salt: string, finding: Reported): string {
  return createHash('sha256').update(`${salt}\0${finding.rule.id}\0${finding.subject}\0${finding.shown}`).digest('hex').slice(0, 32);
}
