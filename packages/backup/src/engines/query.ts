/** One value of an answer; text as the server prints it. */
export type Cell = string | null;

/**
 * A long-lived connection to the database through its own command line client on the place: the same login, TLS and
 * version as the dumper. Statements run one after another in one session.
 */
export interface Query {
  /** Rows of one statement. Throws BackupFault `login-refused`, `server-lost`, or `dump-failed` with the server's words. */
  rows(sql: string, signal?: AbortSignal): Promise<readonly (readonly Cell[])[]>;
  /** Ends the session; idempotent, never throws. */
  close(): Promise<void>;
}
