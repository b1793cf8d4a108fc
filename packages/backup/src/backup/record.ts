import type { Check } from '../check.ts';
import type { CatalogEntry } from '../catalog/list.ts';
import type { BackupStatus, Manifest } from '../catalog/manifest.ts';
import type { Tier } from '../stores/store.ts';

/** What a run learned and did, for outputs, result file, summary and the run record; filled as it goes. */
export interface BackupRecord {
  readonly startedMs: number;
  source?: string;
  /** Engine, version and database in words. */
  database?: string;
  place?: string;
  backupId?: string;
  manifest?: Manifest;
  status?: BackupStatus;
  storedBytes: number;
  rawBytes: number;
  /** Copies that are missing, one sentence each. */
  readonly degraded: string[];
  /** The same by the place of the copy in `stores`: two stores may have one name. */
  readonly missing: Record<number, string>;
  readonly warnings: string[];
  /** Checks of the backup of this run, then of its read-back. */
  readonly checks: Check[];
  /** Backups of the same source in the primary store, oldest first; empty when the catalog was not read. */
  readonly history: HistoryEntry[];
  /** Whether `history` was read: an empty catalog is something else than an unknown one. */
  historyRead: boolean;
  readonly kept: { readonly id: string; readonly why: string }[];
  readonly pruned: { readonly id: string; readonly why: string }[];
  /** True: `pruned` is what would be deleted. */
  pruneDryRun: boolean;
  /** Older backups that were read in this run. */
  readonly verified: { readonly id: string; readonly verdict: 'pass' | 'fail' | 'inconclusive'; readonly why: string; readonly reason?: 'signature-bad' }[];
  /** Lines of mode plan. */
  readonly plan: string[];
  /** What ended runs left behind, one sentence each. */
  readonly orphans: string[];
  /** Milliseconds by phase: dump, read-back, copies, prune. */
  readonly timing: Record<string, number>;
}

/** What a catalog knows of one backup, as far as charts and metrics need it. */
export interface HistoryEntry {
  readonly id: string;
  /** Stored. */
  readonly bytes: number;
  readonly tier: Tier;
  readonly snapshotAt: string;
  readonly proven: boolean;
  /** When a drill last passed. */
  readonly drilledAt?: string;
}

/** Notes what the primary store has. */
export function noteHistory(record: BackupRecord, entries: readonly CatalogEntry[]): void {
  record.historyRead = true;
  record.history.splice(0, Infinity, ...entries.toReversed().map(({ manifest, proven, verdicts }) => {
    const drilledAt = verdicts.findLast((verdict) => verdict.kind === 'drill' && verdict.verdict === 'pass')?.at;
    return { ...historyEntry(manifest, proven), ...(drilledAt === undefined ? {} : { drilledAt }) };
  }));
}

export function historyEntry(manifest: Manifest, proven: boolean): HistoryEntry {
  return { id: manifest.id, bytes: storedBytesOf(manifest), tier: manifest.tier, snapshotAt: manifest.snapshotAt, proven };
}

/** Stored bytes of all artifacts. */
export function storedBytesOf(manifest: Manifest): number {
  return manifest.artifacts.reduce((sum, artifact) => sum + artifact.storedBytes, 0);
}

export function newBackupRecord(startedMs: number): BackupRecord {
  return { startedMs, storedBytes: 0, rawBytes: 0, degraded: [], missing: {}, warnings: [], checks: [], history: [], historyRead: false, kept: [], pruned: [], pruneDryRun: false, verified: [], plan: [], orphans: [], timing: {} };
}
