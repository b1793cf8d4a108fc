/** A real, booted Laravel of a test root, asked for its configuration, and how ours differs from it. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { memoryFiles } from '../../packages/laravel/src/app/files.ts';
import { openApp } from '../../packages/laravel/src/app/read-app.ts';
import { pathOf } from '../../packages/laravel/src/config/paths.ts';
import type { EnvSource } from '../../packages/laravel/src/env/sources.ts';
import type { SecretVault } from '../../packages/laravel/src/env/vault.ts';
import type { ConfigValue } from '../../packages/laravel/src/value.ts';
import { ROOTS, type Root } from './dotenv-oracle.ts';
import { placeOf } from './services.ts';

export { ROOTS, type Root };

/** The release that Debian packages there, as composer.lock would name it. */
export function laravelVersion(root: Root): string {
  const source = readFileSync(join(placeOf(root.os), 'usr/share/php/Illuminate/Foundation/Application.php'), 'utf8');
  return /const VERSION = '([^']+)'/.exec(source)?.[1] ?? 'none';
}

export interface ConfigCase {
  /** For messages. */
  readonly name: string;
  /** `config/app.php` and whatever else, by path. */
  readonly files: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly dotenv?: string;
  /** The framework's own configuration below the application's. */
  readonly base?: boolean;
}

type Packed =
  | { readonly s: string }
  | { readonly a: readonly (readonly [string, boolean, Packed])[] }
  | { readonly t: string; readonly v: string | number | boolean | null };

interface Answer {
  readonly config?: Packed;
  readonly root?: string;
  readonly thrown?: string;
  readonly pdo?: Readonly<Record<string, number>>;
}

function askPhp(root: Root, questions: readonly object[]): Answer[] {
  const script = readFileSync(join(import.meta.dirname, 'config-oracle.php'), 'utf8');
  const run = spawnSync('/usr/sbin/chroot', [placeOf(root.os), '/usr/bin/php', '-d', 'memory_limit=-1', '-d', 'display_errors=stderr', '-r', script], {
    input: questions.map((question) => `${JSON.stringify(question)}\n`).join(''),
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' }, maxBuffer: 2 ** 30, encoding: 'utf8',
  });
  const answers = run.stdout.trimEnd().split('\n');
  if (run.status !== 0 || answers.length !== questions.length) throw new Error(`PHP of ${root.os} answered ${answers.length} of ${questions.length}, exit ${run.status}: ${run.error?.message ?? ''} ${run.stdout.slice(-500)} ${run.stderr.slice(0, 2000)}`);
  return answers.map((line): Answer => JSON.parse(line));
}

export interface Compared {
  readonly differences: readonly string[];
  /** Names of the cases that have one. */
  readonly wrong: readonly string[];
  /** Leaves of the running application. */
  readonly leaves: number;
  /** Of these, what we claim to know, and it is equal. */
  readonly known: number;
  /** Leaves that we do not know, with our reason. */
  readonly unknown: readonly string[];
  /** Cases that PHP itself refuses. */
  readonly refused: readonly string[];
}

/** Compares every leaf of every case. */
export async function compareConfigs(root: Root, cases: readonly ConfigCase[]): Promise<Compared> {
  const base = root.os === 'sid' ? '/usr/share/php/Illuminate/config' : null;
  const questions = cases.map(({ files, environment, dotenv, base: merges }) => ({
    ask: 'config', environment, base: merges === true ? base : null,
    files: Object.fromEntries(Object.entries({ ...files, ...(dotenv === undefined ? {} : { '.env': dotenv }) }).map(([path, text]) => [path, Buffer.from(text).toString('base64')])),
  }));
  const [constants, ...answers] = askPhp(root, [{ ask: 'constants', files: {} }, ...questions]);
  const total = { differences: [] as string[], wrong: [] as string[], leaves: 0, known: 0, unknown: [] as string[], refused: [] as string[] };
  for (const [index, each] of cases.entries()) {
    const answer = answers[index];
    if (answer?.config === undefined || answer.root === undefined) {
      total.refused.push(`${each.name}: ${answer?.thrown}`);
      continue;
    }
    const comparison = new Comparison(answer.root, constants?.pdo ?? {});
    await comparison.all(root, each, answer.config);
    total.differences.push(...comparison.differences.map((difference) => `${root.os} ${each.name} ${difference}`));
    if (comparison.differences.length > 0) total.wrong.push(each.name);
    total.leaves += comparison.leaves;
    total.known += comparison.known;
    total.unknown.push(...comparison.unknown.map((line) => `${each.name} ${line}`));
  }
  return total;
}

class Comparison {
  readonly differences: string[] = [];
  readonly unknown: string[] = [];
  leaves = 0;
  known = 0;
  readonly #root: string;
  readonly #pdo: Readonly<Record<string, number>>;
  #vault: SecretVault | undefined;

  constructor(root: string, pdo: Readonly<Record<string, number>>) {
    this.#root = root;
    this.#pdo = pdo;
  }

  async all(root: Root, { files, environment, dotenv, base }: ConfigCase, theirs: Packed): Promise<void> {
    const sources: EnvSource[] = [{ kind: 'real', name: 'the environment', values: environment, complete: true }];
    if (dotenv !== undefined) sources.push({ kind: 'file', name: '.env', content: Buffer.from(dotenv), complete: true });
    const lock = JSON.stringify({ packages: [{ name: 'vlucas/phpdotenv', version: root.phpdotenv }] });
    const { app, vault } = await openApp({ files: memoryFiles({ ...files, 'composer.lock': lock }), sources, frameworkVersion: laravelVersion(root), mergesFramework: base === true });
    this.#vault = vault;
    const actual = 'a' in theirs ? theirs.a : [];
    const names = new Set([...actual.map(([key]) => decoded(key)), ...app.configNames]);
    for (const name of names) this.#compare(app.config(name), actual.find(([key]) => decoded(key) === name)?.[2], name);
  }

  #compare(ours: ConfigValue, theirs: Packed | undefined, path: string): void {
    if (ours.kind === 'one-of') this.#oneOf(ours.values, theirs, path);
    else if (ours.kind === 'unknown') this.#notKnown(theirs, path, `${ours.reason}: ${ours.why}`);
    else if (theirs === undefined) {
      if (ours.kind !== 'unset') this.#differ(path, ours, theirs);
    } else if ('a' in theirs) {
      if (ours.kind === 'array') this.#arrays(ours, theirs.a, path);
      else this.#differ(path, ours, theirs);
    } else {
      this.leaves += 1;
      if (this.#isEqual(ours, theirs)) this.known += 1;
      else this.#differ(path, ours, theirs);
    }
  }

  #arrays(ours: Extract<ConfigValue, { kind: 'array' }>, theirs: readonly (readonly [string, boolean, Packed])[], path: string): void {
    const actual = new Map(theirs.map(([key, , value]) => [decoded(key), value]));
    const entries = [...ours.entries].map(([key, value]): [string, ConfigValue] => [this.#realKey(key), value]);
    for (const [key, value] of entries) this.#compare(value, actual.get(key), `${path}.${key}`);
    const held = new Set(entries.map(([key]) => key));
    for (const [key, value] of actual) {
      if (held.has(key)) continue;
      if (ours.open === undefined) this.differences.push(`${path}.${key} is there, and not in ours: ${JSON.stringify(value)}`);
      else this.#notKnown(value, `${path}.${key}`, ours.open.why);
    }
    const [order, real] = [entries.map(([key]) => key).filter((key) => actual.has(key)), [...actual.keys()].filter((key) => held.has(key))];
    const isSure = [...ours.entries.values()].every((value) => value.kind !== 'one-of' && value.kind !== 'unset') && ours.open === undefined;
    if (isSure && order.join('\n') !== real.join('\n')) this.differences.push(`${path} has its keys in another order: ours ${order.join(' ')}, theirs ${real.join(' ')}`);
    const isList = theirs.every(([key, isInteger], index) => isInteger && decoded(key) === String(index));
    if (isSure && isList !== ours.isList) this.differences.push(`${path}: isList is ${ours.isList}`);
  }

  #realKey(key: string): string {
    if (key.startsWith('PDO::')) return String(this.#pdo[key.slice('PDO::'.length)] ?? key);
    return this.#realPath(key) ?? key;
  }

  #realPath(symbol: string): string | undefined {
    const path = pathOf(symbol);
    return path === undefined ? undefined : [this.#root, FOLDERS[path.folder] ?? '?', path.below].filter((part) => part !== '').join('/').replaceAll(/\/+/g, '/');
  }

  /** What is not known still has to be among the possible values. */
  #oneOf(values: readonly ConfigValue[], theirs: Packed | undefined, path: string): void {
    const tries = values.map((value) => {
      const trial = new Comparison(this.#root, this.#pdo);
      trial.#vault = this.#vault;
      trial.#compare(value, theirs, path);
      return trial.differences.length === 0;
    });
    if (tries.includes(true)) this.#notKnown(theirs, path, 'one of several');
    else this.differences.push(`${path} is none of the possible values: ${JSON.stringify(theirs)}, ours ${JSON.stringify(values.map((value) => ({ ...value, trace: undefined })))}`);
  }

  #notKnown(theirs: Packed | undefined, path: string, why: string): void {
    const count = leavesOf(theirs);
    this.leaves += count;
    for (let index = 0; index < count; index += 1) this.unknown.push(`${path} ${why}`);
  }

  #differ(path: string, ours: ConfigValue, theirs: Packed | undefined): void {
    const shown = ours.kind === 'secret' ? this.#vault?.textOf(ours) : { ...ours, trace: undefined, place: undefined };
    this.differences.push(`${path}: theirs ${theirs !== undefined && 's' in theirs ? JSON.stringify(decoded(theirs.s)) : JSON.stringify(theirs)}, ours ${JSON.stringify(shown)}`);
  }

  #isEqual(ours: ConfigValue, theirs: Exclude<Packed, { a: unknown }>): boolean {
    switch (ours.kind) {
      case 'known': return isEqualScalar(ours.value, ours.float === true, theirs);
      case 'secret': return 's' in theirs && decoded(theirs.s) === this.#vault?.textOf(ours);
      case 'symbol': return this.#isEqualSymbol(ours.name, theirs);
      default: return false;
    }
  }

  #isEqualSymbol(name: string, theirs: Exclude<Packed, { a: unknown }>): boolean {
    if (name.startsWith('PDO::')) return 'v' in theirs && theirs.v === this.#pdo[name.slice('PDO::'.length)];
    const path = this.#realPath(/^realpath\((.*)\)$/.exec(name)?.[1] ?? name);
    return path !== undefined && 's' in theirs && path === decoded(theirs.s).replaceAll(/\/+/g, '/');
  }
}

const FOLDERS: Readonly<Record<string, string>> = { base_path: '', app_path: 'app', config_path: 'config', database_path: 'database', public_path: 'public', resource_path: 'resources', storage_path: 'storage', lang_path: 'lang' };

function isEqualScalar(ours: string | number | boolean | null, isFloat: boolean, theirs: Exclude<Packed, { a: unknown }>): boolean {
  if ('s' in theirs) return ours === decoded(theirs.s);
  switch (theirs.t) {
    case 'NULL': return ours === null;
    case 'boolean': return ours === theirs.v;
    case 'integer': return ours === theirs.v && !isFloat;
    case 'double': return isFloat && ours === Number(theirs.v);
    default: return false;
  }
}

function leavesOf(packed: Packed | undefined): number {
  if (packed === undefined) return 0;
  return 'a' in packed ? packed.a.reduce((sum, [, , value]) => sum + leavesOf(value), 0) : 1;
}

function decoded(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8');
}

/** The framework's own configuration files, where the test root has them. */
export function frameworkFiles(root: Root): Readonly<Record<string, string>> {
  if (root.os !== 'sid') return {};
  const folder = join(placeOf(root.os), 'usr/share/php/Illuminate/config');
  const names = spawnSync('ls', [folder], { encoding: 'utf8' }).stdout.trim().split('\n');
  return Object.fromEntries(names.map((name) => [`config/${name}`, readFileSync(join(folder, name), 'utf8')]));
}
