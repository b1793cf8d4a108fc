import type { ConfigArray, ConfigValue, Known, Place } from '../../value.ts';
import { arrayOf, ArrayBuilder, isIntegerKey, listOf } from '../arrays.ts';
import { putSpread } from '../array-literal.ts';
import { eachOf, isComplete, isSame, known, oneOf, unknown } from '../combine.ts';
import { isEqual, isIdentical } from '../compare.ts';
import type { Evaluation } from '../evaluation.ts';
import type { Expression } from '../expression.ts';
import { text, toInt, toText } from '../scalar.ts';
import { stretch } from '../stretch.ts';
import { truthOf } from '../truth.ts';

/** `explode`: every piece has the place of its own stretch of the text. */
export function explode(evaluation: Evaluation, expression: Expression, [separator, source, limit]: readonly ConfigValue[]): ConfigValue {
  if (source === undefined || separator?.kind !== 'known' || separator.value === '' || limit !== undefined) return evaluation.unknown(expression, 'computes explode(…)');
  const cut = toText(separator);
  return eachOf(source, (each) => {
    const trace = evaluation.trace(expression, [each]);
    if (each.kind === 'secret') return listOf(evaluation.world.vault.textOf(each).split(cut).map((piece) => evaluation.world.vault.seal(each.name, piece, trace, each.place)), trace, expression.at);
    if (each.kind === 'unset') return listOf([known('', trace)], trace, expression.at);
    if (each.kind === 'unknown') return evaluation.through(expression, each);
    if (each.kind !== 'known') return evaluation.unknown(expression, 'computes explode(…)', [each]);
    return listOf(pieces(each, cut).map(({ piece, place }) => known(piece, trace, place ?? each.place)), trace, expression.at);
  });
}

function pieces(value: Known, cut: string): readonly { readonly piece: string; readonly place: Place | undefined }[] {
  const source = toText(value);
  let at = 0;
  return source.split(cut).map((piece) => {
    const place = stretch(value.place, source, at, at + piece.length);
    at += piece.length + cut.length;
    return { piece, place };
  });
}

export function implode(evaluation: Evaluation, expression: Expression, [glue, array]: readonly ConfigValue[]): ConfigValue {
  if (glue?.kind !== 'known' || array?.kind !== 'array' || !isComplete(array)) return evaluation.unknown(expression, 'computes implode(…)', array === undefined ? [] : [array]);
  return evaluation.lift(expression, [...array.entries.values()], (scalars) => text(scalars.map(toText).join(toText(glue))));
}

export function arrayMerge(evaluation: Evaluation, expression: Expression, arrays: readonly ConfigValue[]): ConfigValue {
  const choice = arrays.findIndex(({ kind }) => kind === 'one-of');
  const chosen = arrays[choice];
  if (chosen?.kind === 'one-of') return oneOf(chosen.values.map((value) => arrayMerge(evaluation, expression, arrays.with(choice, value))));
  const builder = new ArrayBuilder();
  for (const array of arrays) putSpread(builder, array);
  return builder.build(evaluation.trace(expression, []), expression.at);
}

/** Keeps the entries for which `keeps` is true; one of which that is not known may be there or not. */
export function arrayFilter(evaluation: Evaluation, expression: Expression, array: ConfigValue, keeps: (value: ConfigValue, key: string) => ConfigValue = (value) => value): ConfigValue {
  return eachOf(array, (each) => {
    if (each.kind === 'unknown') return evaluation.through(expression, each);
    if (each.kind !== 'array') return evaluation.unknown(expression, 'filters what is no array', [each]);
    const builder = new ArrayBuilder();
    for (const [key, value] of each.entries) {
      const truth = truthOf(keeps(value, key));
      if (truth === undefined) builder.set(key, oneOf([value, { kind: 'unset', trace: value.trace }]));
      else if (truth) builder.set(key, value);
    }
    if (each.open !== undefined) builder.openSpread(each.open);
    return builder.build(evaluation.trace(expression, [each]), expression.at);
  });
}

export function arrayMap(evaluation: Evaluation, expression: Expression, array: ConfigValue, change: (value: ConfigValue) => ConfigValue): ConfigValue {
  return eachOf(array, (each) => {
    if (each.kind === 'unknown') return evaluation.through(expression, each);
    if (each.kind !== 'array') return evaluation.unknown(expression, 'maps what is no array', [each]);
    const mapped = arrayOf([...each.entries].map(([key, value]) => [key, value.kind === 'unset' ? value : change(value)]), evaluation.trace(expression, [each]), expression.at);
    return each.open === undefined ? mapped : { ...mapped, isList: false, open: each.open };
  });
}

export function inArray(evaluation: Evaluation, expression: Expression, [needle, array, strict]: readonly ConfigValue[]): ConfigValue {
  const isStrict = strict === undefined ? false : truthOf(strict);
  if (needle === undefined || array === undefined || isStrict === undefined) return evaluation.unknown(expression, 'computes in_array(…)');
  return eachOf(array, (list) => eachOf(needle, (value) => {
    if (list.kind !== 'array' || !isComplete(list)) return evaluation.unknown(expression, 'computes in_array(…)', [list]);
    const entries = [...list.entries.values()];
    if (entries.length === 0) return known(false, evaluation.trace(expression, [value, list]), expression.at);
    return evaluation.lift(expression, [value, ...entries], ([sought, ...scalars]) => {
      const answers = scalars.map((scalar) => (sought === undefined ? undefined : isStrict ? isIdentical(sought, scalar) : isEqual(sought, scalar)));
      if (answers.includes(true)) return { value: true };
      return answers.includes(undefined) ? undefined : { value: false };
    });
  }));
}

export function arrayValues(evaluation: Evaluation, expression: Expression, array: ConfigArray): ConfigValue {
  return isComplete(array) ? listOf(array.entries.values(), evaluation.trace(expression, [array]), expression.at) : evaluation.unknown(expression, 'numbers the entries of an array that is not known');
}

export function arrayKeys(evaluation: Evaluation, expression: Expression, array: ConfigArray): ConfigValue {
  if (!isComplete(array)) return evaluation.unknown(expression, 'reads the keys of an array that is not known');
  const trace = evaluation.trace(expression, [array]);
  return listOf([...array.entries.keys()].map((key) => keyValue(key, trace)), trace, expression.at);
}

export function keyValue(key: string, trace: ConfigValue['trace']): ConfigValue {
  if (!isIntegerKey(key)) return known(key, trace);
  const number = toInt(text(key));
  return number === undefined || /^[A-Z]/.test(key) ? unknown('expression', 'a key is a constant', trace) : known(number.value, trace);
}

/** Entries equal to an earlier one go; compared as texts, as PHP does. */
export function arrayUnique(evaluation: Evaluation, expression: Expression, array: ConfigArray): ConfigValue {
  const entries = [...array.entries];
  if (!isComplete(array) || entries.some(([, value]) => value.kind !== 'known' || typeof value.value !== 'string')) return evaluation.unknown(expression, 'computes array_unique(…)', [array]);
  return arrayOf(entries.filter(([, value], index) => !entries.slice(0, index).some(([, earlier]) => isSame(earlier, value))), evaluation.trace(expression, [array]), expression.at);
}
