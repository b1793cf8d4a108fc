import type { AppFiles } from './files.ts';

/** A package as composer.lock names it. */
export interface LockedPackage {
  readonly name: string;
  /** `11.31.0`: without a leading `v`. */
  readonly version: string;
  readonly isDev: boolean;
}

/** Which Laravel it is: from composer.lock, else as the caller says, and never from a constraint. */
export interface Framework {
  readonly version: string | undefined;
  readonly major: number | undefined;
  readonly source: 'composer.lock' | 'given' | 'none';
}

export type Lock = { readonly ok: true; readonly packages: ReadonlyMap<string, LockedPackage> } | { readonly ok: false; readonly why: string };

/** The packages of composer.lock; none when there is no such file. */
export function readLock(files: AppFiles): Lock {
  const content = files.read('composer.lock');
  if (content === undefined) return { ok: true, packages: new Map() };
  const lock = parseJson(content.toString('utf8'));
  if (!isRecord(lock)) return { ok: false, why: 'composer.lock is not JSON' };
  const packages = [...locked(lock['packages'], false), ...locked(lock['packages-dev'], true)];
  return { ok: true, packages: new Map(packages.map((each) => [each.name, each])) };
}

function locked(list: unknown, isDev: boolean): LockedPackage[] {
  if (!Array.isArray(list)) return [];
  return list.flatMap((each: unknown) => {
    if (!isRecord(each)) return [];
    const { name, version } = each;
    return typeof name === 'string' && typeof version === 'string' ? [{ name: name.toLowerCase(), version: version.replace(/^v(?=\d)/, ''), isDev }] : [];
  });
}

export function frameworkOf(packages: ReadonlyMap<string, LockedPackage>, given: string | undefined): Framework {
  const found = packages.get('laravel/framework')?.version;
  const version = found ?? given?.replace(/^v(?=\d)/, '');
  const major = /^(\d+)(?:\.|$)/.exec(version ?? '')?.[1];
  if (version === undefined) return { version: undefined, major: undefined, source: 'none' };
  return { version, major: major === undefined ? undefined : Number(major), source: found === undefined ? 'given' : 'composer.lock' };
}

/** Below zero when `left` is the older one. Only numbers count; `dev-main` is newer than all. */
export function compareVersions(left: string, right: string): number {
  const [one, two] = [partsOf(left), partsOf(right)];
  for (let index = 0; index < Math.max(one.length, two.length); index += 1) {
    const difference = (one[index] ?? 0) - (two[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function partsOf(version: string): number[] {
  const numbers = /^v?(\d+(?:\.\d+)*)/.exec(version)?.[1];
  return numbers === undefined ? [Number.MAX_SAFE_INTEGER] : numbers.split('.').map(Number);
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
