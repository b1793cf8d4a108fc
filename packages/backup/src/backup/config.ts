import type { Signer, TrustedSigners } from '../catalog/sign.ts';
import type { Compression, Encryption } from '../codecs/codec.ts';
import type { DumpOptions } from '../engines/engine.ts';
import type { Workers } from '../pipeline/artifact.ts';
import type { Place } from '../place.ts';
import type { RetentionPolicy } from '../retention/ages.ts';
import type { Store, Tier } from '../stores/store.ts';
import type { SizeRules } from '../verify/judge.ts';
import type { Depth } from '../verify/sample.ts';
import type { DatabaseChoice } from './source.ts';

/** Who runs, as manifests and run records name it. */
export interface BackupRun {
  readonly action: 'db-backup' | 'deploy';
  readonly runId: string;
  readonly runAttempt: string;
  readonly actor: string;
  readonly sha: string;
  readonly runUrl: string;
}

/** One backup, decided: nothing in it is still text of an input. */
export interface BackupConfig {
  readonly environment: string;
  /** Where the dump runs. */
  readonly place: Place;
  /** The runner itself, where the tap runs; the same as `place` with via: runner. */
  readonly runner: Place;
  readonly database: DatabaseChoice;
  /** Catalog folder as the user named it; undefined: environment and database. */
  readonly source: string | undefined;
  /** The first is primary, the others get copies. */
  readonly stores: readonly Store[];
  readonly tier: Tier;
  readonly compression: Compression;
  readonly level: number;
  /** compression-level: auto. */
  readonly adapt: boolean;
  readonly encryption: Encryption;
  readonly recipients: readonly string[];
  /** A store on the host where the dump runs may hold it unencrypted. */
  readonly allowPlainHost: boolean;
  readonly options: DumpOptions;
  readonly allowPartial: boolean;
  readonly depth: Depth;
  readonly size: SizeRules;
  readonly retention: RetentionPolicy;
  readonly prune: 'after-success' | 'dry-run' | 'never';
  readonly confirmPrune: boolean;
  /** The same stores, opened with the right to delete. */
  readonly pruneStores: readonly Store[];
  readonly lifecycle: 'check' | 'install' | 'off';
  readonly signer: Signer | undefined;
  readonly trusted: TrustedSigners | undefined;
  /** Text of an age identity file. */
  readonly identity: string | undefined;
  readonly run: BackupRun;
  readonly toolVersion: string;
  readonly workers: Workers;
  /** Of this run alone, on the runner: where bytes wait for a store that stalls. Undefined: nowhere. */
  readonly spoolFolder: string | undefined;
}
