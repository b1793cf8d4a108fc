import { CancelledError, milliseconds, type Clock, type Random } from '@ops/shared';
import type { Answer, NoAnswer, ProbeFailure } from './observation.ts';

/** A clock for tests that really waits. */
export function realClock(): Clock {
  return {
    now: () => milliseconds(Date.now()),
    monotonic: () => milliseconds(performance.now()),
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  };
}

export interface FakeClock extends Clock {
  /** Moves the time without anyone waiting for it. */
  pass(ms: number): void;
  /** How long each sleep was. */
  readonly sleeps: readonly number[];
}

/** A clock that moves only when somebody sleeps. */
export function fakeClock(start = 1_800_000_000_000): FakeClock {
  let passed = 0;
  const sleeps: number[] = [];
  return {
    now: () => milliseconds(start + passed),
    monotonic: () => milliseconds(passed),
    sleep: async (ms, signal) => {
      if (signal?.aborted === true) throw new CancelledError('waiting');
      sleeps.push(ms);
      passed += ms;
    },
    pass: (ms) => {
      passed += ms;
    },
    sleeps,
  };
}

/** Numbers that look random and are the same in every run; fractions are the middle. */
export function fakeRandom(): Random {
  let count = 0;
  return {
    hex: (bytes) => {
      count += 1;
      return count.toString(16).padStart(bytes * 2, '0').slice(-bytes * 2);
    },
    fraction: () => 0.5,
  };
}

/** An answer as a probe would have seen it. */
export function answerWith(status: number, body: unknown = { status: 'ok' }, headers: Readonly<Record<string, string>> = {}, more: Partial<Answer> = {}): Answer {
  return {
    kind: 'answer',
    from: 'runner',
    url: 'https://app1.example.com/api/health',
    at: 1_800_000_000_000,
    phases: { total: 20 },
    hops: [],
    status,
    headers: { 'content-type': typeof body === 'string' ? 'text/html' : 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...more,
  };
}

/** No answer as a probe would have seen it. */
export function noAnswer(failure: ProbeFailure): NoAnswer {
  return { kind: 'failure', from: 'runner', url: 'https://app1.example.com/api/health', at: 1_800_000_000_000, phases: { total: 20 }, hops: [], failure, detail: `has a problem: ${failure}` };
}
