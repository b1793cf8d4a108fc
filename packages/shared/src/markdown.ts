import { visible } from './action-log.ts';

/**
 * Text that we did not write, made inert in GitHub markdown: no HTML, no table or code break, no mention, no
 * link, no workflow command.
 */
export function escapeText(text: string): string {
  return visible(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', '&#64;')
    .replaceAll('://', '&#58;//')
    .replaceAll('::', '&#58;&#58;')
    .replace(/[\\`*_[\]|~$]/g, (char) => `&#${char.charCodeAt(0)};`)
    .replaceAll('\n', '<br>');
}

/** Inline code. Backticks and pipes inside cannot end it. */
export function code(text: string): string {
  return text === '' ? '' : `<code>${escapeText(text).replaceAll('<br>', ' ')}</code>`;
}

/** A table; cells are markdown that is already safe. Line breaks in cells become spaces. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
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
  return `${ticks}${language}\n${visible(text.replaceAll('\r\n', '\n'))}\n${ticks}`;
}

const BARS = ['▁', '▂', '▃', '▅', '▇'] as const;

/** A row of bars for a table cell; not finite numbers are gaps. */
export function sparkline(values: readonly number[]): string {
  const finite = values.filter((value) => Number.isFinite(value));
  const low = Math.min(...finite);
  const range = Math.max(...finite) - low;
  return values.map((value) => (Number.isFinite(value) ? (BARS[range === 0 ? 0 : Math.min(BARS.length - 1, Math.floor(((value - low) / range) * BARS.length))] ?? '') : ' ')).join('');
}
