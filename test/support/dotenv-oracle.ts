/** The real phpdotenv and Laravel of a test root, asked about many cases in one PHP process, and our answer in the same form. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { databaseFacts, type DatabaseFacts } from '../../packages/laravel/src/dotenv/database/facts.ts';
import { phpString, type Native } from '../../packages/laravel/src/dotenv/database/native.ts';
import { parseDatabaseUrl } from '../../packages/laravel/src/dotenv/database/url.ts';
import { castEnv } from '../../packages/laravel/src/dotenv/cast.ts';
import { parseDotenv } from '../../packages/laravel/src/dotenv/dotenv.ts';
import { phpdotenvMessage } from '../../packages/laravel/src/dotenv/message.ts';
import type { AppliedWrite } from '../../packages/laravel/src/dotenv/repository.ts';
import { dotenvRules } from '../../packages/laravel/src/dotenv/rules.ts';
import { placeOf } from './services.ts';

/** The test roots with what Debian packages there. */
export const ROOTS = [
  { os: 'bookworm', phpdotenv: '5.4.1', laravel: 8 },
  { os: 'trixie', phpdotenv: '5.6.1', laravel: 10 },
  { os: 'sid', phpdotenv: '5.8.0', laravel: 13 },
] as const;
export type Root = (typeof ROOTS)[number];

export interface DotenvCase {
  readonly file: Buffer;
  readonly environment?: Readonly<Record<string, string>>;
}

export type Question =
  | { readonly ask: 'load'; readonly file: string; readonly environment?: Readonly<Record<string, string>> }
  | { readonly ask: 'url'; readonly url: string }
  | { readonly ask: 'config'; readonly environment: Readonly<Record<string, string>> };

/** Every question's answer, in order. */
export function askPhp(root: Root, questions: readonly Question[]): unknown[] {
  const script = readFileSync(join(import.meta.dirname, 'dotenv-oracle.php'), 'utf8');
  const run = spawnSync('/usr/sbin/chroot', [placeOf(root.os), '/usr/bin/php', '-d', 'memory_limit=-1', '-d', 'display_errors=stderr', '-r', script], {
    input: questions.map((question) => `${JSON.stringify(question)}\n`).join(''),
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' }, maxBuffer: 2 ** 30, encoding: 'utf8',
  });
  const answers = run.stdout.trimEnd().split('\n');
  if (run.status !== 0 || answers.length !== questions.length) throw new Error(`PHP of ${root.os} answered ${answers.length} of ${questions.length}, exit ${run.status}: ${run.error?.message ?? run.stderr.slice(0, 2000)}`);
  return answers.map((line): unknown => JSON.parse(line));
}

/** What differs between PHP's reading of the files and ours; empty when all are equal. */
export function differences(root: Root, cases: readonly DotenvCase[]): string[] {
  const answers = askPhp(root, cases.map(({ file, environment }) => ({ ask: 'load', file: file.toString('base64'), ...(environment === undefined ? {} : { environment }) })));
  return cases.flatMap((each, index) => {
    const [ours, theirs] = [JSON.stringify(ourAnswer(root, each)), JSON.stringify(answers[index])];
    return ours === theirs ? [] : [`${root.os} ${JSON.stringify(each.file.toString('latin1'))} ${JSON.stringify(each.environment ?? {})}\n  php  ${readable(theirs)}\n  ours ${readable(ours)}`];
  });
}

function ourAnswer({ phpdotenv }: Root, { file, environment }: DotenvCase): unknown {
  const result = parseDotenv(file, { phpdotenv, ...(environment === undefined ? {} : { environment }) });
  if (!result.ok) return { error: base64(phpdotenvMessage(result.failure, dotenvRules(phpdotenv))) };
  const values = phpArray([...result.env.values].map(([name, { value }]) => [name, value]), true);
  return {
    loaded: { a: loadedArray(result.env.applied, phpdotenv).map(([name, value]) => [base64(name), packed(value ?? null)]) },
    values: values.map(([name, value]) => [base64(name), packed(value), packed(castEnv(value))]),
  };
}

export function packed(value: string | boolean | null): unknown {
  return typeof value === 'string' ? { s: base64(value) } : { v: value, t: value === null ? 'NULL' : 'boolean' };
}

function base64(text: string | Buffer): string {
  return (typeof text === 'string' ? Buffer.from(text, 'utf8') : text).toString('base64');
}

function readable(json: string | undefined): string {
  return (json ?? '').replaceAll(/"([A-Za-z0-9+/]{2,}={0,2})"/g, (whole, text: string) => (['loaded', 'values', 'config', 'driver', 'null', 'error', 'boolean', 'NULL', 'thrown'].includes(text) ? whole : JSON.stringify(Buffer.from(text, 'base64').toString('utf8'))));
}

/** What differs between Laravel's splitting of database URLs and ours. */
export function urlDifferences(root: Root, urls: readonly string[]): string[] {
  const answers = askPhp(root, urls.map((url) => ({ ask: 'url', url: base64(url) })));
  return urls.flatMap((url, index) => {
    const parsed = parseDatabaseUrl(url);
    const ours = JSON.stringify(parsed === undefined ? { error: base64('The database configuration URL is malformed.') } : { config: { a: [...parsed].map(([key, value]) => [base64(Buffer.from(key, 'latin1')), packedNative(value)]) } });
    const theirs = JSON.stringify(answers[index], (_, value: unknown) => simplified(value));
    return ours === theirs ? [] : [`${root.os} ${JSON.stringify(url)}\n  php  ${readable(theirs)}\n  ours ${readable(ours)}`];
  });
}

/** What differs between the settings that Laravel 13 itself makes of an environment and our facts. */
export function factDifferences(environments: readonly Readonly<Record<string, string>>[]): string[] {
  const [, , sid] = ROOTS;
  const answers = askPhp(sid, environments.map((environment) => ({ ask: 'config', environment })));
  return environments.flatMap((environment, index) => {
    const result = parseDotenv(Buffer.alloc(0), { phpdotenv: sid.phpdotenv, environment });
    if (!result.ok) throw new Error('an empty file was rejected');
    const facts = databaseFacts(result.env, { laravel: sid.laravel });
    const [ours, theirs] = [JSON.stringify(ourSettings(facts)), JSON.stringify(theirSettings(answers[index], Object.keys(ourSettings(facts))))];
    return ours === theirs ? [] : [`${JSON.stringify(environment)}\n  php  ${theirs}\n  ours ${ours}`];
  });
}

function ourSettings(facts: DatabaseFacts): Record<string, string | null> {
  const { driver, database } = facts;
  if (facts.driver === 'sqlite') return { driver, database: database.value };
  const { host, port, username, password, charset } = facts;
  return {
    driver, database: database.value, host: host.value, port: port.value === null ? '' : String(port.value), username: username.value, password: password.value?.reveal() ?? null, charset: charset.value,
    ...(facts.driver === 'pgsql' ? { sslmode: facts.sslMode.value, sslrootcert: facts.sslRootCert.value } : { unix_socket: facts.socket.value ?? '', collation: facts.collation.value }),
  };
}

function theirSettings(answer: unknown, keys: readonly string[]): Record<string, string | null> {
  const { config } = answer as { config: { a: [string, { s?: string; v?: boolean | string | null; t?: string }][] } };
  const settings = new Map(config.a.map(([key, { s, v, t }]) => {
    const value: Native = s !== undefined ? Buffer.from(s, 'base64').toString() : t === 'boolean' ? v === true : t === 'NULL' || v === undefined || v === null ? null : { number: String(v) };
    return [Buffer.from(key, 'base64').toString(), phpString(value) ?? null];
  }));
  return Object.fromEntries(keys.map((key) => {
    const value = settings.get(key) ?? null;
    // What is empty to the connector is the same to it.
    const isNone = key === 'port' || key === 'unix_socket' ? value === null || value === '' || value === '0' : false;
    return [key, isNone ? '' : value];
  }));
}

function packedNative(value: Native): unknown {
  if (typeof value === 'string') return { s: base64(Buffer.from(value, 'latin1')) };
  if (value === null || typeof value === 'boolean') return packed(value);
  return 'number' in value ? { n: value.number } : { other: true };
}

/** PHP's numbers as text, and its arrays below the first level as one thing: we keep no more of them. */
function simplified(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && 'a' in value && Array.isArray(value.a)) return { a: value.a.filter(([key]: [string]) => !/^(?:0|-?[1-9]\d*)$/.test(Buffer.from(key, 'base64').toString())) };
  if (Array.isArray(value) && value.length === 2 && typeof value[1] === 'object' && value[1] !== null && 'a' in value[1]) return [value[0], { other: true }];
  if (typeof value === 'object' && value !== null && 't' in value && 'v' in value && (value.t === 'integer' || value.t === 'double')) return { n: String(value.v) };
  return value;
}

/** `Dotenv::load` returns a PHP array; up to 5.6 `array_merge` counts its integer keys anew at each step. */
function loadedArray(applied: readonly AppliedWrite[], version: string): [string, string | undefined][] {
  const writes = applied.map(({ name, value }): [string, string | undefined] => [name, value]);
  return phpArray(writes, version.startsWith('5.8'));
}

function phpArray<T>(writes: readonly (readonly [string, T])[], keepsIntegers: boolean): [string, T][] {
  const entries: [string, T][] = [];
  const places = new Map<string, number>();
  let next = 0;
  for (const [name, value] of writes) {
    if (isInteger(name) && !keepsIntegers) {
      entries.push([String(next), value]);
      next += 1;
      continue;
    }
    const place = places.get(name);
    if (place === undefined) places.set(name, entries.push([name, value]) - 1);
    else entries[place] = [name, value];
  }
  return entries;
}

function isInteger(name: string): boolean {
  return /^(?:0|[1-9]\d{0,18})$/.test(name) && BigInt(name) < 2n ** 63n;
}
