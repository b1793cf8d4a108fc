import type { AbsolutePath, Secret } from '@ops/shared';

export type Role = 'web' | 'worker' | 'migrate';

/** One host of the `hosts` input. */
export interface HostTarget {
  /** Unique name in logs; hosts sort by it. */
  readonly name: string;
  readonly address: { readonly kind: 'local' } | { readonly kind: 'ssh'; readonly user: string; readonly host: string; readonly port: number };
  /** The app dir on this host. */
  readonly path: AbsolutePath;
  readonly roles: readonly Role[];
}

/** How every ssh host of a run is reached. */
export interface SshOptions {
  readonly key: Secret | undefined;
  /** Text of a known_hosts file. */
  readonly knownHosts: string | undefined;
  /** `user@host[:port]`, several separated by commas in the order they are passed. */
  readonly bastion: string | undefined;
  readonly connectTimeoutMs: number;
}

/** Who holds the lock, as written to `.deploy/lock.json`. */
export interface LockHolder {
  readonly actor: string;
  readonly runUrl: string;
  readonly runId: string;
  /** ISO 8601, UTC. */
  readonly since: string;
  /** Process id of the supervisor on the host and the host's boot id; added by the supervisor. */
  readonly pid?: number;
  readonly bootId?: string;
}

/** One script run on the host: one round trip. */
export interface Batch {
  /** For log and journal, for example `stage`. */
  readonly title: string;
  /** POSIX sh. It runs as a file, with cwd = the app dir when that exists (else /), stdin = the payload or /dev/null. */
  readonly script: string;
  /** Exported to the script as environment variables; names `[A-Z][A-Z0-9_]*`. Any text without NUL. */
  readonly values: Readonly<Record<string, string>>;
  /** Like values, from secrets. Never in a file that outlives the batch, never in argv. */
  readonly secrets?: Readonly<Record<string, Secret>>;
  /** A local file whose bytes the script gets: uploaded first, path in $OPS_PAYLOAD, size already checked. */
  readonly payload?: { readonly file: string; readonly bytes: number };
  /** True: loss of the runner lets it finish. False: loss or abort ends its process group. */
  readonly critical: boolean;
  readonly timeoutMs: number;
  /** Take the host's lock first (sent together with the batch, no extra round trip). */
  readonly lock?: { readonly waitMs: number; readonly holder: LockHolder };
  /** Gets output while it arrives; for progress lines. */
  readonly onOutput?: (stream: 'stdout' | 'stderr', text: string) => void;
}

export interface BatchResult {
  /** Exit status of the script; 128 + n for signal n. */
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
  readonly timedOut: boolean;
  /** Present when the batch took the lock. */
  readonly fence?: number;
}

/** One session: a supervisor process on the host that outlives nothing but its own batches. */
export interface Session {
  readonly target: HostTarget;
  /** Batches answered so far. */
  readonly roundTrips: number;
  /** The fence of the lock this session holds, or undefined. */
  readonly fence: number | undefined;
  /**
   * Runs one batch to its end. A non-zero exit is a result. Throws UserError: `lock` (names the holder),
   * `connect` / `orphaned` (the session was lost; says what the host does now), `cancelled`.
   */
  run(batch: Batch, signal?: AbortSignal): Promise<BatchResult>;
  /** Names the compensation that the supervisor runs by itself when the runner is lost, until `disarm`. Costs no round trip: it travels with the next batch. */
  arm(title: string, script: string, values: Readonly<Record<string, string>>): void;
  disarm(): void;
  /** Frees the lock at once; the session stays usable for reading. */
  unlock(): Promise<void>;
  /** Frees the lock and ends the supervisor. Idempotent, never throws, bounded to 5 s. */
  close(): Promise<void>;
}
