import { createHash, type Hash } from 'node:crypto';
import type { ObjectKind, TableData } from '../../inventory.ts';
import { SqlLexer } from './sql-lexer.ts';
import { createdObject, insertTarget, sqlModeOf } from './sql-objects.ts';
import type { Findings, Scanner } from './scanner.ts';

/** `-- Dump completed on 2026-01-01 …`, or without a date. */
const TRAILER = /^-- Dump completed\b/;
/** Where the dumper itself says in which state of the log its snapshot lies. */
const POSITION = /^(?:-- )?(CHANGE (?:MASTER|REPLICATION SOURCE) TO\b|SET (?:@@)?GLOBAL[. ]?\s*gtid_(?:purged|slave_pos)\b)/i;
/** Comments by which a dumper says that it left something out. */
const COMPLAINT = /^-- (insufficient privileges|failed on view|couldn't|error\b|warning:)/i;
/** Words of a client that got into the dump. */
const FOREIGN = /^\s*(mysqldump|mariadb-dump|mysql|mariadb|warning|error|note)\b.{0,20}?[:[(]/i;
const KNOWN = /^\s*(set|create|drop|insert|replace|lock|unlock|alter|do|use|start|stop|begin|commit|change|flush|analyze|call|update|delete|select|grant|truncate|install|xa)\b/i;
const POSITION_CHARS = 16 * 1024;
const MAX_PROBLEMS = 20;

/** Reads what mysqldump and mariadb-dump write: objects, rows and hash of every table's data, trailers, complaints. */
export class MysqlScanner implements Scanner {
  readonly #lexer: SqlLexer;
  readonly #objects = new Map<ObjectKind, Set<string>>();
  readonly #tables = new Map<string, { rows: number; hash: Hash }>();
  /** Stand-ins for views that are still to come. */
  readonly #standIns = new Set<string>();
  readonly #problems: string[] = [];
  readonly #positions: string[] = [];
  #current: { rows: number; hash: Hash } | undefined;
  #longest = 0;
  #trailers = 0;
  #afterTrailer = false;

  constructor() {
    this.#lexer = new SqlLexer({
      comment: (text) => this.#comment(text),
      statement: (head, bytes, conditional, at) => this.#statement(head, bytes, conditional, at),
      dataBegin: (head) => this.#dataBegin(head),
      dataBytes: (chunk, from, to) => { this.#current?.hash.update(chunk.subarray(from, to)); },
      dataEnd: (rows, bytes) => { if (this.#current !== undefined) this.#current.rows += rows; this.#current = undefined; this.#longest = Math.max(this.#longest, bytes); },
    });
  }

  push(chunk: Buffer): void {
    this.#lexer.push(chunk);
  }

  end(): Findings {
    if (!this.#lexer.end()) this.#problem('The dump ends in the middle of a statement.');
    else if (this.#trailers > 0 && !this.#afterTrailer) this.#problem('Statements follow the last "-- Dump completed" line.');
    for (const view of this.#standIns) if (!(this.#objects.get('view')?.has(view) ?? false)) this.#problem(`View ${view} has only its stand-in, not its definition.`);
    const names = (kind: ObjectKind): string[] => [...(this.#objects.get(kind) ?? [])].sort();
    const tables = [...this.#tables].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, { rows, hash }]): [string, TableData] => [name, { rows, sha256: hash.digest('hex') }]);
    return {
      trailers: this.#trailers,
      inventory: Object.fromEntries(MYSQL_KINDS.map((kind) => [kind, names(kind)])),
      tables: Object.fromEntries(tables),
      longestStatement: this.#longest,
      ...(this.#positions.length > 0 && { position: this.#positions.join('\n') }),
      notRun: [],
      problems: this.#problems,
    };
  }

  #comment(text: string): void {
    if (TRAILER.test(text)) { this.#trailers += 1; this.#afterTrailer = true; }
    else if (POSITION.test(text)) this.#position(text.replace(/^-- /, ''));
    else if (COMPLAINT.test(text)) this.#problem(`The dumper wrote into the dump: ${text.slice(3, 300)}`);
  }

  #statement(head: string, bytes: number, conditional: boolean, at: number): void {
    this.#afterTrailer = false;
    this.#longest = Math.max(this.#longest, bytes);
    if (FOREIGN.test(head)) return this.#problem(`A program's words stand in the dump at byte ${at}: ${firstLine(head)}`);
    if (!KNOWN.test(head)) return this.#problem(`Text that is no SQL of a dump stands at byte ${at}: ${firstLine(head)}`);
    const mode = sqlModeOf(head);
    if (mode !== undefined) {
      this.#lexer.noBackslashes = /NO_BACKSLASH_ESCAPES/i.test(mode);
      this.#lexer.ansiQuotes = /ANSI_QUOTES|\bANSI\b/i.test(mode);
    }
    if (POSITION.test(head.trimStart())) this.#position(head.trim());
    const made = createdObject(head);
    if (made !== undefined) this.#object(made.kind, made.name, made.algorithm, conditional);
  }

  #object(kind: ObjectKind, name: string, algorithm: boolean, conditional: boolean): void {
    // mysqldump first makes every view as `/*!50001 CREATE VIEW v AS SELECT 1 AS a*/` (older ones: CREATE TABLE), so that views can use each other.
    if (conditional && !algorithm && (kind === 'view' || kind === 'table')) { this.#standIns.add(name); return; }
    const found = this.#objects.get(kind) ?? new Set<string>();
    this.#objects.set(kind, found.add(name));
    if (kind === 'table') this.#table(name);
  }

  #table(name: string): { rows: number; hash: Hash } {
    const known = this.#tables.get(name) ?? { rows: 0, hash: createHash('sha256') };
    this.#tables.set(name, known);
    return known;
  }

  #dataBegin(head: string): void {
    this.#afterTrailer = false;
    const name = insertTarget(head);
    if (name === undefined) return this.#problem(`An INSERT names no table: ${firstLine(head)}`);
    this.#current = this.#table(name);
    this.#current.hash.update(head);
  }

  #position(text: string): void {
    if (this.#positions.length < 4) this.#positions.push(text.slice(0, POSITION_CHARS));
  }

  #problem(text: string): void {
    if (this.#problems.length < MAX_PROBLEMS) this.#problems.push(text);
  }
}

const MYSQL_KINDS = ['table', 'view', 'trigger', 'procedure', 'function', 'package', 'package-body', 'event', 'sequence'] as const satisfies readonly ObjectKind[];

/** For messages: printable, short. */
function firstLine(text: string): string {
  const line = text.trim().split('\n', 1)[0] ?? '';
  return line.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 120);
}
