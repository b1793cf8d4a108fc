import { code, details, escapeText, prose, table, type Section } from '@ops/shared';
import type { LintResult } from '../lint-result.ts';
import { OWASP_2025_NAMES } from '../owasp.ts';
import { ruleAddress } from '../registry.ts';
import type { Reported } from '../reported.ts';
import { bySeverity, SEVERITIES } from '../severity.ts';
import type { Stood } from '../standing.ts';
import { checklistSections } from './checklist-section.ts';
import { countsOf } from './counts.ts';

/** More than these make a summary that nobody reads; the result file has all. */
const SHOWN_FINDINGS = 200;
const SHOWN_ROWS = 200;

/** The job summary, the most important first: when the platform's limit is reached the last sections are left out. */
export function lintSections(result: LintResult): readonly Section[] {
  const present = (section: Section): boolean => section.markdown !== '';
  return [judgedSection(result), ...findingSections(result.stood), driftSection(result.stood), undecidedSection(result), suppressedSection(result), baselineSection(result)].filter(present).concat(checklistSections(result.items));
}

function judgedSection(result: LintResult): Section {
  const { target, framework, sources, stood, outcomes, items, notices } = result;
  const counts = countsOf({ stood, outcomes, items });
  const source = sources.length === 0 ? '**Only defaults were judged: no environment was given.** ' : `Environment from ${sources.map(escapeText).join(', ')}. `;
  const rows = SEVERITIES.map((severity) => [severity, String(counts.open[severity])]);
  const said = Object.entries(counts.outcomes).map(([kind, count]) => `${count} ${kind}`).join(', ');
  return {
    title: 'What was judged',
    markdown: [
      `${source}Target ${code(target)}, Laravel ${framework === undefined ? 'of an unknown version' : escapeText(framework)}.`,
      table(['severity', 'open findings'], rows),
      `Suppressed ${counts.suppressed}, known from the baseline ${counts.known}, drift ${counts.drift}. Rules: ${said}.`,
      ...notices.map((notice) => `- ${prose(notice)}`),
    ].join('\n\n'),
  };
}

/** Findings by category of OWASP 2025, worst first, each with its trace. */
function findingSections(stood: readonly Stood[]): readonly Section[] {
  const open = stood.filter(({ standing }) => standing.kind === 'open').map(({ finding }) => finding).toSorted((a, b) => bySeverity(a.severity, b.severity));
  const shown = open.slice(0, SHOWN_FINDINGS);
  const byCategory = Map.groupBy(shown, ({ rule }) => rule.owasp2025[0]?.category ?? 'other');
  const sections = [...byCategory].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([category, findings]): Section => ({
    title: category === 'other' ? 'About the judging itself' : `${category}:2025 ${OWASP_2025_NAMES[category]}`,
    markdown: findings.map(findingText).join('\n\n'),
  }));
  const rest = open.length - shown.length;
  return rest === 0 ? sections : [...sections, { markdown: `_${rest} more findings are in the JSON result file._` }];
}

function findingText(finding: Reported): string {
  const { rule, severity, message, remedy, place, trace, half } = finding;
  const steps = trace.map(({ file, line, what }, index) => `${index + 1}. ${prose(what)}${file === undefined ? '' : ` (${code(`${file}:${line}`)})`}`);
  const head = `**${severity}** [${rule.id}](${ruleAddress(rule.id)}) ${escapeText(rule.title)}${half === 'drift' ? ' (files and wire differ)' : half === 'wire' ? ' (on the wire)' : ''}`;
  return [`${head}<br>${prose(message)}<br>${code(`${place.file}:${place.line}`)} ${prose(remedy)}`, ...(steps.length === 0 ? [] : [details('Where the value comes from', steps.join('\n'))])].join('\n\n');
}

function driftSection(stood: readonly Stood[]): Section {
  const rows = stood.filter(({ finding, standing }) => finding.half === 'drift' && standing.kind === 'open').map(({ finding }) => [finding.rule.id, code(finding.subject), prose(finding.message)]);
  return { title: 'Files and wire differ', markdown: table(['rule', 'subject', 'how'], rows.slice(0, SHOWN_ROWS)) };
}

function undecidedSection({ outcomes }: LintResult): Section {
  const rows = outcomes.flatMap(({ rule, judgement }) => {
    if (judgement.kind === 'inconclusive') return [[rule.id, '', prose(judgement.why)]];
    if (judgement.kind === 'error') return [[rule.id, '', `the rule broke: ${escapeText(judgement.error.message)}`]];
    const open = judgement.kind === 'not-evaluable' || judgement.kind === 'fail' ? judgement.undecided : [];
    return open.map(({ subject, reason, why }) => [rule.id, code(subject), `${escapeText(reason)}: ${prose(why)}`]);
  });
  return { title: 'Not decided', markdown: withRest(table(['rule', 'subject', 'why'], rows.slice(0, SHOWN_ROWS)), rows.length) };
}

function suppressedSection({ stood, ending }: LintResult): Section {
  const rows = stood.flatMap(({ finding, standing }) => {
    if (standing.kind !== 'suppressed') return [];
    const { reason, until, owner, place, source } = standing.by;
    return [[finding.severity, finding.rule.id, code(finding.subject), escapeText(reason ?? ''), escapeText([until ?? 'for good', ...(owner === undefined ? [] : [owner])].join(', ')), `${source}, ${code(`${place.file}:${place.line}`)}`]];
  });
  const soon = ending.map(({ named, until, place }) => `- ${escapeText(named)} ends on ${escapeText(until ?? '')} (${code(`${place.file}:${place.line}`)})`);
  return { title: 'Suppressed', markdown: [withRest(table(['severity', 'rule', 'subject', 'reason', 'until', 'where'], rows.slice(0, SHOWN_ROWS)), rows.length), ...(soon.length === 0 ? [] : [`Ending within two weeks:\n\n${soon.join('\n')}`])].filter((text) => text !== '').join('\n\n') };
}

function baselineSection({ baseline }: LintResult): Section {
  if (baseline === undefined) return { markdown: '' };
  const gone = baseline.gone.map(({ rule, subject }) => `- ${escapeText(rule)} ${code(subject)}`);
  return { title: 'Baseline', markdown: [`${baseline.known} findings were there before.`, ...(gone.length === 0 ? [] : [`${gone.length} do not occur any more; remove them with \`baseline-mode: prune\`:`, gone.slice(0, SHOWN_ROWS).join('\n')])].join('\n\n') };
}

function withRest(markdown: string, count: number): string {
  return count <= SHOWN_ROWS ? markdown : `${markdown}\n\n_${count - SHOWN_ROWS} more are in the JSON result file._`;
}
