import { flag, integer, NULL, toInt, toText, type Scalar } from '../scalar.ts';

const VALIDATE_INT = 257;
const VALIDATE_BOOL = 258;
const NULL_ON_FAILURE = 134_217_728;

/** `filter_var` for booleans and integers; other filters and their options are not known. */
export function filterVar([value, filter, flags]: readonly Scalar[]): Scalar | undefined {
  const kind = filter === undefined ? undefined : toInt(filter)?.value;
  const options = flags === undefined ? 0 : flags.value;
  if (value === undefined || (options !== 0 && options !== NULL_ON_FAILURE)) return undefined;
  const failed = options === NULL_ON_FAILURE ? NULL : flag(false);
  const source = toText(value).trim();
  if (kind === VALIDATE_BOOL) return boolean(source.toLowerCase(), failed);
  if (kind === VALIDATE_INT) return /^(?:[+-]?[1-9]\d*|[+-]?0)$/.test(source) ? integer(Number(source)) : failed;
  return undefined;
}

function boolean(word: string, failed: Scalar): Scalar {
  if (['1', 'true', 'on', 'yes'].includes(word)) return flag(true);
  // A failure is false too, unless null was asked for.
  return ['0', 'false', 'off', 'no', ''].includes(word) ? flag(false) : failed;
}
