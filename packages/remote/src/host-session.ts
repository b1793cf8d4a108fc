import { CancelledError, UserError, type Clock } from '@ops/shared';
import { batchText } from './batch-text.ts';
import { Capture } from './capture.ts';
import type { Link, LinkEnd, Message } from './link.ts';
import { lockError, type Refusal } from './lock-holder.ts';
import { lostError, type LostWork } from './lost.ts';
import type { Batch, BatchResult, HostTarget, Session } from './session.ts';

const LOCK_POLL_MS = 1_000;
/** How long an aborted run waits for the host to say that the batch is ended; `run` promises to reject within 2 s. */
const KILL_ANSWER_MS = 1_500;
const CLOSE_MS = 5_000;

type Lock = NonNullable<Batch['lock']>;

/** What one try of a batch came to. */
type Answer =
  | { readonly kind: 'exit'; readonly exit: number; readonly timedOut: boolean }
  | { readonly kind: 'busy'; readonly refusal: Refusal };

/** The runner's side of a session. Batches wait for each other; each is one exchange with the supervisor. */
export class HostSession implements Session {
  readonly target: HostTarget;
  readonly failure: ((end: LinkEnd) => UserError) | undefined;
  readonly #link: Link;
  readonly #clock: Clock;
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

  constructor(target: HostTarget, link: Link, clock: Clock, failure: HostSession['failure'], greetingMs: number) {
    this.target = target;
    this.failure = failure;
    this.#link = link;
    this.#clock = clock;
    void this.#awaitGreeting(greetingMs);
  }

  get roundTrips(): number {
    return this.#roundTrips;
  }

  get fence(): number | undefined {
    return this.#fence;
  }

  /** Process id of the local end: ssh, or the supervisor itself. */
  get pid(): number {
    return this.#link.pid;
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
      if (this.#fence === undefined || this.#left !== undefined) return;
      this.#fence = undefined;
      this.#link.write('unlock\n');
      for (;;) {
        const message = await this.#link.next();
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
      return await this.#exchange(batch, { doing, signal, aborted: aborted.promise });
    } finally {
      this.#running = false;
      this.#link.onData = () => {};
      signal?.removeEventListener('abort', onAbort);
    }
  }

  async #exchange(batch: Batch, cancel: Cancel): Promise<BatchResult> {
    const began = this.#clock.monotonic();
    const lock = this.#fence === undefined ? batch.lock : undefined;
    const text = batchText(batch.script, batch.values, batch.secrets);
    for (;;) {
      const out = new Capture(batch.onOutput && ((part) => batch.onOutput?.('stdout', part)));
      const err = new Capture(batch.onOutput && ((part) => batch.onOutput?.('stderr', part)));
      const file = new Capture();
      this.#link.onData = (stream, bytes) => (stream === 'stdout' ? out : stream === 'stderr' ? err : file).add(bytes);
      const sentAt = this.#clock.monotonic();
      const answer = await this.#try(batch, text, lock, file, cancel);
      if (answer.kind === 'exit') {
        return {
          exit: answer.exit, stdout: out.text(), stderr: err.text(), timedOut: answer.timedOut,
          ms: Math.round(this.#clock.monotonic() - sentAt),
          ...(lock === undefined || this.#fence === undefined ? {} : { fence: this.#fence }),
        };
      }
      const waited = this.#clock.monotonic() - began;
      if (waited >= (lock?.waitMs ?? 0)) throw lockError(this.target, answer.refusal, waited);
      await this.#clock.sleep(Math.min(LOCK_POLL_MS, Math.max(50, (lock?.waitMs ?? 0) - waited)), cancel.signal);
    }
  }

  /** Sends the batch and what must go before it, without waiting in between, and reads the answers. */
  async #try(batch: Batch, text: string, lock: Lock | undefined, file: Capture, cancel: Cancel): Promise<Answer> {
    const { title, critical, payload } = batch;
    const lost: LostWork = { title, critical, locked: this.#fence !== undefined || lock !== undefined, armed: this.#armed };
    const wanted = lock !== undefined && this.#fence === undefined ? `lock ${holderText(lock)}\n` : '';
    this.#link.write(this.#pending + wanted);
    if (this.#pending !== '') this.#armedOnHost = this.#armed !== undefined;
    this.#pending = '';
    if (payload !== undefined) {
      if (wanted !== '') {
        // A lock that is refused must not cost an upload.
        const refusal = await this.#readLock(file, lost, cancel);
        if (refusal !== undefined) return { kind: 'busy', refusal };
      }
      await this.#upload(payload, lost, cancel);
    }
    const need = lock !== undefined || this.#fence !== undefined ? `locked ${this.#fence ?? '-'}` : 'plain -';
    const seconds = Math.max(1, Math.ceil(batch.timeoutMs / 1000));
    this.#link.write(`${textVerb(text)}run ${critical ? 'critical' : 'free'} ${seconds} ${need} ${JSON.stringify(title)}\n`);
    if (wanted !== '' && payload === undefined) {
      const refusal = await this.#readLock(file, lost, cancel);
      if (refusal !== undefined) {
        await this.#next(lost, cancel); // the batch that went along is refused too
        return { kind: 'busy', refusal };
      }
    }
    return this.#readExit(batch, lost, cancel);
  }

  async #upload(payload: NonNullable<Batch['payload']>, lost: LostWork, cancel: Cancel): Promise<void> {
    this.#link.write(`data ${payload.bytes}\n`);
    const sent = this.#link.send(payload.file, payload.bytes);
    sent.catch(() => {});
    const won = await Promise.race([sent, cancel.aborted.then(() => 'aborted' as const)]);
    if (won === 'aborted') throw this.#leave(lost, cancel);
    if (this.#link.end !== undefined) throw await this.#lost(lost);
  }

  /** Reads the answer to `lock`; returns why it was refused. */
  async #readLock(file: Capture, lost: LostWork, cancel: Cancel): Promise<Refusal | undefined> {
    const message = await this.#next(lost, cancel);
    switch (message.word) {
      case 'locked':
        this.#fence = Number.parseInt(message.rest, 10);
        return undefined;
      case 'busy':
        return { lockJson: file.text(), live: message.rest === 'live' };
      case 'unlockable':
        throw new UserError({
          reason: 'preflight',
          message: `${this.target.name}: ${this.target.path}/.deploy cannot be created or written by the user of this session.`,
          remedy: `Create ${this.target.path} on the host and give it to that user.`,
        });
      default:
        throw new Error(`${this.target.name}: unexpected answer to lock: ${message.word} ${message.rest}`);
    }
  }

  async #readExit(batch: Batch, lost: LostWork, cancel: Cancel): Promise<Answer> {
    const { word, rest } = await this.#next(lost, cancel);
    const [first = '', second = ''] = rest.split(' ');
    if (word === 'exit') {
      this.#roundTrips += 1;
      return { kind: 'exit', exit: Number.parseInt(first, 10), timedOut: second === 'timeout' };
    }
    const { name } = this.target;
    if (word === 'refused' && first === 'payload') {
      throw new UserError({ reason: 'no-room', message: `${name}: the ${batch.payload?.bytes ?? 0} bytes of ${batch.title} could not be stored on the host.`, remedy: 'Free space on the host and run again; nothing was changed by this step.' });
    }
    if (word === 'refused') {
      throw new UserError({ reason: 'lock', message: `${name}: ${batch.title} was refused: ${first === 'fence' ? `a newer run (number ${second} in the journal) has worked on this host since` : 'this session no longer holds the lock'}.`, remedy: 'Run again.' });
    }
    throw new Error(`${name}: unexpected answer to run: ${word} ${rest}`);
  }

  /** The next answer. Throws when the link is lost or the run is cancelled. */
  async #next(lost: LostWork, cancel: Cancel): Promise<Message> {
    for (;;) {
      const message = await this.#link.next(cancel.aborted);
      if (message !== undefined && message.word !== 'hi') return message;
      if (message !== undefined) continue;
      if (this.#link.end !== undefined) throw await this.#lost(lost);
      throw await this.#cancel(lost, cancel);
    }
  }

  /** Aborted: a critical batch is left to the host, another is ended; when the host confirms that in time the session lives on. */
  async #cancel(lost: LostWork, cancel: Cancel): Promise<UserError> {
    if (lost.critical || !this.#link.greeted) return this.#leave(lost, cancel);
    this.#link.write('kill\n');
    const timer = new AbortController();
    const late = this.#clock.sleep(KILL_ANSWER_MS, timer.signal).catch(() => {});
    for (;;) {
      const message = await this.#link.next(late);
      if (message === undefined) return this.#leave(lost, cancel);
      if (message.word === 'locked') this.#fence = Number.parseInt(message.rest, 10);
      if (message.word !== 'exit' && message.word !== 'refused') continue;
      timer.abort();
      return new CancelledError(cancel.doing);
    }
  }

  #leave(lost: LostWork, cancel: Cancel): UserError {
    this.#left = new CancelledError(cancel.doing);
    this.#fence = undefined;
    this.#letGo();
    void lost;
    return this.#left;
  }

  #letGo(): void {
    this.#greeting.abort();
    if (this.target.address.kind === 'local') this.#link.release();
    else this.#link.kill();
  }

  async #lost(lost: LostWork): Promise<UserError> {
    const end = await this.#link.ended;
    this.#fence = undefined;
    this.#left ??= !end.greeted && this.failure !== undefined ? this.failure(end) : lostError(this.target, lost, end);
    return this.#left;
  }

  async #awaitGreeting(ms: number): Promise<void> {
    void this.#link.ended.then(() => this.#greeting.abort());
    try {
      await this.#clock.sleep(ms, this.#greeting.signal);
    } catch {
      return;
    }
    if (!this.#link.greeted) this.#link.kill();
  }

  async #close(): Promise<void> {
    this.#greeting.abort();
    if (this.#link.end !== undefined) return;
    // Something armed or running must not be given up by a polite `quit`: the end of input makes the host see to it.
    if (this.#left === undefined && !this.#running && !(this.#armedOnHost && this.#armed !== undefined)) this.#link.write('disarm\nquit\n');
    this.#link.hangUp();
    this.#fence = undefined;
    const timer = new AbortController();
    await Promise.race([this.#link.ended, this.#clock.sleep(CLOSE_MS, timer.signal).catch(() => {})]);
    timer.abort();
    if (this.#link.end === undefined) this.#letGo();
  }
}

interface Cancel {
  /** For the message: what was going on. */
  readonly doing: string;
  readonly signal: AbortSignal | undefined;
  readonly aborted: Promise<void>;
}

function textVerb(text: string): string {
  return `text ${Buffer.byteLength(text)}\n${text}`;
}

/** JSON without its closing brace: the host adds pid and boot id. */
function holderText(lock: Lock): string {
  const { actor, runUrl, runId, since } = lock.holder;
  return JSON.stringify({ actor, runUrl, runId, since }).slice(0, -1);
}
