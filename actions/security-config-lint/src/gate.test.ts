import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { baselineOf, baselineText, matchBaseline, prunedBaseline, readBaseline } from './baseline.ts';
import { gate, type GateOptions } from './gate.ts';
import type { Judgement } from './judgement.ts';
import { judged } from './judgement.ts';
import { exclusion, judgeAll, type Scope } from './outcome.ts';
import { SEVERITIES } from './severity.ts';
import { stand, withoutSubsumed } from './standing.ts';
import { failed, open, passed, reported, sampleFinding, sampleRule } from './testing.ts';
import { unknownFindings } from './unknowns.ts';

const rule = sampleRule('FWS-SES-001', { severity: 'critical' });
const other = sampleRule('FWS-SES-007', { severity: 'low' });
const none = { by: new Map(), invalid: [], ending: [] };
const options: GateOptions = { failOn: 'high', failOnNew: 'high', hasBaseline: false, notEvaluable: 'warn', liveInconclusive: 'warn' };
const SALT = '00112233445566778899aabbccddeeff';

describe('the gate', () => {
  const verdict = (judgement: Judgement, more: Partial<GateOptions> = {}, of = rule): string => {
    const findings = judgement.kind === 'fail' ? reported(of, judgement.findings) : [];
    const result = gate(stand(findings, none, undefined), [{ rule: of, judgement }], { ...options, ...more });
    return `${result.verdict} ${result.reason}`;
  };

  test.each([
    ['a pass', passed('session.secure'), {}, 'pass ok'],
    ['a finding at the threshold', failed(sampleFinding('a', { severity: 'high' })), {}, 'fail findings'],
    ['a finding below it', failed(sampleFinding('a', { severity: 'medium' })), {}, 'pass ok'],
    ['a finding with fail-on: none', failed(sampleFinding('a', { severity: 'critical' })), { failOn: 'none', failOnNew: 'none' } as const, 'pass ok'],
    ['what cannot be decided', judged({ undecided: [open('session.secure')] }, ''), {}, 'pass ok'],
    ['what cannot be decided, not-evaluable: fail', judged({ undecided: [open('session.secure')] }, ''), { notEvaluable: 'fail' } as const, 'inconclusive not-evaluable'],
    ['a page that proves nothing', { kind: 'inconclusive', why: 'a challenge page' } as const, {}, 'pass ok'],
    ['a page that proves nothing, live-inconclusive: fail', { kind: 'inconclusive', why: 'a challenge page' } as const, { liveInconclusive: 'fail' } as const, 'inconclusive live-inconclusive'],
    ['a rule that broke', { kind: 'error', error: new Error('x') } as const, {}, 'error rule-error'],
    ['a rule that does not apply', judged({}, 'no session'), { notEvaluable: 'fail', liveInconclusive: 'fail' } as const, 'pass ok'],
  ])('%s', (_name, judgement, more, expected) => {
    expect(verdict(judgement, more)).toBe(expected);
  });

  test('an undecided rule below the threshold does not matter', () => {
    expect(verdict(judged({ undecided: [open('session.lifetime')] }, ''), { notEvaluable: 'fail' }, other)).toBe('pass ok');
  });

  test('a finding beside something undecided is a failure, not inconclusive', () => {
    expect(verdict(judged({ findings: [sampleFinding()], undecided: [open('x')] }, ''), { notEvaluable: 'fail' })).toBe('fail findings');
  });

  test('an info never fails, whatever the threshold', () => {
    expect(verdict(failed(sampleFinding('a', { severity: 'info' })), { failOn: 'low', failOnNew: 'low' })).toBe('pass ok');
  });
});

describe('the baseline', () => {
  const judgedRules = new Set([rule.id, other.id]);
  const old = reported(rule, [sampleFinding('a', { shown: '600', rank: 600 }), sampleFinding('b')]);
  const baseline = baselineOf(old, SALT);

  test('what was there is known, what is new is not, what is gone is listed', () => {
    const now = reported(rule, [sampleFinding('a', { shown: '600', rank: 600 }), sampleFinding('c')]);
    const match = matchBaseline(baseline, now, judgedRules);
    expect([...match.known].map(({ subject }) => subject)).toEqual(['a']);
    expect(match.gone.map(({ subject }) => subject)).toEqual(['b']);
    expect(prunedBaseline(baseline, match).entries.map(({ subject }) => subject)).toEqual(['a']);
    expect(matchBaseline(baseline, now, new Set()).gone).toEqual([]);
  });

  test.each([[601, false], [599, true], [600, true]])('a value that is now %i is known: %s', (rank, known) => {
    expect(matchBaseline(baseline, reported(rule, [sampleFinding('a', { shown: String(rank), rank })]), judgedRules).known.size === 1).toBe(known);
  });

  test('known findings turn nothing red, and a new one can have a lower threshold', () => {
    const now = reported(rule, [sampleFinding('a', { shown: '600', rank: 600 }), sampleFinding('c', { severity: 'medium' })]);
    const result = (more: Partial<GateOptions>): readonly string[] => gate(stand(now, none, matchBaseline(baseline, now, judgedRules)), [], { ...options, hasBaseline: true, ...more }).red.map(({ finding }) => finding.subject);
    expect(result({})).toEqual([]);
    expect(result({ failOnNew: 'medium' })).toEqual(['c']);
  });

  test('written, read and written again it is the same, and it holds no value', () => {
    const text = baselineText(baseline);
    expect(baselineText(readBaseline(text, 'b.json'))).toBe(text);
    expect(text).not.toContain('"600"');
    expect(() => readBaseline('{}', 'b.json')).toThrow('The baseline b.json cannot be read');
  });

  test('updating and pruning twice changes nothing, in whatever order the findings come', () => {
    fc.assert(fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z]{1,4}$/)), fc.integer(), (subjects, seed) => {
      const findings = subjects.map((subject) => sampleFinding(subject));
      const first = baselineOf(reported(rule, findings), SALT);
      const shuffled = findings.toSorted((a, b) => (a.subject.charCodeAt(0) ^ seed) - (b.subject.charCodeAt(0) ^ seed));
      expect(baselineText(baselineOf(reported(rule, shuffled), SALT))).toBe(baselineText(first));
      const match = matchBaseline(first, reported(rule, shuffled), judgedRules);
      expect(match.known.size).toBe(subjects.length);
      expect(prunedBaseline(first, match)).toEqual(first);
    }));
  });
});

describe('which rules run', () => {
  const scope: Scope = { thorough: false, named: new Set(), off: new Map(), given: new Set(['config']), major: 12, options: new Map() };
  const why = (of: ReturnType<typeof sampleRule>, more: Partial<Scope> = {}, target: 'production' | 'example' = 'production'): string | undefined => {
    const judgement = exclusion(of, { target }, { ...scope, ...more });
    return judgement?.kind === 'not-applicable' ? `${judgement.notAsked ? 'not asked' : 'no'}: ${judgement.why}` : judgement?.kind;
  };

  test('those of the target, the profile, the version, and whose files are there', () => {
    expect(why(rule)).toBeUndefined();
    expect(why(rule, {}, 'example')).toBe('not asked: it does not run for target example');
    expect(why(rule, { off: new Map([[rule.id, 'kiosk']]) })).toBe('not asked: switched off by the policy: kiosk');
    const thorough = sampleRule('FWS-AUT-004', { profile: 'thorough' });
    expect([why(thorough), why(thorough, { thorough: true }), why(thorough, { named: new Set([thorough.id]) })]).toEqual(['not asked: it runs with profile: thorough', undefined, undefined]);
    expect(why(sampleRule('FWS-HDR-008', { profile: 'opt-in' }), { thorough: true })).toBe('not asked: it runs when the policy names it');
    expect(why(sampleRule('FWS-DKR-001', { needs: ['docker'] }))).toBe('not asked: there is nothing to look at: docker');
    const newer = sampleRule('FWS-AUT-001', { frameworkRange: { from: 11 } });
    expect([why(newer), why(newer, { major: 10 }), why(newer, { major: undefined })]).toEqual([undefined, 'no: Laravel 10 has no such setting', 'not-evaluable']);
  });

  test('a check that throws is an error of that rule alone', () => {
    const broken = sampleRule('FWS-CSP-001', { check: () => { throw new TypeError('no policy'); } });
    const good = sampleRule('FWS-CSP-002', { check: () => passed('x') });
    expect(judgeAll([broken, good], { target: 'production' } as never, scope).map(({ judgement }) => judgement.kind)).toEqual(['error', 'pass']);
  });
});

test('a more specific rule speaks for the other about the same subject', () => {
  const any = sampleRule('FWS-CRS-002');
  const credentials = sampleRule('FWS-CRS-001', { subsumes: [any.id] });
  const all = [...reported(any, [sampleFinding('cors.allowed_origins[*]'), sampleFinding('x')]), ...reported(credentials, [sampleFinding('cors.allowed_origins[*]')])];
  expect(withoutSubsumed(all).map(({ rule: { id }, subject }) => `${id} ${subject}`)).toEqual(['FWS-CRS-002 x', 'FWS-CRS-001 cors.allowed_origins[*]']);
});

test('what cannot be decided is said once for each reason', () => {
  const outcomes = [
    { rule, judgement: judged({ undecided: [open('session.secure', 'no-environment'), open('session.path', 'expression')] }, '') },
    { rule: other, judgement: judged({ undecided: [open('session.lifetime', 'no-environment')] }, '') },
  ];
  expect(unknownFindings(outcomes).map(({ subject, message }) => [subject, message])).toEqual([
    ['expression', expect.stringContaining('It concerns session.path, and with that FWS-SES-001.')],
    ['no-environment', expect.stringContaining('It concerns session.lifetime, session.secure, and with that FWS-SES-001, FWS-SES-007.')],
  ]);
});

test('severities are in order', () => {
  expect(SEVERITIES).toEqual(['critical', 'high', 'medium', 'low', 'info']);
});
