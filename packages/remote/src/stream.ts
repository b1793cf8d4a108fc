import type { Readable, Writable } from 'node:stream';
import type { Secret, UserError } from '@ops/shared';
import type { HostTarget } from './session.ts';

/** Where a stream runs; every HostTarget will do, as no app dir is needed. */
export type StreamTarget = Pick<HostTarget, 'name' | 'address'>;

/** One script with open pipes on a host. */
export interface StreamRequest {
  /** For messages, for example `dump of shop`. */
  readonly title: string;
  /**
   * POSIX sh, any bytes but NUL. It runs with cwd `/`, umask 077, in a process group of its own, with neither `set -e` nor
   * `pipefail`. Its stdin gets exactly the bytes written to `RemoteStream.stdin`. What it leaves in the background is ended with it.
   */
  readonly script: string;
  /** Exported to the script as environment variables; names `[A-Z][A-Z0-9_]*`, any text without NUL. */
  readonly values?: Readonly<Record<string, string>>;
  /** Shell variables of the script that are NOT exported: neither argv nor the environment of what it starts shows them. */
  readonly secrets?: Readonly<Record<string, Secret>>;
  /** Make an empty directory, mode 0700, its path in `$D`; it goes away with the script, however that ends. */
  readonly privateDir?: boolean;
  /** Directories that a killed shell left behind are removed when they are older than this; default 1440. Only with `privateDir`. */
  readonly sweepAfterMinutes?: number;
  /** Gets each line of the script's stderr, without its newline; a line of over 64 KiB comes in pieces. */
  readonly onStderrLine?: (line: string) => void;
  /** Abort ends the process group on the host; `exit` then carries a CancelledError. */
  readonly signal?: AbortSignal;
  /** How long the connection may take; default: the one of the ssh access. 30 s are added for authentication and login scripts. */
  readonly connectTimeoutMs?: number;
  /** The POSIX shell on the host, for example `busybox sh`; `sh` when not given. */
  readonly shell?: string;
  /** How often the runner says that it lives; default 5 s. */
  readonly beatMs?: number;
  /** After how many silent seconds the host takes the runner for dead; default 30. */
  readonly silenceS?: number;
  /** Seconds between TERM and KILL; default 5. */
  readonly graceS?: number;
}

export interface StreamExit {
  /** Exit status of the script, 128 + n for signal n. When `lost`: of ssh, or of the local shell. */
  readonly exit: number;
  /** True unless the script ended by itself and the host said so: never take what came over stdout for whole then. */
  readonly lost: boolean;
  /** Set when `lost`. Reasons: host-key, auth, connect (never reached, or lost in the middle), cancelled (abort or kill), no-room (no `$D`). */
  readonly cause?: UserError;
}

/** A running script: one ssh connection (or local shell), nothing buffered but pipes. */
export interface RemoteStream {
  readonly target: StreamTarget;
  /** Process id of the local ssh or shell. */
  readonly pid: number;
  /** The script's stdin: verbs, SQL or a whole dump. `write` tells when to wait, as ever. Errors when the stream ends before all was sent. */
  readonly stdin: Writable;
  /**
   * The script's stdout. It must be read (or `resume()`d): an unread stream holds the script, which is neither killed nor lost by that.
   * Ends only after the host said that the script ended by itself; otherwise it is destroyed with the `cause`. Destroying it kills the stream.
   */
  readonly stdout: Readable;
  /** What stderr said last, at most 16 KiB. */
  stderrTail(): string;
  /** Never rejects. */
  readonly exit: Promise<StreamExit>;
  /** The script sees the end of its stdin. Not an end of the stream: that is the script's business. */
  end(): void;
  /** Ends the script's process group (TERM, then KILL) and the connection. Resolves when the local end is gone. Idempotent, never throws. */
  kill(): Promise<void>;
}

/** The runner itself as a target, for what runs `via: runner`. */
export function localTarget(name = 'runner'): StreamTarget {
  return { name, address: { kind: 'local' } };
}
