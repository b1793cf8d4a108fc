import type { Check } from '../check.ts';
import type { BackupStatus, Manifest } from '../catalog/manifest.ts';

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
  /** Stored bytes of earlier backups of the same source, oldest first, with their ids. */
  readonly history: { readonly id: string; readonly bytes: number }[];
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

export function newBackupRecord(startedMs: number): BackupRecord {
  return { startedMs, storedBytes: 0, rawBytes: 0, degraded: [], missing: {}, warnings: [], checks: [], history: [], kept: [], pruned: [], pruneDryRun: false, verified: [], plan: [], orphans: [], timing: {} };
}
