import { visibleLines } from './printing/visible.ts';

const NAMED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/**
 * Text that we did not write, made inert in GitHub markdown, also inside a table: no HTML, no table or code break,
 * no mention, link or issue number, no workflow command.
 */
export function escapeText(text: string): string {
  return visibleLines(text)
    .map((line) => line
      // An underscore between letters means nothing on GitHub, and names of migrations are full of them.
      .replace(/[&<>\\`*[\]|~$@#]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|:(?=:|\/\/)|(?<=:):/gu, (sign) => NAMED[sign] ?? `&#${sign.charCodeAt(0)};`)
      // At the start of a line these would make a list, a rule or the underline of a heading.
      .replace(/^(\s*)([-+=]|\d+(?=[.)]))/, (_whole, blanks: string, sign: string) => `${blanks.replace(/\s/g, ' ').slice(0, 3)}&#${sign.charCodeAt(0)};${sign.slice(1)}`))
    .join('<br>');
}

/** Inline code. Backticks and pipes inside cannot end it. */
export function code(text: string): string {
  return text === '' ? '' : `<code>${escapeText(text).replaceAll('<br>', ' ')}</code>`;
}

/** A sentence of ours with foreign text in it: everything is inert, and what stands between two backticks is shown as code. */
export function prose(text: string): string {
  const parts = text.split('`');
  // An odd backtick at the end is no code.
  return parts.map((part, index) => (index % 2 === 1 && index < parts.length - 1 ? code(part) : `${index % 2 === 1 ? '&#96;' : ''}${escapeText(part)}`)).join('');
}

/** A table; cells are markdown that is already safe. Line breaks in cells become spaces; empty without rows. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('\n', ' ').replace(/(?<!\\)\|/g, '&#124;')).join(' | ')} |`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/** A block that folds; `title` is plain text, `markdown` is already safe. */
export function details(title: string, markdown: string): string {
  return `<details><summary>${escapeText(title)}</summary>\n\n${markdown}\n\n</details>`;
}

/** A code block that its content cannot end. */
export function fence(text: string, language = ''): string {
  const longest = [...text.matchAll(/`+/g)].reduce((most, match) => Math.max(most, match[0].length), 2);
  const ticks = '`'.repeat(longest + 1);
  return `${ticks}${language}\n${visibleLines(text).join('\n')}\n${ticks}`;
}

const BARS = ['▁', '▂', '▃', '▅', '▇'] as const;

/** A row of bars for a table cell; not finite numbers are gaps. */
export function sparkline(values: readonly number[]): string {
  const finite = values.filter((value) => Number.isFinite(value));
  const low = Math.min(...finite);
  const range = Math.max(...finite) - low;
  return values.map((value) => (Number.isFinite(value) ? (BARS[range === 0 ? 0 : Math.min(BARS.length - 1, Math.floor(((value - low) / range) * BARS.length))] ?? '') : ' ')).join('');
}
