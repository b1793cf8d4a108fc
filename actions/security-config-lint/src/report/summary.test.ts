import { expect, test } from '@jest/globals';
import { renderSummary, type Log, type LogPlace } from '@ops/shared';
import { ACTION_ITEMS, AUDIT_ITEMS, WEEK_ITEMS } from '../checklist/items.ts';
import { judgeItems } from '../checklist/judge.ts';
import { gate } from '../gate.ts';
import type { Finding } from '../finding.ts';
import type { LintResult } from '../lint-result.ts';
import { judged } from '../judgement.ts';
import type { Outcome } from '../outcome.ts';
import { stand } from '../standing.ts';
import { open, reported, sampleFinding, sampleRule } from '../testing.ts';
import { annotate } from './annotations.ts';
import { resultOf, resultSchema } from './result.ts';
import { lintSections } from './summary.ts';

const rule = sampleRule('FWS-SES-001', { severity: 'critical' });
const BYTES = 900 * 1024;

function lintResult(findings: readonly Finding[], more: Partial<LintResult> = {}): LintResult {
  const stood = stand(reported(rule, findings), { by: new Map(), invalid: [], ending: [] }, undefined);
  const outcomes: Outcome[] = [{ rule, judgement: judged({ findings, undecided: [open('session.`path`|x')] }, 'no session') }];
  const facts = { outcomes, stood, wire: [], attested: [], evidence: [], todayMs: 0 };
  return {
    target: 'production', prefix: '', framework: '12.3.0', sources: ['.env'], stood, outcomes, baseline: { known: 1, gone: [] }, ending: [], notices: ['newer than what is known'],
    gate: gate(stood, outcomes, { failOn: 'high', failOnNew: 'high', hasBaseline: false, notEvaluable: 'warn', liveInconclusive: 'warn' }),
    items: { actions: judgeItems(ACTION_ITEMS, facts), audit: judgeItems(AUDIT_ITEMS, facts), week: judgeItems(WEEK_ITEMS, facts) }, ...more,
  };
}

const summary = (result: LintResult): string => renderSummary('Security configuration', { ok: false, sentence: 'A finding.', reason: 'findings' }, lintSections(result));

test('the summary says what was judged, each finding with its trace, what is undecided, and the lists', () => {
  const text = summary(lintResult([sampleFinding()]));
  for (const part of ['Environment from .env', 'A02:2025 Security Misconfiguration', '**high** [FWS-SES-001](https://github.com/fwber/ops/blob/main/docs/rules/FWS-SES-001.md)', 'SESSION_SECURE_COOKIE is not set', 'config/session.php:9', '### Not decided', '### Action items', '- [ ] 29 Logging in works']) expect(text).toContain(part);
  expect(text).not.toContain('28 of 28');
});

test('without an environment it says first that only defaults were judged', () => {
  expect(lintSections(lintResult([], { sources: [] }))[0]?.markdown).toMatch(/^\*\*Only defaults were judged/);
});

test('it stays below 900 KiB with thousands of findings, and text of others is inert in it', () => {
  const hostile = sampleFinding('x', { message: 'Bad | <img src=x> @all ::error::`x` '.repeat(60), trace: Array.from({ length: 20 }, () => ({ file: 'a|b.php', line: 1, column: 1, what: '<script>|`' })) });
  const text = summary(lintResult(Array.from({ length: 6000 }, () => hostile)));
  expect(Buffer.byteLength(text)).toBeLessThan(BYTES);
  expect(text).not.toMatch(/<img|<script|@all/);
});

test('annotations: errors for what is red, warnings down to medium, one notice for the rest', () => {
  const said: unknown[] = [];
  const push = (kind: string) => (message: string, title?: string, place?: LogPlace): void => void said.push([kind, title, place?.file, message.split('\n')[0]]);
  const log: Pick<Log, 'error' | 'warning' | 'notice'> = { error: push('error'), warning: push('warning'), notice: push('notice') };
  annotate(lintResult([sampleFinding('low', { severity: 'low' }), sampleFinding('medium', { severity: 'medium' }), sampleFinding('high')]), log as Log);
  expect(said).toEqual([
    ['error', 'FWS-SES-001 Title of FWS-SES-001', 'config/session.php', 'high is false.'],
    ['warning', 'FWS-SES-001 Title of FWS-SES-001', 'config/session.php', 'medium is false.'],
    ['notice', 'Security configuration', undefined, 'Beside these: 1 low. The job summary has them.'],
  ]);
});

test('the result is what its schema says', () => {
  expect(resultSchema.parse(resultOf(lintResult([sampleFinding()])))).toMatchObject({ verdict: 'fail', counts: { open: { high: 1 } }, findings: [{ rule: 'FWS-SES-001', standing: 'open' }] });
});
