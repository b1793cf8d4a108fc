import type { JudgementKind } from '../judgement.ts';
import type { LintResult } from '../lint-result.ts';
import { SEVERITIES, type Severity } from '../severity.ts';

export interface Counts {
  /** Findings that are open, by severity. */
  readonly open: Readonly<Record<Severity, number>>;
  readonly known: number;
  readonly suppressed: number;
  readonly drift: number;
  /** Rules by what they said; `not-asked` apart. */
  readonly outcomes: Readonly<Record<JudgementKind | 'not-asked', number>>;
  readonly itemsOpen: number;
}

export function countsOf({ stood, outcomes, items }: Pick<LintResult, 'stood' | 'outcomes' | 'items'>): Counts {
  const open = stood.filter(({ standing }) => standing.kind === 'open');
  const bySeverity = (severity: Severity): number => open.filter(({ finding }) => finding.severity === severity).length;
  const said = (kind: JudgementKind): number => outcomes.filter(({ judgement }) => judgement.kind === kind && !(judgement.kind === 'not-applicable' && judgement.notAsked)).length;
  return {
    open: { critical: bySeverity('critical'), high: bySeverity('high'), medium: bySeverity('medium'), low: bySeverity('low'), info: bySeverity('info') },
    known: stood.filter(({ standing }) => standing.kind === 'known').length,
    suppressed: stood.filter(({ standing }) => standing.kind === 'suppressed').length,
    drift: open.filter(({ finding }) => finding.half === 'drift').length,
    outcomes: {
      pass: said('pass'), fail: said('fail'), 'not-applicable': said('not-applicable'), 'not-evaluable': said('not-evaluable'), inconclusive: said('inconclusive'), error: said('error'),
      'not-asked': outcomes.filter(({ judgement }) => judgement.kind === 'not-applicable' && judgement.notAsked).length,
    },
    itemsOpen: [...items.audit, ...items.week].filter(({ state }) => state === 'open').length,
  };
}

/** `2 critical, 1 low`; `nothing` when there is none. */
export function countedWords(open: Counts['open']): string {
  return SEVERITIES.flatMap((severity) => (open[severity] > 0 ? [`${open[severity]} ${severity}`] : [])).join(', ') || 'nothing';
}
