import type { Report, Section, Verdict } from './report.ts';
import { escapeText } from './markdown.ts';

/** GitHub drops a whole summary above 1 MiB; half of it leaves room for other steps' habits. */
export const SUMMARY_BUDGET_BYTES = 512 * 1024;

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
export function renderSummary(title: string, verdict: Verdict, sections: readonly Section[], budget = SUMMARY_BUDGET_BYTES): string {
  const head = `## ${verdict.ok ? '✅' : '❌'} ${escapeText(title)}\n\n**${escapeText(verdict.sentence)}**\n${verdict.ok || verdict.remedy === undefined ? '' : `\n**What to do:** ${escapeText(verdict.remedy)}\n`}${verdict.ok ? '' : `\nReason code: \`${verdict.reason}\`\n`}`;
  const blocks = sections.map((section) => `\n${section.title === undefined ? '' : `### ${escapeText(section.title)}\n\n`}${section.markdown}\n`);
  const note = (left: number): string => (left === 0 ? '' : `\n_${left} more ${left === 1 ? 'section was' : 'sections were'} left out: the summary is at its size limit. The JSON result file has everything._\n`);
  let text = cut(head, Math.floor(budget / 2));
  let kept = 0;
  for (const block of blocks) {
    if (Buffer.byteLength(text) + Buffer.byteLength(block) + Buffer.byteLength(note(blocks.length)) > budget) break;
    text += block;
    kept += 1;
  }
  return text + note(blocks.length - kept);
}

function cut(text: string, bytes: number): string {
  return Buffer.byteLength(text) <= bytes ? text : `${Buffer.from(text).subarray(0, bytes - 3).toString().replace(/\uFFFD$/, '')}…\n`;
}
