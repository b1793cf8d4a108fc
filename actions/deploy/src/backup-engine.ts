import type { BackupConfig, BackupRecord, BackupWishes, Workers } from '@ops/backup';
import type { BackupEngine, BackupRequest, ProvenBackup } from '@ops/release';
import type { HostTarget, SshAccess } from '@ops/remote';
import { asError, inputsError, UserError, withRedaction, type Deps, type Section } from '@ops/shared';
import type { DeployInputs } from './inputs.ts';
import { makeBackup } from './proven-backup.ts';

/** How deploy's inputs are read as those of a backup: tier pre-deploy, read back whole, nothing deleted. A backup that is there already is only looked at. */
function wishes(inputs: DeployInputs): BackupWishes {
  return {
    ...inputs, source: inputs['backup-source'], database: undefined, mode: inputs['backup-id'] === undefined ? 'backup' : 'verify', tier: 'pre-deploy', compression: 'zstd', 'compression-level': '3', parallel: 1,
    'exclude-data': undefined, 'allow-partial': false, verify: 'read-back', 'min-size': 1024, 'max-shrink': 1, 'accept-size': false,
    retention: ['frequent=7d', 'daily=30d', 'pre-deploy=7d', 'monthly=365d'], 'min-verified': 3, prune: 'never', 'prune-role': undefined, 'confirm-prune': false,
    lifecycle: 'off', timeout: inputs.timeout,
  };
}

export interface TiedBackup {
  /** Undefined without stores: pending migrations are then refused. */
  readonly engine: BackupEngine | undefined;
  /** For the job summary: the backup that was made, if one was. */
  sections(): readonly Section[];
}

/**
 * Ties the deploy to packages/backup, which is loaded only here. Throws ONE UserError for everything wrong with the inputs,
 * before anything is deployed.
 */
export async function tieBackup(inputs: DeployInputs, targets: readonly HostTarget[], ssh: SshAccess, given: Deps, workers: Workers): Promise<TiedBackup> {
  if (inputs.stores === undefined || inputs.stores.length === 0 || inputs.backup === 'never') return { engine: undefined, sections: () => [] };
  const backups = await import('@ops/backup');
  const redaction = withRedaction(given, inputs);
  const { deps } = redaction;
  const made: BackupRecord[] = [];
  const decide = async (first: readonly HostTarget[]): Promise<BackupConfig> => {
    const problems = new backups.Problems();
    // Stores may name any host; the dump runs on the one that migrates.
    const ordered = [...first, ...targets.filter((target) => !first.includes(target))];
    const config = await backups.decideBackup(wishes(inputs), { targets: ordered, ssh, action: 'deploy', workers }, deps, problems);
    if (config === undefined) throw inputsError([...new Set(problems.list)]);
    return config;
  };
  await decide([]);
  const create: BackupEngine['create'] = (request, signal) => asBackup(async () => {
    const record = backups.newBackupRecord(deps.clock.now());
    const config = await decide([request.session.target]);
    made.push(record);
    deps.log.info(`Backup ${request.reason} ...`);
    return await makeBackup(backups, config, record, redaction, signal);
  });
  return { engine: { create, find: (id, maxAgeMs, request) => asBackup(() => found(request, id, maxAgeMs)) }, sections: () => made.flatMap((record) => backups.madeSections(record)) };

  async function found(request: BackupRequest, id: string, maxAgeMs: number): Promise<ProvenBackup> {
    const config = await decide([request.session.target]);
    try {
      const manifest = await backups.findProven(config, id, maxAgeMs, { deps }, deps.signal);
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
