export type EnvScalar = string | boolean | null;

/**
 * What Laravel's `env()` makes of a value that is there (`Illuminate\Support\Env`): eight words, in any case and not trimmed,
 * then one pair of equal quotes around a value without a line feed. A missing key is the caller's: it takes the default, and
 * `null` here does not.
 */
export function castEnv(value: string): EnvScalar {
  switch (asciiLower(value)) {
    case 'true':
    case '(true)': return true;
    case 'false':
    case '(false)': return false;
    case 'empty':
    case '(empty)': return '';
    case 'null':
    case '(null)': return null;
    default: return /^(["'])([^\n]*)\1$/.exec(value)?.[2] ?? value;
  }
}

/** PHP's `strtolower` in the C locale: `toLowerCase` would also fold the Kelvin sign and the dotted I. */
function asciiLower(value: string): string {
  return value.length > '(empty)'.length ? value : value.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}
