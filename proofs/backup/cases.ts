/** Which layer has to see the damage. */
export type Layer = 'dump' | 'read-back' | 'catalog' | 'store' | 'rights';

/** One damaged or lying backup. */
export interface DamageCase {
  readonly layer: Layer;
  readonly name: string;
  /** Undefined when it was refused as it must be; else what happened instead. */
  readonly accepted: () => Promise<string | undefined>;
}

/** Undamaged ones, which must pass: a proof that refuses everything shows nothing. Undefined when it did. */
export interface Control {
  readonly name: string;
  readonly refused: () => Promise<string | undefined>;
}

export interface CaseGroup {
  readonly damaged: readonly DamageCase[];
  readonly controls: readonly Control[];
}

/** About `count` of the numbers from `from` to below `to`, spread evenly; never the same twice. */
export function spread(from: number, to: number, count: number): number[] {
  const step = (to - from) / count;
  return [...new Set(Array.from({ length: count }, (_, index) => Math.floor(from + step * (index + 0.5))))].filter((at) => at >= from && at < to);
}

/** Positions right behind every occurrence of a text. */
export function borders(body: Buffer, text: string): number[] {
  const found: number[] = [];
  for (let at = body.indexOf(text); at >= 0; at = body.indexOf(text, at + 1)) found.push(at + text.length);
  return found;
}

/** `count` of these, spread evenly. */
export function some<T>(all: readonly T[], count: number): T[] {
  return all.length <= count ? [...all] : spread(0, all.length, count).flatMap((at) => all.slice(at, at + 1));
}

export function flipped(body: Buffer, at: number, mask = 1): Buffer {
  const copy = Buffer.from(body);
  copy[at] = (copy[at] ?? 0) ^ mask;
  return copy;
}
