import { parseReleaseId, type ReleaseId } from '@ops/shared';
import { committedLive, parseHistory, parseMigrated, type HistoryEntry } from './history.ts';
import { parseJournal, type JournalLine } from './journal.ts';

export type Current =
  | { readonly kind: 'absent' | 'directory' | 'file' }
  | { readonly kind: 'link'; readonly target: string; readonly id: ReleaseId | undefined; readonly resolves: boolean };

/** What is true on a host, read without the lock or again under it. */
export interface HostFacts {
  readonly host: string;
  /** Every fact by name, for what has no field of its own. */
  readonly raw: ReadonlyMap<string, string>;
  readonly current: Current;
  readonly releases: readonly { readonly id: ReleaseId; readonly complete: boolean }[];
  readonly history: readonly HistoryEntry[];
  readonly journal: readonly JournalLine[];
  /** What the host recorded of migrations that ended on it, whether or not the run could write history. */
  readonly migrated: readonly HistoryEntry[];
  /** The last release that a run judged and committed; the base of every switch back. */
  readonly committed: HistoryEntry | undefined;
  /** True when `current` points to a release that no run ever judged (the run that switched died). */
  readonly unverified: boolean;
  readonly lock: { readonly state: string; readonly holder: string };
  readonly tools: ReadonlySet<string>;
}

function parseCurrent(raw: ReadonlyMap<string, string>): Current {
  const text = raw.get('current') ?? 'absent';
  if (text.startsWith('link ')) {
    const target = text.slice('link '.length);
    const id = target.startsWith('releases/') ? parseReleaseId(target.slice('releases/'.length)) : undefined;
    return { kind: 'link', target, id, resolves: raw.get('current.resolves') === 'yes' };
  }
  return { kind: text === 'directory' || text === 'file' ? text : 'absent' };
}

/** Gives the raw facts of a host their meaning. Pure. */
export function readFacts(host: string, raw: ReadonlyMap<string, string>): HostFacts {
  const current = parseCurrent(raw);
  const releases = (raw.get('releases') ?? '').split('\n').flatMap((row) => {
    const [name = '', state = ''] = row.split(' ');
    const id = parseReleaseId(name);
    return id === undefined ? [] : [{ id, complete: state === 'complete' }];
  });
  const history = parseHistory(raw.get('history') ?? '');
  const committed = committedLive(history);
  return {
    host,
    raw,
    current,
    releases,
    history,
    journal: parseJournal(raw.get('journal') ?? ''),
    migrated: parseMigrated(raw.get('migrated') ?? ''),
    committed,
    unverified: current.kind === 'link' && current.id !== undefined && current.id !== committed?.id,
    lock: { state: raw.get('lock') ?? 'unknown', holder: raw.get('lock.holder') ?? '' },
    tools: new Set((raw.get('tools') ?? '').split(' ')),
  };
}

/** The releases of a host that are complete on disk. */
export function completeReleases(facts: HostFacts): ReadonlySet<ReleaseId> {
  return new Set(facts.releases.filter((release) => release.complete).map((release) => release.id));
}

/** Where `current` led before there was a committed release: made by another tool, or by a run that died before its verdict. */
export function foreignLink(facts: HostFacts): string | undefined {
  return safeRelease(facts) === undefined && facts.current.kind === 'link' && facts.current.resolves ? facts.current.target : undefined;
}

/** The release to return to when a new one fails: the committed one, if its files are still complete. */
export function safeRelease(facts: HostFacts): ReleaseId | undefined {
  const id = facts.committed?.id;
  return id !== undefined && completeReleases(facts).has(id) ? id : undefined;
}

/**
 * The fence that the next lock on this host gets if no other run worked there since the facts were read; empty
 * when one was at work just then, because what it goes on to do raises no counter. Proves that facts still hold.
 */
export function expectedFence(facts: HostFacts): string {
  return facts.lock.holder === '' ? String(Math.max(0, ...facts.journal.map((entry) => entry.fence)) + 1) : '';
}
