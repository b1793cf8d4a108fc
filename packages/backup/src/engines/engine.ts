import type { Secret } from '@ops/shared';
import type { Check } from '../check.ts';
import type { Connection, EngineName } from '../connection.ts';
import type { BackupReason } from '../fault.ts';
import type { Inventory, TableData } from '../inventory.ts';
import type { Place } from '../place.ts';
import type { Query } from './query.ts';

/** What a user may ask of a dump. */
export interface DumpOptions {
  /** Tables whose rows are left out, as structure only. */
  readonly excludeData: readonly string[];
  /** Data streams side by side; PostgreSQL only. */
  readonly parallel: number;
}

/** What is known of the database before a byte is dumped. Engines extend it with facts of their own. */
export interface EngineFacts {
  readonly engine: EngineName;
  readonly server: {
    /** As the server says it, for example `10.11.14-MariaDB-0+deb12u2`. */
    readonly version: string;
    /** For comparisons within a major: `9.7`, `10.11`, `17`, `3`. */
    readonly major: string;
    /** server_uuid, system_identifier, or for a file its path: changes when the server is another one. Absent when it cannot be read. */
    readonly identity?: string;
  };
  readonly client: { readonly program: string; readonly version: string };
  readonly database: string;
  readonly charset?: string;
  readonly collation?: string;
  readonly sqlMode?: string;
  readonly timeZone?: string;
  /** Estimated bytes of data; for part sizes and progress only. */
  readonly bytes: number;
  /** What a complete dump must hold. */
  readonly inventory: Inventory;
  /** Rows of Laravel's `migrations` table, in order; empty when there is none. */
  readonly migrations: readonly string[];
}

/** A reason not to dump. `partial` ones can be overridden by allow-partial, and are recorded then. */
export interface Refusal {
  readonly reason: BackupReason;
  readonly partial: boolean;
  /** What is missing, and what would be missing in the dump. */
  readonly message: string;
  /** The exact GRANT or setting. */
  readonly remedy: string;
}

/** One argument: plain text, or `prefix` followed by the path of a file of the private directory. */
export type Argument = string | { readonly prefix: string; readonly file: string };

/** Logins for the clients, as 0600 files in a private directory; never argv. */
export interface ClientLogin {
  readonly files: readonly { readonly name: string; readonly text: Secret }[];
  /** Environment of the client; a value may be the path of one of the files. */
  readonly env: Readonly<Record<string, Argument>>;
}

/** One program whose stdout is part of the artifact. */
export interface DumpCommand {
  /** Unique inside the artifact; its exit status is reported under this word. `[a-z0-9]+`. */
  readonly id: string;
  readonly program: string;
  readonly args: readonly Argument[];
}

/** What the tap has to do with the plaintext. */
export type ScanKind = 'mysql' | 'pg-archive' | 'pg-globals' | 'sqlite';

export interface ArtifactPlan {
  /** `dump`, or on PostgreSQL `globals`, `pre-data`, `data-1` …, `post-data`. */
  readonly name: string;
  /** Run one after another into one stream; each must exit 0. */
  readonly commands: readonly DumpCommand[];
  readonly scan: ScanKind;
  /** Runs before the commands (SQLite: makes the snapshot file) in the same private directory; must exit 0. */
  readonly before?: DumpCommand;
  /**
   * How long the server waits for a dumper that reads nothing, before it ends the connection; set where the dumper cannot
   * ask it for more, so that a store that stalls would cost the dump.
   */
  readonly patienceMs?: number;
}

export interface DumpPlan {
  readonly login: ClientLogin;
  readonly artifacts: readonly ArtifactPlan[];
  /** Shown in plan mode and manifest: flags that matter, without logins. */
  readonly flags: readonly string[];
}

/** Where a sequence stands: its last number, as digits, and whether that was given out already. */
export interface SequenceStand {
  readonly value: string;
  readonly called: boolean;
}

/** What the tap saw of one artifact's plaintext. */
export interface Scan {
  readonly plainBytes: number;
  /** sha256, hex. */
  readonly plainSha256: string;
  /** One entry per trailer line found; undefined where the format has none. */
  readonly trailers: number | undefined;
  readonly inventory: Inventory;
  readonly tables: Readonly<Record<string, TableData>>;
  /** By name; PostgreSQL only. */
  readonly sequences?: Readonly<Record<string, SequenceStand>>;
  /** Bytes of the longest statement (SQL dumps). */
  readonly longestStatement: number;
  /** Position lines that the dumper itself printed (GTID, binlog). */
  readonly position?: string;
  /** Checks that could not run here, with the reason. */
  readonly notRun: readonly Check[];
  /** What makes the dump wrong by itself, one sentence each. */
  readonly problems: readonly string[];
}

/** An open preparation: on PostgreSQL the holder of locks and snapshot. */
export interface Preparation<F extends EngineFacts> {
  /** Facts as they are inside the snapshot, once everything is locked. */
  readonly facts: F;
  readonly snapshot?: string;
  /** Rows per table counted in the snapshot while the dumps run; absent where the engine counts from the stream only. */
  count?(signal: AbortSignal): Promise<Readonly<Record<string, number>>>;
  /** Ends transaction and locks; idempotent. */
  release(): Promise<void>;
}

/**
 * What a database product needs to be dumped. Deciding (refusals, plan, judge) is pure; looking (inspect, prepare)
 * goes through Query.
 */
export interface Engine<F extends EngineFacts = EngineFacts> {
  readonly name: EngineName;
  /** Opens a session through the client on the place; throws BackupFault `tool-missing`, `login-refused`, `host-unreachable`. */
  connect(place: Place, connection: Connection, signal: AbortSignal): Promise<Query>;
  inspect(query: Query, place: Place, connection: Connection, signal: AbortSignal): Promise<F>;
  refusals(facts: F, options: DumpOptions): readonly Refusal[];
  prepare(query: Query, facts: F, options: DumpOptions, signal: AbortSignal): Promise<Preparation<F>>;
  plan(preparation: { readonly facts: F; readonly snapshot?: string }, connection: Connection, options: DumpOptions): DumpPlan;
  /** Compares what the dump holds with what the database held. Every check it names is pass, fail or not-run. */
  judge(facts: F, options: DumpOptions, scans: ReadonlyMap<string, Scan>, counted: Readonly<Record<string, number>> | undefined): readonly Check[];
  /** Shell command by which public tools load the artifacts, for manifest and summary. `decode` turns an artifact's name into the pipe that yields its plaintext. */
  restoreCommand(facts: F, artifacts: readonly string[], decode: (artifact: string) => string): string;
}
