import type { Log } from '@ops/shared';
import type { Progress } from '../pipeline/artifact.ts';
import { shownSize } from '../size.ts';

const LINE_EVERY_MS = 10_000;
const STALLED_AFTER_MS = 30_000;

/**
 * Lines like `dump 1.42 GiB read, 268 MiB stored, 96 MiB/s, 31 %, ETA 2m10s` every 10 s, over all artifacts of a run;
 * `stalled` when no byte came for 30 s.
 */
export class ProgressLines implements Disposable {
  readonly #clock: { monotonic(): number };
  readonly #log: Pick<Log, 'info' | 'warning'>;
  readonly #verb: string;
  readonly #expectedStoredBytes: number | undefined;
  readonly #parts = new Map<string, Progress>();
  readonly #began: number;
  readonly #timer: NodeJS.Timeout;
  #movedAt: number;
  #stalled = false;

  constructor(verb: string, expectedStoredBytes: number | undefined, clock: { monotonic(): number }, log: Pick<Log, 'info' | 'warning'>) {
    this.#clock = clock;
    this.#log = log;
    this.#verb = verb;
    this.#expectedStoredBytes = expectedStoredBytes;
    this.#began = clock.monotonic();
    this.#movedAt = this.#began;
    this.#timer = setInterval(() => this.tick(), LINE_EVERY_MS);
    this.#timer.unref();
  }

  note(progress: Progress): void {
    const before = this.#parts.get(progress.artifact);
    this.#parts.set(progress.artifact, progress);
    if (before?.readBytes === progress.readBytes && before.storedBytes === progress.storedBytes) return;
    this.#movedAt = this.#clock.monotonic();
    this.#stalled = false;
  }

  tick(): void {
    const now = this.#clock.monotonic();
    if (now - this.#movedAt >= STALLED_AFTER_MS) {
      if (!this.#stalled) this.#log.warning(`${this.#verb}: stalled, no byte for ${Math.round((now - this.#movedAt) / 1000)} s; ${this.#where()}.`);
      this.#stalled = true;
      return;
    }
    this.#log.info(this.line(now));
  }

  line(now: number): string {
    const [read, stored] = this.#totals();
    const seconds = Math.max(0.001, (now - this.#began) / 1000);
    const parts = [`${this.#verb} ${shownSize(read)} read`, `${shownSize(stored)} stored`, `${shownSize(read / seconds)}/s`];
    const expected = this.#expectedStoredBytes ?? 0;
    if (expected > stored && stored > 0) {
      parts.push(`${Math.floor((stored / expected) * 100)} %`, `ETA ${shownSeconds(((expected - stored) / stored) * seconds)}`);
    }
    return parts.join(', ');
  }

  #totals(): readonly [number, number] {
    let [read, stored] = [0, 0];
    for (const part of this.#parts.values()) {
      read += part.readBytes;
      stored += part.storedBytes;
    }
    return [read, stored];
  }

  #where(): string {
    const [read, stored] = this.#totals();
    return read === 0 && stored === 0 ? 'the database has not sent anything yet: it may wait for a lock' : 'the database sends nothing, or the store takes nothing';
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** `45s`, `2m10s`, `1h05m`. */
export function shownSeconds(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, '0')}s`;
  return `${Math.floor(whole / 3600)}h${String(Math.floor((whole % 3600) / 60)).padStart(2, '0')}m`;
}
