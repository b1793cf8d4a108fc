import { asError, CancelledError, type Log } from '@ops/shared';
import type { Check } from '../check.ts';
import { segmentKey } from '../catalog/keys.ts';
import type { Catalog } from '../catalog/list.ts';
import { expectSizes } from '../catalog/estimate.ts';
import type { Codec } from '../codecs/codec.ts';
import type { ArtifactPlan, DumpPlan, EngineFacts, Preparation, Scan } from '../engines/engine.ts';
import { findTools } from '../engines/tools.ts';
import { BackupFault, type BackupReason } from '../fault.ts';
import type { StoreArtifact, StoredArtifact } from '../pipeline/artifact.ts';
import type { HostDraft, Store } from '../stores/store.ts';
import type { BackupConfig } from './config.ts';
import type { HostDrafts } from './host-drafts.ts';
import type { Looked } from './look.ts';
import { sealIn } from './on-host.ts';
import { ProgressLines } from './progress.ts';

export interface Dumped {
  readonly facts: EngineFacts;
  readonly plan: DumpPlan;
  readonly artifacts: readonly StoredArtifact[];
  readonly checks: readonly Check[];
  readonly snapshotMs: number;
}

export interface DumpIo {
  readonly store: StoreArtifact;
  readonly clock: { now(): number; monotonic(): number };
  readonly log: Pick<Log, 'info' | 'warning'>;
  /** Told before each upload begins. */
  readonly onUpload: (store: Store, key: string) => void;
  readonly drafts: HostDrafts;
}

/** Which fault a failed check is. */
const REASONS: Readonly<Record<string, BackupReason>> = { trailer: 'no-trailer', inventory: 'inventory-differs', rows: 'inventory-differs', 'row-size': 'row-too-large', size: 'empty-dump' };

/** Throws the first failed check as the fault that it is. */
export function requireNoFailure(checks: readonly Check[]): void {
  const failed = checks.filter((check) => check.result === 'fail');
  const [first] = failed;
  if (first === undefined) return;
  throw new BackupFault({
    reason: REASONS[first.name] ?? 'inventory-differs',
    message: failed.map((check) => check.why ?? `The check ${check.name} failed.`).join(' '),
    remedy: 'Nothing was published; earlier backups are untouched. Run it again; if the schema did not change meanwhile, compare the rights of the account.',
  });
}

/** Dumps every artifact into the primary store, all over one snapshot, and judges them together. No manifest is published yet, and no copy. */
export async function dumpAll(config: BackupConfig, looked: Looked, id: string, catalog: Pick<Catalog, 'entries'>, io: DumpIo, outer: AbortSignal): Promise<Dumped> {
  const { engine, query, connection } = looked;
  const preparation = await engine.prepare(query, looked.facts, config.options, outer);
  const snapshotMs = io.clock.now();
  const stop = new AbortController();
  const signal = AbortSignal.any([outer, stop.signal]);
  try {
    const plan = engine.plan(preparation, connection, config.options);
    const counting = countRows(preparation, signal);
    const scans = new Map<string, Scan>();
    const stored = await storeAll(config, looked, plan, id, catalog, scans, io, { signal, stop });
    const artifacts = stored.map(({ artifact }) => artifact);
    const checks = engine.judge(preparation.facts, config.options, scans, await counting.end());
    requireNoFailure(checks);
    requireSize(config, artifacts.reduce((sum, { scan }) => sum + scan.plainBytes, 0));
    for (const { primary, artifact: { segments: [segment] } } of stored) {
      if (primary !== undefined && segment !== undefined) await io.drafts.publish(primary, segment, signal);
    }
    return { facts: preparation.facts, plan, artifacts, checks, snapshotMs };
  } finally {
    stop.abort();
    await preparation.release();
  }
}

interface Counting {
  /** Waits for the count to end what it began at most, and gives what was counted. */
  end(): Promise<Readonly<Record<string, number>> | undefined>;
}

/** How long a count may go on after the last dumper ended: the snapshot holds back vacuum. */
const COUNT_PATIENCE_MS = 60_000;

function countRows(preparation: Preparation<EngineFacts>, signal: AbortSignal): Counting {
  if (preparation.count === undefined) return { end: () => Promise.resolve(undefined) };
  const ended = new AbortController();
  const counted = preparation.count(AbortSignal.any([signal, ended.signal])).catch((thrown: unknown) => asError(thrown));
  return {
    async end() {
      const late = setTimeout(() => ended.abort(), COUNT_PATIENCE_MS);
      const result = await counted;
      clearTimeout(late);
      if (result instanceof Error) throw result;
      return result;
    },
  };
}

interface Stored {
  readonly artifact: StoredArtifact;
  /** Its unfinished file, when the dump wrote the primary on the host. */
  readonly primary: HostDraft | undefined;
}

async function storeAll(config: BackupConfig, looked: Looked, plan: DumpPlan, id: string, catalog: Pick<Catalog, 'entries'>, scans: Map<string, Scan>, io: DumpIo, run: { readonly signal: AbortSignal; readonly stop: AbortController }): Promise<readonly Stored[]> {
  const [primary] = config.stores;
  if (primary === undefined) throw new Error('there is no store');
  const expected = expectSizes(catalog, { databaseBytes: looked.facts.bytes, compression: config.compression });
  using progress = new ProgressLines('dump', expected.from === 'last-backup' ? expected.whole.storedBytes : undefined, io.clock, io.log);
  const codec: Codec = { compression: config.compression, level: config.level, adapt: config.adapt, ...sealIn(config, 0) };
  const pgRestore = await runnerPgRestore(config, looked, run.signal);
  let cause: Error | undefined;
  const one = async (artifact: ArtifactPlan): Promise<Stored | undefined> => {
    const key = (index: number): string => segmentKey(looked.source, config.tier, id, artifact.name, index);
    const { storedBytes: estimateBytes } = expected.artifact(artifact.name);
    const onHost = io.drafts.begin(config, key(1), estimateBytes, io.onUpload);
    try {
      const stored = await io.store({
        place: config.place, plan: artifact, login: plan.login, codec, store: primary, tier: config.tier, workers: config.workers,
        segmentKey: key,
        estimateBytes,
        parallel: plan.artifacts.length === 1 ? 1 : config.options.parallel,
        onProgress: (now) => progress.note(now),
        onUpload: (key) => io.onUpload(primary, key),
        approve: (scan) => Promise.resolve(approve(config, looked, plan, artifact, scan, scans)),
        signal: run.signal,
        ...(pgRestore === undefined ? {} : { pgRestore }),
        ...(config.spoolFolder === undefined ? {} : { spoolFolder: config.spoolFolder }),
        ...(onHost === undefined ? {} : { onHost }),
      });
      for (const notice of stored.notices) io.log.warning(notice, 'Backup');
      return { artifact: stored, primary: onHost?.primary };
    } catch (thrown) {
      // The first failure is the cause; the others only follow from it.
      cause ??= asError(thrown);
      run.stop.abort();
      return undefined;
    }
  };
  // All start together: a pg_dump that came later would queue behind whatever waits for our locks.
  const stored = await Promise.all(plan.artifacts.map(one));
  if (cause !== undefined) throw cause;
  return stored.filter((artifact) => artifact !== undefined);
}

/** A dump of one artifact is judged whole before its upload completes; of several, each by itself, and all together afterwards. */
function approve(config: BackupConfig, looked: Looked, plan: DumpPlan, artifact: ArtifactPlan, scan: Scan, scans: Map<string, Scan>): void {
  scans.set(artifact.name, scan);
  if (plan.artifacts.length > 1) {
    requireNoFailure(scan.problems.map((why) => ({ name: 'content', result: 'fail', why })));
    return;
  }
  requireNoFailure(looked.engine.judge(looked.facts, config.options, scans, undefined));
  requireSize(config, scan.plainBytes);
}

/** A smaller dump is never a backup, in how many artifacts it may come. */
function requireSize({ size }: BackupConfig, plainBytes: number): void {
  if (plainBytes >= size.minBytes || size.accept) return;
  throw new BackupFault({ reason: 'empty-dump', message: `The dump is ${plainBytes} bytes long, less than min-size.`, remedy: 'Look at the database: is it the right one, and is it not empty? If so, lower min-size.' });
}

/** A `pg_restore` of at least the archive's major on the runner reads the rows back out of the archives. */
async function runnerPgRestore(config: BackupConfig, looked: Looked, signal: AbortSignal): Promise<string | undefined> {
  if (looked.facts.engine !== 'postgres') return undefined;
  const tools = await findTools(config.runner, ['pg_restore'], [], signal);
  if (signal.aborted) throw new CancelledError('looking for pg_restore');
  return tools.find((tool) => Number(/\) (\d+)/.exec(tool.version)?.[1] ?? 0) >= Number(looked.facts.server.major))?.path;
}
