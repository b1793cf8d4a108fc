import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { EXIT_CODES } from '@ops/backup';

const root = resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const [, part = ''] = read('docs/backup.md').split('\n## Reason codes\n');
const rows = [...part.matchAll(/^\| `([a-z-]+)` \| (\d+) \| ([^|]+) \| ([^|]+) \|$/gm)].map(([, code = '', exit = '', what = '', next = '']) => ({ code, exit: Number(exit), what, next }));
/** Not of backups alone: a wrong input, and an error of ours. */
const OF_EVERY_ACTION = { input: 1, bug: 1 };
/** How the catalog calls what it does not accept; no run ends with them. */
const OF_THE_CATALOG = ['foreign', 'replayed', 'unreadable', 'unknown-version'];

describe('docs/backup.md', () => {
  test('explains every reason of a backup once, with its exit code', () => {
    const said = rows.map(({ code, exit }): [string, number] => [code, exit]);
    expect(said.filter(([code], at) => said.findIndex(([other]) => other === code) !== at)).toEqual([]);
    expect(Object.fromEntries(said)).toEqual({ ...EXIT_CODES, ...OF_EVERY_ACTION });
  });

  test('says what happened and what to do', () => {
    for (const { code, what, next } of rows) expect({ code, what: what.length > 15, next: next.length > 15 }).toEqual({ code, what: true, next: true });
  });
});

describe('what a reader copies from docs/backup.md', () => {
  const blocks = (language: string): string[] => [...read('docs/backup.md').matchAll(new RegExp(`^( *)\`\`\`${language}\\n([\\s\\S]*?)^ *\`\`\`$`, 'gm'))].map(([, indent = '', text = '']) => text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''));

  test('policies are JSON, and the writing role cannot delete', () => {
    const policies = blocks('json').filter((text) => text.includes('"Effect"')).map((text): unknown => JSON.parse(text));
    expect(policies).toHaveLength(3);
    expect(JSON.stringify(policies[0])).not.toMatch(/Delete|s3:\*|s3:Put(?!Object"|ObjectTagging")/);
    expect(JSON.stringify(policies[1])).toContain('s3:DeleteObject');
    expect(JSON.stringify(policies[1])).not.toContain('DeleteObjectVersion');
  });

  test('the workflow hands over what backup.yml takes', () => {
    const [text = ''] = blocks('yaml');
    const { inputs, secrets } = parse(read('.github/workflows/backup.yml')).on.workflow_call;
    for (const job of Object.values<{ with: object; secrets: object }>(parse(text).jobs)) {
      expect(Object.keys(inputs)).toEqual(expect.arrayContaining(Object.keys(job.with)));
      expect(Object.keys(secrets)).toEqual(expect.arrayContaining(Object.keys(job.secrets)));
    }
  });
});

test('code gives no other reason', () => {
  const found = new Map<string, string>();
  for (const file of globSync('{packages/backup,actions/db-backup}/src/**/*.ts', { cwd: root }).filter((one) => !/\.test\.ts$|generated|testing\.ts$/.test(one))) {
    for (const [, given = ''] of read(file).matchAll(/(?<!readonly )\breason: ([^,}\n]*)/g)) {
      // Neither what something is compared with nor the name of an input is a reason.
      for (const [, word = ''] of given.replaceAll(/[!=]== '[^']*'|\['[^']*'\]/g, '').matchAll(/'([a-z]+(?:-[a-z]+)*)'/g)) found.set(word, file);
    }
  }
  const known = [...Object.keys(EXIT_CODES), ...Object.keys(OF_EVERY_ACTION), ...OF_THE_CATALOG];
  expect([...found].filter(([word]) => !known.includes(word))).toEqual([]);
  // The search sees what it should: a refusal, a fault of a store, one of the pipeline.
  expect([...found.keys()]).toEqual(expect.arrayContaining(['right-missing', 'store-timeout', 'stage-killed', 'signature-bad']));
});
