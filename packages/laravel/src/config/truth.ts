import type { ConfigArray, ConfigValue } from '../value.ts';

/** What PHP takes a value for in a condition; undefined when that is not known. A key that is not there counts as null does. */
export function truthOf(value: ConfigValue): boolean | undefined {
  switch (value.kind) {
    case 'known': return value.value !== '' && value.value !== '0' && value.value !== 0 && value.value !== false && value.value !== null;
    case 'symbol': return true;
    case 'unset': return false;
    case 'secret': return !value.shape.falsy;
    case 'unknown': return undefined;
    case 'array': return arrayTruth(value);
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

/** An entry that may not be there says nothing. */
function arrayTruth({ entries, open }: ConfigArray): boolean | undefined {
  const sure = [...entries.values()].filter((value) => value.kind !== 'unset' && !(value.kind === 'one-of' && value.values.some(({ kind }) => kind === 'unset')));
  if (sure.length > 0) return true;
  return entries.size === 0 && open === undefined ? false : undefined;
}

function agreed(answers: readonly (boolean | undefined)[]): boolean | undefined {
  const [first] = answers;
  return answers.every((answer) => answer === first) ? first : undefined;
}
