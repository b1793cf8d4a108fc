import { asError, CancelledError } from './errors.ts';

type EndEvent = 'SIGINT' | 'SIGTERM' | 'uncaughtException' | 'unhandledRejection' | 'beforeExit';

/** The part of node's `process` that tells of the end. */
export interface SignalHost {
  on(event: EndEvent, listener: (what: unknown) => void): unknown;
  off(event: EndEvent, listener: (what: unknown) => void): unknown;
}

/** Listens for the platform's wish to end, and for errors that nobody caught, for as long as a run lives. */
export class Ending implements Disposable {
  readonly #host: SignalHost;
  readonly #abort = new AbortController();
  readonly #lost = Promise.withResolvers<Error>();
  readonly #late = Promise.withResolvers<'late'>();
  #deadline: number | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** `budgetMs`: from the signal until the run counts as late. `onCancel` is called once. */
  constructor(host: SignalHost, budgetMs: number, onCancel: () => void) {
    this.#host = host;
    this.#cancel = () => {
      if (this.#abort.signal.aborted) return;
      this.#deadline = performance.now() + budgetMs;
      // Keeps node alive: a run that waits for nothing must still come to its end.
      this.#timer = setTimeout(() => this.#late.resolve('late'), budgetMs);
      onCancel();
      this.#abort.abort(new CancelledError('the action was running'));
    };
    this.#uncaught = (thrown) => this.#lost.resolve(asError(thrown));
    this.#idle = () => this.#lost.resolve(new Error('The action waits for something that never comes.'));
    for (const [event, listener] of this.#listeners()) host.on(event, listener);
  }

  #listeners(): readonly (readonly [EndEvent, (what: unknown) => void])[] {
    return [['SIGINT', this.#cancel], ['SIGTERM', this.#cancel], ['uncaughtException', this.#uncaught], ['unhandledRejection', this.#uncaught], ['beforeExit', this.#idle]];
  }

  readonly #cancel: () => void;
  readonly #uncaught: (thrown: unknown) => void;
  readonly #idle: () => void;

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Resolves when the run has used up the time after a cancel. */
  get late(): Promise<'late'> {
    return this.#late.promise;
  }

  /** Resolves with an error that was thrown where nobody caught it. */
  get lost(): Promise<Error> {
    return this.#lost.promise;
  }

  /** Milliseconds until the run counts as late, negative after that; undefined without a cancel. */
  leftMs(): number | undefined {
    return this.#deadline === undefined ? undefined : this.#deadline - performance.now();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    for (const [event, listener] of this.#listeners()) this.#host.off(event, listener);
  }
}
