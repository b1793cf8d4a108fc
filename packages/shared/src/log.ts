/** Where an annotation is shown: a file of the repository, lines and columns from 1. */
export interface LogPlace {
  readonly file: string;
  readonly line: number;
  readonly column?: number;
}

/** Lines for the job log. What a child or a server said goes through `foreign`, never through `info`. */
export interface Log {
  info(line: string): void;
  debug(line: string): void;
  notice(message: string, title?: string, place?: LogPlace): void;
  warning(message: string, title?: string, place?: LogPlace): void;
  error(message: string, title?: string, place?: LogPlace): void;
  /** Runs `body` inside a foldable group. */
  group<T>(title: string, body: () => Promise<T>): Promise<T>;
  /**
   * Prints text that we did not write: workflow commands in it are switched off, secrets redacted,
   * control characters made visible. `prefix` names the origin, for example `app1`.
   */
  foreign(prefix: string, text: string): void;
}
