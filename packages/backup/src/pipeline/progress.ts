import type { Progress } from './artifact.ts';

const REPORT_MS = 250;
const STALL_MS = 30_000;
const LOOK_MS = 1_000;

/** Who is waited for: the dumper for bytes, the tap or the store to take them. */
export type Waiting = 'dumper' | 'tap' | 'store' | 'nobody';

/** Counts what moves, tells it a few times a second, and says who is waited for when nothing moved for 30 s. */
export class Meter {
  readonly #now: () => number;
  readonly #report: (progress: Omit<Progress, 'artifact'>) => void;
  readonly #timer: NodeJS.Timeout;
  #waiting: Waiting = 'dumper';
  #read = 0;
  #stored = 0;
  #movedMs: number;
  #reportedMs: number;
  #stalledMs: number;

  constructor(report: (progress: Omit<Progress, 'artifact'>) => void, now: () => number) {
    this.#report = report;
    this.#now = now;
    this.#movedMs = this.#reportedMs = this.#stalledMs = now();
    this.#timer = setInterval(() => this.look(), LOOK_MS);
    this.#timer.unref();
  }

  waitFor(waiting: Waiting): void {
    this.#waiting = waiting;
  }

  moved(readBytes: number, storedBytes: number): void {
    const now = this.#now();
    this.#read = readBytes;
    this.#stored = storedBytes;
    this.#movedMs = this.#stalledMs = now;
    if (now - this.#reportedMs < REPORT_MS) return;
    this.#reportedMs = now;
    this.#report({ readBytes, storedBytes });
  }

  /** Called every second. */
  look(): void {
    const now = this.#now();
    if (this.#waiting === 'nobody' || now - this.#movedMs < STALL_MS || now - this.#stalledMs < STALL_MS) return;
    this.#stalledMs = now;
    this.#report({ readBytes: this.#read, storedBytes: this.#stored, stalled: this.#waiting });
  }

  /** Tells the last count. */
  stop(): void {
    clearInterval(this.#timer);
    this.#report({ readBytes: this.#read, storedBytes: this.#stored });
  }
}
