import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Edit } from '../finding.ts';
import { applyEdits, compatible } from './edits.ts';
import { unifiedDiff } from './patch.ts';

const folder = mkdtempSync(join(tmpdir(), 'ops-patch-'));
afterAll(() => rmSync(folder, { recursive: true }));

function gitApplied(text: string, patch: string): string {
  writeFileSync(join(folder, 'file.php'), text);
  execFileSync('git', ['apply', '--unidiff-zero', '--whitespace=nowarn', '-'], { cwd: folder, input: patch, stdio: ['pipe', 'ignore', 'pipe'] });
  return readFileSync(join(folder, 'file.php'), 'utf8');
}

const line = fc.stringMatching(/^[a-c é\r]{0,4}$/);
const text = fc.tuple(fc.array(line, { minLength: 1, maxLength: 14 }), fc.boolean()).map(([lines, ends]) => lines.join('\n') + (ends ? '\n' : '')).filter((made) => made !== '');

test('git applies what we write, with context and without', () => {
  fc.assert(fc.property(text, fc.array(fc.tuple(fc.nat(60), fc.nat(6), fc.constantFrom('', 'x', 'new\n', '\n', 'é')), { maxLength: 5 }), fc.constantFrom(0 as const, 3 as const), (given, raw, context) => {
    const edits = raw.map(([at, length, inserted]): Edit => ({ file: 'file.php', start: Math.min(at, given.length), end: Math.min(at + length, given.length), text: inserted }));
    const wanted = applyEdits(given, compatible(edits));
    const patch = unifiedDiff('file.php', given, edits, context);
    if (wanted === given) return;
    // git takes a patch that empties a file for a deletion.
    fc.pre(wanted !== '');
    expect(gitApplied(given, patch)).toBe(wanted);
  }), { numRuns: 150 });
});

test('a patch of an env file shows no other line', () => {
  const env = 'APP_KEY=base64:secret\nAPP_DEBUG=true # for now\nDB_PASSWORD=secret\n';
  const start = env.indexOf('true');
  expect(unifiedDiff('.env', env, [{ file: '.env', start, end: start + 4, text: 'false' }], 0)).toBe('diff --git a/.env b/.env\n--- a/.env\n+++ b/.env\n@@ -2,1 +2,1 @@\n-APP_DEBUG=true # for now\n+APP_DEBUG=false # for now\n');
});

test('the same edit twice, and edits that overlap, change the text once', () => {
  const edit = { file: 'f', start: 1, end: 3, text: 'X' };
  expect(applyEdits('abcd', compatible([edit, edit, { ...edit, start: 2, end: 4, text: 'Y' }]))).toBe('aXd');
  expect(unifiedDiff('f', 'abcd', [{ ...edit, text: 'bc' }], 3)).toBe('');
});
