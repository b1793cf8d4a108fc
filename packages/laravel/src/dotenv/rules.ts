/** Where phpdotenv's releases read the same file differently. Each flag is named after the newer or the odd behaviour. */
export interface DotenvRules {
  /** Names may have letters, marks and digits of any script. */
  readonly unicodeNames: boolean;
  /** Inside a value of several lines, a line with `="` and no second quote does not close it (phpdotenv#545). */
  readonly restartsInside: boolean;
  /** A quote that nothing closes is an error; before, the entry and every line after it were dropped (phpdotenv#610). */
  readonly openQuoteFails: boolean;
  /** A `#` before `="` keeps that line from opening a value. */
  readonly commentOpensNothing: boolean;
  /** A quote at the start of a line counts like any other; before, only a line that is one quote alone did. */
  readonly countsLeadingQuote: boolean;
  /** `export A=b` works for names of one letter, and white space after `export` includes the form feed but not NUL. */
  readonly shortExport: boolean;
  /** Messages show at most 80 bytes, with control characters escaped. */
  readonly cutsMessages: boolean;
  /** A value with a NUL byte never reaches the process environment, which makes its first occurrence win. */
  readonly refusesNul: boolean;
}

/** What Laravel installs at least: 8 to 10 ask for ^5.4.1, 11 to 13 for ^5.6.1. */
export const OLDEST_PHPDOTENV = '5.4.1';

/**
 * The rules of one version of vlucas/phpdotenv, as composer.lock names it (`5.6.1`, `v5.6.1`). Checked against 5.4.1, 5.6.1
 * and 5.8.0; the last border lies after 5.6.4, and everything from 5.7.0 on is read as 5.8.0 does.
 */
export function dotenvRules(version: string): DotenvRules {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  const at = Number(major) * 1000 + Number(minor);
  if (!(at >= 5004 && at < 6000)) throw new RangeError(`phpdotenv ${version} is not one that Laravel 8 to 13 installs.`);
  const hardened = at >= 5007;
  return {
    unicodeNames: at >= 5005,
    restartsInside: at < 5005,
    openQuoteFails: hardened,
    commentOpensNothing: hardened,
    countsLeadingQuote: hardened,
    shortExport: hardened,
    cutsMessages: hardened,
    refusesNul: hardened,
  };
}
