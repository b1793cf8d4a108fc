import { compare, isEqual, isIdentical } from './compare.ts';
import { flag, float, integer, numericText, text, toBool, toText, type Scalar } from './scalar.ts';

/** The operators that take both sides as they are; undefined when the result, an error among them, is not known. */
export function binary(operator: string, left: Scalar, right: Scalar): Scalar | undefined {
  switch (operator) {
    case '.': return text(toText(left) + toText(right));
    case '===': return flag(isIdentical(left, right));
    case '!==': return flag(!isIdentical(left, right));
    case '==': return answer(isEqual(left, right));
    case '!=': case '<>': return answer(not(isEqual(left, right)));
    case '<': case '>': case '<=': case '>=': case '<=>': return ordered(operator, compare(left, right));
    case 'xor': return flag(toBool(left) !== toBool(right));
    case '+': case '-': case '*': case '/': case '%': case '**': return arithmetic(operator, left, right);
    case '&': case '|': case '^': case '<<': case '>>': return bits(operator, left, right);
    default: return undefined;
  }
}

function not(value: boolean | undefined): boolean | undefined {
  return value === undefined ? undefined : !value;
}

function answer(value: boolean | undefined): Scalar | undefined {
  return value === undefined ? undefined : flag(value);
}

function ordered(operator: string, order: number | undefined): Scalar | undefined {
  if (order === undefined || Number.isNaN(order)) return undefined;
  switch (operator) {
    case '<': return flag(order < 0);
    case '>': return flag(order > 0);
    case '<=': return flag(order <= 0);
    case '>=': return flag(order >= 0);
    default: return integer(Math.sign(order));
  }
}

/** A text that is no number throws or warns there: not known. */
function operand({ value, float: isFloat }: Scalar): { readonly number: number; readonly isFloat: boolean } | undefined {
  if (typeof value === 'number') return { number: value, isFloat: isFloat === true };
  if (typeof value === 'boolean' || value === null) return { number: Number(value), isFloat: false };
  const number = numericText(value);
  return number === undefined ? undefined : { number: Number(number.value), isFloat: number.float === true };
}

function arithmetic(operator: string, left: Scalar, right: Scalar): Scalar | undefined {
  const [one, two] = [operand(left), operand(right)];
  if (one === undefined || two === undefined) return undefined;
  const isFloat = one.isFloat || two.isFloat;
  const number = (value: number): Scalar | undefined => (isFloat ? float(value) : integer(value));
  switch (operator) {
    case '+': return number(one.number + two.number);
    case '-': return number(one.number - two.number);
    case '*': return number(one.number * two.number);
    case '**': return !isFloat && two.number < 0 ? float(one.number ** two.number) : number(one.number ** two.number);
    case '/': return two.number === 0 ? undefined : !isFloat && one.number % two.number === 0 ? integer(one.number / two.number) : float(one.number / two.number);
    default: return Math.trunc(two.number) === 0 ? undefined : integer(Math.trunc(one.number) % Math.trunc(two.number));
  }
}

const INT32 = 2 ** 31;

/** Of integers only; JavaScript's are exact within 32 bits. */
function bits(operator: string, left: Scalar, right: Scalar): Scalar | undefined {
  const [one, two] = [left.value, right.value];
  if (typeof one !== 'number' || typeof two !== 'number' || left.float === true || right.float === true) return undefined;
  if (one < 0 || two < 0 || one >= INT32 || two >= INT32) return undefined;
  switch (operator) {
    case '&': return integer(one & two);
    case '|': return integer(one | two);
    case '^': return integer(one ^ two);
    case '<<': return integer(one * 2 ** two);
    default: return integer(Math.floor(one / 2 ** two));
  }
}
