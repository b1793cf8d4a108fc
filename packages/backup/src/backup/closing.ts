import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asError, type Deps } from '@ops/shared';
import { runHistory, type RunHistory, type RunKind } from '../catalog/run-history.ts';
import { announce, settle } from '../notify/channel.ts';
import type { NotifyConfig } from '../notify/config.ts';
import type { Message } from '../notify/message.ts';
import { openMetricsText, type Family } from '../notify/metrics-text.ts';
import { newsOf, toldAfter, type Earlier, type Told } from '../notify/news.ts';
import { pushMetrics } from '../notify/pushgateway.ts';
import { send } from '../notify/request.ts';
import type { BackupConfig } from './config.ts';
import { keepDiary, runEnd, storeOutcomes, type Ended } from './diary.ts';
import { runMetrics } from './metrics.ts';
import type { BackupRecord } from './record.ts';

/** How long reading earlier runs may take. */
const HISTORY_MS = 30_000;
/** Runs that the success rate looks at, this one among them. */
const RATED_RUNS = 20;

/** A run that has ended, whatever way. */
export interface Closing {
  readonly config: BackupConfig;
  readonly kind: RunKind;
  readonly record: BackupRecord;
  readonly ended: Ended;
  readonly notify: NotifyConfig;
  readonly durationMs: number;
  /** Folder for the metrics file, which outlives the run. */
  readonly metricsDir: string;
}

/**
 * What follows a run: channels hear of it when it is news, the watcher is pinged, numbers are written and pushed, and the
 * record is kept. None of it changes how the run ended. Returns the path of the metrics file.
 */
export async function closeRun(closing: Closing, deps: Deps): Promise<string | undefined> {
  const { config, kind, record, ended } = closing;
  // A cancelled run says nothing about backups, and has no time for anything but its record.
  const cancelled = deps.signal.aborted || runEnd(ended) === 'cancelled';
  const history = cancelled ? 'it was cancelled' : await earlierRuns(closing, deps);
  const families = runMetrics({
    mode: kind.mode, tier: config.tier, record, stores: storeOutcomes(config, record, ended), nowMs: deps.clock.now(), durationMs: closing.durationMs,
    ends: typeof history === 'string' ? undefined : [runEnd(ended), ...history.ends],
  });
  const [told] = cancelled ? [] : await Promise.all([tell(closing, history, deps), push(closing, families, deps), ping(closing, deps)]);
  await keepDiary(config, kind, record, ended, told, deps);
  return await writeMetrics(families, closing, deps);
}

/** Earlier runs of this kind, or why they could not be read. */
async function earlierRuns({ config, kind, record }: Closing, deps: Deps): Promise<RunHistory | string> {
  const [primary] = config.stores;
  if (primary === undefined || record.source === undefined) return 'the run ended before it had a folder in the store';
  const late = AbortSignal.timeout(HISTORY_MS);
  try {
    return await runHistory(primary, record.source, kind, RATED_RUNS - 1, AbortSignal.any([deps.signal, late]));
  } catch (thrown) {
    return late.aborted ? `${primary.name} did not answer within ${HISTORY_MS / 1000} s` : asError(thrown).message;
  }
}

async function tell(closing: Closing, history: RunHistory | string, deps: Deps): Promise<Told | undefined> {
  const { channels } = closing.notify;
  const bad = closing.ended.verdict !== 'pass';
  const earlier = typeof history === 'string' ? undefined : earlierOf(history);
  if (channels.length === 0) return earlier?.told;
  const nowMs = deps.clock.now();
  const news = newsOf(bad, earlier, nowMs);
  const message = messageOf(closing, { event: news?.event ?? 'recovery', since: news?.since ?? new Date(nowMs).toISOString() }, history, nowMs, deps);
  if (news === undefined) {
    if (!bad) await settle(channels, message, deps.log, deps.signal);
    return earlier?.told;
  }
  return toldAfter(news, await announce(channels, message, deps.log, deps.signal), earlier, nowMs);
}

function earlierOf({ newest }: RunHistory): Earlier | undefined {
  return newest === undefined ? undefined : { bad: newest.verdict !== 'pass', at: newest.endedAt, told: newest.told };
}

function messageOf({ config, kind, record, ended }: Closing, news: Pick<Message, 'event' | 'since'>, history: RunHistory | string, nowMs: number, { context }: Deps): Message {
  return {
    version: 1, ...news, verdict: ended.verdict, reason: ended.reason, sentence: ended.sentence, remedy: ended.remedy ?? null,
    note: typeof history === 'string' ? `Whether this was told before is not known, because the records of earlier runs could not be read: ${history.replace(/\.$/, '')}.` : null,
    environment: config.environment, source: record.source ?? null, action: kind.action, mode: kind.mode, tier: kind.tier ?? null,
    backupId: record.manifest?.id ?? null, at: new Date(nowMs).toISOString(), run: config.run.runUrl, repository: context.repository,
  };
}

/** Only after a proven backup with all its copies: a dead schedule cannot report itself. */
async function ping({ kind, record, ended, notify }: Closing, deps: Deps): Promise<void> {
  if (notify.pingUrl === undefined || kind.mode !== 'backup' || ended.verdict !== 'pass' || record.status === 'complete' || record.degraded.length > 0) return;
  const why = await send({ method: 'GET', address: notify.pingUrl, follow: true }, deps.signal);
  if (why !== undefined) deps.log.warning(`ping-url was not told of this backup, because ${why}.`, 'Backup');
}

async function push({ config, kind, record, notify }: Closing, families: readonly Family[], deps: Deps): Promise<void> {
  // Without a source the numbers of several databases would replace each other.
  if (notify.pushgateway === undefined || record.source === undefined) return;
  const job = kind.mode === 'backup' ? kind.action : `${kind.action}-${kind.mode}`;
  const why = await pushMetrics(notify.pushgateway, { job, labels: { source: record.source, tier: config.tier } }, families, notify.metricsPrefix, deps.signal);
  if (why !== undefined) deps.log.warning(`pushgateway-url did not take the metrics, because ${why}.`, 'Backup');
}

/** A file that a collector or a later step may read. Undefined, after a warning, when it cannot be written. */
async function writeMetrics(families: readonly Family[], { kind, notify, metricsDir }: Closing, deps: Deps): Promise<string | undefined> {
  const path = join(metricsDir, `ops-${kind.action}-${deps.random.hex(6)}.prom`);
  try {
    await writeFile(path, openMetricsText(families, notify.metricsPrefix), { mode: 0o644, flag: 'wx' });
    return path;
  } catch (thrown) {
    deps.log.warning(`The metrics file could not be written: ${asError(thrown).message}`, 'Backup');
    return undefined;
  }
}
