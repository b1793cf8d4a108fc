import type { Edit } from '../finding.ts';
import { applyEdits, compatible } from './edits.ts';

/** Lines around a change. A patch of an env file has none: they may hold secrets (`git apply --unidiff-zero`). */
export type ContextLines = 0 | 3;

interface Line {
  readonly text: string;
  readonly start: number;
}

/** Lines `from` to `to` (excluded) of the old text, and what stands there instead. */
interface Change {
  readonly from: number;
  readonly to: number;
  readonly fresh: readonly string[];
}

/** A unified diff of one file that `git apply` takes; empty when the edits change nothing. */
export function unifiedDiff(file: string, text: string, edits: readonly Edit[], context: ContextLines): string {
  const lines = linesOf(text);
  const changes = changesOf(text, lines, compatible(edits));
  if (changes.length === 0) return '';
  const head = [`diff --git ${quoted(`a/${file}`)} ${quoted(`b/${file}`)}`, `--- ${quoted(`a/${file}`)}`, `+++ ${quoted(`b/${file}`)}`];
  let shift = 0;
  const hunks = grouped(changes, context).map((group) => {
    const hunk = hunkOf(lines, group, context, shift);
    shift = hunk.shift;
    return hunk.text;
  });
  return `${head.join('\n')}\n${hunks.join('')}`;
}

function linesOf(text: string): readonly Line[] {
  let start = 0;
  return (text.match(/[^\n]*\n|[^\n]+$/g) ?? []).map((line) => {
    const at = start;
    start += line.length;
    return { text: line, start: at };
  });
}

/** Edits as changes of whole lines; edits that share a line, or join it with the next one, are one change. */
function changesOf(text: string, lines: readonly Line[], edits: readonly Edit[]): readonly Change[] {
  const changes: Change[] = [];
  const waiting = [...edits];
  for (let first = waiting.shift(); first !== undefined; first = waiting.shift()) {
    const group = [first];
    const from = lineAt(lines, first.start);
    let to = Math.min(lineAt(lines, Math.max(first.start, first.end - 1)) + 1, lines.length);
    for (;;) {
      const base = lines[from]?.start ?? text.length;
      const end = lines[to]?.start ?? text.length;
      const next = waiting[0];
      if (next !== undefined && lineAt(lines, next.start) < to) {
        group.push(next);
        waiting.shift();
        to = Math.min(Math.max(to, lineAt(lines, Math.max(next.start, next.end - 1)) + 1), lines.length);
        continue;
      }
      const fresh = applyEdits(text.slice(base, end), group.map((edit) => ({ ...edit, start: edit.start - base, end: edit.end - base })));
      // A line whose end is gone runs into the next one.
      if (fresh !== '' && !fresh.endsWith('\n') && to < lines.length) {
        to += 1;
        continue;
      }
      if (fresh !== text.slice(base, end)) changes.push({ from, to, fresh: linesOf(fresh).map((line) => line.text) });
      break;
    }
  }
  return changes;
}

/** Behind the last line feed begins a line that is not there yet. */
function lineAt(lines: readonly Line[], offset: number): number {
  const last = lines.at(-1);
  if (last === undefined || (last.text.endsWith('\n') && offset >= last.start + last.text.length)) return lines.length;
  const next = lines.findIndex(({ start }) => start > offset);
  return next < 0 ? Math.max(0, lines.length - 1) : next - 1;
}

function grouped(changes: readonly Change[], context: ContextLines): readonly (readonly Change[])[] {
  const groups: Change[][] = [];
  for (const change of changes) {
    const last = groups.at(-1);
    if (last !== undefined && change.from - (last.at(-1)?.to ?? 0) <= 2 * context) last.push(change);
    else groups.push([change]);
  }
  return groups;
}

function hunkOf(lines: readonly Line[], group: readonly Change[], context: ContextLines, shift: number): { readonly text: string; readonly shift: number } {
  const begin = Math.max(0, (group[0]?.from ?? 0) - context);
  const end = Math.min(lines.length, (group.at(-1)?.to ?? 0) + context);
  const body: string[] = [];
  let at = begin;
  let fresh = 0;
  for (const change of group) {
    for (; at < change.from; at += 1) body.push(marked(' ', lines[at]?.text ?? ''));
    for (; at < change.to; at += 1) body.push(marked('-', lines[at]?.text ?? ''));
    body.push(...change.fresh.map((line) => marked('+', line)));
    fresh += change.fresh.length - (change.to - change.from);
  }
  for (; at < end; at += 1) body.push(marked(' ', lines[at]?.text ?? ''));
  const before = end - begin;
  const after = before + fresh;
  // A side without lines is named by the line before it.
  const range = (start: number, count: number): string => `${count === 0 ? start : start + 1},${count}`;
  return { text: `@@ -${range(begin, before)} +${range(begin + shift, after)} @@\n${body.join('')}`, shift: shift + fresh };
}

function marked(sign: ' ' | '-' | '+', line: string): string {
  return line.endsWith('\n') ? `${sign}${line}` : `${sign}${line}\n\\ No newline at end of file\n`;
}

/** As git writes a path that is not plain. */
function quoted(path: string): string {
  // oxlint-disable-next-line no-control-regex -- what git quotes
  if (!/[\u0000-\u001f"\\\u007f]/.test(path)) return path;
  return `"${path.replaceAll(/["\\]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t')}"`;
}
