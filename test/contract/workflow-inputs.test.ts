import { globSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { loadContract } from '../../scripts/docs.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

interface Reusable {
  readonly on: { readonly workflow_call?: { readonly inputs?: Readonly<Record<string, unknown>>; readonly secrets?: Readonly<Record<string, unknown>>; readonly outputs?: Readonly<Record<string, { readonly value: string }>> } };
  readonly jobs: Readonly<Record<string, { readonly outputs?: Readonly<Record<string, string>>; readonly steps?: readonly { readonly id?: string; readonly uses?: string; readonly with?: Readonly<Record<string, string>> }[] }>>;
}

const files = globSync('.github/workflows/*.yml', { cwd: root }).filter((file) => /^ {2}workflow_call:/m.test(read(file))).sort();
// The artifact of another job becomes the action's source, and the GitHub environment is the job's: neither is an input of the action.
const OF_THE_WORKFLOW = ['artifact', 'job-environment'];

test('there are reusable workflows to look at', () => {
  expect(files.map((file) => basename(file))).toEqual(expect.arrayContaining(['backup.yml', 'deploy.yml', 'rollback.yml']));
});

describe.each(files)('%s', (file) => {
  const workflow: Reusable = parse(read(file));
  const { inputs = {}, secrets = {}, outputs = {} } = workflow.on.workflow_call ?? {};
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps ?? []).filter((step) => step.uses?.startsWith('fwber/ops/') === true);

  test('hands every input and secret on to one of our actions, by the same name', () => {
    for (const name of [...Object.keys(inputs), ...Object.keys(secrets)].filter((one) => !OF_THE_WORKFLOW.includes(one))) {
      const context = name in secrets ? 'secrets' : 'inputs';
      const given = steps.map((step) => step.with?.[name] ?? '');
      // `inputs.x` or `inputs.x || …`: empty stays empty, or becomes what the platform knows.
      expect({ name, given }).toEqual({ name, given: expect.arrayContaining([expect.stringMatching(new RegExp(`^\\$\\{\\{ ${context}\\.${name}(?: \\|\\| .+)? \\}\\}$`))]) });
    }
  });

  test('crosses no wires: what an action gets is the input of its name', () => {
    for (const step of steps) for (const [name, value] of Object.entries(step.with ?? {})) expect({ name, first: /^\$\{\{ (?:inputs|secrets)\.([\w-]+)/.exec(value)?.[1] }).toEqual({ name, first: name });
  });

  test('its outputs are outputs of the action', async () => {
    for (const [name, { value }] of Object.entries(outputs)) {
      const [, job = '', output = ''] = /^\$\{\{ jobs\.([\w-]+)\.outputs\.([\w-]+) \}\}$/.exec(value) ?? [];
      const [, id = '', from = ''] = /^\$\{\{ steps\.([\w-]+)\.outputs\.([\w-]+) \}\}$/.exec(workflow.jobs[job]?.outputs?.[output] ?? '') ?? [];
      const action = /^fwber\/ops\/([\w-]+)@v1$/.exec(steps.find((step) => step.id === id)?.uses ?? '')?.[1] ?? '';
      expect(Object.keys((await loadContract(action))?.outputs ?? {})).toContain(from);
      expect(from).toBe(name);
    }
  });
});

test.each([...globSync('.github/workflows/*.yml', { cwd: root }), ...globSync('examples/*.yml', { cwd: root })])('every permission in %s has its reason beside it', (file) => {
  for (const [line] of read(file).matchAll(/^ +(?:[a-z]+(?:-[a-z]+)*): (?:read|write)\b.*$/gm)) expect(line).toMatch(/# \S/);
});
