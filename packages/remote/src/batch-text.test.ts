import { expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { Secret } from '@ops/shared';
import { batchText, shellQuote } from './batch-text.ts';

test('a shell reads back what was quoted', () => {
  const word = fc.string({ unit: fc.oneof(fc.constantFrom("'", '"', '\\', '$', '`', '\n', '*', '!', ' ', '-'), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 })) }).filter((text) => !text.includes('\0'));
  fc.assert(fc.property(word, (text) => {
    for (const shell of [['dash', []], ['busybox', ['sh']]] as const) {
      expect(execFileSync(shell[0], [...shell[1], '-c', `printf '%s' ${shellQuote(text)}`], { encoding: 'utf8' })).toBe(text);
    }
  }), { numRuns: 50 });
});

test('refuses what cannot be a value', () => {
  expect(() => batchText('true', { 'A;rm': 'x' })).toThrow('"A;rm" cannot be the name of a value');
  expect(() => batchText('true', { lower: 'x' })).toThrow('cannot be the name');
  expect(() => batchText('true', { A: 'x\0y' })).toThrow('the value of A contains a NUL');
  expect(() => batchText('a\0b', {})).toThrow('a script cannot contain a NUL');
  expect(batchText('true', { A: "it's" }, { B: new Secret('s') })).toBe("exec 8<&-\nexport A='it'\\''s'\nexport B='s'\ntrue\n");
});
