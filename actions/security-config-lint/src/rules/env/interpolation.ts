import type { DotenvEntry } from '@ops/laravel';
import type { App } from '../../app.ts';
import { stepAt, valuePlace, type EnvReading } from '../../facts/env-files.ts';
import type { Finding, Undecided } from '../../finding.ts';
import type { Answers, Judgement } from '../../judgement.ts';
import { clean, overFiles, unreadable } from './syntax.ts';

/** What stands in a value as it is though it looks as if it would be replaced. */
type Literal = { readonly kind: 'finding'; readonly what: string; readonly remedy: string } | { readonly kind: 'undecided'; readonly why: string };

/** `${X}` that nobody sets before, `${X:-d}`, `$(command)`: phpdotenv knows no shell, and leaves them as they are. */
export function checkInterpolation(app: App): Judgement {
  return overFiles(app, (reading) => {
    if (reading.failure !== undefined) return unreadable(reading);
    const findings: Finding[] = [];
    const undecided: Undecided[] = [];
    const before = new Set<string>();
    for (const entry of reading.entries) {
      for (const literal of literalsOf(app, reading, entry, before)) {
        const trace = [stepAt(reading, entry.nameSpan, `${entry.name} is set`, entry.name)];
        if (literal.kind === 'undecided') undecided.push({ subject: entry.name, reason: 'not-in-source', why: literal.why, trace });
        else findings.push({
          subject: entry.name, severity: 'medium', rank: 1, shown: 'literal', trace, place: valuePlace(app, reading, entry), remedy: literal.remedy,
          message: `The value of \`${entry.name}\` at line ${entry.nameSpan.line} of ${reading.name} holds ${literal.what}: it stays as it is written.`,
        });
      }
      before.add(entry.name);
    }
    return answers(reading, findings, undecided);
  });
}

function answers(reading: EnvReading, findings: readonly Finding[], undecided: readonly Undecided[]): Answers {
  return findings.length === 0 && undecided.length === 0 ? clean(reading) : { findings, undecided };
}

function literalsOf(app: App, reading: EnvReading, { value }: DotenvEntry, before: ReadonlySet<string>): readonly Literal[] {
  // The first part is plain text: an escaped `$`, or one in single quotes, begins none.
  return (value?.parts.slice(1) ?? []).flatMap((part): readonly Literal[] => {
    if (part.startsWith('$(')) return [{ kind: 'finding', what: 'a command in `$(…)`', remedy: 'Write the value itself, or put it into single quotes if it is meant literally.' }];
    if (/^\$\{[^}]*:?[-+?=][^}]*\}/.test(part)) return [{ kind: 'finding', what: 'a default in `${…}` as a shell has it', remedy: 'phpdotenv knows no defaults: write the value itself, or the default in the configuration.' }];
    const name = /^\$\{([a-zA-Z0-9_.]+)\}/.exec(part)?.[1];
    return name === undefined || before.has(name) ? [] : undefinedName(app, reading, name) ?? [];
  });
}

/** The real environment may give it; the file gives it too late when it stands below. */
function undefinedName({ laravel }: App, reading: EnvReading, name: string): readonly Literal[] | undefined {
  const isBelow = reading.entries.some((entry) => entry.name === name);
  const value = reading.isTemplate ? undefined : laravel.env(name);
  if (value !== undefined && value.kind !== 'unset' && value.kind !== 'unknown' && value.trace[0]?.file === undefined) return undefined;
  if (isBelow) return [{ kind: 'finding', what: `\`\${${name}}\`, which is set only below`, remedy: `Set \`${name}\` before it.` }];
  if (value?.kind === 'unset') return [{ kind: 'finding', what: `\`\${${name}}\`, which nothing sets`, remedy: `Set \`${name}\` before it, or put the value into single quotes if it is meant literally.` }];
  return value?.kind === 'unknown' && value.reason === 'value-hidden' ? undefined : [{ kind: 'undecided', why: `${name} may be set in the real environment, which was not given` }];
}
