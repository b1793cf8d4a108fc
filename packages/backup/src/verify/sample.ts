import { createHash } from 'node:crypto';
import { BackupFault } from '../fault.ts';

/** How deep `verify` looks. */
export type Depth = { readonly kind: 'read-back' } | { readonly kind: 'head' } | { readonly kind: 'sample'; readonly parts: number; readonly of: number };

/** Reads the input `verify`: read-back, head, `sample 1/7`. Throws `bad-input`. */
export function parseDepth(text: string): Depth {
  const word = text.trim();
  if (word === 'read-back' || word === 'head') return { kind: word };
  const [, parts, of] = /^sample[ :]\s*(\d{1,4})\/(\d{1,4})$/.exec(word) ?? [];
  if (parts !== undefined && of !== undefined && Number(parts) >= 1 && Number(parts) <= Number(of)) return { kind: 'sample', parts: Number(parts), of: Number(of) };
  throw new BackupFault({ reason: 'bad-input', message: `verify \`${word.slice(0, 60)}\` is not read-back, head or sample N/T.`, remedy: 'sample 1/7 reads a seventh of the older backups in each run, another one each time.' });
}

/** Which of `of` parts a backup belongs to: by its id, so that new backups and deleted ones do not move the others. */
function partOf(id: string, of: number): number {
  return createHash('sha256').update(id).digest().readUInt32BE(0) % of;
}

/** The backups to read in run `number`: within ceil(of / parts) runs in a row each is read once or more. */
export function sampleOf<T extends { readonly manifest: { readonly id: string } }>(entries: readonly T[], sample: { readonly parts: number; readonly of: number }, number: number): readonly T[] {
  const first = (number * sample.parts) % sample.of;
  return entries.filter(({ manifest }) => (partOf(manifest.id, sample.of) - first + sample.of) % sample.of < sample.parts);
}
