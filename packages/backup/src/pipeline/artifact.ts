import type { Readable } from 'node:stream';
import type { Codec, Compression } from '../codecs/codec.ts';
import type { ArtifactPlan, ClientLogin, Scan } from '../engines/engine.ts';
import type { Place } from '../place.ts';
import type { HostDraft, Store, Tier, Uploaded } from '../stores/store.ts';

/** One object of the store that holds a part of an artifact's stored bytes. */
export interface Segment extends Uploaded {
  readonly key: string;
}

/** What one artifact became. */
export interface StoredArtifact {
  readonly name: string;
  readonly segments: readonly Segment[];
  /** Bytes as stored, over all segments; sha256 (hex) over them in order. */
  readonly storedBytes: number;
  readonly storedSha256: string;
  readonly scan: Scan;
  /** What really compressed it: gzip where the place has no zstd. */
  readonly compression: Compression;
  /** What the user must be told although it went well, one sentence each. */
  readonly notices: readonly string[];
  /** Of the copies that the script wrote on the host, in the order they were asked for. */
  readonly hostCopies: readonly HostCopied[];
  readonly startedMs: number;
  readonly endedMs: number;
}

export interface Progress {
  readonly artifact: string;
  readonly readBytes: number;
  readonly storedBytes: number;
  /** Nothing moved for 30 s, and who is waited for. */
  readonly stalled?: 'dumper' | 'store' | 'tap';
}

/** Files of the compressed, not encrypted stream that the script writes on the host itself (`stores: host:/…` with via: host). */
export interface OnHost {
  /** Set when it is the primary: then nothing is uploaded, and its failure is that of the dump. */
  readonly primary: HostDraft | undefined;
  readonly copies: readonly HostDraft[];
}

/** A copy that is whole, and not published yet, or why there is none. */
export type HostCopied = { readonly draft: HostDraft; readonly segment: Segment } | { readonly why: string };

export interface ArtifactRequest {
  readonly place: Place;
  readonly plan: ArtifactPlan;
  readonly login: ClientLogin;
  readonly codec: Codec;
  /** The primary. */
  readonly store: Store;
  /** Key of segment `index` (from 1). */
  readonly segmentKey: (index: number) => string;
  readonly tier: Tier;
  readonly estimateBytes: number;
  readonly parallel: number;
  readonly onProgress: (progress: Progress) => void;
  /** Called before an upload begins, so that a killed run can abandon it. */
  readonly onUpload: (key: string) => void;
  /**
   * The last word before the body ends: looks at the scan and throws to make the upload fail. Nothing is completed
   * in the store before it has answered.
   */
  readonly approve: (scan: Scan) => Promise<void>;
  readonly signal: AbortSignal;
  /** Where the tap's worker lives: the URL of its entry file. */
  readonly workers: Workers;
  /** A `pg_restore` on the runner of at least the archive's major: reads the rows out of a `pg-archive`. */
  readonly pgRestore?: string;
  readonly onHost?: OnHost;
  /** Folder of the runner where bytes may wait for a store that stalls, when the plan says that the server would not wait. */
  readonly spoolFolder?: string;
}

/** Entry file of the worker thread; inside an action it is a bundle of its own. (age needs none: OpenSSL encrypts faster than any store takes.) */
export interface Workers {
  readonly tap: URL;
}

/**
 * Dumps one artifact into the store. Resolves only when every stage said 0, the tap ended well, `approve` agreed and the
 * store proved what it holds. Else throws BackupFault with the first cause: `dump-failed`, `server-lost`,
 * `stage-killed`, `empty-dump`, `no-trailer`, …, and nothing of it is left in the store but finished segments. Files on the
 * host are proven, and keep their unfinished names: the caller publishes or discards them.
 */
export type StoreArtifact = (request: ArtifactRequest) => Promise<StoredArtifact>;

/** Joins segments in order and yields plaintext: for verification with an identity, drill and restore. */
export type OpenPlaintext = (segments: readonly { readonly key: string }[], store: Store, codec: Codec, identity: string | undefined, signal: AbortSignal) => Promise<Readable>;
