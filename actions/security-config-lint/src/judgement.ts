import type { Finding, Safe, Undecided } from './finding.ts';

/** What a rule says about an application. `not-evaluable` was asked and cannot be decided; it is never a pass. */
export type Judgement =
  | { readonly kind: 'pass'; readonly safe: readonly Safe[] }
  | { readonly kind: 'fail'; readonly findings: readonly [Finding, ...Finding[]]; readonly safe: readonly Safe[]; readonly undecided: readonly Undecided[] }
  | { readonly kind: 'not-applicable'; readonly why: string; /** True when what the rule needs was not handed over, so that nobody asked. */ readonly notAsked: boolean }
  | { readonly kind: 'not-evaluable'; readonly undecided: readonly [Undecided, ...Undecided[]]; readonly safe: readonly Safe[] }
  /** Live only: an answer came that proves nothing. */
  | { readonly kind: 'inconclusive'; readonly why: string }
  /** The rule itself broke. */
  | { readonly kind: 'error'; readonly error: Error };

export type JudgementKind = Judgement['kind'];

export interface Answers {
  readonly findings?: readonly Finding[];
  readonly safe?: readonly Safe[];
  readonly undecided?: readonly Undecided[];
}

/** Folds what a rule found about its subjects. Without any subject it does not apply, for the reason given. */
export function judged({ findings = [], safe = [], undecided = [] }: Answers, noSubject: string): Judgement {
  const [finding, ...more] = findings;
  if (finding !== undefined) return { kind: 'fail', findings: [finding, ...more], safe, undecided };
  const [open, ...rest] = undecided;
  if (open !== undefined) return { kind: 'not-evaluable', undecided: [open, ...rest], safe };
  return safe.length > 0 ? { kind: 'pass', safe } : notApplicable(noSubject);
}

export function notApplicable(why: string): Judgement {
  return { kind: 'not-applicable', why, notAsked: false };
}

export function notAsked(why: string): Judgement {
  return { kind: 'not-applicable', why, notAsked: true };
}

/** The answers of several parts of one rule as one. */
export function together(parts: readonly Answers[]): Required<Answers> {
  return {
    findings: parts.flatMap((part) => part.findings ?? []),
    safe: parts.flatMap((part) => part.safe ?? []),
    undecided: parts.flatMap((part) => part.undecided ?? []),
  };
}
