import {
  CODE, SINGLE, DOUBLE, BACKTICK, LINE, BLOCK, SLASH, DASH, DASHES, STAR, OPEN, OPEN_M, VERSION, BLOCK_STAR, TAB, NEWLINE, RETURN, SPACE, BANG, QUOTE2, HASH, QUOTE, LEFT, RIGHT, ASTERISK, MINUS, SOLIDUS, NINE, ZERO, BACKSLASH, TICK, LETTER_M, IN_VALUES, IN_STRING, type SqlSink,
} from './sql-bytes.ts';
import { LineComment, StatementHead } from './sql-head.ts';

/** MariaDB's sandbox line is a conditional comment for a version that no server has: it ends no statement and begins none. */
const NO_SERVERS_VERSION = 999_999;

/**
 * Cuts a dump of mysqldump or mariadb-dump into statements as their client would: strings with backslashes and doubled
 * quotes, identifiers, comments, conditional comments (`/*!50003 …`, whose text counts) with comments inside, DELIMITER,
 * ANSI_QUOTES and NO_BACKSLASH_ESCAPES. A state machine over bytes, so the borders of chunks mean nothing to it; values
 * of an INSERT take a fast path, because nearly all bytes of a dump are those.
 */
export class SqlLexer {
  /** Set by the sink when a statement sets sql_mode. */
  noBackslashes = false;
  ansiQuotes = false;
  readonly #sink: SqlSink;
  readonly #head = new StatementHead();
  readonly #comment = new LineComment();
  #state = CODE;
  #escaped = false;
  /** Open conditional comments; whether the statement has any. */
  #conditions = 0;
  #conditional = false;
  #version = 0;
  #depth = 0;
  #rows = 0;
  #inData = false;
  #delimiter = Buffer.from(';');
  #matched = 0;
  /** Bytes before this chunk; where the statement began, -1 between statements. */
  #offset = 0;
  #start = -1;

  constructor(sink: SqlSink) {
    this.#sink = sink;
  }

  push(chunk: Buffer): void {
    let at = 0;
    let from = 0;
    while (at < chunk.length) {
      const before = this.#inData;
      at = before && (this.#state === CODE || this.#state === SINGLE) && this.#delimiter.length === 1 ? this.#values(chunk, at) : this.#general(chunk, at);
      if (!before && this.#inData) from = at;
      if (before && !this.#inData) {
        this.#sink.dataBytes(chunk, from, at);
        this.#endData(at);
      }
    }
    if (this.#inData && from < chunk.length) this.#sink.dataBytes(chunk, from, chunk.length);
    this.#offset += chunk.length;
  }

  /** True when the stream stopped between statements. A last DELIMITER line without newline does not count as open. */
  end(): boolean {
    return !this.#inData && this.#state === CODE && this.#start < 0;
  }

  /** The bulk of a dump: rows. Returns where it stopped: end of statement or chunk, or something that is not a plain value. */
  #values(chunk: Buffer, begin: number): number {
    const length = chunk.length;
    let at = begin;
    let quoted = this.#state === SINGLE;
    let depth = this.#depth;
    let rows = this.#rows;
    if (quoted && this.#escaped) { this.#escaped = false; at += 1; }
    for (;;) {
      if (quoted) {
        while (at < length && IN_STRING[chunk[at] ?? 0] === 0) at += 1;
        if (at >= length) break;
        if (chunk[at] === BACKSLASH) {
          if (!this.noBackslashes && at + 1 >= length) this.#escaped = true;
          at = Math.min(length, at + (this.noBackslashes ? 1 : 2));
        } else {
          quoted = false;
          at += 1;
        }
        continue;
      }
      while (at < length && IN_VALUES[chunk[at] ?? 0] === 0) at += 1;
      if (at >= length) break;
      const byte = chunk[at];
      if (byte === QUOTE) quoted = true;
      else if (byte === LEFT) depth += 1;
      else if (byte === RIGHT) { depth -= 1; if (depth === 0) rows += 1; }
      else if (byte !== MINUS || at + 1 >= length || chunk[at + 1] === MINUS) {
        this.#depth = depth;
        this.#rows = rows;
        this.#state = CODE;
        return this.#general(chunk, at);
      }
      at += 1;
    }
    this.#depth = depth;
    this.#rows = rows;
    this.#state = quoted ? SINGLE : CODE;
    return at;
  }

  /** One byte after another; returns when data begins or ends, or may be read by the fast path again. */
  #general(chunk: Buffer, begin: number): number {
    const data = this.#inData;
    let at = begin;
    while (at < chunk.length) {
      const byte = chunk[at] ?? 0;
      if (this.#state === CODE && byte === LEFT && !data && this.#depth === 0 && this.#head.beginsData()) {
        this.#inData = true;
        this.#rows = 0;
        this.#sink.dataBegin(this.#head.text());
        return at;
      }
      this.#step(byte, at);
      at += 1;
      if (data && (!this.#inData || this.#state === CODE)) return at;
    }
    return at;
  }

  #step(byte: number, at: number): void {
    switch (this.#state) {
      case CODE: return this.#code(byte, at);
      case SINGLE: return this.#string(byte, at, QUOTE, !this.noBackslashes);
      case DOUBLE: return this.#string(byte, at, QUOTE2, !this.noBackslashes && !this.ansiQuotes);
      case BACKTICK: return this.#string(byte, at, TICK, false);
      case LINE: return this.#line(byte);
      case BLOCK: if (byte === ASTERISK) this.#state = BLOCK_STAR; return;
      case BLOCK_STAR: if (byte !== ASTERISK) this.#state = byte === SOLIDUS ? CODE : BLOCK; return;
      case SLASH: return byte === ASTERISK ? this.#to(OPEN) : this.#notSpecial(SOLIDUS, byte, at);
      case DASH: return byte === MINUS ? this.#to(DASHES) : this.#notSpecial(MINUS, byte, at);
      case DASHES:
        if (byte > SPACE) { this.#keep(MINUS, at - 2); return this.#notSpecial(MINUS, byte, at); }
        this.#openLine('--');
        return this.#line(byte);
      case OPEN: return this.#to(byte === BANG ? VERSION : byte === LETTER_M ? OPEN_M : byte === ASTERISK ? BLOCK_STAR : BLOCK);
      case OPEN_M: return this.#to(byte === BANG ? VERSION : byte === ASTERISK ? BLOCK_STAR : BLOCK);
      case VERSION: return this.#condition(byte, at);
      case STAR:
        if (byte !== SOLIDUS) return this.#notSpecial(ASTERISK, byte, at);
        this.#conditions -= 1;
        this.#keep(SPACE, at);
        return this.#to(CODE);
      default: throw new Error(`no such state: ${this.#state}`);
    }
  }

  #to(state: number): void {
    if (state === VERSION) this.#version = 0;
    this.#state = state;
  }

  /** The first half of a two-byte sign stood alone. */
  #notSpecial(first: number, byte: number, at: number): void {
    this.#keep(first, at - 1);
    this.#state = CODE;
    this.#code(byte, at);
  }

  #condition(byte: number, at: number): void {
    if (byte >= ZERO && byte <= NINE) { this.#version = this.#version * 10 + byte - ZERO; return; }
    if (this.#version >= NO_SERVERS_VERSION) { this.#state = byte === ASTERISK ? BLOCK_STAR : BLOCK; return; }
    this.#conditions += 1;
    if (this.#start < 0) { this.#start = this.#offset + at; this.#conditional = true; }
    this.#keep(SPACE, at);
    this.#state = CODE;
    this.#code(byte, at);
  }

  #code(byte: number, at: number): void {
    if (byte === this.#delimiter[this.#matched]) this.#matched += 1;
    else if (this.#matched > 0) this.#matched = byte === this.#delimiter[0] ? 1 : 0;
    if (this.#matched === this.#delimiter.length) return this.#endStatement(at);
    if (this.#start < 0 && (byte === SPACE || (byte >= TAB && byte <= RETURN))) return;
    switch (byte) {
      case QUOTE: this.#state = SINGLE; break;
      case QUOTE2: this.#state = DOUBLE; break;
      case TICK: this.#state = BACKTICK; break;
      case SOLIDUS: return this.#to(SLASH);
      case MINUS: return this.#to(DASH);
      case HASH: return this.#openLine('#');
      case ASTERISK: if (this.#conditions > 0) return this.#to(STAR); break;
      case LEFT: this.#depth += 1; break;
      case RIGHT: this.#depth -= 1; if (this.#inData && this.#depth === 0) this.#rows += 1; break;
      case NEWLINE: if (this.#newDelimiter()) return;
    }
    this.#keep(byte, at);
  }

  #string(byte: number, at: number, quote: number, backslashes: boolean): void {
    if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH && backslashes) this.#escaped = true;
    else if (byte === quote) this.#state = CODE;
    this.#keep(byte, at);
  }

  #openLine(sign: string): void {
    this.#state = LINE;
    this.#comment.open(sign);
  }

  #line(byte: number): void {
    if (byte !== NEWLINE) return this.#comment.keep(byte);
    this.#state = CODE;
    if (this.#start < 0) this.#sink.comment(this.#comment.text());
  }

  #keep(byte: number, at: number): void {
    if (this.#start < 0) this.#start = this.#offset + at;
    if (!this.#inData) this.#head.keep(byte);
  }

  /** The client's own command; it ends with its line. */
  #newDelimiter(): boolean {
    const word = this.#conditional || this.#inData ? undefined : this.#head.delimiter();
    if (word === undefined) return false;
    this.#delimiter = Buffer.from(word, 'latin1');
    this.#reset();
    return true;
  }

  #endStatement(at: number): void {
    // `delimiter ;;` would be ended by its own argument.
    if (!this.#inData && this.#head.isDelimiter()) {
      this.#matched = 0;
      return this.#keep(this.#delimiter[this.#delimiter.length - 1] ?? 0, at);
    }
    if (this.#inData) { this.#inData = false; return; }
    const start = this.#start;
    const head = this.#head.text();
    const conditional = this.#conditional;
    this.#reset();
    if (start >= 0) this.#sink.statement(head, this.#offset + at + 1 - start, conditional, start);
  }

  #endData(to: number): void {
    this.#sink.dataEnd(this.#rows, this.#offset + to - this.#start);
    this.#reset();
  }

  #reset(): void {
    this.#head.clear();
    this.#start = -1;
    this.#depth = 0;
    this.#matched = 0;
    this.#conditional = false;
    this.#conditions = 0;
  }
}
