import { z } from 'zod';
import type { JudgedItem } from '../checklist/judge.ts';
import type { Undecided } from '../finding.ts';
import type { LintResult } from '../lint-result.ts';
import { SEVERITIES } from '../severity.ts';
import type { Stood } from '../standing.ts';
import { TARGETS } from '../target.ts';
import { countsOf } from './counts.ts';

const severity = z.enum(SEVERITIES);
const place = z.object({ file: z.string(), line: z.int(), column: z.int(), endLine: z.int().optional(), endColumn: z.int().optional() });
const step = z.object({ file: z.string().optional(), line: z.int().optional(), column: z.int().optional(), what: z.string() });

const finding = z.object({
  rule: z.string(), slug: z.string(), severity, subject: z.string(), message: z.string(), remedy: z.string(), shown: z.string().describe('The effective value, as far as it may be shown'),
  half: z.enum(['static', 'wire', 'drift']), place, trace: z.array(step), fingerprint: z.string(), fixable: z.enum(['safe', 'unsafe']).optional(),
  standing: z.enum(['open', 'known', 'suppressed']), suppressedBy: z.object({ source: z.enum(['policy', 'inline']), reason: z.string(), owner: z.string().optional(), until: z.string().optional(), place }).optional(),
  owasp2021: z.array(z.string()), owasp2025: z.array(z.string()), cwe: z.array(z.int()), asvs: z.array(z.string()),
});

const undecided = z.object({ subject: z.string(), reason: z.string(), why: z.string() });
const outcome = z.object({ rule: z.string(), outcome: z.enum(['pass', 'fail', 'not-applicable', 'not-asked', 'not-evaluable', 'inconclusive', 'error']), why: z.string().optional(), undecided: z.array(undecided).optional() });
const item = z.object({ id: z.string(), title: z.string(), state: z.enum(['proven', 'attested', 'open']), note: z.string() });

/** The part `lint` of the result file. */
export const resultSchema = z.object({
  version: z.literal(1),
  target: z.enum(TARGETS),
  laravelRoot: z.string(),
  framework: z.string().optional(),
  sources: z.array(z.string()),
  verdict: z.enum(['pass', 'fail', 'inconclusive', 'error']),
  reason: z.string(),
  counts: z.object({
    open: z.record(severity, z.int()), known: z.int(), suppressed: z.int(), drift: z.int(), itemsOpen: z.int(),
    outcomes: z.record(z.enum(['pass', 'fail', 'not-applicable', 'not-asked', 'not-evaluable', 'inconclusive', 'error']), z.int()),
  }),
  findings: z.array(finding),
  outcomes: z.array(outcome),
  baselineGone: z.array(z.object({ rule: z.string(), subject: z.string() })).optional(),
  checklist: z.object({ actions: z.array(item), audit: z.array(item), week: z.array(item) }),
  notices: z.array(z.string()),
}).describe('What security-config-lint found: the key `lint` of its result file');

export type ResultFile = z.infer<typeof resultSchema>;

export function resultOf(result: LintResult): ResultFile {
  const { target, prefix, framework, sources, gate, stood, outcomes, baseline, items, notices } = result;
  return {
    version: 1, target, laravelRoot: prefix, ...(framework === undefined ? {} : { framework }), sources: [...sources], verdict: gate.verdict, reason: gate.reason,
    counts: countsOf({ stood, outcomes, items }),
    findings: stood.map(findingOf),
    outcomes: outcomes.map(({ rule, judgement }) => ({
      rule: rule.id,
      outcome: judgement.kind === 'not-applicable' && judgement.notAsked ? 'not-asked' : judgement.kind,
      ...('why' in judgement ? { why: judgement.why } : judgement.kind === 'error' ? { why: judgement.error.message } : {}),
      ...('undecided' in judgement ? { undecided: judgement.undecided.map(undecidedOf) } : {}),
    })),
    ...(baseline === undefined ? {} : { baselineGone: baseline.gone.map(({ rule, subject }) => ({ rule, subject })) }),
    checklist: { actions: items.actions.map(itemOf), audit: items.audit.map(itemOf), week: items.week.map(itemOf) },
    notices: [...notices],
  };
}

function findingOf({ finding: each, standing }: Stood): ResultFile['findings'][number] {
  const { rule, place: where } = each;
  return {
    rule: rule.id, slug: rule.slug, severity: each.severity, subject: each.subject, message: each.message, remedy: each.remedy, shown: each.shown, half: each.half, place: where, fingerprint: each.fingerprint,
    trace: each.trace.map(({ file, line, column, what }) => (file === undefined ? { what } : { file, line, column, what })),
    ...(each.fix === undefined ? {} : { fixable: each.fix.safety }),
    standing: standing.kind,
    ...(standing.kind === 'suppressed' ? { suppressedBy: suppressedBy(standing.by) } : {}),
    owasp2021: rule.owasp2021.map(({ category }) => category), owasp2025: rule.owasp2025.map(({ category }) => category), cwe: [...rule.cwe], asvs: [...rule.asvs],
  };
}

function suppressedBy({ source, reason, owner, until, place: where }: Extract<Stood['standing'], { kind: 'suppressed' }>['by']): ResultFile['findings'][number]['suppressedBy'] {
  return { source, reason: reason ?? '', ...(owner === undefined ? {} : { owner }), ...(until === undefined ? {} : { until }), place: where };
}

function undecidedOf({ subject, reason, why }: Undecided): z.infer<typeof undecided> {
  return { subject, reason, why };
}

function itemOf({ item: { id, title }, state, note }: JudgedItem): z.infer<typeof item> {
  return { id, title, state, note };
}
