import type { TraceStep } from '@ops/laravel/app';
import type { App } from './app.ts';
import type { Finding, Place } from './finding.ts';
import type { Severity } from './severity.ts';

export interface PlaceFinding {
  readonly subject: string;
  readonly severity: Severity;
  readonly place: Place;
  readonly message: string;
  readonly remedy: string;
  /** What may be printed of the value. */
  readonly shown: string;
  /** What the trace says of the place. */
  readonly what: string;
  readonly rank?: number;
}

/** A finding about a place of the repository rather than about a value of the application. */
export function placeFinding({ repository }: Pick<App, 'repository'>, { what, rank = 1, ...said }: PlaceFinding): Finding {
  return { ...said, rank, trace: [placeStep(repository, said.place, what)] };
}

/** Traces name files below the Laravel root; a file outside of it is named in words. */
function placeStep({ prefix }: App['repository'], { file, line, column }: Place, what: string): TraceStep {
  return file.startsWith(prefix) ? { file: file.slice(prefix.length), line, column, what } : { file: undefined, line: 0, column: 0, what: `${file}:${line}: ${what}` };
}
