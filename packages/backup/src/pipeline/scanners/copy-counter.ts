import { createHash, type Hash } from 'node:crypto';
import type { SequenceStand } from '../../engines/engine.ts';
import type { ObjectKind, TableData } from '../../inventory.ts';

const NEWLINE = 10;
const LINE_BYTES = 64 * 1024;
/** `COPY schema.table (columns) FROM stdin;`, quoted where PostgreSQL quotes; two blanks when the table has no columns. */
const COPY = /^COPY ((?:"(?:[^"]|"")+"|[^\s".]+)(?:\.(?:"(?:[^"]|"")+"|[^\s".]+))?) (?:\(.*\))? ?FROM stdin;$/;
/** pg_dump's comment before every object. */
const OBJECT = /^-- (?:Data for )?Name: (.+); Type: ([A-Z ]+); Schema: (.+?); Owner: .*$/;
const SEQUENCE_SET = 'SEQUENCE SET';
/** End of `SELECT pg_catalog.setval('schema.name', 5, true);`; a name may have lines. */
const SETVAL = /', (-?\d+), (true|false)\);$/;
const END_OF_COPY = Buffer.from('\\.');

const KINDS: Readonly<Record<string, ObjectKind>> = {
  'TABLE': 'table', 'FOREIGN TABLE': 'table', 'VIEW': 'view', 'MATERIALIZED VIEW': 'view', 'TRIGGER': 'trigger', 'FUNCTION': 'function', 'AGGREGATE': 'function', 'PROCEDURE': 'procedure', 'SEQUENCE': 'sequence', 'TYPE': 'type', 'DOMAIN': 'type',
  'EXTENSION': 'extension', 'POLICY': 'policy', 'INDEX': 'index', 'CONSTRAINT': 'constraint', 'FK CONSTRAINT': 'constraint', 'CHECK CONSTRAINT': 'constraint',
};

/** Reads the SQL that `pg_restore -f -` makes of an archive: objects by pg_dump's comments, rows and hash of every COPY. */
export class CopyCounter {
  readonly objects = new Map<ObjectKind, Set<string>>();
  readonly #tables = new Map<string, { rows: number; hash: Hash }>();
  readonly #sequences = new Map<string, SequenceStand>();
  /** The sequence whose value comes next. */
  #sequence: string | undefined;
  #copy: { rows: number; hash: Hash } | undefined;
  /** Begin of a line whose end has not come. In COPY data at most two bytes, as only `\.` matters there. */
  #rest: Buffer = Buffer.alloc(0);
  /** In COPY data: the current line is longer than what is kept of it. */
  #inLine = false;

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) at = this.#copy === undefined ? this.#sql(chunk, at) : this.#rows(chunk, at, this.#copy);
  }

  /** True when the stream stopped outside COPY data. */
  end(): boolean {
    return this.#copy === undefined;
  }

  tables(): Readonly<Record<string, TableData>> {
    return Object.fromEntries([...this.#tables].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, { rows, hash }]) => [name, { rows, sha256: hash.digest('hex') }]));
  }

  sequences(): Readonly<Record<string, SequenceStand>> {
    return Object.fromEntries(this.#sequences);
  }

  #sql(chunk: Buffer, from: number): number {
    const end = chunk.indexOf(NEWLINE, from);
    const piece = chunk.subarray(from, end < 0 ? chunk.length : end);
    if (this.#rest.length < LINE_BYTES) this.#rest = Buffer.concat([this.#rest, piece.subarray(0, LINE_BYTES)]);
    if (end < 0) return chunk.length;
    const line = this.#rest.toString('utf8');
    this.#rest = Buffer.alloc(0);
    this.#line(line);
    return end + 1;
  }

  #line(line: string): void {
    if (line.startsWith('COPY ')) {
      const table = COPY.exec(line)?.[1];
      if (table !== undefined) this.#copy = this.#table(unquote(table));
    } else if (line.startsWith('-- ')) {
      const [, tag = '', type = '', schema = ''] = OBJECT.exec(line) ?? [];
      this.#sequence = type === SEQUENCE_SET ? `${schema}.${tag}` : undefined;
      const kind = KINDS[type];
      if (kind !== undefined) this.objects.set(kind, (this.objects.get(kind) ?? new Set<string>()).add(objectName(kind, tag, schema)));
    } else if (this.#sequence !== undefined) {
      const [, value, called] = SETVAL.exec(line) ?? [];
      if (value === undefined) return;
      this.#sequences.set(this.#sequence, { value, called: called === 'true' });
      this.#sequence = undefined;
    }
  }

  /** Counts lines up to the one that is `\.`; hashes all before it. */
  #rows(chunk: Buffer, from: number, copy: { rows: number; hash: Hash }): number {
    let at = from;
    let lineStart = !this.#inLine;
    let rows = 0;
    const done = (): void => { copy.rows += rows; if (at > from) copy.hash.update(chunk.subarray(from, at)); };
    while (at < chunk.length) {
      const end = chunk.indexOf(NEWLINE, at);
      if (lineStart && this.#rest.length + (end < 0 ? chunk.length : end) - at <= END_OF_COPY.length) {
        const line = Buffer.concat([this.#rest, chunk.subarray(at, end < 0 ? chunk.length : end)]);
        if (end < 0 && END_OF_COPY.subarray(0, line.length).equals(line)) {
          done();
          this.#rest = line;
          this.#inLine = false;
          return chunk.length;
        }
        if (end >= 0 && line.equals(END_OF_COPY)) {
          done();
          this.#rest = Buffer.alloc(0);
          this.#copy = undefined;
          this.#inLine = false;
          return end + 1;
        }
      }
      if (this.#rest.length > 0) { copy.hash.update(this.#rest); this.#rest = Buffer.alloc(0); }
      lineStart = end >= 0;
      if (lineStart) rows += 1;
      at = end < 0 ? chunk.length : end + 1;
    }
    this.#inLine = !lineStart;
    done();
    return at;
  }

  #table(name: string): { rows: number; hash: Hash } {
    const known = this.#tables.get(name) ?? { rows: 0, hash: createHash('sha256') };
    this.#tables.set(name, known);
    return known;
  }
}

function unquote(name: string): string {
  return name.replaceAll(/"((?:[^"]|"")+)"/g, (_, inner: string) => inner.replaceAll('""', '"'));
}

/** `schema.name`; an extension has no schema, a trigger or policy is `table name` in pg_dump's tag, a routine `name(types)`. */
function objectName(kind: ObjectKind, tag: string, schema: string): string {
  if (kind === 'extension') return tag;
  return schema === '-' ? tag : `${schema}.${tag}`;
}
