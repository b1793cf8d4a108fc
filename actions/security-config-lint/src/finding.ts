import type { Trace } from '@ops/laravel';
import type { Severity } from './severity.ts';

/** Where a finding is shown: a file of the repository; lines and columns from 1, columns in UTF-16 units, the end excluded. */
export interface Place {
  /** Relative to the repository, with `/`. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine?: number;
  readonly endColumn?: number;
}

/** One replacement in the text of a file; offsets in UTF-16 units. */
export interface Edit {
  /** Relative to the repository, with `/`. */
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** How to make a finding go away. `safe` changes nothing for a correct client. */
export interface Fix {
  readonly safety: 'safe' | 'unsafe';
  readonly edits: readonly [Edit, ...Edit[]];
}

/** What one subject of a rule is, in one spelling: a config path, an environment key, a header in lower case, a CSP directive, a symbol. */
export type Subject = string;

/** One thing that is wrong. Nothing in it may hold a secret: `shown` is the only form of the value that leaves a rule. */
export interface Finding {
  readonly subject: Subject;
  readonly severity: Severity;
  /** What is wrong, in one sentence, with the effective value. */
  readonly message: string;
  /** What to do, in the words of this application: its own key, its own file. */
  readonly remedy: string;
  readonly trace: Trace;
  /** The effective value as it may be printed; the baseline knows a changed value by it. */
  readonly shown: string;
  /** How bad the value is among the values that this rule refuses; higher is worse. */
  readonly rank: number;
  /** Set when it says that something is missing in files which the wire may still have, as a header; its severity is lowered already. */
  readonly absent?: true;
  /** The exact place where it is known, else the first step of the trace in a file of the repository is taken. */
  readonly place?: Place;
  readonly fix?: Fix;
}

/** A subject that was judged and is good. */
export interface Safe {
  readonly subject: Subject;
  readonly shown: string;
  readonly trace: Trace;
}

/** A subject that nobody can judge from what was given. */
export interface Undecided {
  readonly subject: Subject;
  /** One word; equal words make one MET-001. */
  readonly reason: string;
  /** For people, one sentence; never a secret. */
  readonly why: string;
  readonly trace: Trace;
}
