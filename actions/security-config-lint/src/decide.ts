import type { ConfigValue, OneOf, Unknown } from '@ops/laravel/app';
import type { Undecided } from './finding.ts';

/** A value that is what it is. */
export type Settled = Exclude<ConfigValue, Unknown | OneOf>;

/** Why it cannot be said. */
export type Why = Pick<Undecided, 'reason' | 'why'>;

export type Decided<T> = { readonly kind: 'settled'; readonly value: T } | { readonly kind: 'undecided'; readonly why: Why };

/**
 * Asks a question about a value. Unknown is never an answer, and one of several values is one only when all answer alike.
 * The question may itself say why it has no answer.
 */
export function decide<T extends string | boolean | number | undefined>(value: ConfigValue, question: (value: Settled) => T | Why): Decided<T> {
  if (value.kind === 'unknown') return { kind: 'undecided', why: { reason: value.reason, why: value.why } };
  if (value.kind !== 'one-of') return settled(question(value));
  const answers = value.values.map((each) => decide(each, question));
  const [first] = answers;
  if (first === undefined) return { kind: 'undecided', why: { reason: 'undecided', why: 'no value is possible' } };
  const unknown = answers.find((answer) => answer.kind === 'undecided');
  if (unknown !== undefined) return unknown;
  const agreed = first.kind === 'settled' && answers.every((answer) => answer.kind === 'settled' && answer.value === first.value);
  return agreed ? first : { kind: 'undecided', why: { reason: 'undecided', why: 'several values are possible, and they do not agree' } };
}

function settled<T extends string | boolean | number | undefined>(answer: T | Why): Decided<T> {
  return typeof answer === 'object' ? { kind: 'undecided', why: answer } : { kind: 'settled', value: answer };
}

/** What PHP takes a settled value for in a condition. */
export function isTruthy(value: Settled): boolean {
  switch (value.kind) {
    case 'known': return value.value !== null && value.value !== '' && value.value !== '0' && value.value !== 0 && value.value !== false;
    case 'symbol': return true;
    case 'unset': return false;
    case 'secret': return !value.shape.falsy;
    case 'array': return value.entries.size > 0;
  }
}

/** Null, or not there at all. */
export function isNull(value: Settled): boolean {
  return value.kind === 'unset' || (value.kind === 'known' && value.value === null);
}

/** The number that PHP's `(int)` makes of it; undefined for what has none. */
export function intOf(value: Settled): number | undefined {
  if (value.kind !== 'known') return undefined;
  if (typeof value.value === 'number') return Math.trunc(value.value);
  if (typeof value.value === 'boolean') return value.value ? 1 : 0;
  return value.value === null ? 0 : Number(/^\s*([+-]?\d+)/.exec(value.value)?.[1] ?? 0);
}

export function textOf(value: Settled): string | undefined {
  return value.kind === 'known' && typeof value.value === 'string' ? value.value : undefined;
}
