/** The texts of PHP's literals, from their source: php-parser's own values are not exact for every escape. */

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', v: '\v', e: '\u001b', f: '\f', '\\': '\\', $: '$' };

/** Inside double quotes or a heredoc; `quote` is what a backslash takes its meaning from too. Undefined for bytes that are no UTF-8. */
export function unescapeDouble(source: string, quote: '"' | '' | '`'): string | undefined {
  let isText = true;
  const text = source.replaceAll(/\\(u\{[0-9A-Fa-f]+\}|x[0-9A-Fa-f]{1,2}|[0-7]{1,3}|[^])/g, (whole, escape: string) => {
    if (escape.startsWith('u{')) return codePoint(Number.parseInt(escape.slice(2, -1), 16)) ?? whole;
    const byte = escape.length > 1 && escape.startsWith('x') ? Number.parseInt(escape.slice(1), 16) : /^[0-7]/.test(escape) ? Number.parseInt(escape, 8) & 0xff : undefined;
    if (byte !== undefined) {
      isText &&= byte < 0x80;
      return String.fromCharCode(byte);
    }
    return escape === quote && quote !== '' ? quote : ESCAPES[escape] ?? whole;
  });
  return isText ? text : undefined;
}

export function unescapeSingle(source: string): string {
  return source.replaceAll(/\\([\\'])/g, '$1');
}

function codePoint(code: number): string | undefined {
  return code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : undefined;
}

/** A number as PHP reads it; undefined for integers that JavaScript cannot hold exactly. */
export function phpNumber(source: string): { readonly value: number; readonly float?: true } | undefined {
  const text = source.replaceAll('_', '').toLowerCase();
  if (/^(?:0x[0-9a-f]+|0b[01]+|0o?[0-7]+|0|[1-9]\d*)$/.test(text)) {
    const value = /^0[0-7]/.test(text) ? Number.parseInt(text, 8) : Number(text);
    return Number.isSafeInteger(value) ? { value } : undefined;
  }
  const value = Number(text);
  return Number.isFinite(value) ? { value, float: true } : undefined;
}
