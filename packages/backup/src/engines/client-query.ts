import { asError, CancelledError } from '@ops/shared';
import type { RemoteStream } from '@ops/remote';
import { BackupFault } from '../fault.ts';
import type { Cell, Query } from './query.ts';

/** How one command line client is spoken to, and what it answers. */
export interface ClientDialect {
  /** Product, for messages: `MySQL`. */
  readonly product: string;
  /** The text that runs one statement and then prints a record that begins with `mark`. */
  frame(sql: string, mark: string): string;
  /** Ends records on stdout. */
  readonly recordEnd: string;
  /** Undefined for a record that is no row. */
  cells(record: string): readonly Cell[] | undefined;
  /** What the record with the mark says: undefined for success, else the error's words, or `stderr` when they stand there. */
  failure(record: string, mark: string): string | undefined;
  /** Is this line of stderr the client's word about a failed statement? */
  isError(line: string): boolean;
  /** Does it say that the server is gone, while the client lives on and waits? Absent where the client ends by itself. */
  isLost?(line: string): boolean;
  /** Turns the words of a failed login or statement into a fault. */
  fault(words: string, title: string): BackupFault;
  /** Told to the client so that it ends. */
  readonly quit: string;
}

const STDERR_WAIT_MS = 2000;

/** A Query over one client process on the place. Statements queue up; the first broken one does not end the session where the client can go on. */
export class ClientQuery implements Query {
  readonly #stream: RemoteStream;
  readonly #dialect: ClientDialect;
  readonly #title: string;
  readonly #mark: string;
  readonly #errors: string[] = [];
  readonly #records: AsyncIterator<string>;
  #last: Promise<unknown> = Promise.resolve();
  #closed = false;
  #lost: string | undefined;
  #asking = false;

  /** `errors` gets the lines of stderr that the caller routes in through `noteStderr`. */
  constructor(stream: RemoteStream, dialect: ClientDialect, title: string, nonce: string) {
    this.#stream = stream;
    this.#dialect = dialect;
    this.#title = title;
    this.#mark = `ops-${nonce}`;
    this.#records = records(stream.stdout, dialect.recordEnd);
    stream.stdin.on('error', () => undefined);
  }

  noteStderr(line: string): void {
    if (this.#dialect.isError(line)) this.#errors.push(line);
    if (this.#dialect.isLost?.(line) !== true) return;
    // No answer will ever come, and no mark either.
    this.#lost ??= line;
    void this.#stream.kill();
  }

  rows(sql: string, signal?: AbortSignal): Promise<readonly (readonly Cell[])[]> {
    const turn = this.#last.then(() => this.#run(sql, signal));
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  async #run(sql: string, signal: AbortSignal | undefined): Promise<readonly (readonly Cell[])[]> {
    if (this.#closed) throw new BackupFault({ reason: 'server-lost', message: `The session with ${this.#dialect.product} for ${this.#title} has ended.` });
    if (signal?.aborted === true) throw new CancelledError(`asking ${this.#dialect.product}`);
    const cancel = (): void => void this.#stream.kill();
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      this.#asking = true;
      this.#errors.length = 0;
      this.#stream.stdin.write(this.#dialect.frame(sql, this.#mark));
      const found: (readonly Cell[])[] = [];
      for (;;) {
        const next = await this.#records.next();
        if (next.done === true) throw await this.#ended(signal);
        const record = next.value;
        if (!record.startsWith(this.#mark)) {
          const row = this.#dialect.cells(record);
          if (row !== undefined) found.push(row);
          continue;
        }
        const failure = this.#dialect.failure(record, this.#mark);
        if (failure === undefined) return found;
        throw this.#dialect.fault(failure === 'stderr' ? await this.#said() : failure, this.#title);
      }
    } finally {
      this.#asking = false;
      signal?.removeEventListener('abort', cancel);
    }
  }

  /** The client writes an error before it goes on, but on another pipe. */
  async #said(): Promise<string> {
    const until = performance.now() + STDERR_WAIT_MS;
    while (this.#errors.length === 0 && performance.now() < until) await new Promise((resolve) => { setTimeout(resolve, 10); });
    return this.#errors[0] ?? 'it did not say why';
  }

  async #ended(signal: AbortSignal | undefined): Promise<Error> {
    this.#closed = true;
    const end = await this.#stream.exit;
    if (this.#lost !== undefined) return this.#dialect.fault(this.#lost, this.#title);
    if (signal?.aborted === true) return new CancelledError(`asking ${this.#dialect.product}`);
    if (end.lost) return end.cause ?? new BackupFault({ reason: 'host-unreachable', message: `The connection broke while ${this.#title} was looked at.` });
    const words = this.#errors[0] ?? this.#stream.stderrTail().trim().split('\n').at(-1) ?? '';
    return this.#dialect.fault(words === '' ? `the client ended with exit code ${end.exit}` : words, this.#title);
  }

  async close(): Promise<void> {
    if (!this.#closed) {
      this.#closed = true;
      // An answer that nobody waits for any more, such as the count of a large table, must not hold the session open.
      if (this.#asking) await this.#stream.kill();
      await this.#last;
      this.#stream.stdin.end(this.#dialect.quit);
      const late = setTimeout(() => void this.#stream.kill(), STDERR_WAIT_MS);
      this.#stream.stdout.on('error', () => undefined).resume();
      await this.#stream.exit;
      clearTimeout(late);
    }
  }
}

async function* records(stdout: AsyncIterable<Buffer>, end: string): AsyncGenerator<string> {
  let rest = '';
  const decoder = new TextDecoder('utf-8');
  try {
    for await (const chunk of stdout) {
      rest += decoder.decode(chunk, { stream: true });
      let from = 0;
      for (let at = rest.indexOf(end, from); at >= 0; at = rest.indexOf(end, from)) {
        yield rest.slice(from, at);
        from = at + end.length;
      }
      rest = rest.slice(from);
    }
  } catch (thrown) {
    // The stream's own end says why.
    asError(thrown);
  }
}
