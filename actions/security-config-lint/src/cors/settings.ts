import type { ConfigArray, ConfigValue } from '@ops/laravel/app';
import type { App } from '../app.ts';
import { decide, isTruthy, textOf, type Decided, type Settled, type Why } from '../decide.ts';
import { notApplicable, together, type Answers, type Judgement } from '../judgement.ts';
import { isOrigin } from '../show.ts';
import type { SubjectValue } from '../subject-value.ts';
import { readPattern, readWildcard, type Pattern } from './pattern.ts';
import { letsEverybodyIn } from './reach.ts';

export const ORIGINS = 'cors.allowed_origins';
export const PATTERNS = 'cors.allowed_origins_patterns';
export const PATHS = 'cors.paths';
export const NOBODY_ASKED = 'no path answers other origins';

const NO_LIST: Why = { reason: 'no-list', why: 'a setting of config/cors.php is no list' };
/** What an entry does: which origins get in. */
export type Reach = 'everybody' | 'some' | 'one' | 'nobody';

/** Undefined when rules of CORS have something to judge: without paths nobody gets a header. */
export function withoutCors({ laravel }: App): Judgement | undefined {
  const paths = decide(laravel.config(PATHS), (value) => value.kind !== 'array' || value.entries.size > 0 || value.open !== undefined);
  const isThere = laravel.config(PATHS).kind !== 'unset';
  return isThere && !(paths.kind === 'settled' && !paths.value) ? undefined : notApplicable(NOBODY_ASKED);
}

export function sendsCookies({ laravel }: App): Decided<boolean> {
  return decide(laravel.config('cors.supports_credentials'), isTruthy);
}

/** Judges each entry of a list, in each of the lists that are possible: it is bad only when all of them are. */
export function judgeEntries(app: App, path: string, judge: (entry: SubjectValue) => Answers): Answers {
  const value = app.laravel.config(path);
  const lists = value.kind === 'one-of' ? value.values : [value];
  const answers = lists.map((list) => judgeList(app, path, list, judge));
  const [first = {}] = answers;
  const kinds = new Set(answers.map(({ findings = [], undecided = [] }) => (findings.length > 0 ? 'bad' : undecided.length > 0 ? 'open' : 'good')));
  if (kinds.size <= 1) return first;
  return { undecided: [{ subject: path, reason: 'undecided', why: 'several lists are possible, and they do not agree', trace: value.trace }] };
}

function judgeList(app: App, path: string, list: ConfigValue, judge: (entry: SubjectValue) => Answers): Answers {
  if (list.kind === 'unset') return {};
  if (list.kind !== 'array') return { undecided: [{ subject: path, trace: list.trace, ...(list.kind === 'unknown' ? { reason: list.reason, why: list.why } : NO_LIST) }] };
  const key = app.laravel.keyOf(path);
  const entries = [...list.entries].map(([index, value]) => judge({ subject: entrySubject(path, value), value, key: app.laravel.keyOf(`${path}.${index}`) ?? key }));
  const open = list.open === undefined ? [] : [{ undecided: [{ subject: path, reason: list.open.reason, why: list.open.why, trace: list.trace }] }];
  const all = together([...entries, ...open]);
  return { ...all, safe: [...all.safe, ...(entries.length === 0 ? [{ subject: path, shown: 'an empty list', trace: list.trace }] : [])] };
}

/** The path with the entry's text; of a text that is more than an origin only the length. */
function entrySubject(path: string, value: ConfigValue): string {
  if (value.kind !== 'known' || typeof value.value !== 'string') return `${path}[]`;
  return `${path}[${isOrigin(value.value) ? value.value : `${value.value.length} characters`}]`;
}

/** The first entry of a list for which the question is true, as one answer about the list. */
export function anyEntry(value: ConfigValue, question: (entry: Settled) => boolean | Why): Decided<boolean> {
  return decide(value, (list) => {
    if (list.kind === 'unset') return false;
    if (list.kind !== 'array') return NO_LIST;
    return inList(list, question);
  });
}

function inList({ entries, open }: ConfigArray, question: (entry: Settled) => boolean | Why): boolean | Why {
  const answers = [...entries.values()].map((entry) => decide<boolean>(entry, (each) => (each.kind === 'secret' ? { reason: 'value-hidden', why: 'an entry is a secret' } : question(each))));
  if (answers.some((answer) => answer.kind === 'settled' && answer.value)) return true;
  const unknown = answers.find((answer) => answer.kind === 'undecided');
  if (unknown !== undefined) return unknown.why;
  return open === undefined ? false : { reason: open.reason, why: open.why };
}

/** Who gets in by an entry of `allowed_origins`. A sandboxed frame of any site has the origin `null`. */
export function reachOf(entry: Settled): Reach | Why {
  const text = textOf(entry);
  if (text === undefined || text === '') return 'nobody';
  if (text === '*' || text === 'null') return 'everybody';
  return text.includes('*') ? reachOfPattern(readWildcard(text)) : 'one';
}

/** Who gets in by an entry of `allowed_origins_patterns`. */
export function patternReach(entry: Settled): Reach | Why {
  const text = textOf(entry);
  return text === undefined ? 'nobody' : reachOfPattern(readPattern(text));
}

function reachOfPattern(pattern: Pattern): Reach | Why {
  if (pattern.kind !== 'read') return pattern.kind === 'broken' ? 'nobody' : { reason: 'pattern', why: `a pattern of origins cannot be judged: ${pattern.why}` };
  return letsEverybodyIn(pattern) ? 'everybody' : 'some';
}
