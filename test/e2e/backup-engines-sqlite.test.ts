import { afterAll, expect, test } from '@jest/globals';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localPlace } from '../../packages/backup/src/testing.ts';
import { dumpOf, notPassed, openConnection } from '../support/dumps.ts';
import { describeWithServices } from '../support/require.ts';

const LONG_MS = 120_000;
const dir = mkdtempSync(join(tmpdir(), 'ops-sqlite-'));
afterAll(() => { rmSync(dir, { recursive: true }); });

const SCHEMA = `
PRAGMA journal_mode = WAL;
CREATE TABLE "odd ""name""; DROP TABLE x" (id INTEGER PRIMARY KEY, size INTEGER GENERATED ALWAYS AS (length(body)) STORED, body TEXT);
INSERT INTO "odd ""name""; DROP TABLE x" (body) VALUES ('a'), ('bb'), ('ccc');
CREATE TABLE pairs (a TEXT, b TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;
INSERT INTO pairs VALUES ('x', 'y');
CREATE VIRTUAL TABLE words USING fts5(body);
INSERT INTO words VALUES ('hello world');
CREATE TABLE empty (id INTEGER);
CREATE TABLE migrations (id INTEGER PRIMARY KEY, migration TEXT, batch INTEGER);
INSERT INTO migrations (migration, batch) VALUES ('0001_users', 1), ('0002_jobs', 1);
CREATE VIEW v AS SELECT * FROM pairs;
CREATE TRIGGER tr AFTER INSERT ON pairs BEGIN SELECT 1; END;
CREATE INDEX by_b ON pairs (b);`;

function made(name: string): string {
  const path = join(dir, name);
  execFileSync('sqlite3', [path], { input: SCHEMA });
  return path;
}

const open = (path: string, env: Readonly<Record<string, string>> = {}): ReturnType<typeof openConnection> => openConnection(localPlace({ ...process.env, ...env }), { kind: 'file', engine: 'sqlite', path });

describeWithServices('SQLite', ['sqlite3'], () => {
  test('a file in WAL mode, with awkward tables and an awkward name, becomes one proven file with its rows', async () => {
    const path = made("my app's #1 50%?.sqlite");
    await using source = await open(path);
    expect(source.facts).toMatchObject({ engine: 'sqlite', database: "my app's #1 50%?.sqlite", migrations: ['0001_users', '0002_jobs'], inventory: { view: ['v'], trigger: ['tr'], index: ['by_b'] } });
    expect(source.refusals()).toEqual([]);
    expect(source.refusals({ excludeData: ['pairs'], parallel: 1 })).toMatchObject([{ reason: 'bad-input', partial: false }]);
    const dump = await dumpOf(source);
    expect(notPassed(dump.checks)).toEqual([]);
    expect(dump.stored[0]?.scan.tables).toMatchObject({ 'odd "name"; DROP TABLE x': { rows: 3 }, pairs: { rows: 1 }, empty: { rows: 0 }, migrations: { rows: 2 }, words_content: { rows: 1 } });
    const back = join(dir, 'back.sqlite');
    writeFileSync(back, dump.plain('dump'));
    expect(execFileSync('sqlite3', [back, 'PRAGMA journal_mode; PRAGMA integrity_check; SELECT sum(size) FROM "odd ""name""; DROP TABLE x"; SELECT count(*) FROM words WHERE words MATCH \'hello\''], { encoding: 'utf8' })).toBe('delete\nok\n6\n1\n');
    // Bytes 18 and 19: a file that needs no -wal beside it.
    expect([...dump.plain('dump').subarray(18, 20)]).toEqual([1, 1]);
  }, LONG_MS);

  test('under write load the copy is of one moment', async () => {
    const path = made('busy.sqlite');
    execFileSync('sqlite3', [path, 'CREATE TABLE one (n INTEGER); CREATE TABLE other (n INTEGER);']);
    const writer = spawn('sh', ['-c', `i=0; while :; do i=$((i + 1)); echo "BEGIN IMMEDIATE; INSERT INTO one VALUES ($i); INSERT INTO other VALUES ($i); COMMIT;"; done | sqlite3 -cmd '.timeout 60000' "$0"`, path], { stdio: ['ignore', 'ignore', 'inherit'], detached: true });
    const ended = once(writer, 'close');
    try {
      await using source = await open(path);
      for (let round = 0; round < 3; round++) {
        const dump = await dumpOf(source);
        expect(notPassed(dump.checks)).toEqual([]);
        const { one, other } = dump.stored[0]?.scan.tables ?? {};
        expect(one?.rows).toBe(other?.rows);
      }
    } finally {
      process.kill(-(writer.pid ?? 0), 'SIGKILL');
      await ended;
    }
  }, LONG_MS);

  test('a damaged file, a file that is none, and a missing one are refused in words', async () => {
    const path = made('damaged.sqlite');
    execFileSync('sqlite3', [path, "PRAGMA journal_mode = DELETE; CREATE TABLE big (t TEXT); CREATE INDEX by_t ON big (t); WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO big SELECT printf('%0100d', i) FROM n"]);
    const bytes = readFileSync(path);
    // Half of the index says something else than the table.
    const at = bytes.lastIndexOf('00001000');
    bytes.write('99999999', at);
    writeFileSync(path, bytes);
    {
      await using source = await open(path);
      await expect(dumpOf(source)).rejects.toMatchObject({ reason: 'dump-failed', message: expect.stringMatching(/stage snapshot.*It said last: .*(damaged|malformed)/) });
    }
    truncateSync(path, 100);
    await expect(open(path)).rejects.toMatchObject({ message: expect.stringMatching(/SQLite cannot read the file .*damaged\.sqlite: .*(malformed|not a database)/) });
    writeFileSync(join(dir, 'text.sqlite'), 'This is no database at all, but a text of some length.\n'.repeat(50));
    await expect(open(join(dir, 'text.sqlite'))).rejects.toMatchObject({ message: expect.stringContaining('not a database') });
    await expect(open(join(dir, 'missing.sqlite'))).rejects.toMatchObject({ reason: 'login-refused', message: expect.stringContaining('unable to open'), remedy: expect.stringContaining('DB_DATABASE') });
  }, LONG_MS);

  test('without room for the copy nothing is begun, and the message says where', async () => {
    const path = made('roomless.sqlite');
    const bin = join(dir, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'df'), '#!/bin/sh\necho "Filesystem 1024-blocks Used Available Capacity Mounted"\necho "none 100 98 2 98% /"\n');
    chmodSync(join(bin, 'df'), 0o755);
    await using source = await open(path, { PATH: `${bin}:${process.env['PATH'] ?? ''}` });
    await expect(dumpOf(source)).rejects.toMatchObject({ reason: 'no-room', message: expect.stringMatching(/no space left on device: the copy of .*roomless.*TMPDIR/) });
  }, LONG_MS);
});
