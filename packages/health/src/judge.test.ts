import { describe, expect, test } from '@jest/globals';
import { Secret } from '@ops/shared';
import fc from 'fast-check';
import { attempt } from './ask.ts';
import { parseAssertion } from './assertion.ts';
import { checkOf, type Check } from './check.ts';
import type { CheckResult } from './judge.ts';
import type { Answer, ProbeFailure } from './observation.ts';
import { isWorse, type State } from './state.ts';
import { answerWith, noAnswer } from './testing.ts';

const URL_ = 'https://app1.example.com/api/health';

function judged(answer: Answer, given: Partial<Check> = {}): CheckResult {
  return attempt(checkOf({ url: URL_, ...given }), answer).result;
}

function code(answer: Answer, given: Partial<Check> = {}): string {
  const result = judged(answer, given);
  return `${result.state} ${result.reason ?? 'good'}`;
}

const body = (status: string, checks: Record<string, unknown> = { db: { status: 'ok' } }): unknown => ({ status, checks });
const html = '<html><body>Bad gateway</body></html>';
const identity = (expected: string): Partial<Check> => ({ identity: { expected, source: { kind: 'path', pointer: '/version' } } });

describe('judge', () => {
  test.each<[string, Answer, Partial<Check>, string]>([
    ['good', answerWith(200, body('healthy')), {}, 'up good'],
    ['503 with a failing component', answerWith(503, body('unhealthy', { db: { status: 'failed' } })), {}, 'down component'],
    ['503 without a component', answerWith(503, { status: 'DOWN' }), {}, 'down status'],
    ['200 and DOWN, a contradiction', answerWith(200, { status: 'DOWN' }), {}, 'down status'],
    ['503 and UP, a contradiction', answerWith(503, { status: 'UP' }), {}, 'down status'],
    ['200 over a hidden DOWN', answerWith(200, { status: 'UP', components: { db: { status: 'DOWN' } } }), {}, 'down component'],
    ['unknown never passes', answerWith(200, { status: 'UNKNOWN' }), {}, 'unknown status'],
    ['degraded fails by default', answerWith(200, { status: 'warn' }), {}, 'degraded status'],
    ['degraded as a warning', answerWith(200, { status: 'warn' }), { degraded: 'warn' }, 'degraded good'],
    ['degraded passes if told so', answerWith(200, body('healthy', { c: { status: 'degraded' } })), { degraded: 'pass' }, 'degraded good'],
    ['tolerated degraded does not hide down', answerWith(200, body('degraded', { c: { status: 'failed' } })), { degraded: 'pass' }, 'down component'],
    ['a login page', answerWith(200, '<html>Login'), {}, 'down body'],
    ['an empty body', answerWith(200, ''), {}, 'down body'],
    ['a catch-all array', answerWith(200, []), {}, 'down body'],
    ['404 with a page', answerWith(404, html), {}, 'down body'],
    ['502 of a proxy', answerWith(502, html), {}, 'down status'],
    ['429', answerWith(429, html), {}, 'down status'],
    ['500 with foreign JSON', answerWith(500, { message: 'Server Error' }), {}, 'down status'],
    ['maintenance with Retry-After', answerWith(503, html, { 'retry-after': '60' }), {}, 'down maintenance'],
    ['503 without anything', answerWith(503, html), {}, 'down maintenance'],
    ['maintenance on a status check', answerWith(503, html), { preset: 'status' }, 'down maintenance'],
    ['503 that is expected', answerWith(503, html), { preset: 'status', expectStatus: [{ from: 503, to: 503 }] }, 'up good'],
    ['status alone', answerWith(204, ''), { preset: 'status' }, 'up good'],
    ['status alone, 404', answerWith(404, html), { preset: 'status' }, 'down status'],
    ['status alone of a catch-all', answerWith(200, [], {}, { catchAll: true }), { preset: 'status' }, 'down body'],
    ['/up has no body to read', answerWith(200, html), { url: 'https://app1.example.com/up' }, 'up good'],
    ['an expected 302', answerWith(302, ''), { preset: 'status', expectStatus: [{ from: 200, to: 399 }] }, 'up good'],
    ['from a cache', answerWith(200, body('healthy'), { age: '12' }), {}, 'unknown stale'],
    ['Age 0 is fresh', answerWith(200, body('healthy'), { age: '0' }), {}, 'up good'],
    ['an old body', answerWith(200, { status: 'ok', timestamp: '2026-01-31T08:00:00Z' }, { date: 'Sat, 31 Jan 2026 08:01:01 GMT' }), {}, 'unknown stale'],
    ['a body of now by the server clock, whatever ours says', answerWith(200, { status: 'ok', timestamp: '2026-01-31T08:00:00Z' }, { date: 'Sat, 31 Jan 2026 08:00:59 GMT' }), {}, 'up good'],
    ['spatie may be five minutes old', answerWith(200, { finishedAt: 1_769_846_400, checkResults: [{ name: 'a', status: 'ok' }] }, { date: 'Sat, 31 Jan 2026 08:04:00 GMT' }), {}, 'up good'],
    ['spatie of yesterday', answerWith(200, { finishedAt: 1_769_846_400, checkResults: [{ name: 'a', status: 'ok' }] }, { date: 'Sun, 01 Feb 2026 08:04:00 GMT' }), {}, 'unknown stale'],
    ['too slow', answerWith(200, body('healthy'), {}, { phases: { total: 501 } }), { maxLatencyMs: 500 }, 'degraded latency'],
    ['slow and tolerated degraded: still too slow', answerWith(200, body('healthy'), {}, { phases: { total: 501 } }), { maxLatencyMs: 500, degraded: 'pass' }, 'degraded latency'],
    ['the wrong version', answerWith(200, { status: 'ok', version: 'old' }), identity('new'), 'unknown version'],
    ['no version', answerWith(200, { status: 'ok' }), identity('new'), 'unknown version'],
    ['the right version', answerWith(200, { status: 'ok', version: 'new' }), identity('new'), 'up good'],
    ['a short name of the commit', answerWith(200, { status: 'ok', version: '0a1b2c3' }), identity('0a1b2c3d4e5f60718293a4b5c6d7e8f901234567'), 'up good'],
    ['a name that is too short', answerWith(200, { status: 'ok', version: '0a1b2c' }), identity('0a1b2c3d4e5f60718293a4b5c6d7e8f901234567'), 'unknown version'],
    ['a missing required component', answerWith(200, body('healthy')), { requiredComponents: ['db', 'queue'] }, 'down component'],
    ['a skipped required component', answerWith(200, body('healthy', { queue: { status: 'skipped' } })), { requiredComponents: ['queue'] }, 'down component'],
    ['a skipped other component', answerWith(200, body('healthy', { queue: { status: 'skipped' } })), {}, 'up good'],
    ['only the required component counts', answerWith(200, body('healthy', { db: { status: 'ok' }, cache: { status: 'failed' } })), { requiredComponents: ['DB'] }, 'up good'],
    ['an ignored component', answerWith(200, body('healthy', { cache: { status: 'failed' } })), { ignoreComponents: ['cache'] }, 'up good'],
    ['an ignored component with its parts', answerWith(200, { status: 'UP', components: { db: { status: 'DOWN', components: { a: { status: 'DOWN' } } } } }), { ignoreComponents: ['db'] }, 'up good'],
  ])('%s', (_name, answer, given, expected) => {
    expect(code(answer, given)).toBe(expected);
  });

  test.each<ProbeFailure>(['dns', 'refused', 'reset', 'timeout', 'tls', 'redirect', 'body', 'cancelled'])('no answer is down with its code: %s', (failure) => {
    expect(attempt(checkOf({ url: URL_ }), noAnswer(failure)).result).toMatchObject({ state: 'down', ok: false, reason: failure });
  });

  test.each<[string, Answer, Partial<Check>, string]>([
    ['maintenance before stale', answerWith(503, html, { age: '5' }), {}, 'maintenance'],
    ['stale before body', answerWith(200, html, { age: '5' }), {}, 'stale'],
    ['body before version', answerWith(200, html), identity('x'), 'body'],
    ['component before status', answerWith(503, body('unhealthy', { db: { status: 'failed' } })), {}, 'component'],
    ['status before version', answerWith(500, html), identity('x'), 'status'],
    ['version before latency', answerWith(200, { status: 'ok' }, {}, { phases: { total: 900 } }), { ...identity('x'), maxLatencyMs: 1 }, 'version'],
  ])('order of causes: %s', (_name, answer, given, expected) => {
    expect(judged(answer, given).reason).toBe(expected);
  });

  test('messages name what was found', () => {
    expect(judged(answerWith(200, { status: 'DOWN' })).finding).toBe('answered 200 OK while its body says DOWN: a contradiction');
    expect(judged(answerWith(503, { status: 'UP' })).finding).toBe('answered 503 Service Unavailable while its body says UP: a contradiction');
    expect(judged(answerWith(503, { status: 'DOWN' })).finding).toBe('answered 503 Service Unavailable with status DOWN');
    expect(judged(answerWith(503, body('unhealthy', { db: { status: 'failed' }, redis: { status: 'degraded' } }))).finding).toBe('reports components db failed, redis degraded');
    expect(judged(answerWith(200, body('healthy')), { requiredComponents: ['queue'] }).finding).toBe('reports component queue is missing');
    expect(judged(answerWith(503, body('not_ready', { redis: { status: 'failed' } })), { ignoreComponents: ['redis'] }).finding).toContain('only redis fails, which does not count here, but the route itself answers for it');
    expect(judged(answerWith(503, html, { 'retry-after': '60' })).finding).toContain('Retry-After: 60');
    expect(judged(answerWith(503, html)).finding).toContain('probably maintenance');
    expect(judged(answerWith(503, { message: 'Service Unavailable' })).finding).toContain("Laravel's own page");
    expect(judged(answerWith(200, { status: 'ok', version: 'old' }), identity('new')).finding).toBe('is version old (/version of the body), expected new');
  });

  test('warnings: a liveness check with components, a certificate that ends, a tolerated degradation', () => {
    expect(judged(answerWith(200, body('healthy')), { kind: 'liveness' }).warnings[0]).toContain('liveness check and lists components');
    expect(judged(answerWith(200, body('healthy'), {}, { certDaysLeft: 3 })).warnings).toEqual(['The certificate of app1.example.com expires in 3 days.']);
    expect(judged(answerWith(200, { status: 'warn' }), { degraded: 'warn' }).warnings[0]).toContain('warn');
    expect(judged(answerWith(200, { status: 'warn' }), { degraded: 'pass' }).warnings).toEqual([]);
  });

  test.each<[string, string, boolean]>([
    ['/status = ok', 'ok', true],
    ['/status != ok', 'ok', false],
    ['/lag < 5', 'ok', true],
    ['/lag >= 5', 'ok', false],
    ['/missing = 1', 'ok', false],
    ['body contains "lag"', 'ok', true],
    ['header:content-type contains json', 'ok', true],
    ['/name < 5', 'ok', false],
  ])('assert %s', (text, status, holds) => {
    const assertion = parseAssertion(text);
    expect(assertion).toBeDefined();
    const result = judged(answerWith(200, { status, lag: 4, name: 'x' }), { assertions: assertion === undefined ? [] : [assertion] });
    expect([result.ok, result.reason]).toEqual(holds ? [true, undefined] : [false, 'body']);
  });

  test.each(['', 'status = ok', '/a == 1', '/a', 'header: = x', '/a~2 = 1'])('%j is no assertion', (text) => {
    expect(parseAssertion(text)).toBeUndefined();
  });

  test('what a server says is made harmless before it is kept', () => {
    const nasty = { status: 'down', checks: { 'x\n::error::forged ##[group]': { status: 'failed' }, token: { status: 'token=abcdef someone@example.com' } } };
    const result = judged(answerWith(500, nasty), { headers: { authorization: new Secret('Bearer hush-hush') } });
    expect(`${result.finding} ${result.evidence}`).not.toMatch(/\n|##\[|abcdef|someone@/);
    expect(judged(answerWith(500, `<p>hush-hush</p>${'x'.repeat(999)}`), { headers: { authorization: new Secret('Bearer hush-hush') } }).evidence.length).toBeLessThan(280);
  });

  test('a worse component never improves a verdict', () => {
    const words: Record<State, string> = { up: 'ok', degraded: 'degraded', unknown: 'strange', down: 'failed' };
    const state = fc.constantFrom<State>('up', 'degraded', 'unknown', 'down');
    fc.assert(fc.property(fc.array(state, { minLength: 1, maxLength: 4 }), fc.nat(3), state, fc.constantFrom<Check['degraded']>('fail', 'warn', 'pass'), fc.boolean(), fc.constantFrom(200, 503), (states, at, worse, degraded, named, status) => {
      const index = at % states.length;
      fc.pre(isWorse(worse, states[index] ?? 'up'));
      const bodyOf = (list: readonly State[]): unknown => body('healthy', Object.fromEntries(list.map((each, n) => [`c${n}`, { status: words[each] }])));
      const given: Partial<Check> = { degraded, ...(named ? { requiredComponents: ['c0'] } : {}) };
      const before = judged(answerWith(status, bodyOf(states)), given);
      const after = judged(answerWith(status, bodyOf(states.with(index, worse))), given);
      expect(isWorse(before.state, after.state)).toBe(false);
      expect(after.ok && !before.ok).toBe(false);
    }));
  });
});
