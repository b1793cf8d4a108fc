import { z } from 'zod';
import { BackupFault } from '../fault.ts';
import type { Store } from '../stores/store.ts';
import { holdKey, manifestKey, readingKey } from './keys.ts';

/** After so long a reader that did not take its mark away is taken for dead. */
export const READING_MS = 6 * 3_600_000;

const holdSchema = z.object({ why: z.string(), by: z.string(), at: z.iso.datetime() });
const readingSchema = z.object({ run: z.string(), since: z.iso.datetime() });

function json(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}

/** Keeps a backup at any age, until somebody deletes the `.hold` object. */
export async function placeHold(store: Store, source: string, id: string, hold: { readonly why: string; readonly by: string; readonly atMs: number }, signal: AbortSignal): Promise<void> {
  await store.create(holdKey(source, id), json({ why: hold.why, by: hold.by, at: new Date(hold.atMs).toISOString() }), undefined, signal);
}

/** Reason of a hold; whatever stands in the object, it holds. */
export function holdReason(body: Uint8Array): string {
  try {
    return holdSchema.parse(JSON.parse(Buffer.from(body).toString('utf8'))).why;
  } catch {
    return 'no reason given';
  }
}

/** Since when a mark stands, by its own words; undefined when they cannot be read, which counts as still reading. */
export function readingSince(body: Uint8Array): number | undefined {
  try {
    return Date.parse(readingSchema.parse(JSON.parse(Buffer.from(body).toString('utf8'))).since);
  } catch {
    return undefined;
  }
}

/** True while a mark is honoured. A mark from the future is: better kept too long than deleted under a reader. */
export function isReading(sinceMs: number | undefined, nowMs: number): boolean {
  return sinceMs === undefined || nowMs - sinceMs < READING_MS;
}

/**
 * Tells prune that this run reads the backup, then looks whether it is still there: either prune sees the mark, or we see
 * that the manifest is gone (`missing`). Returns what takes the mark away; without the right to delete it expires by itself.
 */
export async function markReading(store: Store, source: string, id: string, run: string, nowMs: number, signal: AbortSignal): Promise<() => Promise<void>> {
  const key = readingKey(source, id, run);
  await store.create(key, json({ run, since: new Date(nowMs).toISOString() }), undefined, signal);
  const done = async (): Promise<void> => {
    // Not the run's signal: a cancelled reader takes its mark away too.
    await store.remove([key], AbortSignal.timeout(20_000)).catch(() => []);
  };
  if ((await store.head(manifestKey(source, id), signal)) !== undefined) return done;
  await done();
  throw new BackupFault({ reason: 'missing', message: `Backup ${id} is no longer in ${store.name}: retention deleted it, or is about to.`, remedy: 'Choose a newer backup.' });
}
