import type { Secret } from './secret.ts';
import type { Milliseconds } from './brand.ts';
import type { Exec } from './exec.ts';
import type { Log } from './log.ts';

/** Time as an argument: tests pass a clock that they move by hand. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): Milliseconds;
  /** Milliseconds of a clock that never goes back; only differences mean anything. */
  monotonic(): Milliseconds;
  /** Resolves after `ms`; rejects with CancelledError at once when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Randomness as an argument. */
export interface Random {
  /** `bytes` random bytes as lower-case hex. */
  hex(bytes: number): string;
  /** A number in [0, 1). */
  fraction(): number;
}

/** The facts of the workflow run that actions use; a small type of our own instead of a global. */
export interface RunContext {
  /** `owner/name`. */
  readonly repository: string;
  readonly actor: string;
  readonly eventName: string;
  /** The commit that started the run. */
  readonly sha: string;
  readonly runId: string;
  readonly runAttempt: string;
  readonly job: string;
  /** Web address of the run. */
  readonly runUrl: string;
  readonly apiUrl: string;
  readonly serverUrl: string;
  /** Absolute path of the checked-out repository. */
  readonly workspace: string;
  /** Absolute path for temporary files, emptied by the runner between jobs. */
  readonly tempDir: string;
  /** The event payload, unparsed beyond JSON. */
  readonly event: unknown;
  /** Where the job's OIDC token is asked for; only with `id-token: write`. */
  readonly idTokens?: { readonly url: string; readonly token: Secret };
}

/** Everything from outside that a run may use. Real ones are made in one place, `realDeps`. */
export interface Deps {
  readonly clock: Clock;
  readonly random: Random;
  readonly exec: Exec;
  readonly log: Log;
  readonly context: RunContext;
  /** The environment for children and for proxy settings, without the INPUT_* and STATE_* of the runner. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Registers one more secret (and its derived forms) for masking and redaction. */
  readonly mask: (secret: string) => void;
  /** Aborted by SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
  readonly cleanup: Cleanup;
  readonly state: StateStore;
}

/** Undo steps, registered before what they undo; run newest first, each at most once, at the end of every run. */
export interface Cleanup {
  defer(title: string, undo: () => Promise<void> | void): void;
}

/** State for the post step. Refuses values that contain a known secret. */
export interface StateStore {
  save(key: string, value: unknown): void;
}
