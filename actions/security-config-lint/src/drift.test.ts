import { describe, expect, test } from '@jest/globals';
import { join } from './drift.ts';
import { judged, type Judgement } from './judgement.ts';
import { failed, open, passed, sampleFinding, sampleRule } from './testing.ts';

const rule = sampleRule('FWS-SES-001', { severity: 'critical' });
const seen = sampleFinding('session.secure', { severity: 'critical', message: 'The session cookie is sent without Secure.', shown: 'no Secure', trace: [] });
const inFiles = sampleFinding('session.secure', { severity: 'critical' });

function said(fixed: Judgement | undefined, wire: Judgement | undefined): unknown {
  const { found, outcome } = join(rule, fixed, wire);
  return [outcome.judgement.kind, ...found.map(({ half, finding }) => `${half} ${finding.severity} ${finding.subject}`)];
}

describe('what the files say and what the wire shows', () => {
  test.each([
    ['the same good', passed('session.secure'), passed('session.secure'), ['pass']],
    ['safe in files, unsafe on the wire', passed('session.secure'), failed(seen), ['fail', 'drift critical session.secure']],
    ['unsafe in files, safe on the wire', failed(inFiles), passed('session.secure'), ['fail', 'drift high session.secure']],
    ['unsafe in both: one finding', failed(inFiles), failed(seen), ['fail', 'static critical session.secure']],
    ['another subject: both stand', failed(inFiles), failed({ ...seen, subject: 'xsrf' }), ['fail', 'static critical session.secure', 'wire critical xsrf']],
    ['the wire proves nothing: no drift', failed(inFiles), { kind: 'inconclusive', why: 'challenge' } as const, ['fail', 'static critical session.secure']],
    ['undecided in files, unsafe on the wire: no drift', judged({ undecided: [open('session.secure')] }, ''), failed(seen), ['fail', 'wire critical session.secure']],
    ['undecided in files, safe on the wire: answered', judged({ undecided: [open('session.secure')] }, ''), passed('session.secure'), ['pass']],
    ['undecided in files, the wire answers something else', judged({ undecided: [open('session.secure')] }, ''), passed('xsrf'), ['not-evaluable']],
    ['the wire was not asked', passed('session.secure'), undefined, ['pass']],
    ['the files do not say', { kind: 'not-applicable', why: 'no session', notAsked: false } as const, failed(seen), ['fail', 'wire critical session.secure']],
    ['good in files, the wire proves nothing', passed('a'), { kind: 'inconclusive', why: 'challenge' } as const, ['inconclusive']],
  ])('%s', (_name, fixed, wire, expected) => {
    expect(said(fixed, wire)).toEqual(expected);
  });

  test('a header that files do not set is judged by the wire, and its severity is lowered once', () => {
    const missing = sampleFinding('content-security-policy', { severity: 'medium', absent: true });
    expect(said(failed(missing), passed('content-security-policy'))).toEqual(['pass']);
    expect(said(failed(missing), failed(sampleFinding('content-security-policy', { severity: 'high' })))).toEqual(['fail', 'static high content-security-policy']);
    expect(said(failed(missing), undefined)).toEqual(['fail', 'static medium content-security-policy']);
  });

  test('a drift cites both halves', () => {
    const [found] = join(rule, judged({ safe: [{ subject: 'session.secure', shown: 'true', trace: inFiles.trace }] }, ''), failed(seen)).found;
    expect(found?.finding.message).toBe('The session cookie is sent without Secure. The files say otherwise (true): what is configured does not reach the wire.');
    expect(found?.finding.trace).toEqual(inFiles.trace);
  });
});
