import { chooseBackup, parseWanted } from '../catalog/choose.ts';
import { readCatalog } from '../catalog/list.ts';
import type { Manifest } from '../catalog/manifest.ts';
import { BackupFault } from '../fault.ts';
import type { BackupConfig } from './config.ts';
import type { BackupIo } from './io.ts';
import { look } from './look.ts';
import { shownSeconds } from './progress.ts';

/**
 * Finds a backup that an earlier step made, and checks that one may rely on it now: it is of this very database and server,
 * verified, and its snapshot younger than `maxAgeMs`. Throws BackupFault `missing`, `stale`, `inventory-differs` or what the
 * catalog says.
 */
export async function findProven(config: BackupConfig, id: string, maxAgeMs: number, io: Pick<BackupIo, 'deps'>, signal: AbortSignal): Promise<Manifest> {
  const wanted = parseWanted(id);
  const [primary] = config.stores;
  if (primary === undefined) throw new BackupFault({ reason: 'bad-input', message: 'backup-id: needs stores, where the backup lies.', remedy: 'Example: stores: s3://acme-backups/shop' });
  const looked = await look(config, io.deps.mask, signal);
  await looked.query.close();
  const nowMs = io.deps.clock.now();
  const catalog = await readCatalog(primary, { source: looked.source, trusted: config.trusted, nowMs, signal });
  const { manifest } = chooseBackup(catalog, wanted, 'verified').entry;
  if (manifest.database !== looked.facts.database) throw new BackupFault({ reason: 'inventory-differs', message: `Backup ${manifest.id} is of the database ${manifest.database}, and this application uses ${looked.facts.database}.`, remedy: 'Give the id of a backup of this database.' });
  const identity = looked.facts.server.identity;
  if (manifest.server.identity !== undefined && identity !== undefined && manifest.server.identity !== identity) throw new BackupFault({ reason: 'inventory-differs', message: `Backup ${manifest.id} is of another server (${manifest.server.identity}) than the one in use (${identity}).`, remedy: 'Give the id of a backup of this server.' });
  const ageMs = nowMs - Date.parse(manifest.snapshotAt);
  if (ageMs > maxAgeMs) throw new BackupFault({ reason: 'stale', message: `Backup ${manifest.id} is ${shownSeconds(ageMs / 1000)} old, and backup-max-age allows ${shownSeconds(maxAgeMs / 1000)}.`, remedy: 'Make a new one in the step before, or leave backup-id out.' });
  return manifest;
}
