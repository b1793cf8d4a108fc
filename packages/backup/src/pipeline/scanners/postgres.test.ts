import { describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { CopyCounter } from './copy-counter.ts';
import { PgArchiveScanner } from './pg-archive.ts';
import { PgGlobalsScanner } from './pg-globals.ts';
import { SqliteScanner } from './sqlite.ts';

const ROWS = '1\ta\\nb\n2\t\\\\.\n\n\\.x\n\\N\t\\.\n';
const SQL = `--
-- Name: users; Type: TABLE; Schema: public; Owner: app
--

CREATE TABLE public.users (id integer);

--
-- Name: add(integer, integer); Type: FUNCTION; Schema: public; Owner: app
--

--
-- Data for Name: users; Type: TABLE DATA; Schema: public; Owner: app
--

COPY public.users (id, name) FROM stdin;
${ROWS}\\.


COPY public."odd ""name" (a) FROM stdin;
\\.

--
-- Name: odd'name \\ x; Type: SEQUENCE SET; Schema: public; Owner: app
--

SELECT pg_catalog.setval('public."odd''name
\\ x"', -12, false);


--
-- Name: users_id_seq; Type: SEQUENCE SET; Schema: public; Owner: app
--

SELECT pg_catalog.setval('public.users_id_seq', 9223372036854775807, true);


--
-- Name: users users_audit; Type: TRIGGER; Schema: public; Owner: app
--

--
-- Name: pgcrypto; Type: EXTENSION; Schema: -; Owner: -
--
`;

function count(text: string, places: readonly number[] = []): unknown {
  const counter = new CopyCounter();
  const bytes = Buffer.from(text);
  const cuts = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  cuts.slice(1).forEach((end, index) => counter.push(bytes.subarray(cuts[index], end)));
  return { whole: counter.end(), tables: counter.tables(), sequences: counter.sequences(), objects: Object.fromEntries([...counter.objects].map(([kind, names]) => [kind, [...names]])) };
}

describe('the SQL of pg_restore', () => {
  test('rows, their hash and the objects', () => {
    expect(count(SQL)).toEqual({
      whole: true,
      tables: { 'public.users': { rows: 5, sha256: createHash('sha256').update(ROWS).digest('hex') }, 'public.odd "name': { rows: 0, sha256: createHash('sha256').digest('hex') } },
      sequences: { "public.odd'name \\ x": { value: '-12', called: false }, 'public.users_id_seq': { value: '9223372036854775807', called: true } },
      objects: { table: ['public.users'], function: ['public.add(integer, integer)'], trigger: ['public.users users_audit'], extension: ['pgcrypto'] },
    });
  });

  test('the borders of chunks mean nothing', () => {
    const whole = count(SQL);
    expect(count(SQL, Array.from({ length: SQL.length }, (_, index) => index))).toEqual(whole);
    fc.assert(fc.property(fc.array(fc.nat(SQL.length), { maxLength: 60 }), (places) => { expect(count(SQL, places)).toEqual(whole); }), { numRuns: 300 });
  });

  test('a stop among the rows is seen', () => {
    expect(count(SQL.slice(0, SQL.indexOf('a\\nb') + 3))).toMatchObject({ whole: false });
  });
});

async function archive(bytes: Buffer, pgRestore?: string): Promise<unknown> {
  const scanner = new PgArchiveScanner(pgRestore);
  await scanner.push(bytes);
  return await scanner.end();
}

describe('an archive of pg_dump', () => {
  const header = Buffer.from('PGDMP\x01\x10\x00\x04\x08\x01rest', 'latin1');

  test('without pg_restore says what nobody looked at', async () => {
    expect(await archive(header)).toMatchObject({ trailers: undefined, problems: [], notRun: [{ name: 'objects', result: 'not-run' }, { name: 'rows', result: 'not-run' }] });
  });

  test.each([['PGDMX\x01\x10\x00\x04\x08\x01', /begin with PGDMP/], ['PGDMP\x02\x10\x00\x04\x08\x01', /version 2\.16/], ['PGDMP\x01\x10\x00\x04\x08\x03', /not in custom format/], ['PGDMP', /format/]])('%j is a problem', async (text, problem) => {
    expect(await archive(Buffer.from(text, 'latin1'))).toMatchObject({ problems: [expect.stringMatching(problem)] });
  });

  test('pg_restore\'s refusal is one, and a missing pg_restore too', async () => {
    expect(await archive(header, 'false')).toMatchObject({ problems: [expect.stringMatching(/cannot read the archive: exit 1/)] });
    expect(await archive(header, '/nowhere/pg_restore')).toMatchObject({ problems: [expect.stringMatching(/cannot read the archive: .*ENOENT/)] });
  });
});

describe('roles by pg_dumpall', () => {
  const scan = (text: string): unknown => { const scanner = new PgGlobalsScanner(); for (const byte of Buffer.from(text)) scanner.push(Buffer.from([byte])); return scanner.end(); };
  const DUMP = '--\n-- Roles\n--\n\nCREATE ROLE app;\nALTER ROLE app WITH LOGIN;\nCREATE ROLE "odd ""role";\n\n--\n-- PostgreSQL database cluster dump complete\n--\n\n\\unrestrict abc\n\n';

  test('names and the trailer', () => expect(scan(DUMP)).toMatchObject({ trailers: 1, inventory: { role: ['app', 'odd "role'] }, problems: [] }));
  test('a cut one has none', () => expect(scan(DUMP.slice(0, 100))).toMatchObject({ trailers: 0 }));
  test('text behind it is a problem', () => expect(scan(`${DUMP}CREATE ROLE late;\n`)).toMatchObject({ problems: [expect.stringMatching(/follows/)] }));
});

describe('an SQLite file', () => {
  const file = (pageSize: number, pages: number, bytes: number): Buffer => { const all = Buffer.alloc(bytes); all.write('SQLite format 3\0', 'latin1'); all.writeUInt16BE(pageSize, 16); all.writeUInt32BE(pages, 28); return all; };
  const scan = (bytes: Buffer): readonly string[] => { const scanner = new SqliteScanner(); for (let at = 0; at < bytes.length; at += 7) scanner.push(bytes.subarray(at, at + 7)); return scanner.end().problems; };

  test('of the size that its header says', () => { expect(scan(file(4096, 3, 12_288))).toEqual([]); expect(scan(file(1, 1, 65_536))).toEqual([]); });
  test('one that lacks a page', () => expect(scan(file(4096, 3, 8192))).toEqual([expect.stringMatching(/8192 bytes, but its header says 3 pages of 4096/)]));
  test('something else', () => expect(scan(Buffer.alloc(4096))).toEqual([expect.stringMatching(/does not begin like/)]));
});
