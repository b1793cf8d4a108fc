import type { App } from '../app.ts';
import type { Edit, Fix } from '../finding.ts';
import type { SubjectValue } from '../subject-value.ts';

/** A literal of PHP that may be replaced: a word, a number, a plain text in quotes. */
const PHP_LITERAL = /^(?:true|false|null|-?\d+|'[^'\\]*'|"[^"\\$]*")$/i;
/** An unquoted or quoted value of `.env` without anything that is looked up. */
const ENV_LITERAL = /^(?:[\w.:/@+-]*|"[^"\\$]*"|'[^']*')$/;

/**
 * Sets a value where its text stands: the literal in a config file, or the value in the `.env`. Undefined where that
 * text is no plain literal, so that nothing but the value changes.
 */
export function setValueFix({ repository }: Pick<App, 'repository'>, { value }: Pick<SubjectValue, 'value'>, wanted: boolean | number | string, safety: Fix['safety']): Fix | undefined {
  const { place } = value;
  // A secret is never patched, and what is Unknown was not understood.
  if (place === undefined || value.kind === 'secret' || value.kind === 'unknown') return undefined;
  const file = repository.prefix + place.file;
  const text = repository.text(file);
  // A lone CR ends a line of `.env` and none of a patch.
  if (text === undefined || /\r(?!\n)/.test(text)) return undefined;
  const start = offsetOf(text, place.line, place.column);
  const end = offsetOf(text, place.endLine, place.endColumn);
  const old = text.slice(start, end);
  const isEnv = !file.endsWith('.php');
  if (!(isEnv ? ENV_LITERAL : PHP_LITERAL).test(old)) return undefined;
  const edit: Edit = { file, start, end, text: isEnv ? envText(wanted, old) : phpText(wanted) };
  return { safety, edits: [edit] };
}

/** Quotes stay as they were. */
function envText(wanted: boolean | number | string, old: string): string {
  const quote = /^["']/.exec(old)?.[0] ?? '';
  return `${quote}${String(wanted)}${quote}`;
}

function phpText(wanted: boolean | number | string): string {
  return typeof wanted === 'string' ? `'${wanted.replaceAll(/[\\']/g, '\\$&')}'` : String(wanted);
}

/** Lines end as the readers of PHP and of `.env` count them: with a line feed. */
function offsetOf(text: string, line: number, column: number): number {
  let at = 0;
  for (let current = 1; current < line; current += 1) {
    const next = text.indexOf('\n', at);
    if (next < 0) return text.length;
    at = next + 1;
  }
  const mark = line === 1 && text.startsWith('\uFEFF') ? 1 : 0;
  return Math.min(text.length, at + mark + column - 1);
}
