import { code, escapeText, prose } from './markdown.ts';
import type { Redactor } from './printing/redactor.ts';
import type { Report, Section, Verdict } from './report.ts';

/** GitHub drops a whole summary above 1 MiB; half of it leaves room for other steps' habits. */
export const SUMMARY_BUDGET_BYTES = 512 * 1024;

const PLAIN = { redact: (text: string): string => text };

/** Collects what a run reports. */
export class ReportBook<O extends string> implements Report<O> {
  readonly outputs = new Map<string, string>();
  readonly sections: Section[] = [];
  readonly results: Record<string, unknown> = {};

  output(name: O, value: string | number | boolean | undefined): void {
    this.outputs.set(name, value === undefined ? '' : String(value));
  }

  section(section: Section): void {
    this.sections.push(section);
  }

  result(key: string, value: unknown): void {
    this.results[key] = value;
  }
}

/** The job summary: the verdict first, then the sections that fit; what is left out is counted. */
export function renderSummary(title: string, verdict: Verdict, sections: readonly Section[], redactor: Pick<Redactor, 'redact'> = PLAIN, budget = SUMMARY_BUDGET_BYTES): string {
  const said = verdict.sentence === '' ? [] : [`**${prose(verdict.sentence)}**`];
  const why = verdict.ok ? [] : [...(verdict.remedy === undefined ? [] : [`**What to do:** ${prose(verdict.remedy)}`]), `Reason code: ${code(verdict.reason)}`];
  const head = `${[`## ${verdict.ok ? '✅' : '❌'} ${escapeText(title)}`, ...said, ...why].join('\n\n')}\n`;
  const blocks = sections.map((section) => redactor.redact(`\n${section.title === undefined ? '' : `### ${escapeText(section.title)}\n\n`}${section.markdown}\n`));
  const note = (left: number): string => (left === 0 ? '' : `\n_${left} more ${left === 1 ? 'section was' : 'sections were'} left out: the summary is at its size limit. The JSON result file has everything._\n`);
  let text = cut(redactor.redact(head), Math.floor(budget / 2));
  let bytes = Buffer.byteLength(text) + Buffer.byteLength(note(blocks.length));
  let kept = 0;
  for (const block of blocks) {
    bytes += Buffer.byteLength(block);
    if (bytes > budget) break;
    text += block;
    kept += 1;
  }
  return text + note(blocks.length - kept);
}

function cut(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  // Three bytes for the ellipsis, one for the line's end; a character that is cut in half goes.
  return `${Buffer.from(text).subarray(0, Math.max(0, bytes - 4)).toString().replace(/\uFFFD$/, '')}…\n`;
}
