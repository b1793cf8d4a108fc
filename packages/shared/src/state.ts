import type { StateStore } from './deps.ts';
import { appendEntries } from './printing/command-file.ts';
import type { Redactor } from './printing/redactor.ts';
import type { Env } from './real-deps.ts';

/** State for the post step, written at once: a run that is killed a moment later has saved it. */
export class FileState implements StateStore {
  readonly #env: Env;
  readonly #redactor: Redactor;
  readonly #token: () => string;

  constructor(env: Env, redactor: Redactor, token: () => string) {
    this.#env = env;
    this.#redactor = redactor;
    this.#token = token;
  }

  save(key: string, value: unknown): void {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    if (this.#redactor.finds(text)) throw new Error(`The state ${key} would hold a secret; state shows in debug logs.`);
    appendEntries(this.#env, 'GITHUB_STATE', [[key, text]], this.#token);
  }
}
