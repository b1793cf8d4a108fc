import { createHash } from 'node:crypto';
import type { App } from '../app.ts';
import type { Place } from '../finding.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** composer.json of the application. */
export interface Composer {
  readonly file: string;
  readonly text: string;
  readonly json: JsonObject;
}

/** Undefined without one, or when it is no JSON object. */
export function composerOf({ repository }: Pick<App, 'repository'>): Composer | undefined {
  const file = `${repository.prefix}composer.json`;
  const text = repository.text(file);
  const json = jsonObject(text);
  return text === undefined || json === undefined ? undefined : { file, text, json };
}

export function jsonObject(text: string | undefined): JsonObject | undefined {
  try {
    return objectIn(JSON.parse(text ?? ''));
  } catch {
    return undefined;
  }
}

export function objectIn(value: unknown): JsonObject | undefined {
  return isObject(value) ? value : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The members of a list, or the values of an object: PHP writes lists with gaps as objects. */
export function membersOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : Object.values(objectIn(value) ?? {});
}

/** Where the first of these texts stands as a JSON string; the first line when none does. */
export function jsonPlace(file: string, text: string, ...words: readonly string[]): Place {
  for (const word of words) {
    const quoted = [JSON.stringify(word), JSON.stringify(word).replaceAll('/', String.raw`\/`)].find((each) => text.includes(each));
    if (quoted === undefined) continue;
    const at = text.indexOf(quoted);
    const before = text.slice(0, at);
    const [line, column] = [before.split('\n').length, at - before.lastIndexOf('\n')];
    return { file, line, column, endLine: line, endColumn: column + quoted.length };
  }
  return { file, line: 1, column: 1 };
}

const HASHED = ['name', 'version', 'require', 'require-dev', 'conflict', 'replace', 'provide', 'minimum-stability', 'prefer-stable', 'repositories', 'extra'];

/** The content-hash that Composer writes into the lock: MD5 of what decides the resolution, as PHP encodes it (Locker::getContentHash). */
export function contentHash(json: JsonObject): string {
  const relevant = new Map<string, unknown>(HASHED.filter((key) => key in json).map((key) => [key, json[key]]));
  const platform = objectIn(json['config'])?.['platform'];
  if (platform !== undefined && platform !== null) relevant.set('config', { platform });
  const sorted = Object.fromEntries([...relevant].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return createHash('md5').update(phpJson(sorted)).digest('hex');
}

/** PHP reads objects as arrays: empty ones come out as lists. It escapes slashes and all that is not ASCII. */
function phpJson(value: unknown): string {
  const asArrays = JSON.stringify(value, (_key, each: unknown) => (isObject(each) && isListLike(each) ? Object.values(each) : each));
  return asArrays.replaceAll('/', String.raw`\/`).replaceAll(/[\u0080-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function isListLike(value: JsonObject): boolean {
  return Object.keys(value).every((key, index) => key === String(index));
}
