import type { AbsolutePath } from '@ops/shared';
import type { Session } from '@ops/remote';

/** What a backup engine is told: one database, reached on one host through its release directory. */
export interface BackupRequest {
  readonly session: Session;
  readonly releaseDir: AbsolutePath;
  readonly environment: string;
  /** Why it is made, for the manifest; for example `before 2 migrations of 0a1b2c3`. */
  readonly reason: string;
}

export interface ProvenBackup {
  readonly id: string;
  readonly database: string;
  /** ISO 8601, UTC: when the dump began. */
  readonly at: string;
  readonly bytes: number;
}

/**
 * Makes and finds backups for a deploy. This package has no implementation: an action that ties it
 * together with a backup package passes one. Both calls throw UserError `backup` when no proven backup results.
 */
export interface BackupEngine {
  /** Makes a backup and returns only when it is proven complete. */
  create(request: BackupRequest, signal: AbortSignal): Promise<ProvenBackup>;
  /** Finds an earlier backup and checks that it is of this database, complete, and younger than `maxAgeMs`. */
  find(id: string, maxAgeMs: number, request: BackupRequest): Promise<ProvenBackup>;
}
