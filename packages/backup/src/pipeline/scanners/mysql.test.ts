import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { MysqlScanner } from './mysql.ts';
import type { Findings } from './scanner.ts';

/** Dumps of one awkward database, as mysqldump 9.7 and mariadb-dump 10.11 wrote it. */
const fixture = (name: string): Buffer => readFileSync(join(import.meta.dirname, 'fixtures', name));
const PRODUCTS = ['mysql-9.7.sql', 'mariadb-10.11.sql'];
const TRAILER = '-- Dump completed on 2026-11-25 12:00:00\n';

function scan(...chunks: readonly (Buffer | string)[]): Findings {
  const scanner = new MysqlScanner();
  for (const chunk of chunks) scanner.push(Buffer.from(chunk));
  return scanner.end();
}

/** Cuts at the given places; a chunk may be empty. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return sorted.slice(1).map((end, index) => bytes.subarray(sorted[index] ?? 0, end));
}

describe.each(PRODUCTS)('a dump by %s', (name) => {
  test('every object, row and the trailer', () => {
    const found = scan(fixture(name));
    expect(found).toMatchObject({
      trailers: 1, problems: [], notRun: [],
      inventory: {
        table: ['back`tick', 'nothing', 'p', 't one'], view: ['v 2', 'v1'], trigger: ['trg 2', 'trg1'], procedure: ['pr1', 'pr_ansi'], function: ['fn`1'], event: ['ev1'],
        sequence: name.startsWith('mariadb') ? ['s q2', 'sq1'] : [],
      },
    });
    expect(Object.entries(found.tables).map(([table, { rows }]) => [table, rows])).toEqual([['back`tick', 2], ['nothing', 0], ['p', 3], ['t one', 4]]);
    expect(found.position).toBeUndefined();
  });

  test('the hash of a table is that of its INSERT statements', () => {
    const text = fixture(name).toString('latin1');
    const from = text.indexOf('INSERT INTO `t one`');
    const statement = text.slice(from, text.indexOf(';\n/*!40000 ALTER', from) + 1);
    expect(scan(text).tables['t one']?.sha256).toBe(createHash('sha256').update(statement, 'latin1').digest('hex'));
  });

  test('the borders of chunks mean nothing', () => {
    const bytes = fixture(name);
    const whole = scan(bytes);
    expect(scan(...cut(bytes, Array.from({ length: bytes.length }, (_, index) => index)))).toEqual(whole);
    fc.assert(fc.property(fc.array(fc.nat(bytes.length), { maxLength: 200 }), (places) => { expect(scan(...cut(bytes, places))).toEqual(whole); }), { numRuns: 100 });
  });

  test('a dump cut anywhere has no trailer, or is no longer whole', () => {
    const bytes = fixture(name);
    fc.assert(fc.property(fc.nat(bytes.length - 1), (end) => {
      const { trailers } = scan(bytes.subarray(0, end));
      expect(trailers).toBe(0);
    }), { numRuns: 200 });
  });
});

/** A value as mysqldump writes it, with any text in it. */
const value = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }).map((text) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n').replaceAll('\0', '\\0')}'`),
  fc.constantFrom('NULL', '-1', '0x00FF', "_binary 'x\\'y'", "''", "'\\\\'", "'a''b'", "'-- Dump completed'", "');INSERT INTO `x` VALUES (1'", '1.5e-3', "'/*'", "'#'"),
);

test('any rows are counted, whatever stands in them', () => {
  fc.assert(fc.property(fc.array(fc.array(fc.array(value, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 }), { maxLength: 4 }), fc.array(fc.nat(3000), { maxLength: 20 }), (statements, places) => {
    const dump = Buffer.from(`CREATE TABLE \`t\` (a int);\n${statements.map((rows) => `INSERT INTO \`t\` VALUES ${rows.map((row) => `(${row.join(',')})`).join(',')};\n`).join('')}${TRAILER}`);
    const found = scan(...cut(dump, places));
    expect(found).toMatchObject({ trailers: 1, problems: [], inventory: { table: ['t'] } });
    expect(found.tables).toEqual({ t: { rows: statements.flat().length, sha256: expect.any(String) } });
  }), { numRuns: 200 });
});

test.each([
  ['plain rows', 'INSERT INTO t VALUES (1);\nINSERT INTO t VALUES (2);\n', 2],
  ['columns named', 'INSERT INTO `t` (`a`, `b``(`) VALUES (1,2),(3,4);\n', 2],
  ['REPLACE, IGNORE, a schema', 'REPLACE INTO `db`.`t` VALUES (1);\nINSERT IGNORE INTO t VALUES (2),(3);\n', 3],
  ['comments among the rows', 'INSERT INTO t VALUES (1), /* (2), */ (3) -- ,(4)\n, # (5)\n(6);\n', 3],
  ['parentheses and signs in values', "INSERT INTO t VALUES (-1,(2)),(3-4,concat('(',\")\"));\n", 2],
])('%s', (_name, text, rows) => {
  const whole = scan(text, TRAILER);
  expect(whole).toMatchObject({ tables: { t: { rows } }, problems: [] });
  expect(scan(...cut(Buffer.from(text + TRAILER), Array.from({ length: 300 }, (_, index) => index)))).toEqual(whole);
});

test('a very long row is never held', () => {
  const scanner = new MysqlScanner();
  scanner.push(Buffer.from('CREATE TABLE t (a longblob);\nINSERT INTO t VALUES (0x'));
  const megabyte = Buffer.alloc(1 << 20, 'A');
  const before = process.memoryUsage().arrayBuffers;
  for (let count = 0; count < 300; count += 1) scanner.push(megabyte);
  scanner.push(Buffer.from(`);\n${TRAILER}`));
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 << 20);
  expect(scanner.end()).toMatchObject({ tables: { t: { rows: 1 } }, longestStatement: (300 << 20) + 'INSERT INTO t VALUES (0x);'.length, problems: [] });
});

test('positions that the dumper printed', () => {
  const lines = ["SET @@GLOBAL.GTID_PURGED=/*!80000 '+'*/ 'a6f5a054-e8ee-11f1-8a44-02fc00000001:1-157,\nb6f5a054-e8ee-11f1-8a44-02fc00000001:1-3';", "-- CHANGE REPLICATION SOURCE TO SOURCE_LOG_FILE='binlog.000001', SOURCE_LOG_POS=34186688;", "-- SET GLOBAL gtid_slave_pos='0-1-2';"];
  const { position, problems } = scan(`${lines.join('\n')}\n${TRAILER}`);
  expect(position).toContain("SOURCE_LOG_FILE='binlog.000001', SOURCE_LOG_POS=34186688");
  expect(position).toContain('b6f5a054-e8ee-11f1-8a44-02fc00000001:1-3');
  expect(position).toContain("gtid_slave_pos='0-1-2'");
  expect(problems).toEqual([]);
});

test.each([
  ['a warning of the client', 'mysqldump: [Warning] Using a password on the command line\nSET a=1;\n', /program's words.*mysqldump: \[Warning\]/],
  ['an error of the client', `SET a=1;\nERROR 1064 (42000): no;\n`, /program's words/],
  ['garbage', 'SET a=1;\n\u0001\u0002 noise;\n', /no SQL of a dump stands at byte 9:/],
  ['a routine left out', '-- insufficient privileges to SHOW CREATE FUNCTION `f`\n-- does x have permissions on mysql.proc?\n', /insufficient privileges to SHOW CREATE FUNCTION/],
  ['a view without definition', '/*!50001 CREATE VIEW `v` AS SELECT \n 1 AS `a`*/;\n', /View v has only its stand-in/],
  ['statements behind the trailer', `${TRAILER}DROP TABLE x;\n`, /follow the last/],
  ['half a statement', 'INSERT INTO t VALUES (1),(', /middle of a statement/],
])('%s is a problem', (_name, text, problem) => {
  const { problems } = scan(text.includes('Dump completed') || text.endsWith('(') ? text : text + TRAILER);
  expect(problems.join('\n')).toMatch(problem);
});

test('two dumps in one have two trailers', () => {
  expect(scan(fixture('mysql-9.7.sql'), fixture('mysql-9.7.sql'))).toMatchObject({ trailers: 2, problems: [], tables: { p: { rows: 6 } } });
});
