import type { ConfigValue } from '@ops/laravel/app';
import type { App } from './app.ts';
import { decide, type Settled, type Why } from './decide.ts';
import type { Finding, Fix, Place } from './finding.ts';
import type { Answers } from './judgement.ts';
import type { Severity } from './severity.ts';
import { show, type Printable } from './show.ts';

/** A value that a rule judges, and what it is called. */
export interface SubjectValue {
  /** Config path, or `path[entry]` for an entry of a list, or an environment key. */
  readonly subject: string;
  readonly value: ConfigValue;
  /** The environment key that feeds it in this application, to be named in messages and fixes. */
  readonly key: string | undefined;
}

/** What is wrong with a value. */
export interface Bad {
  readonly severity: Severity;
  /** Goes on after `<subject> is <value>`: `so the session cookie is sent over http`. */
  readonly so: string;
  readonly remedy: string;
  readonly rank?: number;
  readonly fix?: Fix | undefined;
}

export function configValue(app: App, path: string): SubjectValue {
  return { subject: path, value: app.laravel.config(path), key: app.laravel.keyOf(path) };
}

/** Judges one value. `judge` gives what is wrong, undefined when nothing is, or why it cannot say. */
export function judgeValue(app: App, { subject, value, key }: SubjectValue, judge: (value: Settled) => Bad | Why | undefined, printable: Printable = {}): Answers {
  const found: Bad[] = [];
  const answer = decide<number | undefined>(value, (settled) => {
    const said = judge(settled);
    if (said === undefined || 'why' in said) return said;
    const index = found.findIndex((each) => each.severity === said.severity && each.so === said.so);
    return index >= 0 ? index : found.push(said) - 1;
  });
  const shown = show(value, printable);
  if (answer.kind === 'undecided') return { undecided: [{ subject, trace: value.trace, ...answer.why }] };
  const bad = answer.value === undefined ? undefined : found[answer.value];
  if (bad === undefined) return { safe: [{ subject, shown, trace: value.trace }] };
  return { findings: [findingOf(app, { subject, value, key }, bad, shown)] };
}

export function findingOf(app: App, { subject, value, key }: SubjectValue, { severity, so, remedy, rank = 1, fix }: Bad, shown: string): Finding {
  const named = key === undefined || key === subject ? '' : ` (\`${key}\`)`;
  const place = repositoryPlace(app, value.place);
  return {
    subject, severity, message: `\`${subject}\`${named} is ${shown}, ${so}.`, remedy, trace: value.trace, shown, rank,
    ...(place === undefined ? {} : { place }), ...(fix === undefined ? {} : { fix }),
  };
}

/** A place below the Laravel root as one of the repository; undefined for what is in no file of it. */
export function repositoryPlace({ repository }: Pick<App, 'repository'>, place: Place | undefined): Place | undefined {
  if (place === undefined) return undefined;
  const file = repository.prefix + place.file;
  return repository.holds(file) ? { ...place, file } : undefined;
}

/** How to set a config path in this application: by its key where it has one, else in its file. */
export function setting({ key, subject, value }: SubjectValue, wanted: string, phpWanted: string = wanted): string {
  if (key !== undefined) return `Set \`${key}=${wanted}\` in the environment.`;
  const file = value.place?.file ?? value.trace.findLast(({ file: from }) => from !== undefined)?.file ?? `config/${subject.split('.')[0] ?? ''}.php`;
  return `Set \`${subject}\` to \`${phpWanted}\` in ${file}.`;
}
