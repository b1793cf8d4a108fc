import type { Readable } from 'node:stream';
import type { LifecycleReport, LifecycleRequest } from './s3/lifecycle-plan.ts';

/** The four backup tiers; each has an age in the retention policy. */
export const TIERS = ['frequent', 'daily', 'pre-deploy', 'monthly'] as const;
export type Tier = (typeof TIERS)[number];

/** What a store can do, as the probe saw it. */
export interface StoreFacts {
  /** It computes and returns sha256 checksums of what it stored. */
  readonly checksums: boolean;
  /** It refuses a second object under one key (IfNoneMatch) and a stale replace (IfMatch). */
  readonly conditional: boolean;
  readonly versioning: boolean;
}

/** An object as the store itself describes it. */
export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
  /** Epoch milliseconds; for reports only, never a reason to delete. */
  readonly modifiedMs: number;
  readonly etag?: string;
  /** Checksum that the store computed: hex sha256, or `<base64>-N` for a composite of N parts. */
  readonly checksum?: string;
  /** Epoch milliseconds until which the store refuses to delete it. */
  readonly lockedUntilMs?: number;
  /** The store refuses to delete it until somebody takes that back. */
  readonly legalHold?: boolean;
  readonly storageClass?: string;
  /** It lies in an archive, from which it must be thawed before it can be read; only `head` knows. */
  readonly archived?: boolean;
}

export interface UploadRequest {
  readonly key: string;
  readonly body: Readable;
  readonly tier: Tier;
  /** Bytes expected; for the part size. */
  readonly estimateBytes: number;
  /** Uploads that run side by side; bounds the memory of each. */
  readonly parallel: number;
  /** What stands under the key is an unproven copy that this run itself left there: it is written over. */
  readonly replaces?: boolean;
  readonly signal: AbortSignal;
}

/** A stored object, as its manifest describes it, that is wanted under the same key in another store. */
export interface CopyRequest {
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly partBytes?: number | undefined;
  readonly composite?: string | undefined;
  readonly tier: Tier;
  readonly signal: AbortSignal;
}

/** Why a server did not copy, one clause; the bytes must be sent instead. */
export interface NotCopied {
  readonly why: string;
  /** An unproven copy may stand under the key. */
  readonly leftover: boolean;
}

/**
 * One object of a folder on a host while a script there writes it: it has an unfinished name, which the store's `unfinished`
 * lists and `abandon` ends, until it is published or discarded.
 */
export interface HostDraft {
  readonly key: string;
  /** What the words of store-folder.sh need to write it: ROOT, KEY, ID, NEED_KIB. */
  readonly values: Readonly<Record<'ROOT' | 'KEY' | 'ID' | 'NEED_KIB', string>>;
  /**
   * What stands there, when the script's last words say that it is what came to us: `BYTES SHA256` with status 0. Throws
   * BackupFault `no-room`, `store-refused`, `checksum-differs`, or `stage-killed` without any words.
   */
  prove(ours: HostSum, ended: { readonly status: number; readonly said: string } | undefined): Uploaded;
  /** Gives it its final name. Throws `store-conflict`, `store-timeout`, `store-refused`, `host-unreachable`. */
  publish(proven: HostSum, signal: AbortSignal): Promise<void>;
  /** Removes what is unfinished of it. Never throws: what a host keeps that is out of reach, `unfinished` lists. */
  discard(): Promise<void>;
}

export interface HostSum {
  readonly bytes: number;
  /** sha256, hex. */
  readonly sha256: string;
}

export interface Uploaded {
  readonly bytes: number;
  /** sha256, hex, of the bytes handed over. */
  readonly sha256: string;
  /** Part size and `<base64>-N`, when it was made of parts. */
  readonly partBytes?: number;
  readonly composite?: string;
  /** `store`: the store's own size and checksum are equal to ours. `size`: only the size could be compared, a full read-back is needed. */
  readonly proof: 'store' | 'size';
}

/**
 * A place for backups. Keys are relative to the store's prefix, `/`-separated. Throws BackupFault `store-refused`,
 * `store-timeout`, `store-conflict`, `no-room`.
 */
export interface Store {
  /** As the user wrote it, without query: `s3://bucket/prefix`. For logs and manifest. */
  readonly name: string;
  readonly kind: 's3' | 'fs' | 'host';
  /** Address that public tools need to reach it, where it is not AWS's own (s3). */
  readonly endpoint?: string | undefined;
  /** Only of a folder on a host: lets a script that runs on that very host write objects by itself. */
  readonly onHost?: { readonly host: string; draft(key: string, estimateBytes: number): HostDraft };
  /** Most bytes of one segment; a longer stream goes on in the next. */
  readonly segmentBytes: (estimateBytes: number, parallel: number) => number;
  /** Looks at what it can do; leaves one fixed object at most. Once per run. */
  probe(signal: AbortSignal): Promise<StoreFacts>;
  /**
   * Streams one new object. When the body errors, or on abort, the unfinished upload is gone before this rejects
   * (with the body's error, if it had one). An existing key is `store-conflict`, unless it is what was just sent.
   */
  upload(request: UploadRequest): Promise<Uploaded>;
  /**
   * Copies an object of another store without its bytes coming here, where the server can do that and prove it: only
   * checksums count that it must have computed from the copied bytes.
   */
  copyFrom?(from: Store, request: CopyRequest): Promise<Uploaded | NotCopied>;
  /** A small new object; `store-conflict` when the key exists with other bytes. */
  create(key: string, body: Uint8Array, tier: Tier | undefined, signal: AbortSignal): Promise<void>;
  /** A small object with its etag; undefined when there is none. */
  read(key: string, signal: AbortSignal): Promise<{ readonly body: Uint8Array; readonly etag: string | undefined } | undefined>;
  /** Replaces a small object if it still has this etag (leases only). False when it has not. */
  replace(key: string, body: Uint8Array, etag: string | undefined, signal: AbortSignal): Promise<boolean>;
  /** The bytes of an object. */
  download(key: string, signal: AbortSignal): Promise<Readable>;
  head(key: string, signal: AbortSignal): Promise<StoredObject | undefined>;
  /** Everything under a prefix, page by page, in key order. */
  list(prefix: string, signal: AbortSignal): AsyncIterable<StoredObject>;
  /** Deletes objects; missing ones are fine. Returns keys that the store refused to delete, with its words. */
  remove(keys: readonly string[], signal: AbortSignal): Promise<readonly { readonly key: string; readonly why: string }[]>;
  /** Unfinished uploads (S3 multipart, `.partial` files) under a prefix. */
  unfinished(prefix: string, signal: AbortSignal): Promise<readonly { readonly key: string; readonly id: string; readonly sinceMs: number }[]>;
  /** Ends unfinished uploads of exactly this key; used after a cancel and by the post step. */
  abandon(key: string, signal: AbortSignal): Promise<void>;
  /** Only where there are lifecycle rules (s3): compares them with ours, or writes ours. */
  lifecycle?(request: LifecycleRequest, signal: AbortSignal): Promise<LifecycleReport>;
  /** Frees connections. */
  close(): Promise<void>;
}
