import type { StatusRange } from '../check.ts';

/** `200-299`, `2xx`, `200, 204`; undefined when it is none of these. */
export function parseStatusRanges(text: string): StatusRange[] | undefined {
  const parts = text.split(/[\s,]+/).filter((part) => part !== '');
  const ranges = parts.map(rangeOf);
  return ranges.length === 0 || ranges.includes(undefined) ? undefined : ranges.flatMap((range) => range ?? []);
}

function rangeOf(text: string): StatusRange | undefined {
  const family = /^([1-5])xx$/i.exec(text);
  if (family !== null) return { from: Number(family[1]) * 100, to: Number(family[1]) * 100 + 99 };
  const match = /^([1-5]\d\d)(?:-([1-5]\d\d))?$/.exec(text);
  if (match === null) return undefined;
  const [from, to] = [Number(match[1]), Number(match[2] ?? match[1])];
  return from <= to ? { from, to } : undefined;
}
