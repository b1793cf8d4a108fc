import { asError, UserError } from '@ops/shared';
import { markBad } from './commit.ts';
import { compileBatch } from './compile.ts';
import { runBatch, StepFailure } from './executor.ts';
import { onEach } from './fleet.ts';
import { batchOf, hasBatch } from './plan.ts';
import { checkpoint, tidy, type DeployRun } from './deploy-run.ts';
import { gateMigrations } from './destructive.ts';
import { dropStage } from './stage.ts';

/**
 * Runs pending migrations exactly once, after a proven backup, on the one host of the plan. The old code
 * still serves. After a failure nothing is restored by itself: what is applied and what is not is said.
 */
export async function migrate(run: DeployRun): Promise<void> {
  const { config, plan, record, io } = run;
  if (!hasBatch(plan, 'migrate')) return;
  const needed = config.migrateCommand !== undefined || record.pending.length > 0;
  if (!needed) {
    io.deps.log.info('No migrations are pending.');
    return;
  }
  try {
    checkpoint(run, 'preparing migrations');
    await gateMigrations(run);
    await backup(run);
    await maintenanceOn(run);
    await runMigrations(run);
  } catch (thrown) {
    await maintenanceOff(run);
    // What was applied stays applied: history must know it, or a rollback would think the schema is older.
    if (record.migrated.length > 0) await markBad(run, asError(thrown).message);
    await dropStage(run);
    throw thrown;
  }
}

async function backup(run: DeployRun): Promise<void> {
  const { config, io, record, plan } = run;
  const count = record.pending.length;
  const what = count === 0 ? 'migrate-command' : `${count} pending ${count === 1 ? 'migration' : 'migrations'} (${record.pending.slice(0, 5).join(', ')}${count > 5 ? ', …' : ''})`;
  if (config.backup.kind === 'never') {
    const warning = `No backup was made before ${what}: ${config.backup.reason}`;
    record.warnings.push(warning);
    io.deps.log.warning(warning);
    return;
  }
  const engine = io.backup;
  const session = run.fleet.sessions.find((one) => one.target.name === plan.once);
  if (engine === undefined || session === undefined) {
    throw new UserError({
      reason: 'backup',
      message: `There is ${what}, and a proven backup must come first, but stores is not set, so there is nowhere to put one; nothing was changed.`,
      remedy: 'Set stores and recipients as for db-backup (docs/backup.md), for example in .github/ops.yml. Or make a backup in a step of your own, set backup: never and say so in backup-reason.',
    });
  }
  const request = { session, releaseDir: session.target.path, environment: config.environment, reason: `before ${what}` };
  const proven = config.backup.kind === 'id' ? await engine.find(config.backup.id, config.backup.maxAgeMs, request) : await engine.create(request, io.deps.signal);
  record.backupId = proven.id;
}

async function maintenanceOn(run: DeployRun): Promise<void> {
  const { plan, fleet, context, config, io } = run;
  if (!hasBatch(plan, 'down') || config.maintenance.kind !== 'always') return;
  // Armed before it goes down: a host that loses us lifts the maintenance by itself.
  const up = batchOf(plan, 'up');
  for (const session of fleet.sessions) session.arm('maintenance off', compileBatch(up, session.target.name), { ...up.values[session.target.name], OPS_NONCE: context.nonce });
  run.downSince.at = io.deps.clock.monotonic();
  const secret = config.maintenance.secret;
  await onEach(fleet.sessions, batchOf(plan, 'down'), context, () => ({ signal: io.deps.signal, ...(secret === undefined ? {} : { secrets: { MAINTENANCE_SECRET: secret } }) }));
}

/** Lifts the maintenance that this run began; harmless when it began none. */
export async function maintenanceOff(run: DeployRun): Promise<void> {
  if (run.downSince.at === undefined) return;
  await tidy(run, 'lifting the maintenance', async (session) => {
    await runBatch(session, batchOf(run.plan, 'up'), run.context);
    session.disarm();
  });
  endDowntime(run);
}

/** Adds the time since the maintenance began to the record. */
export function endDowntime(run: DeployRun): void {
  if (run.downSince.at === undefined) return;
  run.record.downtimeMs += run.io.deps.clock.monotonic() - run.downSince.at;
  run.downSince.at = undefined;
}

/** What the host needs to record by itself what it applied, should we be lost meanwhile. */
function forJournal({ plan, record, io }: DeployRun): Readonly<Record<string, string>> {
  if (batchOf(plan, 'migrate').runtime.length === 0) return {};
  const classes = [...record.migrationClasses].map(([name, found]) => `${name} ${found.map((one) => JSON.stringify(one)).join(',')}`);
  return { MIGRATED_AT: new Date(io.deps.clock.now()).toISOString(), MIGRATION_CLASSES: classes.join('\n') };
}

async function runMigrations(run: DeployRun): Promise<void> {
  const { fleet, plan, context, record, io } = run;
  const session = fleet.sessions.find((one) => one.target.name === plan.once);
  if (session === undefined) throw new UserError({ reason: 'migrate', message: `The host ${plan.once}, which runs migrations, is not reachable.`, remedy: 'Bring it back, or give the role migrate to another host.' });
  const names = (text: string | undefined): readonly string[] => (text ?? '').split(/\s+/).filter((name) => name !== '');
  try {
    const { marks } = await runBatch(session, batchOf(plan, 'migrate'), context, { signal: io.deps.signal, runtime: forJournal(run) });
    record.migrated = names(marks.facts.get('migrations.ran'));
    io.deps.log.info(`${record.migrated.length} ${record.migrated.length === 1 ? 'migration' : 'migrations'} applied: ${record.migrated.join(', ')}`);
  } catch (thrown) {
    if (thrown instanceof StepFailure) record.migrated = names(thrown.marks.facts.get('migrations.ran'));
    if (io.deps.signal.aborted) {
      throw new UserError({
        reason: 'cancelled',
        message: `Cancelled while migrations ran on ${plan.once}. They are not cut: the host runs them to their end by itself, lifts the maintenance of this run and frees its lock.`,
        remedy: 'The old release serves. Deploy again when you are ready; that run goes on from what is applied then.',
        cause: thrown,
      });
    }
    throw thrown;
  }
}
