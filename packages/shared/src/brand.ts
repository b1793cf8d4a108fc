/**
 * Types that carry meaning. A brand is made only by its parser, so a function that takes an
 * `AbsolutePath` never has to check it again.
 */
declare const brand: unique symbol;
// oxlint-disable typescript/consistent-type-assertions -- the parsers below are the only ones that may brand
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** A full commit id: 40 (SHA-1) or 64 (SHA-256) lower-case hex digits. */
export type Sha = Brand<string, 'Sha'>;
/** A release's directory name, `<utc>-<run>-<sha7>`, for example `20260131T081500Z-4711.1-0a1b2c3`. */
export type ReleaseId = Brand<string, 'ReleaseId'>;
/** A POSIX path that starts with `/`, has no `.` or `..` segment, no control character and no trailing slash. */
export type AbsolutePath = Brand<string, 'AbsolutePath'>;
/** A duration or a moment since the epoch, in milliseconds. */
export type Milliseconds = Brand<number, 'Milliseconds'>;

/** Marks a number as milliseconds. */
export function milliseconds(value: number): Milliseconds {
  return value as Milliseconds;
}

/** Returns the commit id in lower case, or undefined when the text is not a full one. */
export function parseSha(text: string): Sha | undefined {
  const lower = text.toLowerCase();
  return /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(lower) ? (lower as Sha) : undefined;
}

/** Returns the release id, or undefined when the text is not one that this product made. */
export function parseReleaseId(text: string): ReleaseId | undefined {
  return /^\d{8}T\d{6}Z-[0-9A-Za-z.]{1,24}-[0-9a-f]{7}$/.test(text) ? (text as ReleaseId) : undefined;
}

/** Returns the path without trailing slashes, or undefined when it is not a clean absolute path. */
export function parseAbsolutePath(text: string): AbsolutePath | undefined {
  const trimmed = text.length > 1 ? text.replace(/\/+$/, '') : text;
  // oxlint-disable-next-line no-control-regex -- a path with control characters is what this refuses
  if (!trimmed.startsWith('/') || trimmed === '/' || /[\u0000-\u001f\u007f]/.test(trimmed)) return undefined;
  return trimmed.split('/').slice(1).some((part) => part === '' || part === '.' || part === '..')
    ? undefined
    : (trimmed as AbsolutePath);
}
