import type { Known } from '../value.ts';

/** A PHP scalar while it is computed with; `float` as in Known. */
export interface Scalar {
  readonly value: Known['value'];
  readonly float?: true;
}

export const NULL: Scalar = { value: null };

export function text(value: string): Scalar {
  return { value };
}

export function flag(value: boolean): Scalar {
  return { value };
}

/** An integer; undefined when PHP would hold it exactly and JavaScript does not. */
export function integer(value: number): Scalar | undefined {
  return Number.isSafeInteger(value) ? { value: value + 0 } : undefined;
}

export function float(value: number): Scalar {
  return { value, float: true };
}

export function toBool({ value }: Scalar): boolean {
  return value !== '' && value !== '0' && value !== 0 && value !== false && value !== null;
}

export function toText({ value, float: isFloat }: Scalar): string {
  switch (typeof value) {
    case 'string': return value;
    case 'boolean': return value ? '1' : '';
    case 'number': return isFloat === true ? floatText(value) : String(value);
    default: return '';
  }
}

/** Significant digits of a float as text: PHP's `precision`, 14 unless php.ini says otherwise. */
const PRECISION = 14;

function floatText(value: number): string {
  if (Number.isNaN(value)) return 'NAN';
  if (!Number.isFinite(value)) return value > 0 ? 'INF' : '-INF';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [digits = '', exponent = '0'] = value.toExponential(PRECISION - 1).split('e');
  const power = Number(exponent);
  const [whole = '', fraction = ''] = digits.split('.');
  const short = fraction.replace(/0+$/, '');
  if (power < -4 || power >= PRECISION) return `${whole}.${short === '' ? '0' : short}E${power < 0 ? '-' : '+'}${Math.abs(power)}`;
  return String(Number(value.toPrecision(PRECISION)));
}

/** The number a text begins with, as `(int)` and `(float)` read it: blanks before it do not count. */
export function leadingNumber(source: string): Scalar | undefined {
  const found = /^[ \t\n\r\v\f]*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)/.exec(source)?.[1];
  if (found === undefined) return { value: 0 };
  return /[.eE]/.test(found) ? float(Number(found)) : integer(Number(found));
}

/** A numeric text, as a comparison or sum reads it: blanks around it do not count. */
export function numericText(source: string): Scalar | undefined {
  return /^[ \t\n\r\v\f]*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?[ \t\n\r\v\f]*$/.test(source) ? leadingNumber(source) : undefined;
}

export function toInt(scalar: Scalar): Scalar | undefined {
  const { value } = scalar;
  switch (typeof value) {
    case 'string': {
      const number = leadingNumber(value);
      return number === undefined ? undefined : toInt(number);
    }
    case 'boolean': return integer(value ? 1 : 0);
    case 'number': return integer(Math.trunc(value));
    default: return integer(0);
  }
}

export function toFloat(scalar: Scalar): Scalar | undefined {
  const { value } = scalar;
  if (typeof value !== 'string') return float(Number(value ?? 0));
  const number = leadingNumber(value);
  return number === undefined ? undefined : float(Number(number.value));
}
