import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ZodType } from 'zod';
import { absolutePath, boolean, choice, duration, gitRef, integer, lines, secret, text } from './schemas.ts';

const read = <T>(schema: ZodType<T, string>, given: string): T | string => {
  const parsed = schema.safeParse(given);
  return parsed.success ? parsed.data : `bad: ${parsed.error.issues.map(({ message }) => message).join('; ')}`;
};
const isBad = (value: unknown): boolean => typeof value === 'string' && value.startsWith('bad: ');

describe('boolean', () => {
  test.each([['true', true], ['True', true], ['TRUE', true], [' true\n', true], ['false', false], ['False', false], ['FALSE', false]])('%j', (given, value) => expect(read(boolean(), given)).toBe(value));
  test.each(['yes', 'no', 'on', 'off', 'y', '1', '0', 'tRUE', 'truee', 'null', ''])('%j is an error', (given) => expect(read(boolean(), given)).toBe('bad: must be true or false'));
});

describe('integer', () => {
  test.each([['0', 0], ['7', 7], [' 10 ', 10], ['007', 7]])('%j', (given, value) => expect(read(integer({ min: 0, max: 10 }), given)).toBe(value));
  test.each(['-1', '11', '1.0', '1e1', '0x1', '', ' ', 'ten', '1 0', '9999999999999999', 'Infinity', '٣'])('%j is an error that says the range', (given) => expect(read(integer({ min: 0, max: 10 }), given)).toBe('bad: must be a whole number from 0 to 10'));
  test('negative limits', () => expect(read(integer({ min: -5, max: -1 }), '-3')).toBe(-3));
});

describe('duration', () => {
  test.each([['500ms', 500], ['10s', 10_000], ['5m', 300_000], ['1h30m', 5_400_000], ['2d', 172_800_000], ['1d2h3m4s5ms', 93_784_005], [' 10s ', 10_000], ['90m', 5_400_000]])('%s', (given, value) => expect(read(duration(), given)).toBe(value));
  test.each(['', '10', '10 s', '1.5h', '-1s', 's', '5m5m', '5m1h', '1h 30m', '1e3s', '10S', '10sec', '1w', '9999d', '999999999999999ms'])('%j is an error', (given) => expect(isBad(read(duration(), given))).toBe(true));
  test.each(['0', '0s', '0h0m'])('%s only where zero means something', (given) => {
    expect(read(duration(), given)).toMatch(/^bad: .*, above zero$/);
    expect(read(duration({ zero: true }), given)).toBe(0);
  });
  test('reads what it would write', () => {
    const part = (max: number): fc.Arbitrary<number> => fc.nat({ max });
    fc.assert(fc.property(part(999), part(23), part(59), part(59), part(999), (d, h, m, s, ms) => {
      expect(read(duration({ zero: true }), `${d}d${h}h${m}m${s}s${ms}ms`)).toBe((((d * 24 + h) * 60 + m) * 60 + s) * 1000 + ms);
    }));
  });
});

describe('gitRef', () => {
  test.each(['main', 'v1.2.3', 'feature/x-1', 'refs/heads/main', 'a'.repeat(40), 'ümlaut', 'release@2'])('%s', (given) => expect(read(gitRef(), given)).toBe(given));
  test.each(['', '-x', '--upload-pack=x', 'a..b', 'a b', 'a\nb', 'a\u0007', 'a~1', 'a^', 'a:b', 'a?', 'a*', 'a[', 'a\\b', 'a@{1}', '@', '/a', 'a/', 'a//b', 'a/.b', '.a', 'a.', 'a.lock', 'a.lock/b', '$(id)', '`id`', 'a;b', 'a|b', 'a&b', "a'b", 'a"b', 'a>b', 'x'.repeat(251)])('%j is an error', (given) => expect(isBad(read(gitRef(), given))).toBe(true));
});

describe('absolutePath', () => {
  test.each([['/var/www/app', '/var/www/app'], ['/srv/app//', '/srv/app'], [' /a b/c ', '/a b/c']])('%j', (given, value) => expect(read(absolutePath(), given)).toBe(value));
  test.each(['', '/', '//', 'var/www', './a', '/a/../b', '/a/./b', '/a//b', '/a\nb', '/a\0b', '~/a', '-/a'])('%j is an error', (given) => expect(isBad(read(absolutePath(), given))).toBe(true));
});

describe('text, choice, lines, secret', () => {
  test('text is trimmed and has no NUL', () => {
    expect(read(text(), ' a\nb ')).toBe('a\nb');
    expect(read(text(), 'a\0')).toBe('bad: must not contain a NUL character');
  });
  test('choice says all words', () => {
    expect(read(choice(['auto', 'never']), ' auto ')).toBe('auto');
    expect(read(choice(['auto', 'never']), 'Auto')).toBe('bad: must be one of: auto, never');
  });
  test('lines drop blanks and carriage returns', () => expect(read(lines(), ' a \r\n\r\n\n\tb c\n')).toEqual(['a', 'b c']));
  test('a secret keeps every character and shows none', () => {
    const value = secret().parse(' key\n');
    expect(value.reveal()).toBe(' key\n');
    expect(`${value} ${JSON.stringify({ value })}`).toBe('[secret] {"value":"[secret]"}');
  });
});
