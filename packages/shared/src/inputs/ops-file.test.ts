import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readOpsFile } from './ops-file.ts';
import type { InputRegistry } from './ops-values.ts';

const registry: InputRegistry = {
  deploy: { inputs: ['environment', 'php', 'hosts', 'path', 'keep-releases', 'checks', 'ref', 'ssh-key'], secret: ['ssh-key'], fixed: ['ref'] },
  rollback: { inputs: ['environment', 'php', 'hosts', 'path', 'to'], secret: [], fixed: [] },
};

function read(text: string): { value: (input: string, environment?: string) => string | undefined; problems: string[]; environments: readonly string[] } {
  const problems: string[] = [];
  const file = readOpsFile(text, 'deploy', registry, problems);
  return { value: (input, environment = 'production') => file.value(environment, input), problems, environments: file.environments };
}

describe('precedence', () => {
  test.each<[number[], string | undefined]>([[[0, 1, 2, 3], 'e-own'], [[1, 2, 3], 'e-shared'], [[2, 3], 'd-own'], [[3], 'd-shared'], [[], undefined], [[0, 3], 'e-own'], [[1, 2], 'e-shared']])('of the places %j (0 environment and action, 1 environment, 2 defaults and action, 3 defaults) the value is %s', (given, value) => {
    const has = (place: number): boolean => given.includes(place);
    const text = `defaults: {${has(3) ? ' php: d-shared,' : ''}${has(2) ? ' deploy: { php: d-own }' : ''} }\nenvironments: { production: {${has(1) ? ' php: e-shared,' : ''}${has(0) ? ' deploy: { php: e-own }' : ''} } }\n`;
    expect(read(text)).toMatchObject({ problems: [] });
    expect(read(text).value('php')).toBe(value);
  });
  test('another environment and another action do not count', () => {
    const { value, problems } = read('environments:\n  staging: { php: php8.3 }\n  production: { rollback: { php: php8.2 } }\n');
    expect([value('php'), value('php', 'staging'), problems]).toEqual([undefined, 'php8.3', []]);
  });
  test('an empty value is not given: the next place counts', () => {
    for (const empty of ['', '~', 'null', '""', "'  '"]) expect(read(`defaults: { php: php8.4 }\nenvironments:\n  production:\n    php: ${empty}\n`).value('php')).toBe('php8.4');
  });
});

describe('values', () => {
  test.each([
    ['8.10', '8.10'], ['0123', '0123'], ['1e3', '1e3'], ['0x1f', '0x1f'], ['True', 'True'], ['yes', 'yes'], ['"a b"', 'a b'], ['1.20.0', '1.20.0'], ['1234567', '1234567'], ['2026-01-31', '2026-01-31'],
    ['[a, b]', 'a\nb'], ['[]', 'none'], ['none', 'none'], ['[1.10, true]', '1.10\ntrue'], ['|\n      a\n      b', 'a\nb\n'],
    ['[{name: api, retries: 010, required: true, x: ~}, {"url": "a\\nb"}]', '[{"name": "api", "retries": 010, "required": true, "x": ~}, {"url": "a\\nb"}]'],
  ])('%s is read as %j', (yaml, text) => {
    const { value, problems } = read(`defaults:\n  deploy:\n    checks: ${yaml}\n`);
    expect([value('checks'), problems]).toEqual([text, []]);
  });
  test('aliases stand for what they name', () => {
    const { value, problems } = read('defaults:\n  hosts: &web [app1.example.com, app2.example.com]\nenvironments:\n  staging:\n    hosts: *web\n');
    expect([value('hosts', 'staging'), problems]).toEqual(['app1.example.com\napp2.example.com', []]);
  });
  test.each(['{a: b}', '[[a]', '*nobody', '[a, "b\\nc"]', '!secret x'])('%s is a problem', (yaml) => {
    const { value, problems } = read(`defaults:\n  php: ${yaml}\n`);
    expect([value('php'), problems.length]).toEqual([undefined, 1]);
  });
  test('an alias in itself, and one that multiplies, end', () => {
    expect(read('defaults:\n  checks: &a [{x: *a}]\n').problems).toHaveLength(1);
    const bomb = Array.from({ length: 12 }, (_unused, at) => `  - &a${at} {x: [${at === 0 ? '1' : Array.from({ length: 10 }, () => `*a${at - 1}`).join(', ')}]}`).join('\n');
    expect(read(`defaults:\n  checks:\n${bomb.replaceAll(/^/gm, '  ')}\n`).problems).toHaveLength(1);
  });
});

describe('problems name line, place and the nearest name', () => {
  test.each<[string, string]>([
    ['default: {}', '.github/ops.yml:1: default is not known; the file has defaults and environments. Did you mean defaults?'],
    ['defaults:\n  keep-release: 5', '.github/ops.yml:2: defaults.keep-release is not an input of any action. Did you mean keep-releases?'],
    ['defaults:\n  rollback:\n    keep-releases: 5', '.github/ops.yml:3: defaults.rollback.keep-releases is not an input of rollback.'],
    ['environments:\n  production:\n    environment: x', '.github/ops.yml:3: environments.production.environment is never read from the file. Pass it as an input instead'],
    ['defaults: { ref: main }', '.github/ops.yml:1: defaults.ref is never read from the file. Pass it as an input instead'],
    ['defaults: { ssh-key: hunter2hunter2 }', '.github/ops.yml:1: defaults.ssh-key is a secret and must not stand in a file. Pass it as an input instead: ssh-key: ${{ secrets.NAME }}'],
    ['- a', '.github/ops.yml: the file must be a mapping with defaults and environments. Example: defaults: { php: php8.4 }'],
    ['defaults: text', '.github/ops.yml:1: defaults must be a mapping of input names. Example: defaults: { php: php8.4 }'],
    ['environments: [production]', '.github/ops.yml:1: environments must be a mapping of names. Example: environments: { production: { php: php8.4 } }'],
    ['defaults: { deploy: 5 }', '.github/ops.yml:1: defaults.deploy must be a mapping of inputs of deploy'],
    ['defaults: { toString: 5 }', '.github/ops.yml:1: defaults.toString is not an input of any action.'],
    ['defaults: { __proto__: { php: x } }', '.github/ops.yml:1: defaults.__proto__ is not an input of any action.'],
    ['<<: { php: x }', '.github/ops.yml:1: << is not known; the file has defaults and environments.'],
  ])('%j', (text, problem) => expect(read(text).problems).toEqual([problem]));

  test.each(['defaults: [1', 'a: 1\na: 2', 'a: 1\n---\nb: 2', 'defaults:\n\tphp: x', 'a: b: c', '"'])('%j is not YAML: the line is named, the text is not shown', (text) => {
    const [problem = '', ...more] = read(`${text} # hunter2hunter2`).problems;
    expect(problem).toMatch(/^\.github\/ops\.yml is not valid YAML: .* at line \d+, column \d+\.$/);
    expect([problem.includes('hunter2'), more]).toEqual([false, []]);
  });
  test('a secret in the wrong place is never shown', () => expect(read('defaults: { ssh-key: hunter2hunter2, php: { a: hunter2hunter2 } }').problems.join()).not.toContain('hunter2'));
  test.each(['', '# nothing', '---', 'defaults:\nenvironments:\n', 'defaults: {}\nenvironments: { production: }', 'defaults: { deploy: }'])('%j is fine', (text) => expect(read(text).problems).toEqual([]));
});

test('never throws, whatever the file', () => {
  const line = fc.oneof(fc.constantFrom('defaults:', 'environments:', '  production:', '    php: x', '  deploy:', '*a', '&a [', '- x', '{', '}', '? a', '!t', '---', '%YAML 1.1', '|', '  - {a: *a}'), fc.string({ unit: 'binary', maxLength: 12 }));
  fc.assert(fc.property(fc.array(line, { maxLength: 12 }), (parts) => {
    const { problems } = read(parts.join('\n'));
    for (const problem of problems) expect(problem.startsWith('.github/ops.yml')).toBe(true);
  }), { numRuns: 500 });
});
