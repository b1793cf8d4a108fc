import { BackupFault } from '../fault.ts';
import { isBackupId } from './backup-id.ts';
import type { Catalog, CatalogEntry } from './list.ts';
import type { BackupStatus } from './manifest.ts';

/** `latest`: newest whole backup that nothing speaks against. `emergency`: newest drilled, else verified, else whatever is there. */
export type Wanted = { readonly kind: 'id'; readonly id: string } | { readonly kind: 'latest' } | { readonly kind: 'emergency' };

export interface Choice {
  readonly entry: CatalogEntry;
  /** Newer backups that were not taken, newest first, with why. People must hear of them: they are what would be lost. */
  readonly passedOver: readonly { readonly id: string; readonly why: string }[];
}

const RANK = { complete: 0, verified: 1, drilled: 2 } as const;

/** Reads `backup-id`: `latest` or an id. Throws `bad-input`. */
export function parseWanted(text: string): Wanted {
  const word = text.trim();
  if (word === 'latest') return { kind: 'latest' };
  if (isBackupId(word)) return { kind: 'id', id: word };
  throw new BackupFault({ reason: 'bad-input', message: `backup-id \`${word.slice(0, 80)}\` is neither latest nor the id of a backup.`, remedy: 'An id looks like 20260131T081500Z-01KG6V3Q8G0000000000000000; the summary of every backup and the names in the folder manifests/ show it.' });
}

/** What speaks against a backup, one clause; undefined for nothing. */
function against(entry: CatalogEntry): string | undefined {
  if (entry.revoked !== undefined) return `its ${entry.revoked.kind === 'drill' ? 'drill' : 'read-back'} of ${entry.revoked.at} failed`;
  return entry.manifest.partial.length > 0 || entry.manifest.suspect !== null || entry.manifest.checks.some((check) => check.result === 'fail') ? entry.doubts.join('; ') || 'it is partial or suspect' : undefined;
}

/**
 * Picks one backup. An id is taken whatever its standing, if it has at least status `atLeast`: whoever names it, means
 * it. Throws `missing` when there is none, `signature-bad` when its manifest is refused.
 */
export function chooseBackup(catalog: Catalog, wanted: Wanted, atLeast: BackupStatus = 'complete'): Choice {
  if (wanted.kind === 'id') return { entry: byId(catalog, wanted.id, atLeast), passedOver: [] };
  const enough = catalog.entries.filter((entry) => RANK[entry.status] >= RANK[atLeast]);
  const entry = wanted.kind === 'latest'
    ? enough.find((candidate) => against(candidate) === undefined)
    : (enough.find(({ status }) => status === 'drilled') ?? enough.find(({ status }) => status === 'verified') ?? enough.find((candidate) => against(candidate) === undefined) ?? enough[0]);
  if (entry === undefined) throw nothing(catalog, wanted.kind, atLeast);
  const newer = catalog.entries.slice(0, catalog.entries.indexOf(entry));
  return { entry, passedOver: newer.map((one) => ({ id: one.manifest.id, why: against(one) ?? `it is only ${one.status}` })) };
}

function byId(catalog: Catalog, id: string, atLeast: BackupStatus): CatalogEntry {
  const entry = catalog.entries.find(({ manifest }) => manifest.id === id);
  if (entry === undefined) {
    const odd = catalog.oddities.find((one) => one.kind === 'manifest' && one.id === id);
    if (odd !== undefined) {
      throw new BackupFault({ reason: odd.reason === 'unknown-version' || odd.reason === 'unreadable' ? 'bad-input' : 'signature-bad', message: `The manifest of backup ${id} in ${catalog.store} is not accepted: ${odd.why}.`, remedy: odd.reason === 'unknown-version' ? 'Use the release of this action that wrote it, or a newer one.' : 'Choose another backup, or find out who wrote there.' });
    }
    throw new BackupFault({ reason: 'missing', message: `There is no backup ${id} of source ${catalog.source} in ${catalog.store}.`, remedy: catalog.entries.length === 0 ? 'There is none at all: look at stores and source.' : `The newest are ${catalog.entries.slice(0, 3).map(({ manifest }) => manifest.id).join(', ')}.` });
  }
  if (RANK[entry.status] >= RANK[atLeast]) return entry;
  const why = against(entry) ?? (entry.doubts.join('; ') || 'nothing has read it back yet');
  throw new BackupFault({ reason: 'check-not-run', message: `Backup ${id} is ${entry.status}, and ${atLeast} is asked for: ${why}.`, remedy: 'Run db-backup with mode: verify on it, or choose another backup.' });
}

function nothing(catalog: Catalog, kind: 'latest' | 'emergency', atLeast: BackupStatus): BackupFault {
  const [newest] = catalog.entries;
  const refused = catalog.oddities.filter((one) => one.kind === 'manifest').length;
  const there = newest === undefined
    ? `there is none${refused > 0 ? ` that is accepted, and ${refused} that are not: ${catalog.oddities.find((one) => one.kind === 'manifest')?.why ?? ''}` : ' at all'}`
    : `of the ${catalog.entries.length} there the newest, ${newest.manifest.id}, is passed over because ${against(newest) ?? `it is only ${newest.status}`}`;
  return new BackupFault({
    reason: 'missing',
    message: `No backup of source ${catalog.source} in ${catalog.store} can be taken as ${kind}${atLeast === 'complete' ? '' : ` with status ${atLeast}`}: ${there}.`,
    remedy: newest === undefined ? 'Look at stores and source; a copy may be in another store.' : 'Name one with backup-id, or use emergency: true to take the best there is.',
  });
}
