/** What to run. Arguments only as an array; there is no way to pass a shell string. */
export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** The child's whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin?: string | Uint8Array;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Bytes kept of each of stdout and stderr (newest); default 1 MiB. */
  readonly keepBytes?: number;
  readonly onStdout?: (chunk: Uint8Array) => void;
  readonly onStderr?: (chunk: Uint8Array) => void;
}

export interface ExecResult {
  /** Exit status; 128 + signal number when a signal ended it; 127 when the program does not exist. */
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  readonly cancelled: boolean;
}

/** A child with open pipes, for protocols and streams. It leads a process group of its own. */
export interface Child {
  readonly pid: number;
  readonly stdin: NodeJS.WritableStream;
  readonly stdout: NodeJS.ReadableStream;
  readonly stderr: NodeJS.ReadableStream;
  /** Resolves with the exit status when the child has ended; never rejects. */
  readonly ended: Promise<number>;
  /** Sends the signal to the whole process group; no error when it is gone. */
  kill(signal: 'SIGTERM' | 'SIGKILL' | 'SIGINT'): void;
}

/** Processes as an argument. */
export interface Exec {
  /** Runs to the end. On timeout or abort the group gets TERM, 2 s later KILL. A non-zero exit is a result, not a throw. */
  run(command: Command): Promise<ExecResult>;
  /** Starts and returns the open child. Throws UserError `tool-missing` when the program does not exist. */
  start(command: Omit<Command, 'stdin' | 'timeoutMs' | 'keepBytes' | 'onStdout' | 'onStderr'>): Child;
}
