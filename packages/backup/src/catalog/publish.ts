import { createHash } from 'node:crypto';
import { asError, type Random } from '@ops/shared';
import type { Check } from '../check.ts';
import { BackupFault } from '../fault.ts';
import type { Store } from '../stores/store.ts';
import { newStampedId } from './backup-id.ts';
import { checkKey, manifestKey } from './keys.ts';
import { manifestSchema, verdictSchema, type Manifest, type VerdictRecord } from './manifest.ts';
import { misplaced } from './placement.ts';
import { withSignature, type Signer } from './sign.ts';

/** A manifest that stands in a store, with the hash that verdicts refer to. */
export interface Published {
  readonly store: string;
  readonly key: string;
  readonly manifest: Manifest;
  /** sha256, hex, of the bytes as they stand there. */
  readonly sha256: string;
}

export function sha256Hex(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Bytes of a record as stored: for people to read, with a last newline. */
function recordBytes(record: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(record, undefined, 2)}\n`);
}

/**
 * Writes the manifest, by which the backup begins to exist: call it last, when everything it says is true. The store's
 * name is put in, then it is signed. It is read again, because only what can be read is a backup. Throws `store-conflict`
 * when this id is taken, and what the store throws.
 */
export async function publishManifest(store: Store, manifest: Manifest, signer: Signer | undefined, signal: AbortSignal): Promise<Published> {
  const record = withSignature({ ...manifest, store: store.name }, signer);
  const wrong = misplaced(record, record.source, record.id);
  const body = recordBytes(record);
  const parsed = manifestSchema.safeParse(JSON.parse(body.toString('utf8')));
  if (wrong !== undefined || !parsed.success) throw new Error(`manifest of ${manifest.id} would be refused when read: ${wrong ?? parsed.error?.message ?? ''}`);
  const key = manifestKey(record.source, record.id);
  await store.create(key, body, record.tier, signal);
  await requireKept(store, key, body, `the manifest of backup ${record.id}`, signal);
  return { store: store.name, key, manifest: parsed.data, sha256: sha256Hex(body) };
}

/** Only what can be read again was stored: a store that says yes and keeps nothing is met here. */
async function requireKept(store: Store, key: string, body: Buffer, what: string, signal: AbortSignal): Promise<void> {
  const back = await store.read(key, signal);
  if (back !== undefined && Buffer.compare(back.body, body) === 0) return;
  throw new BackupFault({ reason: 'store-refused', message: `${store.name} took ${what} and then ${back === undefined ? 'had none' : 'gave back other bytes'}, so the backup cannot be relied on.`, remedy: 'Look at what else writes to, or caches, this store; then run the backup again.' });
}

/** A store beside the primary, with the segments as they stand there when they differ (parts, proof). */
export interface Copy {
  readonly store: Store;
  readonly artifacts?: Manifest['artifacts'];
  /** The host copy is not encrypted: its manifest says so. */
  readonly codec?: Manifest['codec'];
  /** The way back from this very store: the primary may be what is lost. */
  readonly restore?: string;
}

export type CopyResult = { readonly store: string; readonly published: Published } | { readonly store: string; readonly why: string };

/** Publishes a manifest of its own into each copy. A copy that fails is a result, not an error: the primary stands. */
export async function publishCopies(manifest: Manifest, copies: readonly Copy[], signer: Signer | undefined, signal: AbortSignal): Promise<readonly CopyResult[]> {
  return Promise.all(copies.map(async ({ store, artifacts, codec, restore }): Promise<CopyResult> => {
    try {
      const own: Manifest = { ...manifest, ...(artifacts === undefined ? {} : { artifacts }), ...(codec === undefined ? {} : { codec }), ...(restore === undefined ? {} : { restore }) };
      return { store: store.name, published: await publishManifest(store, own, signer, signal) };
    } catch (thrown) {
      signal.throwIfAborted();
      return { store: store.name, why: asError(thrown).message };
    }
  }));
}

export interface Verdict {
  readonly kind: VerdictRecord['kind'];
  readonly verdict: VerdictRecord['verdict'];
  readonly checks: readonly Check[];
  readonly atMs: number;
  readonly runUrl: string;
}

/** Writes one more word about a backup, beside its manifest; nothing is ever edited. */
export async function publishVerdict(store: Store, backup: { readonly manifest: Manifest; readonly sha256: string }, verdict: Verdict, deps: { readonly random: Random; readonly signer: Signer | undefined; readonly signal: AbortSignal }): Promise<VerdictRecord> {
  const record = withSignature<VerdictRecord>({
    version: 1,
    id: backup.manifest.id,
    source: backup.manifest.source,
    kind: verdict.kind,
    verdict: verdict.verdict,
    at: new Date(verdict.atMs).toISOString(),
    manifestSha256: backup.sha256,
    checks: verdict.checks.map(({ name, result, why }) => ({ name, result, ...(why === undefined ? {} : { why }) })),
    runUrl: verdict.runUrl,
  }, deps.signer);
  const key = checkKey(record.source, record.id, newStampedId(verdict.atMs, deps.random));
  // No tier: a lock of its own would outlive the backup it speaks about.
  const body = recordBytes(record);
  await store.create(key, body, undefined, deps.signal);
  await requireKept(store, key, body, `the verdict on backup ${record.id}`, deps.signal);
  return verdictSchema.parse(JSON.parse(body.toString('utf8')));
}
