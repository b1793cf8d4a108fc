import type { Manifest } from '../catalog/manifest.ts';
import { BackupFault } from '../fault.ts';
import type { BackupRecord } from './record.ts';

/** The manifest of the backup of this run, for whoever may go on only when it is proven. Throws BackupFault `check-not-run`. */
export function provenManifest({ manifest, status, checks }: BackupRecord): Manifest {
  if (manifest !== undefined && status !== undefined && status !== 'complete') return manifest;
  throw new BackupFault({
    reason: 'check-not-run',
    message: `Backup ${manifest?.id ?? ''} could not be proven: ${checks.filter((check) => check.result !== 'pass').map((check) => check.why ?? check.name).join('; ')}`,
    remedy: 'Mend what its checks say, or make a backup in a step of your own and set backup-id.',
  });
}
