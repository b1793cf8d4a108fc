import type { Log } from '@ops/shared';
import type { LintResult } from '../lint-result.ts';
import { bySeverity, SEVERITIES } from '../severity.ts';
import { countedWords } from './counts.ts';

/** Errors for what turns the gate red, warnings for the rest down to medium, one notice for what is below. The log keeps to the platform's limits. */
export function annotate({ stood, gate }: Pick<LintResult, 'stood' | 'gate'>, log: Log): void {
  const open = stood.filter(({ standing }) => standing.kind === 'open').toSorted((a, b) => bySeverity(a.finding.severity, b.finding.severity));
  const small = open.filter((each) => !gate.red.includes(each) && ['low', 'info'].includes(each.finding.severity));
  for (const each of open.filter((one) => !small.includes(one))) {
    const { finding: { rule, message, elsewhere, remedy, place } } = each;
    const text = [message, ...elsewhere.map((step) => `From: ${step}.`), `What to do: ${remedy}`].join('\n');
    const title = `${rule.id} ${rule.title}`;
    if (gate.red.includes(each)) log.error(text, title, place);
    else log.warning(text, title, place);
  }
  if (small.length === 0) return;
  const count = (severity: (typeof SEVERITIES)[number]): number => small.filter(({ finding }) => finding.severity === severity).length;
  const words = countedWords({ critical: 0, high: 0, medium: 0, low: count('low'), info: count('info') });
  log.notice(`Beside these: ${words}. The job summary has them.`, 'Security configuration');
}
