import { UserError, type Fault } from '@ops/shared';

/** Every way a backup can end badly, with the exit code of its family. Source of the table in docs/backup.md. */
export const EXIT_CODES = {
  'bad-input': 1, 'login-refused': 1, 'host-unreachable': 1, 'right-missing': 1, 'client-mismatch': 1, 'tool-missing': 1, 'no-room': 1, 'not-dumpable': 1,
  'dump-failed': 2, 'server-lost': 2, 'stage-killed': 2, 'load-failed': 2,
  'empty-dump': 3, 'no-trailer': 3, 'inventory-differs': 3, 'checksum-differs': 3, 'size-shrank': 3, 'row-too-large': 3, 'drill-differs': 3, 'rto-exceeded': 3,
  'store-refused': 4, 'store-timeout': 4, 'store-conflict': 4,
  'copy-missing': 5,
  'target-not-empty': 6, 'confirm-mismatch': 6, 'retention-guard': 6, 'signature-bad': 6,
  'stale': 7, 'missing': 7,
  'identity-wrong': 8, 'identity-missing': 8,
  'cancelled': 9, 'timed-out': 9,
  'check-not-run': 10,
} as const;

/** In the message of every lost race for a lock, by which a run knows that another try is worth it. */
export const DDL_WAITS = 'DDL is waiting';

export type BackupReason = keyof typeof EXIT_CODES;

/** A UserError whose reason is one of the table above. */
export class BackupFault extends UserError {
  constructor(fault: Fault & { readonly reason: BackupReason }) {
    super(fault);
    this.name = 'BackupFault';
  }
}
