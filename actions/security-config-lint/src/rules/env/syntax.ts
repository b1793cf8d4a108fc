import { dotenvError, type DotenvEntry } from '@ops/laravel';
import type { App } from '../../app.ts';
import { envReadings, stepAt, valuePlace, type EnvReading } from '../../facts/env-files.ts';
import type { Finding } from '../../finding.ts';
import { judged, notAsked, together, type Answers, type Judgement } from '../../judgement.ts';

/** A line that a value of several lines was not meant to hold: a name of several words, at the start of the line. */
const SETTING_LINE = /^[ \t]*(?:export[ \t]+)?[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+[ \t]*=/;

export function checkParses(app: App): Judgement {
  return overFiles(app, (reading) => {
    const { failure, name } = reading;
    if (failure === undefined) return clean(reading);
    const { message, remedy } = dotenvError(failure, name);
    return { findings: [{
      subject: name, severity: 'critical', rank: 1, shown: failure.cause, message: `${message.replace(/\.$/, '')}, so the application answers 500.`, remedy: remedy ?? 'Quote the value.',
      trace: [stepAt(reading, failure.span, failure.cause, failure.key)],
      place: { file: app.repository.prefix + name, line: failure.span.line, column: failure.span.column },
    }] };
  });
}

export function checkUnterminated(app: App): Judgement {
  return overParsed(app, (reading) => {
    const swallowing = reading.entries.flatMap((entry) => swallowed(app, reading, entry) ?? []);
    const { droppedFrom: line } = reading;
    const dropped: readonly Finding[] = line === undefined ? [] : [{
      subject: reading.name, severity: 'critical', rank: 2, shown: 'an open quote',
      message: `A double quote at line ${line} of ${reading.name} is never closed, so phpdotenv drops everything from there on and says nothing.`,
      remedy: 'Close the quote. In a comment write no =".', trace: [stepAt(reading, { line, column: 1 }, 'a quote that nothing closes')], place: { file: app.repository.prefix + reading.name, line, column: 1 },
    }];
    return [...dropped, ...swallowing];
  });
}

function swallowed({ repository }: App, reading: EnvReading, entry: DotenvEntry): Finding | undefined {
  const { name, value, nameSpan } = entry;
  const [, ...further] = (value?.parts.join('') ?? '').split('\n');
  const index = value?.quote === 'double' ? further.findIndex((line) => SETTING_LINE.test(line)) : -1;
  if (index < 0) return undefined;
  return {
    subject: name, severity: 'critical', rank: 1, shown: 'several lines', trace: [stepAt(reading, nameSpan, `${name} opens a quote`, name)],
    message: `The value of \`${name}\` at line ${nameSpan.line} of ${reading.name} goes on over several lines and takes in line ${nameSpan.line + index + 1}, which looks like a setting of its own.`,
    remedy: `Close the quote of \`${name}\`.`, place: { file: repository.prefix + reading.name, line: nameSpan.line, column: nameSpan.column },
  };
}

export function checkHash(app: App): Judgement {
  return overParsed(app, (reading) => reading.entries.filter(({ value }) => value?.cutByHash === true).map((entry) => ({
    subject: entry.name, severity: 'high', rank: 1, shown: 'cut', trace: [stepAt(reading, entry.nameSpan, `${entry.name} ends at #`, entry.name)], place: valuePlace(app, reading, entry),
    message: `The value of \`${entry.name}\` at line ${entry.nameSpan.line} of ${reading.name} is cut off at \`#\`, which begins a comment in a value without quotes.`,
    remedy: 'Put the value into single quotes, or a blank before the comment.',
  })));
}

export function checkDuplicates(app: App): Judgement {
  return overParsed(app, (reading) => [...Map.groupBy(reading.entries, ({ name }) => name)].flatMap(([name, all]): readonly Finding[] => {
    const last = all.at(-1);
    const first = all.find((entry) => textOf(entry) !== (last === undefined ? undefined : textOf(last))) ?? all[0];
    if (last === undefined || first === undefined || first === last) return [];
    const differ = textOf(first) !== textOf(last);
    return [{
      subject: name, severity: differ ? 'medium' : 'info', rank: differ ? 2 : 1, shown: differ ? 'two values' : 'the same value twice', place: { file: app.repository.prefix + reading.name, line: last.nameSpan.line, column: last.nameSpan.column },
      message: `\`${name}\` stands at line ${first.nameSpan.line} and at line ${last.nameSpan.line} of ${reading.name}, ${differ ? 'with different values, and the last one counts' : 'with the same value'}.`,
      remedy: 'Keep one of them.', trace: [stepAt(reading, first.nameSpan, `${name} is set`, name), stepAt(reading, last.nameSpan, `${name} is set again`, name)],
    }];
  }));
}

function textOf({ value }: DotenvEntry): string | undefined {
  return value?.parts.join('');
}

/** Judges every file that parses; of a rejected one no key is known. */
export function overParsed(app: App, find: (reading: EnvReading) => readonly Finding[]): Judgement {
  return overFiles(app, (reading) => {
    if (reading.failure !== undefined) return unreadable(reading);
    const findings = find(reading);
    return findings.length > 0 ? { findings } : clean(reading);
  });
}

export function unreadable(reading: EnvReading): Answers {
  const line = reading.failure?.span.line ?? 1;
  return { undecided: [{ subject: reading.name, reason: 'unreadable', why: `phpdotenv rejects ${reading.name} at line ${line}`, trace: [stepAt(reading, { line, column: 1 }, 'the file is rejected')] }] };
}

export function clean(reading: EnvReading): Answers {
  return { safe: [{ subject: reading.name, shown: 'clean', trace: [] }] };
}

export function overFiles(app: App, judge: (reading: EnvReading) => Answers): Judgement {
  const readings = envReadings(app);
  if (readings.length === 0) return notAsked(app.target === 'example' ? 'the repository has no file of environment values' : 'no file of environment values was given');
  return judged(together(readings.map(judge)), '');
}
