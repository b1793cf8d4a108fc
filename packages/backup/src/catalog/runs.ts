import { z } from 'zod';
import { asError } from '@ops/shared';
import type { Store } from '../stores/store.ts';
import { TIERS } from '../stores/store.ts';
import { mapBounded } from './bounded.ts';
import { parseCatalogKey, runKey, runsPrefix } from './keys.ts';

/** One run of a db-* action, failed ones too: the audit trail, and what the monitor counts. Version 1. */
export const runSchema = z.strictObject({
  version: z.literal(1),
  run: z.string().min(1),
  source: z.string().min(1),
  action: z.enum(['db-backup', 'db-restore', 'db-restore-drill', 'deploy']),
  mode: z.string(),
  tier: z.enum(TIERS).optional(),
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime(),
  verdict: z.enum(['pass', 'fail', 'inconclusive', 'error']),
  /** Reason code of the failure; null when there was none. */
  reason: z.string().nullable(),
  /** The last sentence of the log. */
  message: z.string(),
  backupId: z.string().optional(),
  status: z.enum(['complete', 'verified', 'drilled']).optional(),
  storedBytes: z.number().int().nonnegative().optional(),
  rawBytes: z.number().int().nonnegative().optional(),
  /** Measured time to restore, of a restore or drill. */
  restoreMs: z.number().nonnegative().optional(),
  /** What each store did, so that a failing one is seen although its copy is the only thing missing. */
  stores: z.array(z.strictObject({ name: z.string(), ok: z.boolean(), why: z.string().optional() })),
  /** Ids that retention deleted. */
  pruned: z.array(z.string()),
  /** What notify-* channels were last told about runs of this kind, by this run or an earlier one. */
  told: z.strictObject({ state: z.enum(['good', 'bad']), since: z.iso.datetime(), at: z.iso.datetime() }).optional(),
  actor: z.string(),
  sha: z.string(),
  runUrl: z.string(),
});

export type RunRecord = z.infer<typeof runSchema>;

/** Writes the record. Never throws: a backup that is proven is not lost because its diary could not be written. Returns why it failed. */
export async function recordRun(store: Store, record: RunRecord, signal: AbortSignal): Promise<string | undefined> {
  try {
    const parsed = runSchema.parse(record);
    await store.create(runKey(parsed.source, parsed.run), Buffer.from(`${JSON.stringify(parsed, undefined, 2)}\n`), undefined, signal);
    return undefined;
  } catch (thrown) {
    return `The record of run ${record.run} could not be written to ${store.name}: ${asError(thrown).message}`;
  }
}

export interface RunList {
  /** Newest first. */
  readonly runs: readonly RunRecord[];
  /** Records that cannot be read, with why. */
  readonly unreadable: readonly { readonly key: string; readonly why: string }[];
}

/** The newest `limit` run records. */
export async function listRuns(store: Store, source: string, limit: number, signal: AbortSignal): Promise<RunList> {
  const keys: string[] = [];
  for await (const object of store.list(runsPrefix(source), signal)) {
    if (parseCatalogKey(source, object.key).kind === 'run') keys.push(object.key);
  }
  const newest = keys.sort().toReversed().slice(0, limit);
  const read = await mapBounded(newest, store.kind === 'host' ? 2 : 16, async (key) => ({ key, result: await readRun(store, source, key, signal) }));
  return {
    runs: read.flatMap(({ result }) => (result === undefined || typeof result === 'string' ? [] : [result])).sort((left, right) => Date.parse(right.startedAt) - Date.parse(left.startedAt)),
    unreadable: read.flatMap(({ key, result }) => (typeof result === 'string' ? [{ key, why: result }] : [])),
  };
}

/** One record; undefined when it is gone, a clause when it cannot be used. */
export async function readRun(store: Store, source: string, key: string, signal: AbortSignal): Promise<RunRecord | string | undefined> {
  const object = await store.read(key, signal);
  if (object === undefined) return undefined;
  try {
    const record = runSchema.parse(JSON.parse(Buffer.from(object.body).toString('utf8')));
    return record.source === source && runKey(source, record.run) === key ? record : `it belongs to run ${record.run} of source ${record.source}`;
  } catch (thrown) {
    return thrown instanceof z.ZodError ? `${thrown.issues[0]?.path.join('.') ?? ''}: ${thrown.issues[0]?.message ?? ''}` : 'it is no JSON';
  }
}
