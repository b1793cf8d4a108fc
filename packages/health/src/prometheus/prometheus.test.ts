import { describe, expect, test } from '@jest/globals';
import { Secret } from '@ops/shared';
import * as server from '../../../../test/support/http.ts';
import { checkOf } from '../check.ts';
import { gate } from '../gate.ts';
import { parsePrometheus } from '../inputs/prometheus-list.ts';
import { DEFAULT_POLICY } from '../policy.ts';
import { answerWith, fakeClock, fakeRandom } from '../testing.ts';
import type { GateResult } from '../result.ts';
import { judgeSamples, judgeTraffic } from './judge-samples.ts';
import { parseCondition, type PrometheusRule } from './rule.ts';
import { samplesOf } from './samples.ts';

function rule(given: Partial<PrometheusRule> = {}, condition = '< 0.01'): PrometheusRule {
  const parsed = parseCondition(condition);
  if (parsed === undefined) throw new Error(condition);
  return { query: 'up', range: false, condition: parsed, reduce: 'only', onEmpty: 'inconclusive', onNan: 'inconclusive', ...given };
}

const vector = (...values: string[]): unknown => ({ status: 'success', data: { resultType: 'vector', result: values.map((value) => ({ metric: {}, value: [1, value] })) } });

describe('samples', () => {
  test.each<[string, unknown, unknown]>([
    ['a vector', vector('0.5', '1e-3', '+Inf', '-Inf', 'NaN'), [0.5, 0.001, Infinity, -Infinity, NaN]],
    ['a scalar', { status: 'success', data: { resultType: 'scalar', result: [1, '7'] } }, [7]],
    ['the last of a range', { status: 'success', data: { resultType: 'matrix', result: [{ values: [[1, '1'], [2, '2']] }, { values: [] }] } }, [2]],
    ['nothing', vector(), []],
    ['an empty text', vector(''), 'answered with a value that is no number'],
    ['a number that is no text', { status: 'success', data: { resultType: 'vector', result: [{ value: [1, 7] }] } }, 'answered with a value that is no number'],
    ['an error', { status: 'error', error: 'parse error' }, 'answered 200: parse error'],
    ['a page', '<html>', 'answered 200 without JSON: that is no Prometheus API'],
    ['no result', { status: 'success' }, 'answered without a result'],
  ])('%s', (_name, body, expected) => {
    expect(samplesOf(answerWith(200, body))).toEqual(expected);
  });
});

describe('judging', () => {
  test.each<[number[], Partial<PrometheusRule>, string, string]>([
    [[0.001], {}, '< 0.01', 'pass'],
    [[0.01], {}, '< 0.01', 'fail'],
    [[Infinity], {}, '> 1', 'fail'],
    [[-Infinity], {}, '< 1', 'fail'],
    [[NaN], {}, '< 1', 'inconclusive'],
    [[NaN], { onNan: 'fail' }, '< 1', 'fail'],
    [[], {}, '< 1', 'inconclusive'],
    [[], { onEmpty: 'pass' }, '< 1', 'pass'],
    [[1, 1], {}, '< 2', 'fail'],
    [[1, 3], { reduce: 'all' }, '< 2', 'fail'],
    [[1, 1], { reduce: 'all' }, '< 2', 'pass'],
    [[3, 1], { reduce: 'any' }, '< 2', 'pass'],
    [[3, 3], { reduce: 'any' }, '< 2', 'fail'],
    [[3, NaN], { reduce: 'any' }, '< 2', 'inconclusive'],
    [[1, NaN], { reduce: 'all' }, '< 2', 'inconclusive'],
    [[1, 3], { reduce: 'max' }, '< 2', 'fail'],
    [[1, 3], { reduce: 'min' }, '< 2', 'pass'],
  ])('%j %j %s: %s', (values, given, condition, outcome) => {
    expect(judgeSamples(values, rule(given, condition)).outcome).toBe(outcome);
  });

  test('below the traffic there is nothing to judge', () => {
    const wanted = rule({ minTraffic: { query: 'q', atLeast: 10 } });
    expect(judgeTraffic([4, 6], wanted)).toBeUndefined();
    expect(judgeTraffic([4], wanted)).toMatchObject({ outcome: 'inconclusive', reason: 'no-data' });
    expect(judgeTraffic([], wanted)).toMatchObject({ outcome: 'inconclusive' });
  });

  test.each(['', '5', '< ', '< five', '=> 1', '< NaN'])('%j is no condition', async (text) => {
    expect(parseCondition(text)).toBeUndefined();
  });
});

describe('in a gate', () => {
  async function ask(behaviour: server.Behaviour, given: Partial<PrometheusRule> = {}, seconds = 30): Promise<GateResult & { readonly asked: readonly server.Received[]; readonly bodies: readonly string[] }> {
    const bodies: string[] = [];
    await using at = await server.serve((request, response, count) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        bodies.push(text);
        behaviour(request, response, count);
      });
    });
    const check = checkOf({ name: 'errors', url: `${at.origin}/prom/`, headers: { authorization: new Secret('Bearer hush') }, prometheus: rule(given) });
    const result = await gate([check], { ...DEFAULT_POLICY, timeoutMs: seconds * 1000 }, { clock: fakeClock(), random: fakeRandom(), env: {} }, new AbortController().signal);
    return { ...result, asked: [...at.received], bodies };
  }

  test('posts the query as a form and passes on a good value', async () => {
    const result = await ask(server.json(200, vector('0.001')), { query: 'rate(errors[5m])' });
    expect(result).toMatchObject({ verdict: 'pass', stableCount: 3 });
    expect(result.asked[0]).toMatchObject({ method: 'POST', headers: { authorization: 'Bearer hush', 'content-type': 'application/x-www-form-urlencoded' } });
    expect(result.asked[0]?.path).toMatch(/^\/prom\/api\/v1\/query\?_gate=/);
    expect(result.bodies[0]).toBe('query=rate%28errors%5B5m%5D%29');
  });

  test('asks for a range and for the traffic first', async () => {
    const result = await ask(server.routes({ '/prom/api/v1/query': server.json(200, vector('50')), '/prom/api/v1/query_range': server.json(200, { status: 'success', data: { resultType: 'matrix', result: [{ values: [[1, '0']] }] } }) }), { range: true, minTraffic: { query: 'traffic', atLeast: 10 } });
    expect(result.verdict).toBe('pass');
    expect(result.bodies.slice(0, 2)).toEqual(['query=traffic', expect.stringMatching(/^query=up&start=\d+&end=\d+&step=15$/)]);
  });

  test('a bad value is prometheus, a refused query too', async () => {
    expect(await ask(server.json(200, vector('0.5')))).toMatchObject({ verdict: 'fail', reason: 'prometheus', sentence: expect.stringContaining('errors has the value 0.5, the condition is < 0.01') });
    expect(await ask(server.json(400, { status: 'error', error: 'parse error' }))).toMatchObject({ verdict: 'fail', reason: 'prometheus', sentence: expect.stringContaining('parse error') });
    expect(await ask(server.reset)).toMatchObject({ verdict: 'fail', reason: 'reset' });
  });

  test('no data is never good, and is neither success nor failure', async () => {
    expect(await ask(server.json(200, vector()))).toMatchObject({ verdict: 'inconclusive', reason: 'no-data', stableCount: 0 });
    const late = await ask(server.inTurn(server.json(200, vector()), server.json(200, vector('0')), server.json(200, vector('0')), server.json(200, vector()), server.json(200, vector('0'))));
    expect(late).toMatchObject({ verdict: 'pass', stableCount: 3 });
    expect(await ask(server.inTurn(server.json(200, vector()), server.json(200, vector('1'))))).toMatchObject({ verdict: 'fail', reason: 'prometheus' });
    expect(await ask(server.inTurn(server.json(200, vector('1')), server.json(200, vector())))).toMatchObject({ verdict: 'inconclusive' });
  });

  test('a waiver is printed', async () => {
    expect(await ask(server.json(200, vector()), { onEmpty: 'pass' })).toMatchObject({ verdict: 'pass', warnings: ['errors has no data for the query, waived by `on-empty: pass`.'] });
  });
});

describe('the input', () => {
  test('reads all that an entry may say', async () => {
    const { rules, problems } = await parsePrometheus('- {name: e, url: "https://p.example.com", range: up, condition: "<= 1", reduce: max, on-empty: fail, on-nan: pass, min-traffic: {query: t, at-least: 5}}');
    expect(problems).toEqual([]);
    expect(rules).toMatchObject([{ name: 'e', url: 'https://p.example.com', rule: { query: 'up', range: true, reduce: 'max', onEmpty: 'fail', onNan: 'pass', minTraffic: { query: 't', atLeast: 5 } } }]);
  });

  test('names everything that is wrong', async () => {
    expect((await parsePrometheus('- {url: x, query: a, range: b, condition: small, reduce: sum, on-nan: no, min-traffic: 3, extra: 1}\n- 5')).problems).toEqual([
      'entry prometheus-1 has the unknown key extra: known are name, url, query, range, condition, reduce, on-empty, on-nan, min-traffic',
      'entry prometheus-1 needs url, the http or https address of the server',
      'entry prometheus-1 needs either query or range, a PromQL expression',
      'entry prometheus-1 needs condition, an operator and a number such as "< 0.01"',
      'entry prometheus-1 has a bad reduce: one of only, all, any, max, min',
      'entry prometheus-1 has a bad on-empty or on-nan: one of inconclusive, fail, pass',
      'entry prometheus-1 has a bad min-traffic: {query: …, at-least: number}',
      'entry 2 is not a set of keys',
    ]);
    expect((await parsePrometheus('x: 1')).problems).toHaveLength(1);
  });
});
