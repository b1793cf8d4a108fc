import type { Place } from '../value.ts';

/** The part of a place that a part of its text takes; undefined where quotes with escapes, or several lines, do not tell. */
export function stretch(place: Place | undefined, source: string, from: number, to: number): Place | undefined {
  if (place === undefined || place.line !== place.endLine) return undefined;
  const quotes = (place.endColumn - place.column - source.length) / 2;
  if (quotes !== 0 && quotes !== 1) return undefined;
  return { ...place, column: place.column + quotes + from, endColumn: place.column + quotes + to };
}
