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
  readonly attempts: readonly Attempt[];
}

/** A round is good when every required check is; the first failing one in list order names its code. */
export function roundOf(number: number, startMs: number, endMs: number, attempts: readonly Attempt[]): Round {
  const failed = attempts.find(({ result }) => result.required && !result.ok)?.result;
  return { number, startMs, endMs, good: failed === undefined, attempts, ...(failed?.reason === undefined ? {} : { reason: failed.reason, failed }) };
}

/** Keeps of an observation what a round keeps. */
export function attemptOf(result: CheckResult, observation: Observation): Attempt {
  const { from, url, at, phases, hops, address, certDaysLeft } = observation;
  return { result, seen: { from, url, at, phases, hops, ...(address === undefined ? {} : { address }), ...(certDaysLeft === undefined ? {} : { certDaysLeft }) } };
}
