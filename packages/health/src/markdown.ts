/**
 * Text from servers as inert text of a markdown table: no markup, no HTML, no mention, no new cell.
 */
export function inert(text: string): string {
  return text
    // oxlint-disable-next-line no-control-regex -- control characters are what this removes
    .replace(/[\u0000-\u001f\u007f]+/g, ' ')
    .replace(/[\\`*_{}[\]<>|#~$!&]/g, (sign) => `&#${sign.charCodeAt(0)};`)
    .replace(/@/g, '&#64;')
    .replace(/:(?=:|\/\/)/g, '&#58;');
}

/** A table; cells must already be inert. Empty without rows. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** A foldable part. */
export function details(title: string, body: string): string {
  return `<details><summary>${title}</summary>\n\n${body}\n\n</details>`;
}
