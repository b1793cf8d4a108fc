import { backup, backupSections, EXIT_CODES, listedSource, newBackupRecord, newRunName, planBackup, pruneAll, recordRun, shownSize, storeArtifact, timedOut, verifyStored, type BackupConfig, type BackupIo, type BackupRecord, type Store, type Workers } from '@ops/backup';
import { asError, UserError, withPrivateTemp, type Deps, type Report, type Verdict } from '@ops/shared';
import { backupConfig } from './config.ts';
import type { BackupInputs, BackupOutput } from './inputs.ts';

/** How long the diary may take; of a cancelled run, whose runner waits 7.5 s in all. */
const DIARY_MS = 60_000;
const LAST_WORDS_MS = 3000;

/** Makes a backup that is only called one once it is proven, or plans, verifies or prunes. */
export async function run(inputs: BackupInputs, given: Deps, report: Report<BackupOutput>, workers: Workers): Promise<Verdict> {
  const deps = await withPrivateTemp(given);
  const began = deps.clock.monotonic();
  const record = newBackupRecord(deps.clock.now());
  const config = await backupConfig(inputs, deps, workers);
  deps.state.save('begun', 'yes');
  const late = AbortSignal.timeout(inputs.timeout);
  const signal = AbortSignal.any([deps.signal, late]);
  const io: BackupIo = { deps, store: storeArtifact, onUpload: rememberUploads(deps) };
  let failure: Error | undefined;
  try {
    await act(inputs, config, io, record, signal);
  } catch (thrown) {
    failure = late.aborted && !deps.signal.aborted ? timedOut(inputs.timeout) : asError(thrown);
  }
  const verdict = verdictOf(inputs, record, failure);
  await diary(inputs, config, record, verdict, deps);
  publish(record, report, verdict, deps.clock.monotonic() - began);
  for (const store of new Set([...config.stores, ...config.pruneStores])) await store.close();
  deps.state.save('done', 'yes');
  if (failure !== undefined && !(failure instanceof UserError)) throw failure;
  return verdict;
}

async function act(inputs: BackupInputs, config: BackupConfig, io: BackupIo, record: BackupRecord, signal: AbortSignal): Promise<void> {
  switch (inputs.mode) {
    case 'backup': return await backup(config, io, record, signal);
    case 'plan': return await planBackup(config, io, record, signal);
    case 'verify': return await verifyStored(config, await listedSource(config, io, signal), record, io, signal);
    case 'prune': {
      const source = await listedSource(config, io, signal);
      record.source = source;
      return await pruneAll(config, source, undefined, new Map(), record, io, signal);
    }
  }
}

/** Keys of uploads that may be unfinished, for the post step of a killed run. */
function rememberUploads(deps: Deps): (store: Store, key: string) => void {
  const begun: string[] = [];
  return (store, key) => {
    begun.push(`${store.name} ${key}`);
    deps.state.save('uploads', begun.slice(-100).join('\n'));
  };
}

function verdictOf(inputs: BackupInputs, record: BackupRecord, failure: Error | undefined): Verdict {
  if (failure instanceof UserError) {
    const exit = Object.entries(EXIT_CODES).find(([reason]) => reason === failure.reason)?.[1];
    return { ok: false, reason: failure.reason, sentence: failure.message, ...(failure.remedy === undefined ? {} : { remedy: failure.remedy }), ...(exit === undefined ? {} : { exit }) };
  }
  if (failure !== undefined) return { ok: false, reason: 'bug', sentence: failure.message };
  const bad = record.verified.filter((one) => one.verdict === 'fail');
  if (bad.length > 0) return { ok: false, reason: 'checksum-differs', sentence: `${bad.length} of ${record.verified.length} backups do not read back: ${bad.map((one) => one.id).join(', ')}.`, remedy: 'They are not proven any more. Make a new backup now, and look at the store.', exit: EXIT_CODES['checksum-differs'] };
  switch (inputs.mode) {
    case 'backup': return { ok: true, sentence: `Backup ${record.backupId ?? ''} of ${record.source ?? ''} is ${record.status ?? 'complete'}: ${shownSize(record.rawBytes)} read, ${shownSize(record.storedBytes)} stored.${record.pruned.length > 0 && !record.pruneDryRun ? ` ${record.pruned.length} old ${record.pruned.length === 1 ? 'one was' : 'ones were'} deleted.` : ''}` };
    case 'plan': return { ok: true, sentence: `Planned a backup of ${record.source ?? ''}; nothing was changed.` };
    case 'verify': return record.verified.length === 0
      ? { ok: false, reason: 'missing', sentence: `There is no backup of ${record.source ?? ''} to verify.`, exit: EXIT_CODES.missing }
      : { ok: true, sentence: `${record.verified.length} ${record.verified.length === 1 ? 'backup was' : 'backups were'} looked at: ${record.verified.map((one) => `${one.id} ${one.verdict}`).join(', ')}.` };
    case 'prune': return { ok: true, sentence: `${record.kept.length} backups of ${record.source ?? ''} kept, ${record.pruned.length} ${record.pruneDryRun ? 'would be deleted' : 'deleted'}.` };
  }
}

/** The audit trail: also of failed runs. A run that never learned its source, or could not reach the store, leaves none. */
async function diary(inputs: BackupInputs, config: BackupConfig, record: BackupRecord, verdict: Verdict, deps: Deps): Promise<void> {
  const [primary] = config.stores;
  if (primary === undefined || record.source === undefined || inputs.mode === 'plan') return;
  const nowMs = deps.clock.now();
  const failed = await recordRun(primary, {
    version: 1, run: newRunName(nowMs, deps.context, deps.random), source: record.source, action: 'db-backup', mode: inputs.mode, tier: inputs.tier,
    startedAt: new Date(record.startedMs).toISOString(), endedAt: new Date(nowMs).toISOString(),
    verdict: verdict.ok ? 'pass' : verdict.reason === 'bug' ? 'error' : 'fail', reason: verdict.ok ? null : verdict.reason, message: verdict.sentence,
    ...(record.manifest === undefined ? {} : { backupId: record.manifest.id, status: record.status ?? 'complete', storedBytes: record.storedBytes, rawBytes: record.rawBytes }),
    stores: config.stores.map((store) => {
      const why = record.degraded.find((line) => line.startsWith(`${store.name}: `));
      return { name: store.name, ok: why === undefined, ...(why === undefined ? {} : { why }) };
    }),
    pruned: record.pruneDryRun ? [] : record.pruned.map(({ id }) => id),
    actor: config.run.actor, sha: config.run.sha, runUrl: config.run.runUrl,
  }, AbortSignal.timeout(deps.signal.aborted ? LAST_WORDS_MS : DIARY_MS));
  if (failed !== undefined) deps.log.warning(`The record of this run could not be written: ${failed}`, 'Backup');
}

function publish(record: BackupRecord, report: Report<BackupOutput>, verdict: Verdict, durationMs: number): void {
  report.output('backup-id', record.manifest?.id);
  report.output('status', record.status);
  report.output('stored-bytes', record.manifest === undefined ? undefined : record.storedBytes);
  report.output('raw-bytes', record.manifest === undefined ? undefined : record.rawBytes);
  report.output('degraded', record.degraded.length > 0);
  report.output('pruned', record.pruneDryRun ? '' : record.pruned.map(({ id }) => id).join('\n'));
  report.output('duration-ms', Math.round(durationMs));
  report.output('verdict', verdict.ok ? 'pass' : verdict.reason === 'bug' ? 'error' : 'fail');
  report.output('reason-code', verdict.ok ? '' : verdict.reason);
  report.result('backup', record);
  for (const section of backupSections(record)) report.section(section);
}
