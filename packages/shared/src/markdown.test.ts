import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { code, details, escapeText, fence, sparkline, table, prose } from './markdown.ts';

// Whatever could mean something to GitHub, in any order.
const hostile = fc.array(fc.oneof(fc.string(), fc.constantFrom('<', '>', '&', '|', '`', '```', '*', '_', '[x](y)', '![', '@octocat', '#12', '://', '::', '\n', '\r', '\u0000', '~~', '$', '\\', '- ', '1. ', '=', '+', '\t', '\u202e')), { maxLength: 12 }).map((parts) => parts.join(''));
const ours = /<br>|&(?:amp|lt|gt|#\d+);/g;

describe('escapeText', () => {
  test.each([
    ['2026_01_01_create_users_table', '2026_01_01_create_users_table'],
    ['_em_ and __strong__', '&#95;em&#95; and &#95;&#95;strong&#95;&#95;'],
    ['<img src=x>', '&lt;img src=x&gt;'],
    ['see https://x.example.com', 'see https&#58;//x.example.com'],
    ['@octocat #12 a|b', '&#64;octocat &#35;12 a&#124;b'],
    ['- item\n1. one\n=== ', '&#45; item<br>&#49;. one<br>&#61;== '],
    ['took 12:30, 5 % of 3.5 s (ok)', 'took 12:30, 5 % of 3.5 s (ok)'],
    ['::error::x', '&#58;&#58;error&#58;&#58;x'],
  ])('%j', (text, escaped) => {
    expect(escapeText(text)).toBe(escaped);
  });

  test('leaves nothing that could mean anything', () => {
    fc.assert(fc.property(hostile, (text) => {
      const rest = escapeText(text).replace(ours, '·');
      // oxlint-disable-next-line no-control-regex -- none may be left
      expect(rest).not.toMatch(/[<>&|`*[\]@#~$\\\n\r\u0000\u202e]|::|:\/\/|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/u);
      for (const line of escapeText(text).split('<br>')) expect(line).not.toMatch(/^\s*(?:[-+=]|\d+[.)]|\s{4})/);
    }));
  });
});

test('a table has as many cells as its head, whatever stands in them', () => {
  fc.assert(fc.property(fc.array(fc.tuple(hostile, hostile), { minLength: 1, maxLength: 4 }), (rows) => {
    const lines = table(['a', 'b'], rows.map(([left, right]) => [escapeText(left), code(right)])).split('\n');
    expect(lines).toHaveLength(rows.length + 2);
    for (const line of lines) expect(line.match(/\|/g)).toHaveLength(3);
  }));
  expect(table(['a'], [])).toBe('');
});

test('a fence is longer than every row of backticks inside', () => {
  fc.assert(fc.property(hostile, (text) => {
    const lines = fence(text, 'sh').split('\n');
    const ticks = lines.at(-1) ?? '';
    expect(lines[0]).toBe(`${ticks}sh`);
    for (const line of lines.slice(1, -1)) expect(line).not.toContain(ticks);
  }));
});

test('details escape their title', () => {
  expect(details('<b>', 'x')).toBe('<details><summary>&lt;b&gt;</summary>\n\nx\n\n</details>');
});

test.each([[[1, 2, 3, 4, 5], '▁▂▃▅▇'], [[7, 7], '▁▁'], [[1, Number.NaN, 2], '▁ ▇'], [[], '']])('sparkline of %j', (values, bars) => {
  expect(sparkline(values)).toBe(bars);
});

describe('prose', () => {
  test('shows what stands between backticks as code, and nothing else gets through', () => {
    expect(prose('Set `canary: <b>` to `true`')).toBe('Set <code>canary: &lt;b&gt;</code> to <code>true</code>');
    expect(prose('an odd ` one')).toBe('an odd &#96; one');
    expect(prose('`a` and `b')).toBe('<code>a</code> and &#96;b');
  });
});
