import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { REASON_CODES } from '@ops/health';

const root = resolve(import.meta.dirname, '../..');
// Reasons of a backup stand in docs/backup.md and are held by backup-guide.test.ts; deploy gives all of them as `backup`. What the
// lint says of a value, of which nobody can know the effect, is no end of a deploy.
const ELSEWHERE = /^(?:packages\/backup|actions\/db-backup|actions\/security-config-lint|packages\/laravel\/src\/(?:app|config|defaults|env|php))\//;
const sources = (pattern: string): string[] => globSync([`packages/*/src/**/${pattern}`, `actions/*/src/**/${pattern}`], { cwd: root }).filter((file) => !/\.test\.ts$|generated|testing\.ts$/.test(file) && !ELSEWHERE.test(file));

/** Every word that code gives as a reason, with a place where it does. */
function reasonsInCode(): Map<string, string> {
  const found = new Map<string, string>(REASON_CODES.map((code) => [code, 'packages/health/src/reason.ts']));
  for (const file of sources('*.ts')) {
    for (const [, given = ''] of readFileSync(join(root, file), 'utf8').matchAll(/(?<!readonly )\breason(?::| =) (\{[^}]*\}|[^,}\n]*)/g)) {
      // Neither what something is compared with nor the name of an input is a reason; sentences hold blanks.
      for (const [, word = ''] of given.replaceAll(/[!=]== '[^']*'|\['[^']*'\]/g, '').matchAll(/'([a-z]+(?:-[a-z]+)*)'/g)) found.set(word, file);
    }
  }
  for (const file of sources('*.sh')) for (const [, word = ''] of readFileSync(join(root, file), 'utf8').matchAll(/\bops_fail ([a-z]+(?:-[a-z]+)*) "/g)) found.set(word, file);
  found.delete('healthy'); // the word of a gate that is green
  found.delete('dotenv-invalid'); // only backups read values of a .env, and make it bad-input
  return found;
}

function reasonsInDocs(): string[] {
  const [, part = ''] = readFileSync(join(root, 'docs/deploy.md'), 'utf8').split('\n## Reason codes\n');
  return [...part.matchAll(/^\| `([a-z-]+)` \| [^|]+ \| [^|]+ \|$/gm)].map(([, word = '']) => word);
}

test('docs/deploy.md explains every reason code that code gives, and no other', () => {
  const code = reasonsInCode();
  const docs = reasonsInDocs();
  expect(docs.filter((word, at) => docs.indexOf(word) !== at)).toEqual([]);
  expect([...code].filter(([word]) => !docs.includes(word))).toEqual([]);
  expect(docs.filter((word) => !code.has(word))).toEqual([]);
});

test('the search finds reasons in each form in which they are written', () => {
  // One of each: a literal, the two ends of a choice, a table by step, a script of a host, the list of the gate.
  expect([...reasonsInCode().keys()]).toEqual(expect.arrayContaining(['schema-ahead', 'orphaned', 'connect', 'smoke', 'facts-changed', 'dns']));
});
