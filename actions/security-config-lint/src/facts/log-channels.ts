import type { ConfigValue } from '@ops/laravel/app';
import type { App } from '../app.ts';
import { decide, textOf } from '../decide.ts';
import type { Undecided } from '../finding.ts';
import { configValue, type SubjectValue } from '../subject-value.ts';

/** A channel that logs are written to. */
export interface LogChannel {
  readonly name: string;
  /** `logging.channels.daily` */
  readonly path: string;
  /** Of a channel that throws everything away: `null`. */
  readonly driver: string;
}

/** Where the application's logs go, stacks followed to their ends. */
export interface ActiveChannels {
  readonly channels: readonly LogChannel[];
  /** Names in a stack, or the default, for which there is no channel. */
  readonly missing: readonly SubjectValue[];
  readonly undecided: readonly Undecided[];
}

export function activeChannels(app: App): ActiveChannels {
  const channels = new Map<string, LogChannel>();
  const missing: SubjectValue[] = [];
  const undecided: Undecided[] = [];
  const seen = new Set<string>();
  const waiting: SubjectValue[] = [configValue(app, 'logging.default')];
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const named = decide(next.value, (value) => textOf(value)?.trim() ?? 'null');
    if (named.kind === 'undecided') {
      undecided.push({ subject: next.subject, trace: next.value.trace, ...named.why });
      continue;
    }
    const name = named.value;
    if (seen.has(name)) continue;
    seen.add(name);
    const path = `logging.channels.${name}`;
    const driver = decide(app.laravel.config(`${path}.driver`), textOf);
    if (driver.kind === 'undecided') undecided.push({ subject: path, trace: next.value.trace, ...driver.why });
    else if (driver.value === undefined && name !== 'null') missing.push({ ...next, subject: next.subject === 'logging.default' ? next.subject : `${next.subject}[${name}]` });
    else if (driver.value === 'stack') waiting.push(...stackOf(app, `${path}.channels`));
    else channels.set(name, { name, path, driver: name === 'null' || isNullHandler(app.laravel.config(`${path}.handler`)) ? 'null' : driver.value ?? 'null' });
  }
  return { channels: [...channels.values()], missing, undecided };
}

/** A list of names, or a text that Laravel splits at its commas. */
function stackOf(app: App, path: string): readonly SubjectValue[] {
  const { value, key } = configValue(app, path);
  if (value.kind === 'array') return [...value.entries.values()].map((entry) => ({ subject: path, key, value: entry }));
  if (value.kind !== 'known' || typeof value.value !== 'string') return [{ subject: path, key, value }];
  return value.value.split(',').map((name) => ({ subject: path, key, value: { ...value, value: name } }));
}

function isNullHandler(value: ConfigValue): boolean {
  return value.kind === 'known' && typeof value.value === 'string' && value.value.endsWith('NullHandler');
}
