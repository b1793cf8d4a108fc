import type { BackupWishes, Workers } from '@ops/backup';
import type { BackupEngine, BackupRequest, ProvenBackup } from '@ops/release';
import type { HostTarget, SshAccess } from '@ops/remote';
import { asError, inputsError, UserError, type Deps } from '@ops/shared';
import type { DeployInputs } from './inputs.ts';

const TIMEOUT_MS = 5 * 3_600_000;

/** How deploy's inputs are read as those of a backup: tier pre-deploy, read back whole, nothing deleted. A backup that is there already is only looked at. */
function wishes(inputs: DeployInputs): BackupWishes {
  return {
    ...inputs, source: inputs['backup-source'], database: undefined, mode: inputs['backup-id'] === undefined ? 'backup' : 'verify', tier: 'pre-deploy', compression: 'zstd', 'compression-level': '3', parallel: 1,
    'exclude-data': undefined, 'allow-partial': false, verify: 'read-back', 'min-size': 1024, 'max-shrink': 1, 'accept-size': false,
    retention: ['frequent=7d', 'daily=30d', 'pre-deploy=7d', 'monthly=365d'], 'min-verified': 3, prune: 'never', 'prune-role': undefined, 'confirm-prune': false,
    lifecycle: 'off', timeout: inputs.timeout,
  };
}

/**
 * Ties the deploy to packages/backup, which is loaded only here. Undefined without stores: pending migrations are then
 * refused. Throws ONE UserError for everything wrong with the inputs, before anything is deployed.
 */
export async function backupEngine(inputs: DeployInputs, targets: readonly HostTarget[], ssh: SshAccess, deps: Deps, workers: Workers): Promise<BackupEngine | undefined> {
  if (inputs.stores === undefined || inputs.stores.length === 0 || inputs.backup === 'never') return undefined;
  const { backup, decideBackup, findProven, newBackupRecord, Problems, storeArtifact, timedOut } = await import('@ops/backup');
  const decide = async (first: readonly HostTarget[]): Promise<NonNullable<Awaited<ReturnType<typeof decideBackup>>>> => {
    const problems = new Problems();
    // Stores may name any host; the dump runs on the one that migrates.
    const ordered = [...first, ...targets.filter((target) => !first.includes(target))];
    const config = await decideBackup(wishes(inputs), { targets: ordered, ssh, action: 'deploy', workers }, deps, problems);
    if (config === undefined) throw inputsError([...new Set(problems.list)]);
    return config;
  };
  await decide([]);
  return {
    create: (request, signal) => asBackup(async () => {
      const config = await decide([request.session.target]);
      const record = newBackupRecord(deps.clock.now());
      deps.log.info(`Backup ${request.reason} ...`);
      const late = AbortSignal.timeout(TIMEOUT_MS);
      try {
        await backup(config, { deps, store: storeArtifact, onUpload: () => undefined }, record, AbortSignal.any([signal, late]));
      } catch (thrown) {
        if (late.aborted && !signal.aborted) throw timedOut(TIMEOUT_MS);
        // One proven backup is what migrations need; a copy that is missing blocks no deploy.
        if (!(thrown instanceof UserError) || thrown.reason !== 'copy-missing' || record.status === 'complete') throw thrown;
        deps.log.warning(thrown.sentence(), 'Backup');
      } finally {
        for (const store of config.stores) await store.close();
      }
      const { manifest } = record;
      if (manifest === undefined || record.status === 'complete') throw new UserError({ reason: 'backup', message: `Backup ${manifest?.id ?? ''} could not be proven: ${record.checks.filter((check) => check.result !== 'pass').map((check) => check.why ?? check.name).join('; ')}`, remedy: 'Mend what its checks say, or make a backup in a step of your own and set backup-id.' });
      return { id: manifest.id, database: manifest.database, at: manifest.snapshotAt, bytes: record.storedBytes };
    }),
    find: (id, maxAgeMs, request) => asBackup(() => found(request, id, maxAgeMs)),
  };

  async function found(request: BackupRequest, id: string, maxAgeMs: number): Promise<ProvenBackup> {
    const config = await decide([request.session.target]);
    try {
      const manifest = await findProven(config, id, maxAgeMs, { deps }, deps.signal);
      return { id: manifest.id, database: manifest.database, at: manifest.snapshotAt, bytes: manifest.artifacts.reduce((sum, artifact) => sum + artifact.storedBytes, 0) };
    } finally {
      for (const store of config.stores) await store.close();
    }
  }
}

/** Whatever a backup says against itself stops the deploy under one reason. */
async function asBackup(work: () => Promise<ProvenBackup>): Promise<ProvenBackup> {
  try {
    return await work();
  } catch (thrown) {
    const error = asError(thrown);
    if (!(error instanceof UserError) || error.reason === 'backup' || error.reason === 'cancelled') throw error;
    throw new UserError({ reason: 'backup', message: `No proven backup, so nothing was migrated and the old release serves: ${error.message}`, ...(error.remedy === undefined ? {} : { remedy: error.remedy }), cause: error });
  }
}
