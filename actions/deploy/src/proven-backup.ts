import type { BackupConfig, BackupRecord } from '@ops/backup';
import type { ProvenBackup } from '@ops/release';
import { asError, UserError, type Deps, type Verdict } from '@ops/shared';

const TIMEOUT_MS = 5 * 3_600_000;

/** packages/backup, which its caller has loaded. */
export type Backups = typeof import('@ops/backup');

/** Makes a backup and keeps its record, also of one that failed; whatever is not proven is a UserError. Closes the stores. */
export async function makeBackup(backups: Backups, config: BackupConfig, record: BackupRecord, { deps, redact }: { readonly deps: Deps; readonly redact: (text: string) => string }, signal: AbortSignal): Promise<ProvenBackup> {
  let made: ProvenBackup | Error;
  try {
    made = await prove(backups, config, record, deps, signal);
  } catch (thrown) {
    made = asError(thrown);
    // Not even the record belongs into the folder of another database.
    if (made instanceof backups.ForeignFolder) delete record.source;
  }
  await backups.keepDiary(config, { action: 'deploy', mode: 'backup', tier: config.tier }, record, backups.endedAs(verdictOf(made), redact), undefined, deps);
  for (const store of config.stores) await store.close();
  if (made instanceof Error) throw made;
  return made;
}

async function prove({ backup, provenManifest, storeArtifact, timedOut }: Backups, config: BackupConfig, record: BackupRecord, deps: Deps, signal: AbortSignal): Promise<ProvenBackup> {
  const late = AbortSignal.timeout(TIMEOUT_MS);
  try {
    await backup(config, { deps, store: storeArtifact, onUpload: () => undefined }, record, AbortSignal.any([signal, late]));
  } catch (thrown) {
    if (late.aborted && !signal.aborted) throw timedOut(TIMEOUT_MS);
    // One proven backup is what migrations need; a copy that is missing blocks no deploy.
    if (!(thrown instanceof UserError) || thrown.reason !== 'copy-missing' || record.status === 'complete') throw thrown;
    deps.log.warning(thrown.sentence(), 'Backup');
  }
  const manifest = provenManifest(record);
  return { id: manifest.id, database: manifest.database, at: manifest.snapshotAt, bytes: record.storedBytes };
}

function verdictOf(made: ProvenBackup | Error): Verdict {
  if (!(made instanceof Error)) return { ok: true, sentence: `Backup ${made.id} of ${made.database} is proven.` };
  return { ok: false, reason: made instanceof UserError ? made.reason : 'bug', sentence: made.message };
}
