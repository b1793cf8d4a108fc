import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { App } from '../src/app.ts';
import type { Edit } from '../src/finding.ts';
import { applyEdits, compatible } from '../src/fix/edits.ts';
import { RULES } from '../src/rules.ts';
import { appOf, casesOf, expectation, judgeCase, RULES_FOLDER } from './cases.ts';

/** `OPS_WRITE_FINDINGS=1` writes findings.json of every case; look at the difference before you commit it. */
const isWriting = process.env['OPS_WRITE_FINDINGS'] === '1';
const checked = RULES.filter(({ check }) => check !== undefined);

test('every folder of cases belongs to a rule', () => {
  expect(readdirSync(RULES_FOLDER).filter((id) => !checked.some((rule) => rule.id === id))).toEqual([]);
});

describe.each(checked.map((rule) => [rule.id, rule] as const))('%s', (id, rule) => {
  const cases = casesOf(id);

  test('has at least two cases in which it is quiet, and two in which it fires', () => {
    for (const kind of ['valid', 'invalid']) expect({ kind, enough: cases.filter((each) => each.kind === kind).length >= 2 }).toEqual({ kind, enough: true });
  });

  test.each(cases.map((each) => [`${each.kind} ${each.name}`, each] as const))('%s', async (_name, each) => {
    const { judgement, findings } = judgeCase(rule, await appOf(each), each.settings.options);
    if (judgement.kind === 'error') throw judgement.error;
    expect(judgement.kind).toBe(each.settings.outcome ?? (each.kind === 'valid' ? 'pass' : 'fail'));
    expect(rule.targets).toContain(each.settings.target);
    const file = join(each.folder, 'findings.json');
    const said = findings.map(expectation);
    if (isWriting && each.kind === 'invalid') writeFileSync(file, `${JSON.stringify(said, null, 2)}\n`);
    expect(said).toEqual(existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []);
  });

  const fixed = cases.filter(({ kind }) => kind === 'invalid');
  test.each(fixed.map((each) => [each.name, each] as const))('its fix of %s removes the finding and makes no other', async (_name, each) => {
    const before = await appOf(each);
    const { findings } = judgeCase(rule, before, each.settings.options);
    const edits = findings.flatMap(({ fix }) => fix?.edits ?? []);
    if (edits.length === 0) return;
    expect(rule.fixable).toBeDefined();
    const after = await appOf(each, changed(each.files, edits));
    expect(judgeCase(rule, after, each.settings.options).findings.filter(({ subject, fix }) => fix !== undefined && findings.some((one) => one.subject === subject))).toEqual([]);
    expect(namesOf(after).filter((name) => !namesOf(before).includes(name))).toEqual([]);
  });
});

function changed(files: Readonly<Record<string, string>>, edits: readonly Edit[]): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([file, text]) => [file, applyEdits(text, compatible(edits.filter((edit) => edit.file === file)))]));
}

function namesOf(app: App): readonly string[] {
  return checked.filter(({ targets }) => targets.includes(app.target)).flatMap((rule) => judgeCase(rule, app).findings.map(({ subject }) => `${rule.id} ${subject}`));
}
