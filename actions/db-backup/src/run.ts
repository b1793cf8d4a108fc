import { backup, backupSections, closeRun, endedAs, ForeignFolder, listedFolder, newBackupRecord, planBackup, pruneAll, shownSize, storeArtifact, timedOut, verifyStored, type BackupConfig, type BackupIo, type BackupRecord, type Workers } from '@ops/backup';
import { asError, CancelledError, UserError, withPrivateTemp, withRedaction, type Deps, type Report, type Verdict } from '@ops/shared';
import { runConfig } from './config.ts';
import type { BackupInputs, BackupOutput } from './inputs.ts';

/** Makes a backup that is only called one once it is proven, or plans, verifies or prunes. */
export async function run(inputs: BackupInputs, given: Deps, report: Report<BackupOutput>, workers: Workers): Promise<Verdict> {
  const { deps, redact } = withRedaction(await withPrivateTemp(given), inputs);
  const began = deps.clock.monotonic();
  const record = newBackupRecord(deps.clock.now());
  const { config, notify } = await runConfig(inputs, deps, workers);
  deps.state.save('begun', inputs.mode);
  const late = AbortSignal.timeout(inputs.timeout);
  const signal = AbortSignal.any([deps.signal, late]);
  const io: BackupIo = { deps, store: storeArtifact, ...rememberUploads(deps) };
  let failure: Error | undefined;
  try {
    await act(inputs, config, io, record, signal);
  } catch (thrown) {
    failure = endOf(asError(thrown), deps.signal, late, inputs.timeout);
    if (failure instanceof ForeignFolder) delete record.source;
  }
  const verdict = verdictOf(inputs, record, failure);
  const durationMs = deps.clock.monotonic() - began;
  // Before anything that may hang: of a cancelled run the platform may not wait for the rest.
  publish(record, report, verdict, durationMs);
  // A plan changes nothing, and so leaves no trace.
  const metricsPath = inputs.mode === 'plan' ? undefined : await closeRun({ config, kind: { action: 'db-backup', mode: inputs.mode, tier: inputs.tier }, record, ended: endedAs(verdict, redact), notify, durationMs, metricsDir: given.context.tempDir }, deps);
  report.output('metrics-path', metricsPath);
  for (const store of new Set([...config.stores, ...config.pruneStores])) await store.close();
  deps.state.save('done', 'yes');
  if (failure !== undefined && !(failure instanceof UserError)) throw failure;
  return verdict;
}

/** What an abort tears down fails in many ways; none of them is a bug. */
function endOf(thrown: Error, cancel: AbortSignal, late: AbortSignal, timeoutMs: number): Error {
  if (cancel.aborted) return thrown instanceof UserError ? thrown : new CancelledError('the backup ran');
  return late.aborted ? timedOut(timeoutMs) : thrown;
}

/** What broke off after the manifest stood took nothing back: whoever reads the message must know that there is a backup. */
function standing({ manifest, status }: BackupRecord, reason: string): string {
  const told: readonly string[] = ['size-shrank', 'copy-missing', 'checksum-differs', 'check-not-run'];
  return manifest === undefined || told.includes(reason) ? '' : ` Backup ${manifest.id} was published before that, and is ${status ?? 'complete'}.`;
}

async function act(inputs: BackupInputs, config: BackupConfig, io: BackupIo, record: BackupRecord, signal: AbortSignal): Promise<void> {
  switch (inputs.mode) {
    case 'backup': return await backup(config, io, record, signal);
    case 'plan': return await planBackup(config, io, record, signal);
    case 'verify': return await verifyStored(config, await listedFolder(config, io, signal), record, io, signal);
    case 'prune': {
      const folder = await listedFolder(config, io, signal);
      record.source = folder.source;
      return await pruneAll(config, folder, undefined, new Map(), record, io, signal);
    }
  }
}

/** What the post step of a killed run has to know: whether there is a backup, and which uploads may be unfinished. */
function rememberUploads(deps: Deps): Required<Pick<BackupIo, 'onUpload' | 'onPublished'>> {
  const begun: string[] = [];
  const save = (name: string, text: string): void => {
    try {
      deps.state.save(name, text);
    } catch {
      // State refuses what holds a secret, and a password may be a word of a key (`shop`). The next run finds the upload all the same.
    }
  };
  return {
    onUpload: (store, key) => {
      begun.push(`${store.name} ${key}`);
      save('uploads', begun.slice(-100).join('\n'));
    },
    onPublished: (id) => {
      begun.length = 0;
      save('published', id);
      save('uploads', '');
    },
  };
}

function verdictOf(inputs: BackupInputs, record: BackupRecord, failure: Error | undefined): Verdict {
  if (failure instanceof UserError) {
    return { ok: false, reason: failure.reason, sentence: `${failure.message}${standing(record, failure.reason)}`, ...(failure.remedy === undefined ? {} : { remedy: failure.remedy }) };
  }
  if (failure !== undefined) return { ok: false, reason: 'bug', sentence: failure.message };
  const bad = record.verified.filter((one) => one.verdict === 'fail');
  const [odd] = bad;
  if (odd !== undefined && bad.every(({ reason }) => reason === 'signature-bad')) return { ok: false, reason: 'signature-bad', sentence: `${bad.length === 1 ? 'A manifest is' : `${bad.length} manifests are`} not accepted: ${bad.map((one) => `${one.id} (${one.why})`).join(', ')}.`, remedy: 'Find out who wrote there before you use them; a signer that was changed belongs into trusted-signers as long as its backups live.' };
  if (bad.length > 0) return { ok: false, reason: 'checksum-differs', sentence: `${bad.length} of ${record.verified.length} backups do not read back: ${bad.map((one) => one.id).join(', ')}.`, remedy: 'They are not proven any more. Make a new backup now, and look at the store.' };
  switch (inputs.mode) {
    case 'backup': return { ok: true, sentence: `Backup ${record.backupId ?? ''} of ${record.source ?? ''} is ${record.status ?? 'complete'}: ${shownSize(record.rawBytes)} read, ${shownSize(record.storedBytes)} stored.${record.pruned.length > 0 && !record.pruneDryRun ? ` ${record.pruned.length} old ${record.pruned.length === 1 ? 'one was' : 'ones were'} deleted.` : ''}` };
    case 'plan': return { ok: true, sentence: `Planned a backup of ${record.source ?? ''}; nothing was changed.` };
    case 'verify': return verifyVerdict(inputs, record);
    case 'prune': return { ok: true, sentence: `${record.kept.length} backups of ${record.source ?? ''} kept, ${record.pruned.length} ${record.pruneDryRun ? 'would be deleted' : 'deleted'}.` };
  }
}

/** What was found when nothing failed: a store without a backup, or one that could not be read, is no success. */
function verifyVerdict(inputs: BackupInputs, record: BackupRecord): Verdict {
  const { verified, degraded } = record;
  if (record.missing[0] !== undefined) return { ok: false, reason: 'missing', sentence: `There is no backup of ${record.source ?? ''} to verify.` };
  const open = inputs.verify.trim() === 'head' ? [] : verified.filter((one) => one.verdict === 'inconclusive');
  if (open.length > 0) return { ok: false, reason: 'check-not-run', sentence: `${open.length} of ${verified.length} backups could not be read back: ${open.map((one) => `${one.id} (${one.why})`).join(', ')}.`, remedy: 'Nothing is proven either way: look at the store, and run again.' };
  if (degraded.length > 0) return { ok: false, reason: 'copy-missing', sentence: degraded.join('; '), remedy: 'The next backup makes a copy there again; copies of older ones are not made up for.' };
  return { ok: true, sentence: `${verified.length} ${verified.length === 1 ? 'backup was' : 'backups were'} looked at: ${verified.map((one) => `${one.id} ${one.verdict}`).join(', ')}.` };
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
