import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { newsOf, toldAfter, type Earlier, type Told } from './news.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 10, 25, 12);
const iso = (agoHours: number): string => new Date(NOW - agoHours * HOUR).toISOString();
const told = (state: Told['state'], atHours: number, sinceHours = atHours): Told => ({ state, since: iso(sinceHours), at: iso(atHours) });

describe('a run is news', () => {
  test.each<[string, boolean, Earlier | undefined, ReturnType<typeof newsOf>]>([
    ['the first run of all fails', true, undefined, { event: 'failure', since: iso(0) }],
    ['the first run of all succeeds', false, undefined, undefined],
    ['good, then bad', true, { bad: false, at: iso(6) }, { event: 'failure', since: iso(0) }],
    ['good, then good', false, { bad: false, at: iso(6) }, undefined],
    ['bad and told, then bad within a day', true, { bad: true, at: iso(6), told: told('bad', 6) }, undefined],
    ['bad and told, then bad on the next day', true, { bad: true, at: iso(6), told: told('bad', 24) }, { event: 'reminder', since: iso(24) }],
    ['a daily run that comes a little early reminds all the same', true, { bad: true, at: iso(23.9), told: told('bad', 23.9) }, { event: 'reminder', since: iso(23.9) }],
    ['the reminder says since when, not since the last reminder', true, { bad: true, at: iso(6), told: told('bad', 25, 73) }, { event: 'reminder', since: iso(73) }],
    ['bad and told, then good', false, { bad: true, at: iso(6), told: told('bad', 6) }, { event: 'recovery', since: iso(6) }],
    ['recovered and told, then good', false, { bad: false, at: iso(6), told: told('good', 6) }, undefined],
    ['recovered and told, then bad again', true, { bad: false, at: iso(6), told: told('good', 30) }, { event: 'failure', since: iso(0) }],
    ['bad and never told, then bad: whoever was not told hears it now', true, { bad: true, at: iso(6) }, { event: 'failure', since: iso(6) }],
    ['bad and never told, then good', false, { bad: true, at: iso(6) }, { event: 'recovery', since: iso(6) }],
    ['good, and nobody took the message of the recovery', false, { bad: false, at: iso(6), told: told('bad', 30) }, { event: 'recovery', since: iso(30) }],
  ])('%s', (_name, bad, earlier, expected) => {
    expect(newsOf(bad, earlier, NOW)).toEqual(expected);
  });

  test('a message that nobody took is sent by the next run; one that was taken is not', () => {
    const first = newsOf(true, undefined, NOW);
    const left = (taken: boolean): Earlier => ({ bad: true, at: iso(0), told: toldAfter(first, taken, undefined, NOW) });
    expect(newsOf(true, left(false), NOW + HOUR)).toMatchObject({ event: 'failure' });
    expect(newsOf(true, left(true), NOW + HOUR)).toBeUndefined();
  });

  test('over any history: each change is told once, and a failure never more than once in 22 hours', () => {
    fc.assert(fc.property(fc.array(fc.record({ bad: fc.boolean(), afterHours: fc.integer({ min: 1, max: 40 }) }), { maxLength: 60 }), (runs) => {
      let [at, state, toldAt] = [NOW, false, Number.NEGATIVE_INFINITY];
      let earlier: Earlier | undefined;
      for (const { bad, afterHours } of runs) {
        at += afterHours * HOUR;
        const news = newsOf(bad, earlier, at);
        const expected = bad === state ? (bad && at - toldAt >= 22 * HOUR ? 'reminder' : undefined) : bad ? 'failure' : 'recovery';
        expect(news?.event).toBe(expected);
        if (news !== undefined) toldAt = at;
        earlier = { bad, at: new Date(at).toISOString(), told: toldAfter(news, true, earlier, at) };
        state = bad;
      }
    }));
  });
});
