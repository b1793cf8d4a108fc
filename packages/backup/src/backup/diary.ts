import type { Deps, Verdict } from '@ops/shared';
import { newRunName, type RunEnd, type RunKind } from '../catalog/run-history.ts';
import { recordRun, type RunRecord } from '../catalog/runs.ts';
import type { BackupConfig } from './config.ts';
import type { BackupRecord } from './record.ts';

/** How long the diary may take; of a cancelled run, whose runner waits 7.5 s in all. */
const DIARY_MS = 60_000;
const LAST_WORDS_MS = 3000;

/** How a run ended, in the words of its record. */
export interface Ended {
  readonly verdict: RunRecord['verdict'];
  /** Reason code; null when it went well. */
  readonly reason: string | null;
  readonly sentence: string;
  readonly remedy?: string | undefined;
}

export interface StoreOutcome {
  readonly name: string;
  readonly ok: boolean;
  readonly why?: string;
}

/** The verdict of an action as the end of a run, to be kept and told: without secrets. */
export function endedAs(verdict: Verdict, redact: (text: string) => string): Ended {
  const sentence = redact(verdict.sentence);
  if (verdict.ok) return { verdict: 'pass', reason: null, sentence };
  const { reason, remedy } = verdict;
  return { verdict: reason === 'bug' ? 'error' : reason === 'check-not-run' ? 'inconclusive' : 'fail', reason, sentence, remedy: remedy === undefined ? undefined : redact(remedy) };
}

export function runEnd(ended: Ended): RunEnd {
  return ended.reason === 'cancelled' ? 'cancelled' : ended.verdict;
}

/** What each store did. */
export function storeOutcomes(config: Pick<BackupConfig, 'stores'>, record: BackupRecord, ended: Ended): readonly StoreOutcome[] {
  return config.stores.map(({ name }, index) => {
    // A run that a store ended says which in its sentence; before there is a manifest it is the primary's.
    const culprit = index === 0 && record.manifest === undefined && ended.reason?.startsWith('store-') === true && ended.sentence.includes(name) ? ended.sentence : undefined;
    const why = record.missing[index] ?? culprit;
    return { name, ok: why === undefined, ...(why === undefined ? {} : { why }) };
  });
}

/** The audit trail: also of failed runs. A run that never learned its source, or could not reach the store, leaves none. */
export async function keepDiary(config: BackupConfig, kind: RunKind, record: BackupRecord, ended: Ended, told: RunRecord['told'], deps: Pick<Deps, 'clock' | 'random' | 'context' | 'log' | 'signal'>): Promise<void> {
  const [primary] = config.stores;
  if (primary === undefined || record.source === undefined) return;
  const nowMs = deps.clock.now();
  const failed = await recordRun(primary, {
    version: 1, run: newRunName(nowMs, deps.context, deps.random, { kind, end: runEnd(ended) }), source: record.source, action: kind.action, mode: kind.mode, tier: kind.tier,
    startedAt: new Date(record.startedMs).toISOString(), endedAt: new Date(nowMs).toISOString(),
    verdict: ended.verdict, reason: ended.reason, message: ended.sentence,
    ...(record.manifest === undefined ? {} : { backupId: record.manifest.id, status: record.status ?? 'complete', storedBytes: record.storedBytes, rawBytes: record.rawBytes }),
    stores: storeOutcomes(config, record, ended).map((one) => ({ ...one })),
    pruned: record.pruneDryRun ? [] : record.pruned.map(({ id }) => id),
    ...(told === undefined ? {} : { told }),
    actor: config.run.actor, sha: config.run.sha, runUrl: config.run.runUrl,
  }, AbortSignal.timeout(deps.signal.aborted ? LAST_WORDS_MS : DIARY_MS));
  if (failed !== undefined) deps.log.warning(`The record of this run could not be written: ${failed}`, 'Backup');
}
