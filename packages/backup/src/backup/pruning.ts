import { UserError } from '@ops/shared';
import { prune, type PruneResult } from '../retention/prune.ts';
import type { Store, StoreFacts } from '../stores/store.ts';
import type { BackupIo } from './io.ts';
import type { BackupConfig } from './config.ts';
import type { Folder } from './look.ts';
import type { BackupRecord } from './record.ts';

/** After a proven backup: applies retention in every store that has it. Without proof nothing is ever deleted. */
export async function pruneAll(config: BackupConfig, folder: Folder, after: string | undefined, known: ReadonlyMap<Store, StoreFacts>, record: BackupRecord, io: BackupIo, signal: AbortSignal): Promise<void> {
  if (config.prune === 'never') return;
  if (after !== undefined && record.status === 'complete') {
    io.deps.log.info('Nothing is deleted, because this backup is complete but not proven.');
    return;
  }
  const began = io.deps.clock.monotonic();
  for (const [index, store] of config.pruneStores.entries()) {
    if (record.missing[index] !== undefined) continue;
    try {
      const facts = knownFacts(config, known, index) ?? await store.probe(signal);
      await noteRetention({ ...config, pruneStores: [store] }, folder, after, facts, record, io, signal, index === 0);
    } catch (thrown) {
      // A backup that was just proven is good news; that old ones stay, for want of a word or of an answer, is a warning beside it.
      if (after === undefined || signal.aborted || !(thrown instanceof UserError)) throw thrown;
      const sentence = thrown.reason === 'retention-guard' ? thrown.sentence() : `Retention in ${store.name} broke off; the new backup is not touched by that. ${thrown.sentence()}`;
      record.warnings.push(sentence);
      io.deps.log.warning(sentence, 'Retention');
    }
  }
  record.timing['prune'] = io.deps.clock.monotonic() - began;
}

/** The same place of the input is the same store, whoever opened it. */
function knownFacts(config: BackupConfig, known: ReadonlyMap<Store, StoreFacts>, index: number): StoreFacts | undefined {
  const store = config.stores[index];
  return store === undefined ? undefined : known.get(store);
}

/** Runs retention in the first of the prune stores, and notes what is kept and what goes. */
export async function noteRetention(config: BackupConfig, { source, owner }: Folder, after: string | undefined, facts: StoreFacts, record: BackupRecord, io: BackupIo, signal: AbortSignal, primary = true): Promise<PruneResult | undefined> {
  const [store] = config.pruneStores;
  if (store === undefined) return undefined;
  const dryRun = config.prune === 'dry-run';
  const result = await prune({
    store, facts, dryRun, source, owner, after, signal,
    policy: config.retention, trusted: config.trusted, confirmed: config.confirmPrune,
    run: `${config.run.runId}.${config.run.runAttempt}`,
  }, io.deps);
  if (primary) {
    record.pruneDryRun = dryRun;
    const gone = new Set(result.deleted);
    record.kept.push(...result.plan.decision.keep.map(({ id, reasons }) => ({ id, why: reasons.join('; ') })));
    // What stops the real run stops the dry run too.
    const goes = (id: string): boolean => gone.has(id) || (dryRun && result.stopped === undefined);
    record.pruned.push(...result.plan.decision.delete.filter(({ id }) => goes(id)).map(({ id, reason }) => ({ id, why: reason })));
    record.kept.push(...result.plan.decision.delete.filter(({ id }) => !goes(id)).map(({ id }) => ({ id, why: result.skipped.find((one) => one.id === id)?.why ?? result.stopped ?? 'not reached' })));
  }
  for (const what of result.collected) record.orphans.push(`${what} in ${store.name} was left by an ended run and is collected.`);
  return result;
}
