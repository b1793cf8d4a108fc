import { z, type ZodType } from 'zod';
import { milliseconds, parseAbsolutePath, type AbsolutePath, type Milliseconds } from '../brand.ts';
import { Secret } from '../secret.ts';

type Parse<T> = ZodType<T, string>;

// One zod object instead of the three of z.string().transform(): with some sixty inputs that is a twentieth of an action's start.
function rule<T>(parse: (text: string) => T | undefined, message: string): Parse<T> {
  return z.transform<string, T>((text, context): T => {
    const value = parse(text);
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
}

/** Any text without NUL. */
export const text = (): Parse<string> => rule((value) => (value.includes('\0') ? undefined : value.trim()), 'must not contain a NUL character');

/** One of the words. */
export function choice<const W extends string>(words: readonly W[]): Parse<W> {
  return rule((value) => words.find((word) => word === value.trim()), `must be one of: ${words.join(', ')}`);
}

/** A YAML 1.2 boolean. */
export const boolean = (): Parse<boolean> =>
  rule((value) => (/^(?:true|True|TRUE)$/.test(value.trim()) ? true : /^(?:false|False|FALSE)$/.test(value.trim()) ? false : undefined), 'must be true or false');

/** A whole number between limits, both included. */
export function integer(limits: { readonly min: number; readonly max: number }): Parse<number> {
  return rule((value) => {
    const number = /^-?\d{1,15}$/.test(value.trim()) ? Number(value) : Number.NaN;
    return number >= limits.min && number <= limits.max ? number : undefined;
  }, `must be a whole number from ${limits.min} to ${limits.max}`);
}

/** Units from large to small, the order in which they must stand. */
const UNITS_MS = [86_400_000, 3_600_000, 60_000, 1000, 1] as const;
const DURATION = /^(?:(\d{1,4})d)?(?:(\d{1,6})h)?(?:(\d{1,8})m)?(?:(\d{1,9})s)?(?:(\d{1,12})ms)?$/;
const MAX_DAYS = 3660;

/**
 * `500ms`, `10s`, `1h30m`, at most ten years. A bare number is an error, because nobody can tell its unit; only `0`
 * needs none, where zero is allowed.
 */
export function duration(options: { readonly zero?: boolean } = {}): Parse<Milliseconds> {
  return rule((value) => {
    const trimmed = value.trim();
    if (trimmed === '0') return options.zero === true ? milliseconds(0) : undefined;
    const parts = trimmed === '' ? undefined : DURATION.exec(trimmed)?.slice(1);
    const total = parts?.reduce((sum, part: string | undefined, at) => sum + Number(part ?? 0) * (UNITS_MS[at] ?? 0), 0);
    return total === undefined || total > MAX_DAYS * UNITS_MS[0] || (total === 0 && options.zero !== true) ? undefined : milliseconds(total);
  }, `must be a duration such as 500ms, 10s or 1h30m${options.zero === true ? '' : ', above zero'}`);
}

/** Lines without blanks at the ends; empty lines are dropped. */
export const lines = (): Parse<readonly string[]> =>
  rule((value) => (value.includes('\0') ? undefined : value.split('\n').map((line) => line.trim()).filter((line) => line !== '')), 'must not contain a NUL character');

/** A clean absolute POSIX path. */
export const absolutePath = (): Parse<AbsolutePath> => rule((value) => parseAbsolutePath(value.trim()), 'must be an absolute path without . or .. and without control characters');

// What git refuses (https://git-scm.com/docs/git-check-ref-format), and what shells would read as more than a name.
// oxlint-disable-next-line no-control-regex -- control characters are among it
const NOT_IN_REF = /[\u0000-\u0020\u007f~^:?*[\\$`"'();|&<>]|\.\.|@\{|\/\/|\/\.|\.lock(?:\/|$)/;

/** A commit, branch or tag name as git allows it; never one that a program could take for an option. */
export const gitRef = (): Parse<string> =>
  rule((value) => {
    const ref = value.trim();
    return ref === '' || ref === '@' || ref.length > 250 || /^[-/.]|[/.]$/.test(ref) || NOT_IN_REF.test(ref) ? undefined : ref;
  }, 'must be a commit, branch or tag name, without spaces or shell characters');

/** A secret; never trimmed, because a key's last newline matters. */
export const secret = (): Parse<Secret> => rule((value) => new Secret(value), 'must be text');
