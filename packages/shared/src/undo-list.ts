import { asError } from './errors.ts';
import type { Cleanup, Clock } from './deps.ts';

/** Undo steps of a run; newest first, each once, each bounded. */
export class UndoList implements Cleanup {
  #steps: { readonly title: string; readonly undo: () => Promise<void> | void }[] = [];

  defer(title: string, undo: () => Promise<void> | void): void {
    this.#steps.push({ title, undo });
  }

  /** Runs all; returns a sentence for each that failed or took longer than `limitMs`. Later calls do only what is new. */
  async run(clock: Pick<Clock, 'sleep'>, limitMs: number): Promise<readonly string[]> {
    const failures: string[] = [];
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      const { title, undo } = step;
      const stop = new AbortController();
      try {
        await Promise.race([Promise.resolve().then(undo), clock.sleep(limitMs, stop.signal).then(() => { throw new Error(`took longer than ${limitMs} ms`); })]);
      } catch (thrown) {
        failures.push(`${title}: ${asError(thrown).message}`);
      } finally {
        stop.abort();
      }
    }
    return failures;
  }
}
