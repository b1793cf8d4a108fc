import { numericText, toBool, toText, type Scalar } from './scalar.ts';

export function isIdentical(left: Scalar, right: Scalar): boolean {
  return left.value === right.value && left.float === right.float;
}

/** `<=>` of PHP 8; undefined where it would need numbers that JavaScript does not hold. */
export function compare(left: Scalar, right: Scalar): number | undefined {
  const [one, two] = [left.value, right.value];
  if (typeof one === 'string' && typeof two === 'string') return compareTexts(one, two);
  if (typeof one === 'boolean' || typeof two === 'boolean' || (one === null && two === null)) return Number(toBool(left)) - Number(toBool(right));
  if (one === null) return typeof two === 'string' ? compareBytes('', two) : Number(toBool(left)) - Number(toBool(right));
  if (two === null) return typeof one === 'string' ? compareBytes(one, '') : Number(toBool(left)) - Number(toBool(right));
  return compareMixed(left, right);
}

/** `==` of PHP 8. */
export function isEqual(left: Scalar, right: Scalar): boolean | undefined {
  const order = compare(left, right);
  return order === undefined ? undefined : order === 0;
}

function compareTexts(one: string, two: string): number | undefined {
  const [left, right] = [numericText(one), numericText(two)];
  return left === undefined || right === undefined ? compareBytes(one, two) : Number(left.value) - Number(right.value);
}

/** A number and a number, or a number and a text: as texts unless the text is numeric. */
function compareMixed(left: Scalar, right: Scalar): number {
  const [one, two] = [numberOf(left), numberOf(right)];
  return one === undefined || two === undefined ? compareBytes(toText(left), toText(right)) : one - two;
}

function numberOf({ value }: Scalar): number | undefined {
  if (typeof value === 'number') return value;
  const number = typeof value === 'string' ? numericText(value) : undefined;
  return number === undefined ? undefined : Number(number.value);
}

function compareBytes(one: string, two: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(two));
}
