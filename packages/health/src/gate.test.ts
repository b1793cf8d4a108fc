import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkOf, type Check } from './check.ts';
import { gate, gateObservations } from './gate.ts';
import type { Observation } from './observation.ts';
import { DEFAULT_POLICY, type GatePolicy } from './policy.ts';
import type { Ask } from './probe/probe.ts';
import { advance, isStable, NO_PROGRESS } from './progress.ts';
import type { GateResult } from './result.ts';
import { roundOf } from './round.ts';
import { answerWith, fakeClock, fakeRandom, noAnswer, type FakeClock } from './testing.ts';

const URL_ = 'https://app1.example.com/api/health';
const good = answerWith(200, { status: 'ok' });
const bad = answerWith(500, '<html>broken');
const notFound = answerWith(404, '<html>nothing');
const maintenance = answerWith(503, '<html>', { 'retry-after': '60' });
const version = (name: string): Observation => answerWith(200, { status: 'ok', version: name });
const expecting = (expected: string): Partial<Check> => ({ identity: { expected, source: { kind: 'path', pointer: '/version' } } });

interface World {
  readonly clock: FakeClock;
  readonly asked: string[];
  readonly lines: string[];
}

/** The nth request gets the nth observation, the last one stays; each takes `costMs`. */
async function run(script: readonly Observation[], policy: Partial<GatePolicy> = {}, given: Partial<Check> = {}, world: Partial<World> & { costMs?: number; abortAt?: number } = {}): Promise<GateResult & World> {
  const clock = world.clock ?? fakeClock();
  const controller = new AbortController();
  const asked: string[] = [];
  const lines: string[] = [];
  const ask: Ask = async (check) => {
    asked.push(check.url);
    clock.pass(world.costMs ?? 10);
    if (world.abortAt === asked.length) controller.abort();
    return script[Math.min(asked.length, script.length) - 1] ?? bad;
  };
  const result = await gate([checkOf({ url: URL_, ...given })], { ...DEFAULT_POLICY, ...policy }, { clock, random: fakeRandom(), env: {}, ask, log: { info: (line) => void lines.push(line) } }, controller.signal);
  return { ...result, clock, asked, lines };
}

describe('gate', () => {
  test('three good rounds in a row pass, the interval apart', async () => {
    const result = await run([good]);
    expect(result).toMatchObject({ verdict: 'pass', reason: 'healthy', stableCount: 3, timeToReadyMs: 10, p95Ms: 20 });
    expect(result.clock.sleeps).toEqual([4990, 4990]);
    expect(result.sentence).toBe('Healthy: 3 good rounds in a row after 10.0 s.');
    expect(result.remedy).toBeUndefined();
  });

  test('a failure breaks the streak', async () => {
    const result = await run([good, good, bad, good]);
    expect(result).toMatchObject({ verdict: 'pass', stableCount: 3, rounds: { length: 6 } });
  });

  test('stable for a time', async () => {
    expect(await run([good], { stable: { rounds: 1, ms: 30_000 } })).toMatchObject({ verdict: 'pass', stableCount: 7 });
    expect(await run([good], { stable: { rounds: 9, ms: 30_000 } })).toMatchObject({ stableCount: 9 });
  });

  test('the interval is random within 10 % and rounds never overlap', async () => {
    const low = await run([good], { stable: { rounds: 2, ms: 0 } }, {}, { costMs: 7000 });
    expect(low.clock.sleeps).toEqual([0]);
    const clock = fakeClock();
    const ask: Ask = async () => good;
    for (const [fraction, ms] of [[0, 4500], [0.999, 5499]] as const) {
      const before = clock.sleeps.length;
      await gate([checkOf({ url: URL_ })], { ...DEFAULT_POLICY, stable: { rounds: 2, ms: 0 } }, { clock, random: { ...fakeRandom(), fraction: () => fraction }, env: {}, ask }, new AbortController().signal);
      expect(Math.round(clock.sleeps[before] ?? 0)).toBe(ms);
    }
  });

  test('the deadline ends it, with the code of the last failed round', async () => {
    const result = await run([bad], { timeoutMs: 20_000 });
    expect(result).toMatchObject({ verdict: 'fail', reason: 'status', stableCount: 0, timeToReadyMs: undefined });
    expect(result.sentence).toBe(`Not healthy (status): health answered 500 Internal Server Error with an HTML page (${URL_}); ended by the deadline after 15.0 s and 4 rounds.`);
    expect(result.remedy).toContain('application log');
    expect(result.lastEvidence).toBe('500 Internal Server Error · text/html · broken');
  });

  test.each<[string, Observation[], string, Partial<Check>]>([
    ['unstable, when failures broke the streak', [good, bad, good, bad], 'unstable', {}],
    ['timeout, when nothing failed since the first good round', [bad, bad, good], 'timeout', {}],
    ['version, when the last failed round was one', [bad, version('old')], 'version', expecting('new')],
    ['version, even if it came and went', [version('new'), version('old'), version('new')], 'version', expecting('new')],
    ['the last failed round otherwise', [noAnswer('refused'), noAnswer('timeout'), maintenance], 'maintenance', {}],
  ])('at the deadline: %s', async (_name, script, reason, given) => {
    expect(await run(script, { timeoutMs: 18_000, stable: { rounds: 9, ms: 0 } }, given)).toMatchObject({ verdict: 'fail', reason });
  });

  test('both versions are named', async () => {
    const result = await run([version('old')], { timeoutMs: 6000 }, expecting('new'));
    expect(result.sentence).toContain('is version old (/version of the body), expected new');
    expect(result.version).toBe('old');
  });

  test('a version that arrives late is waited for, and never counts as a failure', async () => {
    const result = await run([...Array.from({ length: 9 }, () => version('old')), version('new')], { failureLimit: 2 }, expecting('new'));
    expect(result).toMatchObject({ verdict: 'pass', version: 'new', stableCount: 3 });
  });

  test('fail-fast needs the same code three times in a row', async () => {
    expect(await run([notFound])).toMatchObject({ verdict: 'fail', reason: 'body', rounds: { length: 3 }, sentence: expect.stringContaining('ended by 404 in 3 rounds in a row, which `fail-fast-on` lists') });
    expect(await run([notFound, notFound, bad, notFound, notFound, good])).toMatchObject({ verdict: 'pass' });
    expect(await run([bad], { failFastOn: ['5xx'] })).toMatchObject({ verdict: 'fail', reason: 'status', rounds: { length: 3 } });
    expect(await run([noAnswer('tls')])).toMatchObject({ reason: 'tls', rounds: { length: 3 } });
  });

  test('maintenance never fails fast', async () => {
    expect(await run([maintenance, maintenance, maintenance, maintenance, good], { failFastOn: ['503', '5xx', 'maintenance'] })).toMatchObject({ verdict: 'pass' });
  });

  test('the failure limit counts failed rounds after the warm-up', async () => {
    expect(await run([bad], { failureLimit: 4 })).toMatchObject({ verdict: 'fail', rounds: { length: 4 }, sentence: expect.stringContaining('4 failed rounds, the `failure-limit`') });
    expect(await run([bad, bad, bad, bad, good], { failureLimit: 2, warmupMs: 19_000 })).toMatchObject({ verdict: 'pass' });
    expect(await run([bad], { failureLimit: 2, warmupMs: 9000 })).toMatchObject({ rounds: { length: 4 } });
  });

  test('the timeout begins after the warm-up, and the warm-up ends with the first good round', async () => {
    expect((await run([bad], { timeoutMs: 10_000, warmupMs: 20_000 })).rounds.length).toBe(6);
    const early = await run([good, bad], { timeoutMs: 10_000, warmupMs: 60_000 });
    expect(early).toMatchObject({ reason: 'unstable', rounds: { length: 3 } });
  });

  test('a cancel ends it with the verdict error', async () => {
    expect(await run([bad], {}, {}, { abortAt: 2 })).toMatchObject({ verdict: 'error', reason: 'cancelled', sentence: expect.stringContaining('Cancelled after') });
  });

  test('checks of a round: the first required failure in list order names the code; others are only shown', async () => {
    const answers: Record<string, Observation> = { a: good, b: noAnswer('refused'), c: noAnswer('dns'), d: bad };
    const clock = fakeClock();
    const ask: Ask = async (check) => {
      if (check.name !== 'b') clock.pass(5);
      return answers[check.name] ?? bad;
    };
    const checks = (required: readonly string[]): Check[] => ['a', 'd', 'b', 'c'].map((name) => checkOf({ name, url: URL_, required: required.includes(name) }));
    const deps = { clock, random: fakeRandom(), env: {}, ask };
    const signal = new AbortController().signal;
    expect(await gate(checks(['a', 'b', 'c']), { ...DEFAULT_POLICY, timeoutMs: 1 }, deps, signal)).toMatchObject({ reason: 'refused' });
    expect(await gate(checks(['a']), DEFAULT_POLICY, deps, signal)).toMatchObject({ verdict: 'pass' });
  });

  test('at most eight checks at a time', async () => {
    let [now, most] = [0, 0];
    const ask: Ask = async () => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      return good;
    };
    const checks = Array.from({ length: 30 }, (_x, n) => checkOf({ name: `c${n}`, url: URL_ }));
    await gate(checks, { ...DEFAULT_POLICY, stable: { rounds: 1, ms: 0 } }, { clock: fakeClock(), random: fakeRandom(), env: {}, ask }, new AbortController().signal);
    expect(most).toBe(8);
  });

  test('an origin: the first path that is not 404 is taken and stays', async () => {
    const given = { url: 'https://app1.example.com', paths: ['/api/health', '/health'] };
    const found = await run([notFound, good], {}, given);
    expect(found.asked).toEqual(['https://app1.example.com/api/health', ...Array.from({ length: 3 }, () => 'https://app1.example.com/health')]);
    const none = await run([notFound], {}, given);
    expect(none.sentence).toContain('answered 404 at /api/health and /health');
    expect(none).toMatchObject({ reason: 'body', rounds: { length: 3 } });
    const down = await run([noAnswer('refused')], { timeoutMs: 4000 }, given);
    expect(down.asked).toEqual(['https://app1.example.com/api/health']);
    const late = await run([noAnswer('refused'), notFound, good], {}, given);
    expect(late.asked.map((url) => new URL(url).pathname)).toEqual(['/api/health', '/api/health', '/health', '/health', '/health']);
  });

  test('liveness down while readiness is good is a warning', async () => {
    const ask: Ask = async (check) => (check.kind === 'liveness' ? bad : good);
    const result = await gate([checkOf({ name: 'live', kind: 'liveness', url: URL_ }), checkOf({ name: 'ready', kind: 'readiness', url: URL_ })], { ...DEFAULT_POLICY, timeoutMs: 1 }, { clock: fakeClock(), random: fakeRandom(), env: {}, ask }, new AbortController().signal);
    expect(result.warnings).toEqual(['live (liveness) fails while ready (readiness) is good: a restart would hit a process that serves.']);
  });

  test('a request that outlives the gate is cut: real time', async () => {
    const ask: Ask = (_check, _deps, signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve(noAnswer('cancelled'))));
    const result = await gate([checkOf({ url: URL_ })], { ...DEFAULT_POLICY, timeoutMs: 50 }, { clock: fakeClock(), random: fakeRandom(), env: {}, ask }, new AbortController().signal);
    expect(result).toMatchObject({ verdict: 'fail', reason: 'timeout', sentence: expect.stringContaining('gave no answer before the deadline of the gate') });
  });

  test('a round that is cut by the deadline is no failure of the application', async () => {
    let asked = 0;
    const ask: Ask = (_check, _deps, signal) => {
      asked += 1;
      return asked === 1 ? Promise.resolve(good) : new Promise((resolve) => signal.addEventListener('abort', () => resolve(noAnswer('cancelled'))));
    };
    const result = await gate([checkOf({ url: URL_ })], { ...DEFAULT_POLICY, timeoutMs: 60, intervalMs: 10 }, { clock: fakeClock(), random: fakeRandom(), env: {}, ask }, new AbortController().signal);
    expect(result).toMatchObject({ verdict: 'fail', reason: 'timeout', stableCount: 1, rounds: { length: 1 } });
  });

  test('each round is one line of the log', async () => {
    const { lines } = await run([bad, good], { warmupMs: 60_000 });
    expect(lines.slice(0, 2)).toEqual([
      'Round 1 at 0.0 s: status, warming up · health answered 500 Internal Server Error with an HTML page, 20 ms',
      'Round 2 at 5.0 s: good 1/3 · health answered 200 OK, ok, 20 ms',
    ]);
  });
});

describe('properties', () => {
  const check = checkOf({ url: URL_ });
  const observation = fc.constantFrom(good, bad, notFound, maintenance, noAnswer('refused'));

  test('no streak survives a failure', () => {
    fc.assert(fc.property(fc.array(observation, { maxLength: 30 }), (seen) => {
      const result = gateObservations(check, seen, { ...DEFAULT_POLICY, failFastOn: [] });
      const lastBad = seen.findLastIndex((each) => each !== good);
      expect(result.stableCount).toBe(seen.length - 1 - lastBad);
      expect(result.verdict).toBe(result.stableCount >= 3 ? 'pass' : 'fail');
    }));
  });

  test('stability never comes from rounds in warm-up failures, and one failure always resets it', () => {
    fc.assert(fc.property(fc.array(fc.boolean(), { maxLength: 40 }), fc.nat(60_000), (outcomes, warmupMs) => {
      let progress = NO_PROGRESS;
      for (const [index, fine] of outcomes.entries()) {
        const attempts = gateObservations(check, [fine ? good : bad], DEFAULT_POLICY).rounds[0]?.attempts ?? [];
        progress = advance(progress, roundOf(index + 1, index * 5000, index * 5000 + 10, attempts), { ...DEFAULT_POLICY, warmupMs });
        if (!fine) expect(isStable(progress, { ...DEFAULT_POLICY, stable: { rounds: 1, ms: 0 } })).toBe(false);
      }
      expect(progress.failures).toBeLessThanOrEqual(outcomes.filter((fine) => !fine).length);
    }));
  });
});
