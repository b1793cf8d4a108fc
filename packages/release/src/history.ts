import { z } from 'zod';
import { parseReleaseId, parseSha, type ReleaseId, type Sha } from '@ops/shared';

const migration = z.object({ name: z.string(), classes: z.array(z.string()).default([]) });

const line = z.object({
  kind: z.enum(['deploy', 'rollback', 'bad']),
  id: z.string(),
  sha: z.string(),
  actor: z.string().default(''),
  run: z.string().default(''),
  runUrl: z.string().default(''),
  at: z.string(),
  previous: z.string().nullable().default(null),
  migrations: z.array(migration).default([]),
  backup: z.string().nullable().default(null),
  verdict: z.string().default(''),
  plan: z.string().default(''),
  artifact: z.string().nullable().default(null),
});

/** One line of `.deploy/history.ndjson`. `bad` marks a release that failed its verdict; the others committed one. */
export interface HistoryEntry extends Omit<z.infer<typeof line>, 'id' | 'sha' | 'previous'> {
  readonly id: ReleaseId;
  readonly sha: Sha;
  readonly previous: ReleaseId | null;
}

/** Parses the history, oldest first. Lines that a power cut left half-written are skipped. */
export function parseHistory(text: string): readonly HistoryEntry[] {
  return text.split('\n').flatMap((raw) => {
    if (raw.trim() === '') return [];
    let value: unknown;
    try {
      value = JSON.parse(raw);
    } catch {
      return [];
    }
    const parsed = line.safeParse(value);
    if (!parsed.success) return [];
    const id = parseReleaseId(parsed.data.id);
    const sha = parseSha(parsed.data.sha);
    if (id === undefined || sha === undefined) return [];
    const previous = parsed.data.previous === null ? undefined : parseReleaseId(parsed.data.previous);
    return [{ ...parsed.data, id, sha, previous: previous ?? null }];
  });
}

/**
 * What hosts themselves recorded in the journal of migrations that ended: one entry for each run, of kind `bad`, because
 * its release was never judged. Runs that came to their end stand in history as well; `orphans` tells them apart.
 */
export function parseMigrated(text: string): readonly HistoryEntry[] {
  return text.split('\n').flatMap((raw) => {
    try {
      const value: unknown = JSON.parse(raw);
      const { release, ...rest } = migratedLine.parse(value);
      return parseHistory(JSON.stringify({ ...rest, kind: 'bad', id: release, verdict: 'the run was lost while or after it migrated' }));
    } catch {
      return [];
    }
  });
}

const migratedLine = z.looseObject({ release: z.string(), at: z.string(), migrations: z.array(migration) });

/** Entries of `migrated` whose release no line of this history names: their runner died before it could write one. Each once. Pure. */
export function orphans(history: readonly HistoryEntry[], migrated: readonly HistoryEntry[]): readonly HistoryEntry[] {
  const known = new Set<ReleaseId>(history.map((entry) => entry.id));
  return migrated.filter((entry) => {
    const fresh = !known.has(entry.id);
    known.add(entry.id);
    return fresh;
  });
}

/** The history with the orphans of `migrated` where they belong in time. Pure. */
export function withOrphans(history: readonly HistoryEntry[], migrated: readonly HistoryEntry[]): readonly HistoryEntry[] {
  const all = [...history];
  for (const orphan of orphans(history, migrated)) {
    const next = all.findIndex((entry) => entry.at > orphan.at);
    all.splice(next < 0 ? all.length : next, 0, orphan);
  }
  return all;
}

/** The release that the last committed run left live, or undefined before the first commit. */
export function committedLive(history: readonly HistoryEntry[]): HistoryEntry | undefined {
  return history.findLast((entry) => entry.kind !== 'bad');
}

/** Releases that failed their verdict after their last commit. */
export function badReleases(history: readonly HistoryEntry[]): ReadonlySet<ReleaseId> {
  const bad = new Set<ReleaseId>();
  for (const entry of history) {
    if (entry.kind === 'bad') bad.add(entry.id);
    else if (entry.kind === 'deploy') bad.delete(entry.id);
  }
  return bad;
}

export interface Candidate {
  readonly id: ReleaseId;
  readonly sha: Sha;
  readonly at: string;
  /** Why it cannot be rolled back to; undefined when it can. */
  readonly refused: string | undefined;
}

/**
 * All releases that history knows, newest first, each with the reason why it is no candidate. Only history
 * counts: neither directory listings nor file times say what was once judged good.
 */
export function candidates(history: readonly HistoryEntry[], complete: ReadonlySet<ReleaseId>, live: ReleaseId | undefined): readonly Candidate[] {
  const bad = badReleases(history);
  const leftBehind = rolledBackFrom(history);
  const newest = new Map<ReleaseId, HistoryEntry>();
  for (const entry of history) if (entry.kind === 'deploy') newest.set(entry.id, entry);
  return [...newest.values()].reverse().map((entry) => ({
    id: entry.id,
    sha: entry.sha,
    at: entry.at,
    refused:
      entry.id === live ? 'it is live'
      : bad.has(entry.id) ? 'it failed its health verdict'
      : !complete.has(entry.id) ? 'its files are gone (keep-releases)'
      : leftBehind.has(entry.id) ? 'a rollback took it back'
      : undefined,
  }));
}

/** Releases that a rollback left; a second rollback must not return to them by itself (`to:` may). */
function rolledBackFrom(history: readonly HistoryEntry[]): ReadonlySet<ReleaseId> {
  const left = new Set<ReleaseId>();
  for (const entry of history) {
    if (entry.kind === 'rollback' && entry.previous !== null) left.add(entry.previous);
    if (entry.kind === 'deploy' || entry.kind === 'rollback') left.delete(entry.id);
  }
  return left;
}

/**
 * Migrations that releases applied after `target` was the newest schema, newest release first.
 * A rollback leaves the schema as it is, so everything applied later is still there.
 */
export function schemaAhead(history: readonly HistoryEntry[], target: ReleaseId): readonly { readonly name: string; readonly classes: readonly string[]; readonly by: ReleaseId }[] {
  const from = history.findIndex((entry) => entry.id === target && entry.kind === 'deploy');
  return history.slice(from + 1).flatMap((entry) => (entry.id === target ? [] : entry.migrations.map((one) => ({ ...one, by: entry.id })))).reverse();
}
