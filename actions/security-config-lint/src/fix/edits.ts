import type { Edit } from '../finding.ts';

/** Edits of one text that do not touch each other, in order; of two that overlap the first one given stays. The same edit twice counts once. */
export function compatible(edits: readonly Edit[]): readonly Edit[] {
  const kept: Edit[] = [];
  for (const edit of edits) {
    const clashes = kept.some((other) => (edit.start < other.end && other.start < edit.end) || (edit.start === other.start && edit.end === other.end));
    if (!clashes) kept.push(edit);
  }
  return kept.toSorted((a, b) => a.start - b.start || a.end - b.end);
}

/** The text with compatible edits, all offsets being those of the text given. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let result = '';
  let at = 0;
  for (const { start, end, text: inserted } of edits) {
    result += text.slice(at, start) + inserted;
    at = end;
  }
  return result + text.slice(at);
}
