import { CancelledError, UserError, type Clock } from '@ops/shared';
import type { Capture } from './capture.ts';
import type { Link, LinkEnd, Message } from './link.ts';
import type { Refusal } from './lock-holder.ts';
import { lostError, type LostWork } from './lost.ts';
import type { Batch, HostTarget } from './session.ts';

/** How long an aborted run waits for the host to say that the batch is ended; `run` promises to reject within 2 s. */
const KILL_ANSWER_MS = 1_500;

/** What an exchange needs of its session. */
export interface Host {
  readonly target: HostTarget;
  readonly link: Link;
  readonly clock: Clock;
  /** Words for a link that ended before the supervisor spoke. */
  readonly failure: ((end: LinkEnd) => UserError) | undefined;
  /** The lock was taken under this number. */
  locked(fence: number): void;
  /** The host is on its own from now on; every later batch gets this error. */
  leave(error: UserError): void;
}

/** How a run is cancelled. */
export interface Cancel {
  /** For the message: what was going on. */
  readonly doing: string;
  readonly signal: AbortSignal | undefined;
  readonly aborted: Promise<void>;
}

/** What one try of a batch came to. */
export type Answer =
  | { readonly kind: 'exit'; readonly exit: number; readonly timedOut: boolean }
  | { readonly kind: 'busy'; readonly refusal: Refusal }
  | { readonly kind: 'failed'; readonly error: UserError };

/** The answers of the supervisor to one batch, and what becomes of it when the link is lost or the run is cancelled. */
export class Exchange {
  readonly #host: Host;
  readonly #batch: Batch;
  readonly #work: LostWork;
  readonly #cancel: Cancel;

  constructor(host: Host, batch: Batch, work: LostWork, cancel: Cancel) {
    this.#host = host;
    this.#batch = batch;
    this.#work = work;
    this.#cancel = cancel;
  }

  /** Streams the payload. Throws when the link is lost or the run is cancelled meanwhile. */
  async upload(payload: NonNullable<Batch['payload']>): Promise<void> {
    const { link } = this.#host;
    link.write(`data ${payload.bytes}\n`);
    const sent = link.send(payload.file, payload.bytes);
    sent.catch(() => {}); // when the abort wins, its end is of no interest
    const won = await Promise.race([sent, this.#cancel.aborted.then(() => 'aborted' as const)]);
    if (won === 'aborted') throw this.#abandon();
    if (link.end !== undefined) throw await this.#lost();
  }

  /** The answer to `lock`: undefined when it was taken. `file` holds what the host showed of lock.json. */
  async readLock(file: Capture): Promise<Answer | undefined> {
    const { target } = this.#host;
    const { word, rest } = await this.next();
    switch (word) {
      case 'locked':
        this.#host.locked(Number.parseInt(rest, 10));
        return undefined;
      case 'busy':
        return { kind: 'busy', refusal: { lockJson: file.text(), live: rest === 'live' } };
      case 'unlockable':
        return {
          kind: 'failed',
          error: new UserError({
            reason: 'preflight',
            message: `${target.name}: ${target.path}/.deploy cannot be created or written by the user of this session.`,
            remedy: `Create ${target.path} on the host and give it to that user.`,
          }),
        };
      default:
        throw new Error(`${target.name}: unexpected answer to lock: ${word} ${rest}`);
    }
  }

  /** The answer to `run`. */
  async readExit(): Promise<Answer> {
    const { name } = this.#host.target;
    const { title, payload } = this.#batch;
    const { word, rest } = await this.next();
    const [first = '', second = ''] = rest.split(' ');
    if (word === 'exit') return { kind: 'exit', exit: Number.parseInt(first, 10), timedOut: second === 'timeout' };
    if (word !== 'refused') throw new Error(`${name}: unexpected answer to run: ${word} ${rest}`);
    if (first === 'payload') {
      throw new UserError({ reason: 'no-room', message: `${name}: the ${payload?.bytes ?? 0} bytes of ${title} could not be stored on the host.`, remedy: 'Free space on the host and run again; nothing was changed by this step.' });
    }
    const why = first === 'fence' ? `a newer run (number ${second} in the journal) has worked on this host since` : 'this session does not hold the lock';
    throw new UserError({ reason: 'lock', message: `${name}: ${title} was refused: ${why}.`, remedy: 'Run again.' });
  }

  /** The next message. Throws when the link is lost or the run is cancelled. */
  async next(): Promise<Message> {
    for (;;) {
      const message = await this.#host.link.next(this.#cancel.aborted);
      if (message?.word === 'hi') continue;
      if (message !== undefined) return message;
      if (this.#host.link.end !== undefined) throw await this.#lost();
      throw await this.#cancelled();
    }
  }

  /** A critical batch is left to the host; another is ended, and when the host confirms that in time the session lives on. */
  async #cancelled(): Promise<UserError> {
    const { link, clock } = this.#host;
    if (this.#work.critical) return this.#abandon();
    link.write('kill\n');
    const timer = new AbortController();
    const late = clock.sleep(KILL_ANSWER_MS, timer.signal).catch(() => {});
    for (;;) {
      const message = await link.next(late);
      if (message === undefined) return this.#abandon();
      if (message.word === 'locked') this.#host.locked(Number.parseInt(message.rest, 10));
      if (message.word !== 'exit' && message.word !== 'refused') continue;
      timer.abort();
      return new CancelledError(this.#cancel.doing);
    }
  }

  #abandon(): UserError {
    const error = new CancelledError(this.#cancel.doing);
    this.#host.leave(error);
    return error;
  }

  async #lost(): Promise<UserError> {
    const { link, failure, target } = this.#host;
    const end = await link.ended;
    // The greeting travels with the first answer. ssh itself ends with 255, or with what a login shell that runs nothing returns.
    const killed = end.exit > 128 && end.exit < 255;
    const error = !end.greeted && !killed && failure !== undefined ? failure(end) : lostError(target, this.#work, end);
    this.#host.leave(error);
    return error;
  }
}
