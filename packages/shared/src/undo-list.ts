import type { Cleanup, Clock } from './deps.ts';
import { asError } from './errors.ts';

interface Step {
  readonly title: string;
  readonly undo: () => Promise<void> | void;
}

/** Undo steps of a run; newest first, each once, each bounded. */
export class UndoList implements Cleanup {
  readonly #steps: Step[] = [];

  defer(title: string, undo: () => Promise<void> | void): void {
    this.#steps.push({ title, undo });
  }

  /**
   * Runs all; returns a sentence for each that failed or took longer than `limitMs()`, which is asked before each
   * step. A step is started even when no time is left: most undo at once, and nobody else would.
   */
  async run(clock: Pick<Clock, 'sleep'>, limitMs: () => number): Promise<readonly string[]> {
    const failures: string[] = [];
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      const failure = await bounded(step, clock, limitMs());
      if (failure !== undefined) failures.push(failure);
    }
    return failures;
  }
}

async function bounded({ title, undo }: Step, clock: Pick<Clock, 'sleep'>, limitMs: number): Promise<string | undefined> {
  const stop = new AbortController();
  const late = clock.sleep(limitMs, stop.signal).then(() => `${title}: did not end within ${Math.round(limitMs)} ms`, () => undefined);
  const done = Promise.resolve().then(undo).then(() => undefined, (thrown: unknown) => `${title}: ${asError(thrown).message}`);
  const failure = await Promise.race([done, late]);
  stop.abort();
  return failure;
}
