import { globSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { loadContract } from '../../scripts/docs.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

interface Workflow {
  readonly on: unknown;
  readonly permissions?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}
interface Job {
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly secrets?: Readonly<Record<string, unknown>> | string;
  readonly permissions?: unknown;
  readonly 'timeout-minutes'?: number;
  readonly steps?: readonly { readonly uses?: string; readonly run?: string; readonly with?: Readonly<Record<string, unknown>> }[];
}
interface Call {
  readonly inputs?: Readonly<Record<string, { readonly type: string; readonly default?: unknown; readonly description?: string }>>;
  readonly secrets?: Readonly<Record<string, unknown>>;
}

const workflow = (file: string): Workflow => parse(read(file));
const callOf = (file: string): Call | undefined => {
  const { on } = workflow(file);
  return on !== null && typeof on === 'object' && 'workflow_call' in on ? (on.workflow_call ?? {}) as Call : undefined;
};
const ours = globSync('.github/workflows/*.yml', { cwd: root }).sort();
const reusable = ours.filter((file) => callOf(file) !== undefined);
const examples = globSync('examples/*.yml', { cwd: root }).filter((file) => read(file).includes('\njobs:')).sort();
const pins = new Map([...read('.github/pins.txt').matchAll(/^(\S+) (\S+) ([0-9a-f]{40})$/gm)].map(([, name = '', tag = '', sha = '']) => [`${name}@${sha}`, tag]));

describe.each([...ours, ...examples])('%s', (file) => {
  test('starts without permissions; each job has a limit and asks for what it needs', () => {
    const { permissions, jobs } = workflow(file);
    expect(permissions).toEqual({});
    for (const [name, job] of Object.entries(jobs)) if (job.uses === undefined) expect({ name, limit: typeof job['timeout-minutes'] }).toEqual({ name, limit: 'number' });
  });

  test('foreign actions are pinned to a commit we know, its tag beside it', () => {
    for (const [, action = '', comment = ''] of read(file).matchAll(/uses:\s*(\S+)(?:\s+#\s*(\S+))?/g)) {
      if (/^(?:fwber\/ops\/.*@v1|\.\/.*)$/.test(action)) continue;
      const [name = '', sha = ''] = action.split('@');
      const known = pins.get(`${name.split('/').slice(0, 2).join('/')}@${sha}`);
      expect({ action, tag: comment }).toEqual({ action, tag: known });
    }
  });

  test('no expression inside run, no inherited secrets, no credentials kept', () => {
    for (const job of Object.values(workflow(file).jobs)) {
      expect(job.secrets).not.toBe('inherit');
      for (const step of job.steps ?? []) {
        expect(step.run ?? '').not.toContain('${{');
        if (step.uses?.startsWith('actions/checkout@') === true) expect(step.with?.['persist-credentials']).toBe(false);
      }
    }
  });

  test('what it hands to our actions and workflows exists there', async () => {
    for (const job of Object.values(workflow(file).jobs)) {
      const called = /^fwber\/ops\/(\.github\/workflows\/[\w-]+\.yml)@v1$/.exec(job.uses ?? '')?.[1];
      if (called !== undefined) {
        expect(Object.keys(callOf(called)?.inputs ?? {})).toEqual(expect.arrayContaining(Object.keys(job.with ?? {})));
        expect(Object.keys(callOf(called)?.secrets ?? {})).toEqual(expect.arrayContaining(Object.keys(job.secrets ?? {})));
      }
      for (const step of job.steps ?? []) {
        const name = /^fwber\/ops\/([\w-]+)@v1$/.exec(step.uses ?? '')?.[1];
        if (name !== undefined) expect(Object.keys((await loadContract(name))?.inputs ?? {})).toEqual(expect.arrayContaining(Object.keys(step.with ?? {})));
      }
    }
  });
});

// A boolean or a number would always hand over a value, and so beat .github/ops.yml.
test.each(reusable)('every input of %s is text and empty by default', (file) => {
  for (const [name, input] of Object.entries(callOf(file)?.inputs ?? {})) {
    expect({ name, type: input.type, default: input.default }).toEqual({ name, type: 'string', default: '' });
    expect(input.description ?? '').toMatch(/\S/);
  }
});

test('there is an example for each reusable workflow', () => {
  expect(examples.map((file) => basename(file))).toEqual(expect.arrayContaining(reusable.map((file) => basename(file))));
});
