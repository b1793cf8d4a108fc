import { compactUtc } from './backup-id.ts';
import { parseCatalogKey, runsPrefix } from './keys.ts';
import { readRun, type RunRecord } from './runs.ts';
import type { Store, Tier } from '../stores/store.ts';

/** What a run was for. Only runs of one kind say together whether things got better or worse. */
export interface RunKind {
  readonly action: RunRecord['action'];
  readonly mode: string;
  readonly tier?: Tier | undefined;
}

/** How a run ended, as its name says: a verdict, or that somebody cancelled it, which says nothing about backups. */
export type RunEnd = RunRecord['verdict'] | 'cancelled';
const ENDS: readonly RunEnd[] = ['pass', 'fail', 'inconclusive', 'error', 'cancelled'];

/** Records that are read to find the newest: names have seconds, and several runs may end in one. */
const TRIES = 8;

export interface RunHistory {
  /** Newest first, without those that were cancelled. */
  readonly ends: readonly RunEnd[];
  readonly newest: RunRecord | undefined;
}

/**
 * Name of a run in the store: time, run, kind, end, and a random part, because one workflow run may back up several times.
 * Kind and end stand in it so that a list of names tells what most runs did: over SSH each read is a connection.
 */
export function newRunName(nowMs: number, context: { readonly runId: string; readonly runAttempt: string }, random: { hex(bytes: number): string }, of?: { readonly kind: RunKind; readonly end: RunEnd }): string {
  const part = (text: string, most: number): string => text.replaceAll(/[^A-Za-z0-9]/g, '').slice(0, most) || '0';
  return `${compactUtc(nowMs)}-${part(context.runId, 20)}.${part(context.runAttempt, 6)}${of === undefined ? '' : `-${kindName(of.kind)}-${of.end}`}-${random.hex(4)}`;
}

function kindName({ action, mode, tier }: RunKind): string {
  return [action, mode, ...(tier === undefined ? [] : [tier])].map((part) => part.replaceAll(/[^a-z-]/g, '')).join('.');
}

/** How earlier runs of a kind ended. Throws what the store throws. */
export async function runHistory(store: Store, source: string, kind: RunKind, limit: number, signal: AbortSignal): Promise<RunHistory> {
  const runs: { readonly key: string; readonly second: string; readonly end: RunEnd }[] = [];
  for await (const { key } of store.list(runsPrefix(source), signal)) {
    const parsed = parseCatalogKey(source, key);
    const named = parsed.kind === 'run' ? nameOf(parsed.run) : undefined;
    if (named?.kind === kindName(kind) && named.end !== 'cancelled') runs.push({ key, second: named.second, end: named.end });
  }
  runs.sort((left, right) => (left.second < right.second ? 1 : left.second > right.second ? -1 : 0));
  let newest: RunRecord | undefined;
  for (const [at, { key, second }] of runs.slice(0, TRIES).entries()) {
    if (newest !== undefined && second !== runs[at - 1]?.second) break;
    const record = await readRun(store, source, key, signal);
    if (record === undefined || typeof record === 'string') continue;
    if (newest === undefined || Date.parse(record.endedAt) > Date.parse(newest.endedAt)) newest = record;
  }
  return { ends: runs.slice(0, limit).map(({ end }) => end), newest };
}

function nameOf(run: string): { readonly second: string; readonly kind: string; readonly end: RunEnd } | undefined {
  const [, second = '', kind = '', word = ''] = /^(\d{8}T\d{6}Z)-[A-Za-z0-9]+\.[A-Za-z0-9]+-([a-z-]+(?:\.[a-z-]+)+)-([a-z]+)-[0-9a-f]{8}$/.exec(run) ?? [];
  const end = ENDS.find((one) => one === word);
  return end === undefined ? undefined : { second, kind, end };
}
