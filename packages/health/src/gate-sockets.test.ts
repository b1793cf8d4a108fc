import { describe, expect, test } from '@jest/globals';
import * as server from '../../../test/support/http.ts';
import { checkOf, DEFAULT_TRANSPORT, type Check } from './check.ts';
import { gate } from './gate.ts';
import { DEFAULT_POLICY, type GatePolicy } from './policy.ts';
import type { GateResult } from './result.ts';
import { fakeRandom, realClock } from './testing.ts';

const GOOD = server.json(200, { status: 'ok' });
const FAST: GatePolicy = { ...DEFAULT_POLICY, intervalMs: 20, timeoutMs: 25_000 };

function ask(url: string, policy: Partial<GatePolicy> = {}, given: Partial<Check> = {}): Promise<GateResult> {
  const check = checkOf({ url, ...given, transport: { ...DEFAULT_TRANSPORT, requestTimeoutMs: 10_000 } });
  return gate([check], { ...FAST, ...policy }, { clock: realClock(), random: fakeRandom(), env: {} }, new AbortController().signal);
}

describe('a gate on real sockets', () => {
  test('a server that listens late is waited for', async () => {
    const port = await server.freePort();
    const asked = ask(`http://localhost:${port}/health`);
    await new Promise((resolve) => setTimeout(resolve, 150));
    await using late = await server.serve(GOOD, { port });
    const result = await asked;
    expect(result).toMatchObject({ verdict: 'pass', stableCount: 3 });
    expect(result.rounds[0]).toMatchObject({ good: false, reason: 'refused' });
    expect(late.received).toHaveLength(3);
  });

  test('slow headers within the request timeout are no failure', async () => {
    await using at = await server.serve((request, response, count) => void setTimeout(() => GOOD(request, response, count), 100));
    expect(await ask(at.origin)).toMatchObject({ verdict: 'pass', rounds: { length: 3 } });
  });

  test('a restart in between: reset, 502, maintenance, then stable', async () => {
    const page = server.answer(502, '<html>Bad Gateway', { 'content-type': 'text/html' });
    await using at = await server.serve(server.inTurn(GOOD, server.reset, page, server.maintenance(), GOOD));
    const result = await ask(at.origin);
    expect(result.rounds.map((round) => round.reason ?? 'good')).toEqual(['good', 'reset', 'status', 'maintenance', 'good', 'good', 'good']);
    expect(result.verdict).toBe('pass');
  });

  test('one request a round, never two at a time', async () => {
    let [now, most] = [0, 0];
    await using at = await server.serve((request, response, count) => {
      now += 1;
      most = Math.max(most, now);
      setTimeout(() => {
        now -= 1;
        GOOD(request, response, count);
      }, 50);
    });
    const result = await ask(at.origin, { intervalMs: 1, stable: { rounds: 5, ms: 0 } });
    expect([most, at.received.length, result.rounds.length]).toEqual([1, 5, 5]);
  });

  test('a catch-all server asked for its status alone is body, and fails fast', async () => {
    await using at = await server.serve(server.answer(200, '{"success":true}'));
    expect(await ask(`${at.origin}/up`)).toMatchObject({ verdict: 'fail', reason: 'body', rounds: { length: 3 } });
  });

  test('the memory of many huge answers is given back', async () => {
    await using at = await server.serve(server.endless);
    const before = process.memoryUsage().rss;
    await ask(at.origin, { intervalMs: 1, failureLimit: 30, failFastOn: [] });
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 1024 * 1024);
  });
});
