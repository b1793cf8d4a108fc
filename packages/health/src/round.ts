import type { CheckResult } from './judge.ts';
import type { Observation } from './observation.ts';
import type { ReasonCode } from './reason.ts';

/** What is kept of one attempt: the verdict on it and where its time went. */
export interface Attempt {
  readonly result: CheckResult;
  readonly seen: Pick<Observation, 'from' | 'url' | 'at' | 'phases' | 'hops' | 'address' | 'certDaysLeft'>;
}

/** All checks, asked once. */
export interface Round {
  readonly number: number;
  /** Milliseconds since the gate began. */
  readonly startMs: number;
  readonly endMs: number;
  readonly good: boolean;
  /** Of the first required check, in list order, that failed. */
  readonly reason?: ReasonCode;
  readonly failed?: CheckResult;
  /** No required check failed, and this one could not be judged: the round counts for nothing. */
  readonly undecided?: CheckResult;
  readonly attempts: readonly Attempt[];
}

/** A round is good when every required check is; the first failing one in list order names its code. */
export function roundOf(number: number, startMs: number, endMs: number, attempts: readonly Attempt[]): Round {
  const bad = attempts.map(({ result }) => result).filter((result) => result.required && !result.ok);
  const failed = bad.find((result) => result.inconclusive !== true);
  const base = { number, startMs, endMs, good: bad.length === 0, attempts };
  if (failed?.reason !== undefined) return { ...base, reason: failed.reason, failed };
  const [undecided] = bad;
  return undecided?.reason === undefined ? base : { ...base, reason: undecided.reason, undecided };
}

/** Keeps of an observation what a round keeps. */
export function attemptOf(result: CheckResult, observation: Observation): Attempt {
  const { from, url, at, phases, hops, address, certDaysLeft } = observation;
  return { result, seen: { from, url, at, phases, hops, ...(address === undefined ? {} : { address }), ...(certDaysLeft === undefined ? {} : { certDaysLeft }) } };
}
