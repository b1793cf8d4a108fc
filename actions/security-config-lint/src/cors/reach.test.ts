import { expect, test } from '@jest/globals';
import { readPattern, readWildcard } from './pattern.ts';
import { letsEverybodyIn, looseEnd } from './reach.ts';

function verdict(text: string): string {
  const pattern = /^https?:|\*/.test(text) && !/^[#/({]/.test(text) ? readWildcard(text) : readPattern(text);
  if (pattern.kind !== 'read') return pattern.kind;
  return letsEverybodyIn(pattern) ? 'everybody' : looseEnd(pattern) === undefined ? 'tied' : 'loose';
}

test.each([
  ['https://*.example.com', 'tied'],
  ['https://*.example.com:*', 'tied'],
  ['https://*-preview.example.com', 'tied'],
  ['https://*example.co.uk', 'loose'],
  ['https://example.*', 'loose'],
  ['https://*', 'everybody'],
  ['*://*', 'everybody'],
  ['/.*/', 'everybody'],
  ['#^https://[^/]+\\z#', 'everybody'],
  ['/example.com/', 'loose'],
  ['/^https:\\/\\/[\\w-]+[.]example[.]com$/', 'tied'],
  ['/^https:\\/\\/app\\.example\\.com:\\d{2,5}$/i', 'tied'],
  ['#^https://.*?\\.example\\.com$#u', 'tied'],
  ['#^https://(a|b)\\.example\\.com$#', 'other'],
  ['#^https://a\\.example\\.com$#x', 'other'],
  ['{^https://a$}', 'other'],
  ['#*#', 'broken'],
  ['#^https://a)$#', 'broken'],
  ['', 'broken'],
])('%s is %s', (text, expected) => {
  expect(verdict(text)).toBe(expected);
});
