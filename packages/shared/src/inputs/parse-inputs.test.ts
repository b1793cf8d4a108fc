import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import type { InputSpecs } from '../contract.ts';
import { UserError } from '../errors.ts';
import type { InputRegistry } from './ops-values.ts';
import { inputsError, inputVariable, parseInputs, secretTexts, type InputSource } from './parse-inputs.ts';
import { boolean, choice, integer, lines, secret, text } from './schemas.ts';

const specs = {
  environment: { description: 'E', schema: text(), default: 'production', rule: 'a name', example: 'staging' },
  path: { description: 'P', schema: text(), required: true, rule: 'an absolute path', example: '/var/www/app' },
  mode: { description: 'M', schema: choice(['a', 'b']), default: 'a', rule: 'one of: a, b', example: 'b' },
  keep: { description: 'K', schema: integer({ min: 0, max: 9 }), rule: 'a whole number from 0 to 9', example: '5' },
  'dry-run': { description: 'D', schema: boolean(), default: 'false', rule: 'true or false', example: 'true' },
  exclude: { description: 'X', schema: lines(), default: '.git\nnode_modules', list: true, rule: 'names', example: 'tests\nvendor' },
  ref: { description: 'R', schema: text(), expression: '${{ github.sha }}', rule: 'a ref', example: 'main' },
  token: { description: 'T', schema: secret(), secret: true, rule: 'a token', example: '${{ secrets.TOKEN }}' },
} as const satisfies InputSpecs;

const registry: InputRegistry = { sample: { inputs: Object.keys(specs), secret: ['token'], fixed: ['ref'] } };

function parse(given: Readonly<Record<string, string>>, more: Partial<InputSource> = {}): ReturnType<typeof parseInputs<typeof specs>> {
  const env = Object.fromEntries(Object.entries(given).map(([name, value]) => [inputVariable(name), value]));
  return parseInputs(specs, { env: { PATH: '/bin', ...env }, opsFile: undefined, action: 'sample', registry, ...more });
}

async function problemsOf(run: () => Promise<unknown>): Promise<string[]> {
  try {
    await run();
    return [];
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    expect(thrown.reason).toBe('input');
    return thrown.message.split('\n').filter((line) => !line.endsWith('nothing was changed:')).map((line) => line.replace(/^- /, ''));
  }
}

describe('values', () => {
  test('given, from the file, default, nothing', async () => {
    const inputs = await parse({ path: '/a', keep: '' }, { opsFile: 'defaults: { path: /file, mode: b }' });
    expect(inputs).toEqual({ environment: 'production', path: '/a', mode: 'b', keep: undefined, 'dry-run': false, exclude: ['.git', 'node_modules'], ref: undefined, token: undefined });
    expect(Object.isFrozen(inputs)).toBe(true);
  });
  test('empty and blank count as not given, also for required ones', async () => {
    expect((await parse({ path: '/a', mode: '  \n' })).mode).toBe('a');
    expect(await problemsOf(() => parse({ path: ' ' }))).toEqual(['path: is required; it is an absolute path. Example: path: /var/www/app']);
  });
  test('the chosen environment decides, by default that of the contract', async () => {
    const opsFile = 'environments: { production: { path: /p }, staging: { path: /s } }';
    expect([(await parse({}, { opsFile })).path, (await parse({ environment: ' staging ' }, { opsFile })).path]).toEqual(['/p', '/s']);
  });
  test('an environment that the file does not have is an error with the nearest name', async () => {
    expect(await problemsOf(() => parse({ environment: 'stagin', path: '/a' }, { opsFile: 'environments: { staging: , production: }' })))
      .toEqual(['environment: "stagin" is not in .github/ops.yml, which has staging, production. Did you mean staging? If it needs no values of its own, add it there as "stagin: {}"']);
    expect((await parse({ environment: 'other', path: '/a' }, { opsFile: 'defaults: { mode: b }' })).mode).toBe('b');
  });
  test('none empties a list, from with: and from the file', async () => {
    expect((await parse({ path: '/a', exclude: ' none ' })).exclude).toEqual([]);
    expect((await parse({ path: '/a' }, { opsFile: 'defaults: { exclude: [] }' })).exclude).toEqual([]);
    expect((await parse({ path: '/a' }, { opsFile: 'defaults: { exclude: [x, y] }' })).exclude).toEqual(['x', 'y']);
    expect((await parse({ path: 'none' })).path).toBe('none');
  });
  test('what the runner fills in, secrets and the environment never come from the file, even if its registry forgot them', async () => {
    const forgetful: InputRegistry = { sample: { inputs: Object.keys(specs), secret: [], fixed: [] } };
    expect(await parse({ path: '/a' }, { opsFile: 'defaults: { ref: main, token: hunter2hunter2 }', registry: forgetful })).toMatchObject({ ref: undefined, token: undefined });
  });
  test('YAML 1.2: the file means what it shows', async () => {
    expect(await parse({ path: '/a' }, { opsFile: 'defaults: { dry-run: True, keep: 5 }' })).toMatchObject({ 'dry-run': true, keep: 5 });
    expect(await problemsOf(() => parse({ path: '/a' }, { opsFile: 'defaults: { dry-run: yes }' }))).toEqual(['dry-run: "yes" must be true or false. Example: dry-run: true']);
  });
});

describe('errors', () => {
  test('all at once, each with what was given, the rule and an example', async () => {
    const problems = await problemsOf(() => parse({ mode: 'c', keep: '10', 'dry-run': 'no', pth: '/a' }, { opsFile: 'defaults: { kep: 5 }' }));
    expect(problems).toEqual([
      'pth: is not an input of sample. Did you mean path?',
      '.github/ops.yml:1: defaults.kep is not an input of sample. Did you mean keep?',
      'path: is required; it is an absolute path. Example: path: /var/www/app',
      'mode: "c" must be one of: a, b. Example: mode: b',
      'keep: "10" must be a whole number from 0 to 9. Example: keep: 5',
      'dry-run: "no" must be true or false. Example: dry-run: true',
    ]);
  });
  test('one alone needs no list', () => expect(inputsError(['path: is required'])).toMatchObject({ message: 'path: is required', reason: 'input' }));
  test('a long value is cut, a secret is never shown', async () => {
    const bad: InputSpecs = { ...specs, token: { ...specs.token, schema: z.string().refine(() => false, 'must be a PEM key') } };
    const run = (): Promise<unknown> => parseInputs(bad, { env: { INPUT_PATH: '/a', INPUT_TOKEN: 'hunter2hunter2', INPUT_MODE: 'x'.repeat(500) }, opsFile: undefined, action: 'sample', registry });
    expect(await problemsOf(run)).toEqual([`mode: "${'x'.repeat(80)}…" must be one of: a, b. Example: mode: b`, 'token: must be a PEM key. Example: token: ${{ secrets.TOKEN }}']);
  });
  test('an unknown input far from all names gets no suggestion', async () => expect(await problemsOf(() => parse({ path: '/a', 'completely-else': 'x' }))).toEqual(['completely-else: is not an input of sample.']));
  test('an unknown one is an error even when empty', async () => expect(await problemsOf(() => parse({ path: '/a', modes: '' }))).toEqual(['modes: is not an input of sample. Did you mean mode?']));
  test('an old name answers with the new one', async () => expect(await problemsOf(() => parse({ folder: '/a', path: '/a' }, { renamed: { folder: 'path' } }))).toEqual(['folder: is called path now. Write path instead']));
});

test('the variable of an input, and the texts of secrets', () => {
  expect(inputVariable('dry run-x')).toBe('INPUT_DRY_RUN-X');
  expect(secretTexts(specs, { INPUT_TOKEN: 'abc\n', INPUT_PATH: '/a' })).toEqual(['abc\n']);
  expect(secretTexts(specs, { INPUT_TOKEN: ' ' })).toEqual([]);
});

test('throws nothing but one UserError, which names every bad input', async () => {
  const value = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('true', 'a', '5', 'none', '__proto__', '\n'));
  const names = Object.keys(specs);
  await fc.assert(fc.asyncProperty(fc.dictionary(fc.oneof(fc.constantFrom(...names), fc.stringMatching(/^[a-z-]{1,8}$/)), value), fc.option(fc.string(), { nil: undefined }), async (given, opsFile) => {
    const problems = await problemsOf(() => parse(given, { opsFile }));
    for (const name of Object.keys(given)) if (!names.includes(name)) expect(problems.some((problem) => problem.startsWith(`${name}: `))).toBe(true);
    if ((given['path'] ?? '').trim() === '' && problems.every((problem) => !problem.includes('ops.yml'))) expect(problems.some((problem) => problem.startsWith('path: '))).toBe(true);
    const mode = given['mode'] ?? '';
    if (!['', 'a', 'b'].includes(mode.trim())) expect(problems.some((problem) => problem.startsWith('mode: '))).toBe(true);
  }), { numRuns: 300 });
});
