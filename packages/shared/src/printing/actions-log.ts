import type { Log, LogPlace } from '../log.ts';
import { looksLikeCommand, workflowCommand } from './command.ts';
import type { Redactor } from './redactor.ts';
import { visibleLines } from './visible.ts';

type Kind = 'notice' | 'warning' | 'error';

/** GitHub keeps 10 of a kind and step: 8, the verdict, and the one that counts the rest. */
const ANNOTATIONS_PER_KIND = 8;
const ANNOTATION_CHARACTERS = 4096;

/** The log of a step. Whatever is printed has passed the redactor and cannot act as a command. */
export class ActionsLog implements Log {
  readonly #write: (text: string) => void;
  readonly #redactor: Redactor;
  readonly #token: () => string;
  readonly #count: Record<Kind, number> = { notice: 0, warning: 0, error: 0 };
  #groupOpen = false;

  /** `token` makes a fresh random word for each fence. */
  constructor(write: (text: string) => void, redactor: Redactor, token: () => string) {
    this.#write = write;
    this.#redactor = redactor;
    this.#token = token;
  }

  info(line: string): void {
    this.#print(this.#clean(line));
  }

  debug(line: string): void {
    for (const one of this.#clean(line)) this.#write(`${workflowCommand('debug', one)}\n`);
  }

  notice(message: string, title?: string, place?: LogPlace): void {
    this.#annotate('notice', message, title, place);
  }

  warning(message: string, title?: string, place?: LogPlace): void {
    this.#annotate('warning', message, title, place);
  }

  error(message: string, title?: string, place?: LogPlace): void {
    this.#annotate('error', message, title, place);
  }

  /** The last word: always an annotation, whatever came before. */
  verdict(message: string, title: string): void {
    this.#command('error', message, title);
  }

  /** Says how many annotations were only printed. */
  countRest(): void {
    for (const kind of ['notice', 'warning', 'error'] as const) {
      const rest = this.#count[kind] - ANNOTATIONS_PER_KIND;
      if (rest > 0) this.#command(kind, `${rest} more of this kind; all are in the log of the step.`, 'More');
    }
  }

  /** GitHub does not nest groups: one inside another, or beside it, prints its title as a line. */
  async group<T>(title: string, body: () => Promise<T>): Promise<T> {
    if (this.#groupOpen) {
      this.info(title);
      return await body();
    }
    this.#groupOpen = true;
    this.#write(`${workflowCommand('group', this.#clean(title).join(' '))}\n`);
    try {
      return await body();
    } finally {
      this.#groupOpen = false;
      this.#write('::endgroup::\n');
    }
  }

  foreign(prefix: string, text: string): void {
    const before = prefix === '' ? '' : `${this.#clean(prefix).join(' ')} | `;
    this.#print(this.#clean(text).map((line) => before + line), before !== '');
  }

  #annotate(kind: Kind, message: string, title: string | undefined, place: LogPlace | undefined): void {
    this.#count[kind] += 1;
    if (this.#count[kind] <= ANNOTATIONS_PER_KIND) this.#command(kind, message, title, place);
    else this.#print(this.#clean(`${kind}: ${message}${place === undefined ? '' : ` (${place.file}:${place.line})`}`));
  }

  #command(kind: Kind, message: string, title: string | undefined, place?: LogPlace): void {
    const text = this.#clean(message).join('\n');
    const cut = text.length > ANNOTATION_CHARACTERS ? `${text.slice(0, ANNOTATION_CHARACTERS - 1).toWellFormed()}…` : text;
    const where = place === undefined ? {} : { file: this.#clean(place.file).join(' '), line: String(place.line), col: place.column === undefined ? undefined : String(place.column) };
    this.#write(`${workflowCommand(kind, cut, { ...where, title: title === undefined ? undefined : this.#clean(title).join(' ') })}\n`);
  }

  /** Terminal sequences go first: one of them in the middle of a secret must not hide it from the redactor. */
  #clean(text: string): string[] {
    return this.#redactor.redact(visibleLines(text).join('\n')).split('\n');
  }

  /** Fences only where the runner could see a command: the fence itself shows in the log. */
  #print(lines: readonly string[], foreign = false): void {
    const body = `${lines.join('\n')}\n`;
    if (!lines.some((line) => looksLikeCommand(line) || (foreign && line.includes('::')))) {
      this.#write(body);
      return;
    }
    const token = this.#token();
    this.#write(`${workflowCommand('stop-commands', token)}\n${body}${workflowCommand(token, '')}\n`);
  }
}
