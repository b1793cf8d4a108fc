import { compare } from '../compare.ts';
import { flag, integer, NULL, numericText, text, toBool, toFloat, toInt, toText, type Scalar } from '../scalar.ts';
import { parseUrl } from './parse-url.ts';
import { filterVar } from './filter-var.ts';
import { format } from './sprintf.ts';
import { isAscii, kebab, slug, snake, studly } from './str.ts';

/** A function of scalars; undefined when its result is not known. */
export interface ScalarFunction {
  readonly least: number;
  readonly most: number;
  readonly compute: (args: readonly Scalar[]) => Scalar | undefined;
}

const BLANKS = ' \n\r\t\v\u0000';

/** One argument as text, and further ones where the function takes them. */
function ofTexts(least: number, most: number, compute: (first: string, second: string | undefined, third: string | undefined) => Scalar | undefined): ScalarFunction {
  return { least, most, compute: ([first, second, third]) => (first === undefined ? undefined : compute(toText(first), second && toText(second), third && toText(third))) };
}

function ofOne(compute: (scalar: Scalar) => Scalar | undefined): ScalarFunction {
  return { least: 1, most: 1, compute: ([scalar]) => (scalar === undefined ? undefined : compute(scalar)) };
}

/** For functions that count or cut bytes: only where bytes are characters. */
function ascii(value: string, compute: () => Scalar | undefined): Scalar | undefined {
  return isAscii(value) ? compute() : undefined;
}

function is(type: string): ScalarFunction {
  return ofOne(({ value }) => flag(typeof value === type));
}

/** Functions of PHP whose arguments and result are scalars. */
export const SCALAR_FUNCTIONS: Readonly<Record<string, ScalarFunction>> = {
  trim: ofTexts(1, 2, (value, set) => trimmed(value, set, true, true)),
  ltrim: ofTexts(1, 2, (value, set) => trimmed(value, set, true, false)),
  rtrim: ofTexts(1, 2, (value, set) => trimmed(value, set, false, true)),
  strtolower: ofTexts(1, 1, (value) => ascii(value, () => text(value.toLowerCase()))),
  strtoupper: ofTexts(1, 1, (value) => ascii(value, () => text(value.toUpperCase()))),
  ucfirst: ofTexts(1, 1, (value) => ascii(value, () => text(value.slice(0, 1).toUpperCase() + value.slice(1)))),
  lcfirst: ofTexts(1, 1, (value) => ascii(value, () => text(value.slice(0, 1).toLowerCase() + value.slice(1)))),
  strlen: ofTexts(1, 1, (value) => integer(Buffer.byteLength(value))),
  str_replace: ofTexts(3, 3, (search, replacement = '', subject = '') => text(search === '' ? subject : subject.replaceAll(search, () => replacement))),
  str_contains: ofTexts(2, 2, (value, part = '') => flag(value.includes(part))),
  str_starts_with: ofTexts(2, 2, (value, part = '') => flag(value.startsWith(part))),
  str_ends_with: ofTexts(2, 2, (value, part = '') => flag(value.endsWith(part))),
  substr: { least: 2, most: 3, compute: substr },
  sprintf: { least: 1, most: 20, compute: format },
  parse_url: { least: 1, most: 2, compute: ([url, part]) => (url === undefined || part === undefined ? undefined : parseUrl(toText(url), toInt(part)?.value)) },
  filter_var: { least: 1, most: 3, compute: filterVar },
  urlencode: ofTexts(1, 1, (value) => ascii(value, () => text(rawurlencode(value).replaceAll('%20', '+').replaceAll('~', '%7E')))),
  rawurlencode: ofTexts(1, 1, (value) => ascii(value, () => text(rawurlencode(value)))),
  base64_encode: ofTexts(1, 1, (value) => text(Buffer.from(value).toString('base64'))),
  intval: ofOne(toInt),
  floatval: ofOne(toFloat),
  boolval: ofOne((scalar) => flag(toBool(scalar))),
  strval: ofOne((scalar) => text(toText(scalar))),
  is_null: ofOne(({ value }) => flag(value === null)),
  is_string: is('string'),
  is_bool: is('boolean'),
  is_int: ofOne(({ value, float }) => flag(typeof value === 'number' && float !== true)),
  is_float: ofOne(({ float }) => flag(float === true)),
  is_array: ofOne(() => flag(false)),
  is_numeric: ofOne(({ value }) => flag(typeof value === 'number' || (typeof value === 'string' && numericText(value) !== undefined))),
  max: { least: 2, most: 9, compute: (args) => best(args, 1) },
  min: { least: 2, most: 9, compute: (args) => best(args, -1) },
  blank: ofOne(({ value }) => flag(value === null || (typeof value === 'string' && value.trim() === ''))),
  filled: ofOne(({ value }) => flag(!(value === null || (typeof value === 'string' && value.trim() === '')))),
};

/** Of `Illuminate\Support\Str`. */
export const STR_METHODS: Readonly<Record<string, ScalarFunction>> = {
  slug: ofTexts(1, 2, (value, separator = '-') => ascii(value, () => text(slug(value, separator)))),
  snake: ofTexts(1, 2, (value, delimiter = '_') => ascii(value, () => text(snake(value, delimiter)))),
  kebab: ofTexts(1, 1, (value) => ascii(value, () => text(kebab(value)))),
  // Releases differ over other blanks.
  studly: ofTexts(1, 1, (value) => (/[^\S ]| {2}/.test(value) ? undefined : ascii(value, () => text(studly(value))))),
  lower: ofTexts(1, 1, (value) => ascii(value, () => text(value.toLowerCase()))),
  upper: ofTexts(1, 1, (value) => ascii(value, () => text(value.toUpperCase()))),
  startswith: ofTexts(2, 2, (value, part = '') => flag(part !== '' && value.startsWith(part))),
  endswith: ofTexts(2, 2, (value, part = '') => flag(part !== '' && value.endsWith(part))),
  contains: ofTexts(2, 2, (value, part = '') => flag(part !== '' && value.includes(part))),
  after: ofTexts(2, 2, (value, part = '') => text(part === '' || !value.includes(part) ? value : value.slice(value.indexOf(part) + part.length))),
  before: ofTexts(2, 2, (value, part = '') => text(part === '' || !value.includes(part) ? value : value.slice(0, value.indexOf(part)))),
  finish: ofTexts(2, 2, (value, cap = '') => (cap === '' ? undefined : text(withoutEnd(value, cap) + cap))),
};

function trimmed(value: string, set: string | undefined, left: boolean, right: boolean): Scalar | undefined {
  // A range such as `a..z`, and bytes of characters outside ASCII.
  if (set !== undefined && (set.includes('..') || !isAscii(set))) return undefined;
  const characters = set ?? BLANKS;
  let [start, end] = [0, value.length];
  while (left && start < end && characters.includes(value.charAt(start))) start += 1;
  while (right && end > start && characters.includes(value.charAt(end - 1))) end -= 1;
  return text(value.slice(start, end));
}

function substr([value, from, length]: readonly Scalar[]): Scalar | undefined {
  const [source, start, count] = [value === undefined ? '' : toText(value), from === undefined ? undefined : toInt(from)?.value, length === undefined || length.value === null ? undefined : toInt(length)?.value];
  if (!isAscii(source) || typeof start !== 'number' || count === null) return undefined;
  const begin = Math.max(0, start < 0 ? source.length + start : start);
  const end = typeof count !== 'number' ? source.length : count < 0 ? source.length + count : begin + count;
  return text(source.slice(begin, Math.max(begin, end)));
}

function rawurlencode(value: string): string {
  return encodeURIComponent(value).replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function best(args: readonly Scalar[], sign: 1 | -1): Scalar | undefined {
  let found: Scalar = args[0] ?? NULL;
  for (const scalar of args.slice(1)) {
    const order = compare(scalar, found);
    if (order === undefined) return undefined;
    if (order * sign > 0) found = scalar;
  }
  return found;
}

function withoutEnd(value: string, cap: string): string {
  let rest = value;
  while (rest.endsWith(cap)) rest = rest.slice(0, -cap.length);
  return rest;
}
