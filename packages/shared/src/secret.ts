import { inspect } from 'node:util';

const REDACTED = '[secret]';

/**
 * A value that must never be printed. String conversion, JSON and `console.log` all show
 * `[secret]`; only `reveal()` gives the text, so every use stands out in review.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The secret itself: for a 0600 file, a request header or a child's environment, never for argv. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}
