import { text, toFloat, toInt, toText, type Scalar } from '../scalar.ts';

/** `sprintf` with `%s`, `%d`, `%%`, `%f` with decimals, and `%1$s`; anything else is not known. */
export function format([template, ...args]: readonly Scalar[]): Scalar | undefined {
  if (template === undefined) return undefined;
  let next = 0;
  let isKnown = true;
  const result = toText(template).replaceAll(/%(%|(?:(\d+)\$)?(?:\.(\d+))?([sdf])|[^]?)/g, (_, whole: string, position: string | undefined, decimals: string | undefined, kind: string | undefined) => {
    if (whole === '%') return '%';
    const given = position === undefined ? args[next++] : args[Number(position) - 1];
    const shown = kind === undefined || given === undefined ? undefined : one(kind, given, decimals);
    isKnown &&= shown !== undefined;
    return shown ?? '';
  });
  return isKnown ? text(result) : undefined;
}

function one(kind: string, given: Scalar, decimals: string | undefined): string | undefined {
  if (kind === 's') return decimals === undefined ? toText(given) : undefined;
  if (kind === 'd') return decimals === undefined ? String(toInt(given)?.value ?? '') : undefined;
  const number = toFloat(given)?.value;
  return typeof number === 'number' && Number.isFinite(number) ? number.toFixed(Number(decimals ?? '6')) : undefined;
}
