import { randomUUID } from 'node:crypto';
import type { Log } from './log.ts';
import type { Redactor } from './masking.ts';

const MAX_ANNOTATIONS = 8;
const MAX_MESSAGE = 4096;

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** Control characters become visible; a carriage return would overwrite the line, an escape would colour the log. */
export function visible(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what this looks for
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** No line of ours is ever a workflow command by accident, whatever text stands in it. */
function harmless(line: string): string {
  return line.replace(/^(\s*)::/, '$1: :').replaceAll('##[', '# #[');
}

/** The job log of a run. GitHub keeps 10 annotations per kind; 8 are given and the rest is counted. */
export class ActionLog implements Log {
  readonly #write: (text: string) => void;
  readonly #redactor: Redactor;
  readonly #counts = new Map<string, number>();

  constructor(write: (text: string) => void, redactor: Redactor) {
    this.#write = write;
    this.#redactor = redactor;
  }

  info(line: string): void {
    for (const one of line.split('\n')) this.#write(`${harmless(visible(this.#redactor.redact(one)))}\n`);
  }

  debug(line: string): void {
    this.#write(`::debug::${escapeData(this.#redactor.redact(line))}\n`);
  }

  notice(message: string, title?: string): void {
    this.#annotate('notice', message, title);
  }

  warning(message: string, title?: string): void {
    this.#annotate('warning', message, title);
  }

  error(message: string, title?: string): void {
    this.#annotate('error', message, title);
  }

  async group<T>(title: string, body: () => Promise<T>): Promise<T> {
    this.#write(`::group::${escapeData(this.#redactor.redact(title))}\n`);
    try {
      return await body();
    } finally {
      this.#write('::endgroup::\n');
    }
  }

  foreign(prefix: string, text: string): void {
    const token = randomUUID();
    const lines = this.#redactor.redact(text.replaceAll('\r\n', '\n')).split('\n').map((line) => `  ${prefix} | ${visible(line)}\n`);
    this.#write(`::stop-commands::${token}\n${lines.join('')}::${token}::\n`);
  }

  /** The verdict's annotation always gets its place, however many came before. */
  last(kind: 'error' | 'warning', message: string, title: string): void {
    for (const [name, count] of this.#counts) if (count > MAX_ANNOTATIONS) this.#write(`::${name}::${count - MAX_ANNOTATIONS} more of this kind stand in the log.\n`);
    this.#command(kind, message, title);
  }

  #annotate(kind: string, message: string, title: string | undefined): void {
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    if (count > MAX_ANNOTATIONS) this.info(`${kind}: ${message}`);
    else this.#command(kind, message, title);
  }

  #command(kind: string, message: string, title: string | undefined): void {
    const text = this.#redactor.redact(message);
    const cut = text.length > MAX_MESSAGE ? `${text.slice(0, MAX_MESSAGE - 1)}…` : text;
    this.#write(`::${kind}${title === undefined ? '' : ` title=${escapeProperty(this.#redactor.redact(title))}`}::${escapeData(cut)}\n`);
  }
}
