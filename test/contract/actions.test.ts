import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import type { ActionContract } from '@ops/shared';
import { actionNames, actionYaml, DESCRIPTION_LIMIT, inputTable, loadContract, outputTable } from '../../scripts/docs.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (...path: string[]): string => readFileSync(join(root, ...path), 'utf8');

async function contractOf(name: string): Promise<ActionContract> {
  const contract = await loadContract(name);
  if (contract === undefined) throw new Error(`actions/${name} has no contract`);
  return contract;
}

test('the actions that are built are there', () => {
  expect(actionNames()).toEqual(expect.arrayContaining(['db-backup', 'deploy', 'health-gate', 'rollback']));
});

describe.each(actionNames())('actions/%s', (name) => {
  test('action.yml and README say what the contract says', async () => {
    const contract = await contractOf(name);
    expect(contract.name).toBe(name);
    expect(read('actions', name, 'action.yml')).toBe(actionYaml(contract));
    const readme = read('actions', name, 'README.md');
    expect(readme).toContain(inputTable(contract));
    expect(readme).toContain(outputTable(contract));
  });

  test('action.yml is what GitHub reads', async () => {
    const contract = await contractOf(name);
    const yaml = parse(read('actions', name, 'action.yml'));
    expect(Object.keys(yaml.inputs)).toEqual(Object.keys(contract.inputs));
    expect(Object.keys(yaml.outputs)).toEqual(Object.keys(contract.outputs));
    for (const { default: value } of Object.values<{ default?: string }>(yaml.inputs)) if (value !== undefined) expect(value).toMatch(/^\$\{\{ .+ \}\}$/);
    for (const { description } of [yaml, ...Object.values<{ description: string }>(yaml.inputs), ...Object.values<{ description: string }>(yaml.outputs)]) {
      expect({ description, fits: description.length < DESCRIPTION_LIMIT, starts: /^\S/.test(description) }).toEqual({ description, fits: true, starts: true });
    }
    expect(existsSync(join(root, 'actions', name, 'src/post.ts'))).toBe(contract.post);
    expect(yaml.runs.post !== undefined).toBe(contract.post);
  });

  test('every output is set somewhere', async () => {
    const sources = globSync(`{actions/${name},packages/*}/src/**/*.ts`, { cwd: root }).filter((file) => !/\.test\.ts$|\/inputs\.ts$|generated/.test(file)).map((file) => read(file)).join('\n');
    const contract = await contractOf(name);
    // `report.output('name', …)`, or the name as a key of a table of outputs.
    const unset = Object.keys(contract.outputs).filter((output) => output !== 'result-json' && !new RegExp(`output\\(\\s*'${output}'|(^|[\\s{,\\[])'?${output}'?\\s*[:,]`, 'm').test(sources));
    expect(unset).toEqual([]);
  });

  test('defaults and examples of inputs are valid values', async () => {
    const contract = await contractOf(name);
    const wrong = Object.entries(contract.inputs).flatMap(([input, spec]) => [spec.default, spec.expression === undefined ? spec.example : undefined].map(async (text) => {
      if (text === undefined || text === '' || text.includes('${{')) return [];
      return (await spec.schema.safeParseAsync(text)).success ? [] : [`${input}: ${text}`];
    }));
    expect((await Promise.all(wrong)).flat()).toEqual([]);
  });

  test('main.ts is a door', () => {
    expect(read('actions', name, 'src/main.ts').trimEnd().split('\n').length).toBeLessThanOrEqual(25);
  });
});

test('no source file of the product has more than 250 lines', () => {
  const long = globSync('{actions,packages}/*/src/**/*.ts', { cwd: root }).filter((file) => !/\.test\.ts$|testing\.ts$|generated/.test(file)).map((file) => `${file} ${read(file).trimEnd().split('\n').length}`).filter((line) => Number(line.split(' ')[1]) > 250);
  expect(long).toEqual([]);
});
