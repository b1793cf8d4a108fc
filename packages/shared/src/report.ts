/** A piece of the job summary. Sections print in order; when the budget is short they are dropped from the end. */
export interface Section {
  /** Without `#`; undefined for a piece that continues the one before. */
  readonly title?: string;
  /** GitHub markdown that is already safe: foreign text in it went through the escaping of this module. */
  readonly markdown: string;
}

/** How an action ended. `sentence` is the last log line and the head of the summary. */
export type Verdict =
  | { readonly ok: true; readonly sentence: string }
  | { readonly ok: false; readonly sentence: string; readonly reason: string; readonly remedy?: string };

/** Collects what a run tells the world; written once at the end, also when the run failed. */
export interface Report<O extends string = string> {
  /** Sets an output of the contract; the last value wins. */
  output(name: O, value: string | number | boolean | undefined): void;
  section(section: Section): void;
  /** Adds a top-level key to the JSON result file. */
  result(key: string, value: unknown): void;
}
