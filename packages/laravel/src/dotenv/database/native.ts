import { bytesOf, textOf } from '../source.ts';

/** A PHP value that came out of `json_decode`; lists and objects, which no connection setting takes, are `other`. */
export type Native = string | boolean | null | { readonly number: string } | { readonly other: true };

const LONGEST_INTEGER = 2n ** 63n;
/** PHP's `precision`, the digits that a float keeps when it becomes a string. */
const FLOAT_DIGITS = 14;

/** Laravel's `parseStringsToNativeTypes`: what is JSON becomes that; `mysql://u:1e3@h` has the password 1000. */
export function nativeOf(bytes: string): Native {
  const text = textOf(bytes);
  if (bytesOf(text) !== bytes) return bytes;
  const trimmed = text.replaceAll(/^[ \t\n\r]+|[ \t\n\r]+$/g, '');
  if (/^-?(?:0|[1-9]\d*)$/.test(trimmed)) return { number: integer(trimmed) };
  try {
    const parsed: unknown = JSON.parse(trimmed);
    if (parsed === null || typeof parsed === 'boolean') return parsed;
    if (typeof parsed === 'string') return parsed.isWellFormed() ? bytesOf(parsed) : bytes;
    if (typeof parsed === 'number') return { number: float(parsed) };
    return { other: true };
  } catch {
    return bytes;
  }
}

/** What PHP makes of a value where it needs a string; undefined where it has none. Null stays null: a setting that is not there. */
export function phpString(value: Native): string | null | undefined {
  if (value === null || typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? '1' : '';
  return 'number' in value ? value.number : undefined;
}

function integer(text: string): string {
  const value = BigInt(text);
  return value >= -LONGEST_INTEGER && value < LONGEST_INTEGER ? String(value) : float(Number(text));
}

/** PHP's `(string)` of a float. */
function float(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'INF' : '-INF';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [mantissa = '', power = ''] = rounded(value).split('e');
  const exponent = Number(power);
  const sign = mantissa.startsWith('-') ? '-' : '';
  const digits = mantissa.replaceAll(/[-.]/g, '').replace(/0+$/, '');
  if (exponent < -4 || exponent >= FLOAT_DIGITS) return `${sign}${digits.slice(0, 1)}.${digits.slice(1) || '0'}E${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`;
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${sign}${whole}${digits.length > exponent + 1 ? `.${digits.slice(exponent + 1)}` : ''}`;
}

/** Scientific notation with 14 digits; a half goes to the even neighbour, as in PHP, and not up, as in JavaScript. */
function rounded(value: number): string {
  // oxlint-disable-next-line oxc/number-arg-out-of-range -- up to 100 digits since ES2018
  const exact = /^(-?\d\.\d{12}[02468])50*(e.+)$/.exec(value.toExponential(60));
  return exact === null ? value.toExponential(FLOAT_DIGITS - 1) : `${exact[1] ?? ''}${exact[2] ?? ''}`;
}
