import type { ConfigValue } from '../value.ts';

/** What PHP takes a value for in a condition; undefined when that is not known. A key that is not there counts as null does. */
export function truthOf(value: ConfigValue): boolean | undefined {
  switch (value.kind) {
    case 'known': return value.value !== '' && value.value !== '0' && value.value !== 0 && value.value !== false && value.value !== null;
    case 'symbol': return true;
    case 'unset': return false;
    case 'secret': return !value.shape.falsy;
    case 'unknown': return undefined;
    case 'array': return value.entries.size > 0 ? true : value.open === undefined ? false : undefined;
    case 'one-of': return agreed(value.values.map(truthOf));
  }
}

/** True for null and for what is not set; undefined when that is not known. */
export function isNullOf(value: ConfigValue): boolean | undefined {
  switch (value.kind) {
    case 'known': return value.value === null;
    case 'unset': return true;
    case 'unknown': return undefined;
    case 'symbol': case 'secret': case 'array': return false;
    case 'one-of': return agreed(value.values.map(isNullOf));
  }
}

function agreed(answers: readonly (boolean | undefined)[]): boolean | undefined {
  const [first] = answers;
  return answers.every((answer) => answer === first) ? first : undefined;
}
