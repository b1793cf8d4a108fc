import type { Catalog, CatalogEntry } from './list.ts';

/** A logical dump, compressed, of a database of this size, when nothing better is known. */
const DATABASE_TO_STORED = 1 / 3;

export interface Estimate {
  /** Bytes to be read from the dumper; undefined when nobody knows: progress then shows no share. */
  readonly plainBytes: number | undefined;
  /** Bytes to be stored, at least 1; for part sizes. */
  readonly storedBytes: number;
}

export interface Expectation {
  /** `last-backup` is good for progress; `database-size` only for part sizes. */
  readonly from: 'last-backup' | 'database-size';
  readonly whole: Estimate;
  artifact(name: string): Estimate;
}

function sum(entry: CatalogEntry, field: 'plainBytes' | 'storedBytes'): number {
  return entry.manifest.artifacts.reduce((bytes, artifact) => bytes + artifact[field], 0);
}

/**
 * How large the next backup will be. The newest whole backup says it, scaled by what codec it was written with; else a third of the
 * database. An artifact that the last one did not have (another `parallel`) gets the whole: a part too large costs
 * memory, a part too small ends at the store's part limit.
 */
export function expectSizes(catalog: Pick<Catalog, 'entries'> | undefined, next: { readonly databaseBytes: number; readonly compression: 'zstd' | 'gzip' | 'none' }): Expectation {
  const last = catalog?.entries.find(({ manifest }) => manifest.partial.length === 0 && manifest.suspect === null);
  if (last === undefined) {
    const whole = { plainBytes: undefined, storedBytes: Math.max(1, Math.ceil(next.compression === 'none' ? next.databaseBytes : next.databaseBytes * DATABASE_TO_STORED)) };
    return { from: 'database-size', whole, artifact: () => whole };
  }
  // Stored sizes under another codec say little: without compression it is the plain size.
  const stored = (plain: number, bytes: number): number => Math.max(1, next.compression === 'none' ? plain : last.manifest.codec.compression === 'none' ? Math.ceil(plain * DATABASE_TO_STORED) : bytes);
  const whole = { plainBytes: sum(last, 'plainBytes'), storedBytes: stored(sum(last, 'plainBytes'), sum(last, 'storedBytes')) };
  return {
    from: 'last-backup',
    whole,
    artifact: (name) => {
      const before = last.manifest.artifacts.find((artifact) => artifact.name === name);
      return before === undefined ? { ...whole, plainBytes: undefined } : { plainBytes: before.plainBytes, storedBytes: stored(before.plainBytes, before.storedBytes) };
    },
  };
}
