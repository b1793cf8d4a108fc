import { CancelledError, type Clock, type UserError } from '@ops/shared';
import { batchText } from './batch-text.ts';
import { Capture } from './capture.ts';
import { Exchange, type Answer, type Cancel, type Host } from './exchange.ts';
import type { Link } from './link.ts';
import { lockError } from './lock-holder.ts';
import type { Batch, BatchResult, HostTarget, Session } from './session.ts';

const LOCK_POLL_MS = 1_000;
const CLOSE_MS = 5_000;

type Lock = NonNullable<Batch['lock']>;

export interface HostSessionParts {
  readonly target: HostTarget;
  readonly link: Link;
  readonly clock: Clock;
  readonly failure: Host['failure'];
  /** How long the supervisor may take to speak. */
  readonly greetingMs: number;
}

/** The runner's side of a session. Batches wait for each other; each is one exchange with the supervisor. */
export class HostSession implements Session {
  readonly #host: Host;
  readonly #greeting = new AbortController();
  #turn: Promise<unknown> = Promise.resolve();
  #roundTrips = 0;
  #fence: number | undefined;
  /** Verbs that travel with the next batch. */
  #pending = '';
  #armed: string | undefined;
  #armedOnHost = false;
  #running = false;
  /** Set when the host was left to itself. */
  #left: UserError | undefined;
  #closed: Promise<void> | undefined;

  constructor({ target, link, clock, failure, greetingMs }: HostSessionParts) {
    this.#host = {
      target, link, clock, failure,
      locked: (fence) => { this.#fence = fence; },
      leave: (error) => {
        this.#left ??= error;
        this.#fence = undefined;
        this.#letGo();
      },
    };
    void this.#awaitGreeting(greetingMs);
  }

  get target(): HostTarget {
    return this.#host.target;
  }

  get roundTrips(): number {
    return this.#roundTrips;
  }

  get fence(): number | undefined {
    return this.#fence;
  }

  /** Process id of the local end: ssh, or the supervisor itself. */
  get pid(): number {
    return this.#host.link.pid;
  }

  run(batch: Batch, signal?: AbortSignal): Promise<BatchResult> {
    return this.#inTurn(() => this.#run(batch, signal));
  }

  arm(title: string, script: string, values: Readonly<Record<string, string>>): void {
    this.#pending = `${textVerb(batchText(script, values))}arm ${JSON.stringify(title)}\n`;
    this.#armed = title;
  }

  disarm(): void {
    this.#pending = 'disarm\n';
    this.#armed = undefined;
  }

  unlock(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#fence === undefined) return;
      this.#fence = undefined;
      this.#host.link.write('unlock\n');
      for (;;) {
        const message = await this.#host.link.next();
        if (message === undefined || message.word === 'unlocked') return;
      }
    });
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#turn;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#turn = promise;
    await before;
    try {
      return await work();
    } finally {
      resolve();
    }
  }

  async #run(batch: Batch, signal?: AbortSignal): Promise<BatchResult> {
    const doing = `running ${batch.title} on ${this.target.name}`;
    if (signal?.aborted === true) throw new CancelledError(doing);
    if (this.#left !== undefined) throw this.#left;
    if (this.#closed !== undefined) throw new Error(`the session with ${this.target.name} is closed`);
    const aborted = Promise.withResolvers<void>();
    const onAbort = (): void => aborted.resolve();
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#running = true;
    try {
      return await this.#untilLocked(batch, { doing, signal, aborted: aborted.promise });
    } finally {
      this.#running = false;
      this.#host.link.onData = () => {};
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** Tries once a second while somebody else has the lock. */
  async #untilLocked(batch: Batch, cancel: Cancel): Promise<BatchResult> {
    const { clock, link, target } = this.#host;
    const began = clock.monotonic();
    const lock = this.#fence === undefined ? batch.lock : undefined;
    const text = batchText(batch.script, batch.values, batch.secrets);
    for (;;) {
      const out = new Capture(batch.onOutput && ((part) => batch.onOutput?.('stdout', part)));
      const err = new Capture(batch.onOutput && ((part) => batch.onOutput?.('stderr', part)));
      const file = new Capture();
      link.onData = (stream, bytes) => (stream === 'stdout' ? out : stream === 'stderr' ? err : file).add(bytes);
      const sentAt = clock.monotonic();
      const answer = await this.#try(batch, text, lock, file, cancel);
      if (answer.kind === 'failed') throw answer.error;
      if (answer.kind === 'exit') {
        this.#roundTrips += 1;
        return {
          exit: answer.exit, stdout: out.text(), stderr: err.text(), timedOut: answer.timedOut,
          ms: Math.round(clock.monotonic() - sentAt),
          ...(lock === undefined || this.#fence === undefined ? {} : { fence: this.#fence }),
        };
      }
      const waited = clock.monotonic() - began;
      const left = (lock?.waitMs ?? 0) - waited;
      if (left <= 0) throw lockError(target, answer.refusal, waited);
      await clock.sleep(Math.min(LOCK_POLL_MS, left), cancel.signal);
    }
  }

  /** Sends the batch and what must go before it, without waiting in between, and reads the answers. */
  async #try(batch: Batch, text: string, lock: Lock | undefined, file: Capture, cancel: Cancel): Promise<Answer> {
    const { title, critical, payload, timeoutMs } = batch;
    const { link } = this.#host;
    const locks = lock !== undefined && this.#fence === undefined;
    const work = { title, critical, locked: this.#fence !== undefined || locks, armed: this.#armed };
    const exchange = new Exchange(this.#host, batch, work, cancel);
    link.write(this.#pending);
    if (this.#pending !== '') this.#armedOnHost = this.#armed !== undefined;
    this.#pending = '';
    if (locks) link.write(`lock ${payload === undefined ? 'l' : 'm'} ${holderText(lock)}\n`);
    if (payload !== undefined) {
      // A lock that is refused must not cost an upload.
      const refused = locks ? await exchange.readLock(file) : undefined;
      if (refused !== undefined) return refused;
      await exchange.upload(payload);
    }
    const need = work.locked ? `locked ${this.#fence ?? '-'}` : 'plain -';
    const seconds = Math.max(1, Math.ceil(timeoutMs / 1000));
    link.write(`${textVerb(text)}run ${critical ? 'critical' : 'free'} ${seconds} ${need} ${JSON.stringify(title)}\n`);
    if (locks && payload === undefined) {
      const refused = await exchange.readLock(file);
      if (refused !== undefined) {
        await exchange.next(); // the batch that went along is refused too
        return refused;
      }
    }
    return exchange.readExit();
  }

  /** A local supervisor may have to go on alone; an ssh that is killed is the end of input for a remote one. */
  #letGo(): void {
    this.#greeting.abort();
    if (this.target.address.kind === 'local') this.#host.link.release();
    else this.#host.link.kill();
  }

  async #awaitGreeting(ms: number): Promise<void> {
    const { clock, link } = this.#host;
    void link.ended.then(() => this.#greeting.abort());
    try {
      await clock.sleep(ms, this.#greeting.signal);
    } catch {
      return;
    }
    if (!link.greeted) link.kill();
  }

  async #close(): Promise<void> {
    const { clock, link } = this.#host;
    this.#greeting.abort();
    if (link.end !== undefined) return;
    // Something armed or running must not be given up by a polite `quit`: the end of input makes the host see to it.
    const unsettled = this.#running || (this.#armedOnHost && this.#armed !== undefined);
    if (this.#left === undefined && !unsettled) link.write('disarm\nquit\n');
    link.hangUp();
    this.#fence = undefined;
    const timer = new AbortController();
    await Promise.race([link.ended, clock.sleep(CLOSE_MS, timer.signal).catch(() => {})]);
    timer.abort();
    if (link.end === undefined) this.#letGo();
  }
}

function textVerb(text: string): string {
  return `text ${Buffer.byteLength(text)}\n${text}`;
}

/** JSON without its closing brace: the host adds pid and boot id. */
function holderText(lock: Lock): string {
  const { actor, runUrl, runId, since } = lock.holder;
  return JSON.stringify({ actor, runUrl, runId, since }).slice(0, -1);
}
