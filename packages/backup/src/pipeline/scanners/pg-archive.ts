import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { messageOf } from '../message.ts';
import { roomIn } from '../room.ts';
import type { Check } from '../../check.ts';
import { CopyCounter } from './copy-counter.ts';
import type { Findings, Scanner } from './scanner.ts';

const HEADER_BYTES = 11;
const MAGIC = 'PGDMP';
const FORMAT_AT = 10;
const CUSTOM = 1;
const STDERR_CHARS = 4096;

/**
 * Looks at a custom-format archive of pg_dump. The archive itself has no trailer and nothing that could be counted, so it is
 * also given to `pg_restore -f -`, when there is one: that reads every block, and its SQL is counted.
 */
export class PgArchiveScanner implements Scanner {
  readonly #header = Buffer.alloc(HEADER_BYTES);
  readonly #counter = new CopyCounter();
  readonly #restore: ChildProcessWithoutNullStreams | undefined;
  readonly #ended: Promise<string | undefined> | undefined;
  #bytes = 0;
  #broken = false;

  constructor(pgRestore: string | undefined) {
    if (pgRestore === undefined) return;
    const child = spawn(pgRestore, ['-f', '-']);
    this.#restore = child;
    child.stdin.on('error', () => { this.#broken = true; });
    this.#ended = ended(child, (chunk) => this.#counter.push(chunk));
  }

  async push(chunk: Buffer): Promise<void> {
    if (this.#bytes < HEADER_BYTES) chunk.copy(this.#header, this.#bytes);
    this.#bytes += chunk.length;
    const stdin = this.#restore?.stdin;
    // What pg_restore has to say about it is asked at the end; the archive goes on to be hashed.
    if (stdin === undefined || this.#broken || stdin.destroyed || stdin.write(chunk)) return;
    await roomIn(stdin);
  }

  async end(): Promise<Findings> {
    this.#restore?.stdin.end();
    const failure = await this.#ended;
    const problems = this.#bytes === 0 ? [] : headerProblems(this.#header.subarray(0, Math.min(this.#bytes, HEADER_BYTES)));
    if (failure !== undefined && this.#bytes > 0) problems.push(`pg_restore cannot read the archive: ${failure}`);
    if (!this.#counter.end()) problems.push('The archive ends inside the rows of a table.');
    const objects = [...this.#counter.objects].map(([kind, names]) => [kind, [...names].sort()]);
    return { trailers: undefined, inventory: Object.fromEntries(objects), tables: this.#counter.tables(), sequences: this.#counter.sequences(), longestStatement: 0, notRun: this.#restore === undefined ? NOT_READ : [], problems };
  }

  close(): void {
    this.#restore?.kill('SIGKILL');
  }
}

const NOT_READ: readonly Check[] = ['objects', 'rows'].map((name) => ({ name, result: 'not-run', why: 'There is no pg_restore of the archive\'s major or a newer one here, so nobody could look into the archive.' }));

function headerProblems(header: Buffer): string[] {
  if (header.toString('latin1', 0, MAGIC.length) !== MAGIC) return ['The archive does not begin with PGDMP.'];
  const version = `${header[5] ?? 0}.${header[6] ?? 0}`;
  if (header[5] !== 1) return [`The archive has format version ${version}, which no known pg_dump writes.`];
  return header[FORMAT_AT] === CUSTOM ? [] : [`The archive is not in custom format (its format number is ${header[FORMAT_AT] ?? 'missing'}).`];
}

/** Undefined when it exited with 0, else why not. Never rejects. */
async function ended(child: ChildProcessWithoutNullStreams, onData: (chunk: Buffer) => void): Promise<string | undefined> {
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => { said = (said + text).slice(-STDERR_CHARS); });
  child.stdout.on('data', onData);
  try {
    const [code, signal] = await once(child, 'close');
    if (code === 0) return undefined;
    return `${signal === null ? `exit ${String(code)}` : `killed by ${String(signal)}`}${said.trim() === '' ? '' : `, ${said.trim().split('\n').at(-1) ?? ''}`}`;
  } catch (thrown) {
    return messageOf(thrown);
  }
}
