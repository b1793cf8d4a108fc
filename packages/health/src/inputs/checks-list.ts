import { Secret } from '@ops/shared';
import { parseAssertion, type Assertion } from '../assertion.ts';
import { CHECK_KINDS, PRESETS, type Check, type CheckKind, type Preset, type StatusRange } from '../check.ts';
import { isObject } from '../pointer.ts';
import { parseDuration } from './duration.ts';
import { parseStatusRanges } from './status-ranges.ts';

/** One entry of the input `checks`: only what was written there. */
export type ListedCheck = Pick<Check, 'name' | 'url'> & Partial<Pick<Check, 'kind' | 'preset' | 'method' | 'headers' | 'expectStatus' | 'assertions' | 'maxLatencyMs' | 'required' | 'requiredComponents' | 'ignoreComponents'>>;

const KEYS = ['name', 'url', 'kind', 'preset', 'method', 'headers', 'expect-status', 'assert', 'max-latency', 'required', 'required-components', 'ignore-components'] as const;
const METHODS = ['GET', 'HEAD', 'POST', 'OPTIONS'];
const CREDENTIAL = /auth|cookie|token|secret|key|session/i;

/** The checks, or the sentences that say what is wrong with each entry. `url` may be a path when `base` is given elsewhere. */
export async function parseChecks(text: string): Promise<{ readonly checks: readonly ListedCheck[]; readonly problems: readonly string[] }> {
  const problems: string[] = [];
  const list = await yamlOf(text, problems);
  if (list === undefined) return { checks: [], problems };
  const checks = list.flatMap((entry, index) => {
    const one = new Entry(typeof entry === 'string' ? { url: entry } : entry, index + 1, list.length, problems);
    return one.check() ?? [];
  });
  for (const [index, { name }] of checks.entries()) {
    if (checks.findIndex((other) => other.name === name) < index) problems.push(`two checks have the name ${name}: names must differ`);
  }
  return { checks, problems };
}

async function yamlOf(text: string, problems: string[]): Promise<unknown[] | undefined> {
  // Only who gives a list pays for the parser.
  const { parse } = await import('yaml');
  try {
    const value: unknown = parse(text, { maxAliasCount: 0 });
    if (Array.isArray(value) && value.length > 0) return value;
    problems.push('it is not a list: begin each check with "- "');
  } catch (thrown) {
    problems.push(`it is not YAML: ${thrown instanceof Error ? (thrown.message.split('\n')[0] ?? '') : String(thrown)}`);
  }
  return undefined;
}

/** Reads one entry and collects what is wrong with it. */
class Entry {
  readonly #entry: Readonly<Record<string, unknown>>;
  readonly #label: string;
  readonly #problems: string[];
  readonly #before: number;

  constructor(entry: unknown, position: number, count: number, problems: string[]) {
    this.#entry = isObject(entry) ? entry : {};
    this.#problems = problems;
    this.#before = problems.length;
    const name = this.#entry['name'];
    this.#label = typeof name === 'string' ? `check ${name}` : `check ${position} of ${count}`;
    if (!isObject(entry)) this.#wrong('is not a set of keys', 'begin it with "- url: https://…"');
    for (const key of Object.keys(this.#entry)) if (!KEYS.some((known) => known === key)) this.#wrong(`has the unknown key ${key}`, `known are ${KEYS.join(', ')}`);
  }

  check(): ListedCheck | undefined {
    const url = this.#text('url', (text) => (text.startsWith('/') || isHttp(text) ? text : undefined), 'an http or https address, or a path beside health-url') ?? '';
    if (this.#entry['url'] === undefined) this.#wrong('has no url', 'give one');
    const name = this.#text('name', (text) => (/^[\w.-]{1,60}$/.test(text) ? text : undefined), 'letters, digits, dot, hyphen and underscore') ?? nameOf(url);
    const kind = this.#text<CheckKind>('kind', (text) => CHECK_KINDS.find((known) => known === text), `one of ${CHECK_KINDS.join(', ')}`);
    const preset = this.#text<Preset>('preset', (text) => PRESETS.find((known) => known === text), `one of ${PRESETS.join(', ')}`);
    const method = this.#text('method', (text) => METHODS.find((known) => known === text.toUpperCase()), `one of ${METHODS.join(', ')}`);
    const expectStatus = this.#text<StatusRange[]>('expect-status', parseStatusRanges, 'status codes such as 200-299, 2xx or 200, 204');
    const maxLatencyMs = this.#text('max-latency', parseDuration, 'a duration such as 500ms');
    const required = this.#required();
    const headers = this.#headers();
    const assertions = this.#list<Assertion>('assert', parseAssertion, 'conditions such as "/status = ok", "body contains Welcome", "header:x-release = 42"');
    const requiredComponents = this.#list('required-components', (text) => text, 'names');
    const ignoreComponents = this.#list('ignore-components', (text) => text, 'names');
    if (this.#problems.length > this.#before) return undefined;
    return {
      name,
      url,
      ...(kind === undefined ? {} : { kind }),
      ...(preset === undefined ? {} : { preset }),
      ...(method === undefined ? {} : { method }),
      ...(expectStatus === undefined ? {} : { expectStatus }),
      ...(maxLatencyMs === undefined ? {} : { maxLatencyMs }),
      ...(required === undefined ? {} : { required }),
      ...(headers === undefined ? {} : { headers }),
      ...(assertions === undefined ? {} : { assertions }),
      ...(requiredComponents === undefined ? {} : { requiredComponents }),
      ...(ignoreComponents === undefined ? {} : { ignoreComponents }),
    };
  }

  #wrong(what: string, rule: string): undefined {
    this.#problems.push(`${this.#label} ${what}: ${rule}`);
    return undefined;
  }

  #text<T = string>(key: string, read: (text: string) => T | undefined, rule: string): T | undefined {
    const value = this.#entry[key];
    if (value === undefined || value === null) return undefined;
    const result = typeof value === 'string' || typeof value === 'number' ? read(String(value).trim()) : undefined;
    return result ?? this.#wrong(`has the ${key} ${JSON.stringify(value)}`, `must be ${rule}`);
  }

  #required(): boolean | undefined {
    const value = this.#entry['required'];
    return value === undefined || typeof value === 'boolean' ? value : this.#wrong(`has the required ${JSON.stringify(value)}`, 'must be true or false');
  }

  #list<T>(key: string, read: (text: string) => T | undefined, rule: string): T[] | undefined {
    const value = this.#entry[key];
    if (value === undefined || value === null) return undefined;
    const items: unknown[] = Array.isArray(value) ? value : [value];
    const found = items.map((item) => (typeof item === 'string' && item.trim() !== '' ? read(item.trim()) : undefined));
    return found.includes(undefined) ? this.#wrong(`has the ${key} ${JSON.stringify(value)}`, `must be ${rule}`) : found.flatMap((item) => item ?? []);
  }

  #headers(): Record<string, string | Secret> | undefined {
    const value = this.#entry['headers'];
    if (value === undefined || value === null) return undefined;
    if (!isObject(value)) return this.#wrong('has headers that are not a set', 'write "headers:" and below it "x-name: value"');
    const headers: Record<string, string | Secret> = {};
    for (const [name, text] of Object.entries(value)) {
      if (!/^[\w-]+$/.test(name) || typeof text !== 'string' || /[\r\n\0]/.test(text)) this.#wrong(`has a bad header ${name}`, 'names are letters, digits and hyphens, values are one line of text');
      else headers[name.toLowerCase()] = CREDENTIAL.test(name) ? new Secret(text) : text;
    }
    return headers;
  }
}

function isHttp(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/** The last part of the path names a check that has no name. */
function nameOf(url: string): string {
  const path = url.startsWith('/') ? url : URL.canParse(url) ? new URL(url).pathname : '';
  return path.split('?')[0]?.split('/').findLast((part) => /^[\w.-]{1,60}$/.test(part)) ?? 'root';
}
