import type { Manifest, VerdictRecord } from '../catalog/manifest.ts';
import { BackupFault } from '../fault.ts';

/** How deep `verify` looks. */
export type Depth = { readonly kind: 'read-back' } | { readonly kind: 'head' } | { readonly kind: 'sample'; readonly parts: number; readonly of: number };

/** Reads the input `verify`: read-back, head, `sample 1/7`. Throws `bad-input`. */
export function parseDepth(text: string): Depth {
  const word = text.trim();
  if (word === 'read-back' || word === 'head') return { kind: word };
  const [, parts, of] = /^sample[ :]\s*(\d{1,4})\/(\d{1,4})$/.exec(word) ?? [];
  if (parts !== undefined && of !== undefined && Number(parts) >= 1 && Number(parts) <= Number(of)) return { kind: 'sample', parts: Number(parts), of: Number(of) };
  throw new BackupFault({ reason: 'bad-input', message: `verify \`${word.slice(0, 60)}\` is not read-back, head or sample N/T.`, remedy: 'sample 1/7 reads a seventh of the older backups in each run, those first that were not read for the longest time.' });
}

/** What the rotation looks at; a catalog entry is one. */
export interface Sampled {
  readonly manifest: Pick<Manifest, 'id' | 'endedAt'>;
  readonly verdicts: readonly Pick<VerdictRecord, 'kind' | 'at'>[];
}

/** Epoch milliseconds when somebody last looked at its bytes: at the newest read-back, passed or failed, or when it was made. */
function lookedAtMs({ manifest, verdicts }: Sampled): number {
  return Math.max(Date.parse(manifest.endedAt), ...verdicts.filter(({ kind }) => kind === 'verify').map(({ at }) => Date.parse(at)));
}

/**
 * The order in which a rotation reads older backups: first whose bytes nobody has looked at for the longest time. It needs no
 * calendar, so that any schedule gets through all of them; and a new backup stands at the end, so that many new ones never
 * keep an old one waiting.
 */
export function readingOrder<T extends Sampled>(entries: readonly T[]): readonly T[] {
  return entries.toSorted((left, right) => lookedAtMs(left) - lookedAtMs(right) || (left.manifest.id < right.manifest.id ? -1 : 1));
}

/** How many of `count` backups one run reads: of seven parts one is at least one. */
export function shareOf(count: number, sample: { readonly parts: number; readonly of: number }): number {
  return Math.ceil((count * sample.parts) / sample.of);
}
