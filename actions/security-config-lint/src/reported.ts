import { createHash } from 'node:crypto';
import type { TraceStep } from '@ops/laravel';
import type { Finding, Place } from './finding.ts';
import type { Rule } from './rule.ts';
import type { Target } from './target.ts';

/** Which half of a rule found it: in files, on the wire, or both with different answers. */
export type Half = 'static' | 'wire' | 'drift';

/** A finding with all that a report needs: its rule, its place in the repository, its identity. */
export interface Reported extends Finding {
  readonly rule: Rule;
  readonly half: Half;
  readonly place: Place;
  /** The steps of the trace that stand in files of the repository. */
  readonly steps: readonly (Place & { readonly what: string })[];
  /** Steps without such a file, in words. */
  readonly elsewhere: readonly string[];
  /** Survives moved lines and changed values: rule, subject and target. */
  readonly fingerprint: string;
}

/** What decides where a finding is shown. */
export interface Locator {
  /** Where the Laravel root stands in the repository: empty, or with `/` at its end. */
  readonly prefix: string;
  /** True for a file that the repository holds, so that code scanning can show it; the path is relative to the repository. */
  readonly holds: (file: string) => boolean;
  /** Where a finding goes whose trace has no file of the repository. */
  readonly fallback: (finding: Finding, rule: Rule) => Place;
}

export interface FoundBy {
  readonly rule: Rule;
  readonly half: Half;
  readonly finding: Finding;
}

/** Gives every finding its place and identity. Equal subjects of one rule get a number, in the order of the findings. */
export function report(found: readonly FoundBy[], target: Target, locator: Locator): readonly Reported[] {
  const seen = new Map<string, number>();
  return found.map(({ rule, half, finding }) => {
    const name = `${rule.id}\0${finding.subject}`;
    const occurrence = (seen.get(name) ?? 0) + 1;
    seen.set(name, occurrence);
    const subject = occurrence === 1 ? finding.subject : `${finding.subject}#${occurrence}`;
    const steps = finding.trace.flatMap((step) => placed(step, locator) ?? []);
    const place = usable(finding.place, locator) ?? steps[0] ?? locator.fallback(finding, rule);
    return {
      ...finding, subject, rule, half, steps, place: pure(place),
      elsewhere: finding.trace.filter((step) => placed(step, locator) === undefined).map(({ what }) => what),
      fingerprint: createHash('sha256').update(`${rule.id}\0${subject}\0${target}`).digest('hex'),
    };
  });
}

/** A step as a place of the repository; undefined for one that stands in no file of it. */
export function placed({ file, line, column, what }: TraceStep, locator: Locator): (Place & { readonly what: string }) | undefined {
  if (file === undefined || line < 1) return undefined;
  const inRepository = locator.prefix + file;
  return locator.holds(inRepository) ? { file: inRepository, line, column: Math.max(1, column), what } : undefined;
}

function usable(place: Place | undefined, locator: Locator): Place | undefined {
  return place !== undefined && locator.holds(place.file) ? place : undefined;
}

function pure({ file, line, column, endLine, endColumn }: Place): Place {
  return { file, line, column, ...(endLine === undefined ? {} : { endLine }), ...(endColumn === undefined ? {} : { endColumn }) };
}
