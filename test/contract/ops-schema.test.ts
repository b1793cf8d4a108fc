import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { inputVariable, opsSchema, parseInputs, UserError, type ActionContract } from '@ops/shared';
import { actionNames, loadContract } from '../../scripts/docs.ts';
import { describeWithServices } from '../support/require.ts';
import { placeOf } from '../support/services.ts';

const root = resolve(import.meta.dirname, '../..');
const contracts: ActionContract[] = [];
beforeAll(async () => {
  for (const name of actionNames()) contracts.push(await loadContract(name) ?? (() => { throw new Error(`${name} has no contract`); })());
});

/** The file as the actions read it, with an action's required inputs given. */
async function problemsOf(opsFile: string): Promise<string[]> {
  const registry = Object.fromEntries(contracts.map(({ name, inputs }) => [name, {
    inputs: Object.keys(inputs),
    secret: Object.entries(inputs).flatMap(([input, spec]) => (spec.secret === true ? [input] : [])),
    fixed: Object.entries(inputs).flatMap(([input, spec]) => (spec.expression === undefined ? [] : [input])),
  }]));
  const found = contracts.map(async ({ name, inputs }) => {
    try {
      const required = Object.entries(inputs).flatMap(([input, spec]) => (spec.required === true ? [[inputVariable(input), spec.example]] : []));
      await parseInputs(inputs, { env: { ...Object.fromEntries(required), INPUT_ENVIRONMENT: 'production' }, opsFile, action: name, registry });
      return [];
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown;
      return [`${name}: ${thrown.message}`];
    }
  });
  return (await Promise.all(found)).flat();
}

const GOOD: Readonly<Record<string, string>> = {
  'empty.yml': '',
  'example.yml': readFileSync(join(root, 'examples/ops.yml'), 'utf8'),
  'values.yml': 'defaults:\n  php: 8.4\n  dry-run: true\n  canary: "false"\n  timeout: 1h30m\n  health: none\n  checks:\n    - { name: ready, url: https://api.example.com/ready }\n    - https://api.example.com/live\n  required-components: [database, cache]\n  ignore-components: []\nenvironments:\n  production:\n    deploy: { keep-releases: 7, exclude: none, lock-wait-timeout: 20s }\n    rollback: { mode: status }\n    health-gate: { warmup-timeout: 0, prometheus: [{ url: https://prometheus.example.com, query: up, condition: ">= 1" }] }\n  staging:\n',
};
const BAD: Readonly<Record<string, string>> = {
  'list.yml': '- defaults',
  'top.yml': 'default: {}',
  'typo.yml': 'defaults: { keep-release: 5 }',
  'other-action.yml': 'defaults: { rollback: { keep-releases: 5 } }',
  'secret.yml': 'defaults: { deploy: { ssh-key: x } }',
  'fixed.yml': 'defaults: { ref: main }',
  'environment.yml': 'defaults: { environment: x }',
  'boolean.yml': 'defaults: { dry-run: "yes" }',
  'word.yml': 'defaults: { deploy: { migrate: maybe } }',
  'range.yml': 'defaults: { keep-releases: 101 }',
  'duration.yml': 'defaults: { timeout: 5 minutes }',
  'bare.yml': 'defaults: { timeout: 300 }',
  'mapping.yml': 'defaults: { path: { a: b } }',
  'section.yml': 'defaults: { deploy: 5 }',
};

test.each(Object.keys(GOOD))('the actions take %s', async (name) => expect(await problemsOf(GOOD[name] ?? '')).toEqual([]));
test.each(Object.keys(BAD))('the actions refuse %s', async (name) => expect(await problemsOf(BAD[name] ?? '')).not.toEqual([]));

test('the registry of the actions is that of their contracts', () => {
  expect(() => execFileSync(process.execPath, ['--no-warnings', join(root, 'scripts/registry.ts'), '--check'], { stdio: 'pipe' })).not.toThrow();
});

describeWithServices('schema/ops.schema.json', ['check-jsonschema'], () => {
  /** Names of the files that the schema refuses. */
  const refused = (files: Readonly<Record<string, string>>): string[] => {
    const dir = mkdtempSync(join(tmpdir(), 'ops-schema-'));
    try {
      for (const [name, text] of Object.entries({ ...files, 'schema.json': JSON.stringify(opsSchema(contracts)) })) writeFileSync(join(dir, name), text);
      const check = (...args: string[]): string => execFileSync(placeOf('check-jsonschema'), args, { cwd: dir, encoding: 'utf8', stdio: 'pipe' });
      check('--check-metaschema', 'schema.json');
      try {
        check('--schemafile', 'schema.json', '--output-format', 'json', ...Object.keys(files));
        return [];
      } catch (thrown) {
        const { errors, parse_errors: broken } = JSON.parse(String(Object(thrown).stdout)) as { errors: { filename: string }[]; parse_errors: unknown[] };
        expect(broken).toEqual([]);
        return [...new Set(errors.map(({ filename }) => filename))].sort();
      }
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  };
  test('takes what the actions take', () => expect(refused(GOOD)).toEqual([]));
  test('refuses what they refuse', () => expect(refused(BAD)).toEqual(Object.keys(BAD).sort()));
  test('takes the example and the default of every input', () => {
    const files = Object.fromEntries(contracts.flatMap(({ name, inputs }) => Object.entries(inputs).flatMap(([input, spec]) => {
      if (spec.secret === true || spec.expression !== undefined || input === 'environment') return [];
      return [spec.example, ...(spec.default === undefined ? [] : [spec.default])].map((value, at) => [`${name}-${input}-${at}.json`, JSON.stringify({ defaults: { [name]: { [input]: value } } })]);
    })));
    expect(Object.keys(files).length).toBeGreaterThan(100);
    expect(refused(files)).toEqual([]);
  });
});

describe('every input', () => {
  test('takes its own example and default', async () => {
    const wrong = contracts.flatMap(({ name, inputs }) => Object.entries(inputs).flatMap(([input, spec]) => [spec.example, spec.default].map(async (value) => {
      // Expressions are the runner's business; `none` is said before the schema.
      if (value === undefined || value.includes('${{') || value.includes('…') || (spec.list === true && value === 'none')) return [];
      return (await spec.schema.safeParseAsync(value)).success ? [] : [`${name}.${input}: ${value}`];
    })));
    expect((await Promise.all(wrong)).flat()).toEqual([]);
  });
});
