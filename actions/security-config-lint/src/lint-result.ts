import type { BaselineEntry } from './baseline.ts';
import type { JudgedItem } from './checklist/judge.ts';
import type { GateResult } from './gate.ts';
import type { Outcome } from './outcome.ts';
import type { Stood } from './standing.ts';
import type { Suppression } from './suppression.ts';
import type { Target } from './target.ts';

/** All that one run found out; reports say it in their own forms. */
export interface LintResult {
  readonly target: Target;
  /** Laravel root in the repository, with `/` at its end; empty for the top. */
  readonly prefix: string;
  readonly framework: string | undefined;
  /** Sources of environment values, in words; none when only defaults were judged. */
  readonly sources: readonly string[];
  readonly gate: GateResult;
  readonly stood: readonly Stood[];
  /** One for each rule, both halves joined. */
  readonly outcomes: readonly Outcome[];
  readonly baseline: { readonly known: number; readonly gone: readonly BaselineEntry[] } | undefined;
  /** Suppressions that end within two weeks. */
  readonly ending: readonly Suppression[];
  readonly items: { readonly actions: readonly JudgedItem[]; readonly audit: readonly JudgedItem[]; readonly week: readonly JudgedItem[] };
  readonly notices: readonly string[];
}
