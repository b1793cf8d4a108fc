import { expect, test } from '@jest/globals';
import { Capture } from './capture.ts';

test('keeps beginning and end of what is too long, and says what is missing', () => {
  const capture = new Capture();
  const mebibyte = 1024 * 1024;
  for (let index = 0; index < 40; index += 1) capture.add(Buffer.alloc(mebibyte, index % 10 === 0 ? 'x' : 'y'));
  const text = capture.text();
  expect(text.startsWith('x')).toBe(true);
  expect(text).toContain(`\n[${24 * mebibyte} bytes left out]\n`);
  expect(text.length).toBeLessThan(16.1 * mebibyte);
});

test('hands a character on only when it is whole', () => {
  const parts: string[] = [];
  const capture = new Capture((text) => parts.push(text));
  for (const byte of Buffer.from('aü🚀')) capture.add(Buffer.from([byte]));
  expect(parts.join('')).toBe('aü🚀');
  expect(parts.join('')).toBe(capture.text());
});
