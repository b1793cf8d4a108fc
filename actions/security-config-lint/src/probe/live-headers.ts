import { Secret } from '@ops/shared';

/** Headers that the probe sets itself, or that would change what an answer means. */
const OWN = new Set(['host', 'connection', 'origin', 'accept', 'accept-encoding', 'user-agent', 'content-length', 'transfer-encoding', 'te', 'upgrade', 'range', 'if-none-match', 'if-modified-since']);

export interface LiveHeader {
  /** Lower case. */
  readonly name: string;
  readonly value: Secret;
}

/** The lines `Name: value` of `live-headers`, or a sentence that says what is wrong with one; it never holds a value. */
export function parseLiveHeaders(text: string): readonly LiveHeader[] | string {
  const headers: LiveHeader[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const [, name = '', value = ''] = /^\s*([^:]*?)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) return `line ${index + 1} must read \`Name: value\``;
    if (OWN.has(name.toLowerCase())) return `line ${index + 1} must not set ${name.toLowerCase()}, which the probe sets itself`;
    if (!/^[\t\x20-\x7E\x80-\xFF]+$/.test(value)) return `line ${index + 1} must have a value of plain characters`;
    headers.push({ name: name.toLowerCase(), value: new Secret(value) });
  }
  return headers;
}
