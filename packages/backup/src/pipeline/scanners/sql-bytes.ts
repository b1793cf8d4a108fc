/** States of the lexer: where the next byte stands. */
export const CODE = 0, SINGLE = 1, DOUBLE = 2, BACKTICK = 3, LINE = 4, BLOCK = 5, SLASH = 6, DASH = 7, DASHES = 8, STAR = 9, OPEN = 10, OPEN_M = 11, VERSION = 12, BLOCK_STAR = 13;

/** Bytes that mean something in SQL. */
export const TAB = 9, NEWLINE = 10, RETURN = 13, SPACE = 32, BANG = 33, QUOTE2 = 34, HASH = 35, QUOTE = 39, LEFT = 40, RIGHT = 41, ASTERISK = 42, MINUS = 45, SOLIDUS = 47, ZERO = 48, NINE = 57, SEMICOLON = 59, LETTER_M = 77, BACKSLASH = 92, TICK = 96;

function classes(bytes: readonly number[]): Uint8Array {
  const table = new Uint8Array(256);
  for (const byte of bytes) table[byte] = 1;
  return table;
}

/** 1 for what means something among the values of an INSERT, or inside a string of it; all others are passed over. */
export const IN_VALUES = classes([QUOTE, QUOTE2, TICK, LEFT, RIGHT, SEMICOLON, HASH, SOLIDUS, MINUS]);
export const IN_STRING = classes([QUOTE, BACKSLASH]);

/** What the lexer finds, in the order of the stream. Nothing but the head of a statement is ever held in memory. */
export interface SqlSink {
  /** A `-- …` or `# …` line that stands between statements, at most 1 KiB of it. */
  comment(text: string): void;
  /** A whole statement that is no data; its first 512 KiB without comments. */
  statement(head: string, bytes: number, conditional: boolean, at: number): void;
  /** `INSERT INTO t VALUES`: its rows follow. */
  dataBegin(head: string): void;
  dataBytes(chunk: Buffer, from: number, to: number): void;
  dataEnd(rows: number, bytes: number): void;
}
