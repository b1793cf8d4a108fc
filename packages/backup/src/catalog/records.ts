import { z } from 'zod';
import type { Store, StoredObject } from '../stores/store.ts';
import { manifestSchema, verdictSchema, type Manifest, type VerdictRecord } from './manifest.ts';
import { misplaced } from './placement.ts';
import { sha256Hex } from './publish.ts';
import { signatureProblem, type TrustedSigners } from './sign.ts';

/** No manifest of ours comes near it, 10,000 tables included (about 5 MB). */
const MAX_RECORD_BYTES = 64 * 2 ** 20;
/** A verdict further ahead of our clock than this would hide every later one. */
const CLOCK_SKEW_MS = 3_600_000;

/** Why a record is not used. It stays where it is. */
export interface Refused {
  readonly reason: 'unknown-version' | 'unreadable' | 'replayed' | 'signature-bad' | 'foreign';
  /** One clause. */
  readonly why: string;
}

interface Where {
  readonly source: string;
  readonly id: string;
  readonly object: Pick<StoredObject, 'key' | 'bytes'>;
  readonly trusted: TrustedSigners | undefined;
  readonly signal: AbortSignal;
}

/** Reads a manifest and judges whether it may be used; undefined when it is gone by now. */
export async function readManifest(store: Store, where: Where): Promise<{ readonly manifest: Manifest; readonly sha256: string } | Refused | undefined> {
  const read = await readRecord(store, where, manifestSchema);
  if (read === undefined || 'why' in read) return read;
  const { record: manifest, sha256 } = read;
  const problem = signatureProblem(manifest, where.trusted);
  if (problem !== undefined) return { reason: 'signature-bad', why: problem };
  const wrong = misplaced(manifest, where.source, where.id);
  return wrong === undefined ? { manifest, sha256 } : { reason: 'replayed', why: wrong };
}

/** Reads a verdict about the manifest with this hash. */
export async function readVerdict(store: Store, where: Where & { readonly manifestSha256: string; readonly nowMs: number }): Promise<VerdictRecord | Refused | undefined> {
  const read = await readRecord(store, where, verdictSchema);
  if (read === undefined || 'why' in read) return read;
  const verdict = read.record;
  const problem = signatureProblem(verdict, where.trusted);
  if (problem !== undefined) return { reason: 'signature-bad', why: problem };
  if (verdict.source !== where.source || verdict.id !== where.id) return { reason: 'replayed', why: `it belongs to backup ${verdict.id} of source ${verdict.source}` };
  if (verdict.manifestSha256 !== where.manifestSha256) return { reason: 'replayed', why: 'it speaks about another manifest than the one that stands here' };
  if (verdict.verdict === 'pass' && Date.parse(verdict.at) > where.nowMs + CLOCK_SKEW_MS) return { reason: 'replayed', why: `it is dated ${verdict.at}, which is in the future` };
  return verdict;
}

async function readRecord<T>(store: Store, where: Where, schema: z.ZodType<T>): Promise<{ readonly record: T; readonly sha256: string } | Refused | undefined> {
  if (where.object.bytes > MAX_RECORD_BYTES) return { reason: 'unreadable', why: `it is ${where.object.bytes} bytes, and no record of ours is that large` };
  const object = await store.read(where.object.key, where.signal);
  if (object === undefined) return undefined;
  const json = parseJson(object.body);
  if (json === undefined) return { reason: 'unreadable', why: object.body.length === 0 ? 'it is empty' : 'it is no JSON' };
  const versioned = z.object({ version: z.number() }).safeParse(json);
  if (versioned.success && versioned.data.version !== 1) return { reason: 'unknown-version', why: `it is of version ${versioned.data.version}, and this release reads version 1` };
  const parsed = schema.safeParse(json);
  if (parsed.success) return { record: parsed.data, sha256: sha256Hex(object.body) };
  const issue = parsed.error.issues[0];
  return { reason: 'unreadable', why: `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not what a record holds'}` };
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}
