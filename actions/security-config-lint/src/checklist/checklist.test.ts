import { describe, expect, test } from '@jest/globals';
import { judged, notApplicable, notAsked, type Judgement } from '../judgement.ts';
import type { Outcome } from '../outcome.ts';
import { stand } from '../standing.ts';
import { failed, open, passed, reported, sampleFinding, sampleRule } from '../testing.ts';
import { ATTESTATIONS } from './attestations.ts';
import { ACTION_ITEMS, AUDIT_ITEMS, WEEK_ITEMS, type Item } from './items.ts';
import { judgeItems, type ChecklistFacts } from './judge.ts';

const rule = sampleRule('FWS-APP-001');
const todayMs = Date.parse('2026-12-01T12:00:00Z');

function facts(judgement: Judgement | undefined, more: Partial<ChecklistFacts> = {}): ChecklistFacts {
  const outcomes: Outcome[] = judgement === undefined ? [] : [{ rule, judgement }];
  const findings = judgement?.kind === 'fail' ? reported(rule, judgement.findings) : [];
  return { outcomes, stood: stand(findings, { by: new Map(), invalid: [], ending: [] }, undefined), wire: [], attested: [], evidence: [], todayMs, ...more };
}

const state = (item: Partial<Item>, given: ChecklistFacts): string => judgeItems([{ id: '1', title: 'Debug', ...item }], given).map((each) => `${each.state}: ${each.note}`).join();

describe('an item is ticked only when everything that it names passed', () => {
  test.each([
    ['a pass', passed('app.debug'), 'proven: APP-001'],
    ['a finding', failed(sampleFinding('app.debug')), 'open: FWS-APP-001 has a finding'],
    ['an info only', failed(sampleFinding('app.debug', { severity: 'info' })), 'proven: APP-001'],
    ['not evaluable', judged({ undecided: [open('app.debug')] }, ''), 'open: FWS-APP-001 is not evaluable'],
    ['inconclusive', { kind: 'inconclusive', why: 'a challenge page' } as const, 'open: FWS-APP-001 is inconclusive'],
    ['broken', { kind: 'error', error: new Error('x') } as const, 'open: FWS-APP-001 broke'],
    ['not asked', notAsked('there is nothing to look at: config'), 'open: FWS-APP-001 was not asked: there is nothing to look at: config'],
    ['nothing there to judge', notApplicable('no debugbar'), 'proven: APP-001'],
    ['not part of this release', undefined, 'open: APP-001 was not judged'],
  ])('%s', (_name, judgement, expected) => {
    expect(state({ rules: ['APP-001'] }, facts(judgement))).toBe(expected);
  });

  test('an area counts each of its rules', () => {
    const second = sampleRule('FWS-APP-002');
    const given = facts(passed('app.debug'));
    expect(state({ rules: ['APP-*'] }, given)).toBe('proven: APP-*');
    expect(state({ rules: ['APP-*'] }, { ...given, outcomes: [...given.outcomes, { rule: second, judgement: notAsked('switched off by the policy: kiosk') }] })).toContain('switched off');
    const thorough = sampleRule('FWS-APP-003', { profile: 'thorough' });
    expect(state({ rules: ['APP-*'] }, { ...given, outcomes: [...given.outcomes, { rule: thorough, judgement: notAsked('it runs with profile: thorough') }] })).toBe('proven: APP-*');
  });

  test('an attestation is needed until its last day, and makes it attested, not proven', () => {
    const attested = [{ id: 'mfa', evidence: 'https://wiki/mfa', owner: 'ops', until: '2026-12-01' }];
    expect(state({ rules: ['APP-001'], attest: 'mfa' }, facts(passed('x'), { attested }))).toBe('attested: ops, until 2026-12-01: https://wiki/mfa');
    expect(state({ rules: ['APP-001'], attest: 'mfa' }, facts(passed('x'), { attested, todayMs: todayMs + 86_400_000 }))).toContain('open: nobody attests `mfa`');
    expect(state({ rules: ['APP-001'], attest: 'mfa' }, facts(failed(sampleFinding()), { attested }))).toContain('open: FWS-APP-001 has a finding');
  });

  test('evidence is the success of an earlier step, the wire has to have answered, and a human is never ticked', () => {
    expect(state({ evidence: ['health-gate'] }, facts(undefined))).toBe('open: no result of health-gate');
    expect(state({ evidence: ['health-gate'] }, facts(undefined, { evidence: [{ action: 'health-gate', ok: false }] }))).toBe('open: health-gate did not succeed');
    expect(state({ evidence: ['health-gate'] }, facts(undefined, { evidence: [{ action: 'health-gate', ok: true }] }))).toBe('proven: health-gate');
    expect(state({ live: ['APP-001'] }, facts(passed('x')))).toBe('open: APP-001 needs live-url');
    expect(state({ live: ['APP-001'] }, facts(passed('x'), { wire: [{ rule, judgement: passed('x') }] }))).toBe('proven: APP-001');
    expect(state({ rules: ['APP-001'], human: 'log in' }, facts(passed('x')))).toBe('open: for a human: log in');
  });
});

test('there are 28 action items, 36 of the audit and 27 of the week, and every attestation is used', () => {
  expect([ACTION_ITEMS.length, AUDIT_ITEMS.length, WEEK_ITEMS.length]).toEqual([28, 36, 27]);
  expect(['C', 'H', 'M', 'L'].map((letter) => ACTION_ITEMS.filter(({ id }) => id.startsWith(letter)).length)).toEqual([7, 7, 7, 7]);
  const used = new Set([...ACTION_ITEMS, ...AUDIT_ITEMS, ...WEEK_ITEMS].flatMap(({ attest }) => attest ?? []));
  expect(Object.keys(ATTESTATIONS).filter((id) => ![...used].some((each) => each === id))).toEqual([]);
});
