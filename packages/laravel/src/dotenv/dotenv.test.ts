import { describe, expect, test } from '@jest/globals';
import { UserError } from '@ops/shared';
import { castEnv } from './cast.ts';
import { parseDotenv, readDotenv, type Dotenv, type DotenvOptions } from './dotenv.ts';
import { dotenvRules } from './rules.ts';

function read(text: string, options: DotenvOptions = {}): Dotenv {
  return readDotenv(Buffer.from(text), options);
}

function plain(env: Dotenv): Record<string, string> {
  return Object.fromEntries([...env.values].map(([name, { value }]) => [name, value]));
}

function thrown(act: () => unknown): UserError {
  try {
    act();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('values', () => {
  test('what every file has', () => {
    const env = read('# comment\nAPP_NAME="My App" # c\r\nexport DB_PASSWORD=\'p#$x\'\rURL=${APP_NAME}/${NONE}\nEMPTY=\n');
    expect(plain(env)).toEqual({ APP_NAME: 'My App', DB_PASSWORD: 'p#$x', URL: 'My App/${NONE}', EMPTY: '' });
  });

  test('the process environment wins, also with an empty value, and is seen by variables', () => {
    const env = read('A=file\nB=${A}-${C}\nC', { environment: { A: '', C: 'real' } });
    expect(plain(env)).toEqual({ A: '', B: '-real', C: 'real' });
    expect(env.values.get('A')?.entry).toBeUndefined();
    expect(env.values.get('B')?.entry?.nameSpan.line).toBe(2);
    expect(env.applied.map(({ name }) => name)).toEqual(['B']);
  });

  test('the last of equal names wins; a name alone clears', () => {
    const env = read('A=1\nA=2\nB=1\nB');
    expect(plain(env)).toEqual({ A: '2' });
    expect(env.values.get('A')?.entry?.nameSpan.line).toBe(2);
    expect(env.entries).toHaveLength(4);
  });

  test('an unclosed quote drops the rest in silence up to 5.6 and is said', () => {
    const env = read('A=1\nB="open\nC=2', { phpdotenv: 'v5.6.4' });
    expect(plain(env)).toEqual({ A: '1' });
    expect(env.droppedFrom).toBe(2);
    expect(parseDotenv(Buffer.from('A=1\nB="open\nC=2'), { phpdotenv: '5.8.0' })).toMatchObject({ ok: false, failure: { cause: 'a missing closing quote', key: 'B', span: { line: 2 } } });
  });

  test('a version that Laravel does not install is our bug', () => {
    for (const version of ['4.3.0', '5.3.1', '6.0.0', 'dev-master', '']) expect(() => dotenvRules(version)).toThrow(RangeError);
  });
});

describe('places', () => {
  /** The bytes that a span covers, and where it says they are. */
  function shown(file: Buffer, which: 'nameSpan' | 'valueSpan', options: DotenvOptions = {}): (readonly [string, number, number])[] {
    return readDotenv(file, options).entries.flatMap((entry) => {
      const span = entry[which];
      return span === undefined ? [] : [[file.subarray(span.start, span.end).toString('utf8'), span.line, span.column] as const];
    });
  }

  test('names without export and quotes, values with quotes and without comments', () => {
    const file = Buffer.from('\n  A = b # c\r\nexport DB = "x y" #z\n\'C\'=\'q\'\rD=\nE=#c\nF=${A}x\nG');
    expect(shown(file, 'nameSpan')).toEqual([['A', 2, 3], ['DB', 3, 8], ['C', 4, 2], ['D', 5, 1], ['E', 6, 1], ['F', 7, 1], ['G', 8, 1]]);
    expect(shown(file, 'valueSpan')).toEqual([['b', 2, 7], ['"x y"', 3, 13], ["'q'", 4, 5], ['', 5, 3], ['', 6, 3], ['${A}x', 7, 3]]);
  });

  test('several lines keep the file\'s own line ends', () => {
    expect(shown(Buffer.from('A="l1\r\nl2\rl3" # c\nB=1'), 'valueSpan')).toEqual([['"l1\r\nl2\rl3"', 1, 3], ['1', 4, 3]]);
  });

  test('a byte order mark, characters of several bytes and invalid bytes before it', () => {
    const file = Buffer.concat([Buffer.from('\ufeffA="é😀" # é\nB=\''), Buffer.from([0xff, 0xe2, 0x82]), Buffer.from('é\' \nC=1')]);
    expect(plain(readDotenv(file))).toEqual({ A: 'é😀', B: '??é', C: '1' });
    expect(readDotenv(file).entries.map(({ valueSpan }) => file.subarray(valueSpan?.start, valueSpan?.end).toString('latin1'))).toEqual([Buffer.from('"é😀"').toString('latin1'), '\'\xff\xe2\x82\xc3\xa9\'', '1']);
    expect(readDotenv(file).entries[0]?.valueSpan?.column).toBe(3);
  });

  test('a failure points at the byte that is wrong', () => {
    const file = Buffer.from('A=1\nB="x\ny\\q"\n');
    expect(parseDotenv(file)).toMatchObject({ ok: false, failure: { cause: 'an unexpected escape sequence', key: 'B', span: { line: 3, column: 3, start: 11 } } });
  });
});

describe('messages', () => {
  test.each([
    ['DB_PASSWORD=hunter two', 'unexpected whitespace', true],
    ['DB_PASSWORD="hun\\qter"', 'an unexpected escape sequence', true],
    ["DB_PASSWORD='hunter", 'a missing closing quote', true],
    ['hunter two', 'an invalid name', false],
    ['hunter two=x', 'an invalid name', false],
    ['=hunter', 'an unexpected equals', false],
  ])('%s: names key and line, never the value', (line, cause, named) => {
    const result = parseDotenv(Buffer.from(`A=1\n${line}`));
    const error = thrown(() => readDotenv(Buffer.from(`A=1\n${line}`), { name: 'shared/.env' }));
    expect(error.reason).toBe('dotenv-invalid');
    expect(error.message).toBe(`Laravel cannot read shared/.env: phpdotenv finds ${cause} at line 2${named ? ' (DB_PASSWORD)' : ''}, and rejects the whole file.`);
    expect(`${error.sentence()} ${error.stack ?? ''} ${JSON.stringify(error)} ${JSON.stringify(result)}`).not.toMatch(/hun|two/);
  });
});

test('env() casts: eight words, then one pair of quotes', () => {
  const cases: [string, unknown][] = [
    ['true', true], ['(TRUE)', true], ['False', false], ['(false)', false], ['null', null], ['(NULL)', null], ['empty', ''], ['(Empty)', ''], ['', ''],
    [' true', ' true'], ['"a"', 'a'], ["'a'", 'a'], ['"a\'', '"a\''], ['"', '"'], ['""', ''], ['"a\nb"', '"a\nb"'], ['0', '0'], ['on', 'on'], ['emptY)', 'emptY)'], ['ſ', 'ſ'],
  ];
  expect(cases.map(([value]) => castEnv(value))).toEqual(cases.map(([, cast]) => cast));
});

test('large files: many lines, one long value, many variables', () => {
  const many = read(Array.from({ length: 200_000 }, (_, index) => `KEY_${index}="value ${index}" # comment`).join('\n'));
  expect(many.values.size).toBe(200_000);
  const long = read(`A="${'line of text \\n\n'.repeat(200_000)}"\nB=\${A}`);
  expect(long.values.get('B')?.value).toHaveLength('line of text \n\n'.length * 200_000);
  const variables = read(`A=x\nB="${'${A}${N}$'.repeat(200_000)}"`);
  expect(variables.values.get('B')?.value).toHaveLength('x${N}$'.length * 200_000);
  expect(read(`A="${'x\n'.repeat(500_000)}`).droppedFrom).toBe(1);
}, 120_000);
