import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Spool } from '../../packages/backup/src/pipeline/spool.ts';
import { attempt, configOf, makeKeys, proofDir, type Attempt } from '../../proofs/backup/bed.ts';
import { openBackupScene, type BackupScene } from '../support/backup.ts';
import { notPassedOf } from '../support/backup/checks.ts';
import { startDatabase, type TestServer } from '../support/databases.ts';
import { describeWithServices } from '../support/require.ts';
import { startS3Faults, type S3Faults } from '../support/s3-faults.ts';
import { openStore, until } from '../support/stores.ts';

jest.setTimeout(600_000);

const MIB = 1024 ** 2;
/** How long the server waits for a reader, and how long the store takes nothing. */
const SERVER_S = 5;
const STALL_MS = 15_000;
/** Of 1 KiB that nothing compresses: more than all buffers between server and store hold, which is 40 MiB of it. */
const ROWS = 96 * 1024;
/** Parts that are on their way at once: when all of them are held, the store takes nothing. */
const PARTS_AT_ONCE = 4;

describeWithServices('a server of MariaDB that gives up, and a store that takes nothing for longer', ['mariadb-11.8', 'versitygw', 'age', 'age-keygen', 'zstd'], () => {
  let server: TestServer;
  let scene: BackupScene;
  let faults: S3Faults;

  beforeAll(async () => {
    server = await startDatabase('mariadb-11.8', { settings: { 'net-write-timeout': String(SERVER_S) } });
    await server.sql('CREATE DATABASE shop');
    await server.sql(`CREATE TABLE noise (id INT PRIMARY KEY, body BLOB NOT NULL) SELECT seq AS id, RANDOM_BYTES(1024) AS body FROM seq_1_to_${ROWS}`, { database: 'shop' });
    scene = await openBackupScene({ s3: true });
    faults = await startS3Faults(scene.s3?.endpoint ?? '');
  });
  afterAll(async () => {
    await faults?.[Symbol.asyncDispose]();
    await scene?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  function stallOnce(): void {
    faults.clear();
    faults.add({ on: 'UploadPart', times: PARTS_AT_ONCE, fault: { kind: 'stall', ms: STALL_MS } });
  }

  const line = (prefix: string): string => `s3://backups/${prefix}?endpoint=${faults.endpoint}&region=us-east-1`;
  const sumOf = async (database: string): Promise<string> => (await server.sql('SELECT COUNT(*), SUM(CRC32(CONCAT(id, body))) FROM noise', { database })).trim();
  const unfinished = async (): Promise<readonly string[]> => await scene.s3?.uploads('backups') ?? [];

  async function lose(prefix: string, spoolFolder: string | undefined): Promise<Attempt> {
    using dir = proofDir();
    const { store } = openStore(line(prefix), scene.s3?.credentials);
    stallOnce();
    const done = await attempt(configOf({ url: server.url(server.rootUser, server.rootPassword, 'shop'), env: server.env }, store, makeKeys(dir.path), { spoolFolder }));
    await store.close();
    return done;
  }

  test('without room for what has to wait the dump is lost, and the message says what to raise', async () => {
    const lost = {
      reason: 'server-lost',
      message: expect.stringMatching(/the store took nothing for 1\d s, and this server ends a connection when nobody reads from it for 5 s \(net_write_timeout\).*Error 2013/),
    };
    expect(await lose('nowhere', undefined)).toMatchObject(lost);
    using full = smallDisk('100k');
    expect(await lose('full', full.path)).toMatchObject(lost);
    expect(await unfinished()).toEqual([]);
  });

  test('with room the server never waits, the backup is whole and comes back, and nothing is left on the disk', async () => {
    stallOnce();
    const made = await scene.backup(server, 'shop', { stores: line('room'), identity: scene.identity('operations') });
    expect([made.log, made.exit, made.outputs['status']]).toEqual([made.log, 0, 'verified']);
    expect(made.log).toMatch(/The store took nothing for a while; up to \d+(?:\.\d+)? MiB of the dump on the runner waited for it in a temporary file/);
    expect(notPassedOf(made.record)).toEqual([]);
    expect(await unfinished()).toEqual([]);
    if (made.record.manifest === undefined) throw new Error('there is no manifest');
    await scene.restore(made.record.manifest, server, 'back');
    expect(await sumOf('back')).toBe(await sumOf('shop'));
  });

  test('a run that is killed meanwhile leaves nothing on the disk either', async () => {
    stallOnce();
    const { handle, done } = scene.startBackup(server, 'shop', { stores: line('killed') });
    await until('bytes wait on the disk', () => waitingOnDisk(handle.pid) > MIB);
    const pid = handle.kill();
    // The fake runner itself fails when a file stays.
    const ended = await done;
    expect([ended.signal, waitingOnDisk(pid), ended.leftovers]).toEqual(['SIGKILL', 0, []]);
  });
});

/** Bytes of spools that a process has open; they have no name any more. */
function waitingOnDisk(pid: number | undefined): number {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => `/proc/${pid}/fd/${fd}`).filter((fd) => /\/spool-[^/]+ \(deleted\)$/.test(readlinkSync(fd))).reduce((sum, fd) => sum + statSync(fd).size, 0);
  } catch {
    return 0; // it ended just now, or has not begun
  }
}

describe('a disk of the runner that fills up', () => {
  test('makes the writer wait, and costs not one byte', async () => {
    using disk = smallDisk('8m');
    let stalled = true;
    const taken: Buffer[] = [];
    const spool = new Spool(async (bytes) => {
      await until('the store takes again', () => !stalled);
      taken.push(Buffer.from(bytes));
    }, { folder: disk.path, afterMs: 10 });
    const all = Array.from({ length: 120 }, (_, at) => randomBytes(100_000 + at));
    const writing = (async () => {
      for (const [at, piece] of all.entries()) {
        await spool.write(piece);
        // Somebody else takes the rest.
        if (at === 20) expect(() => writeFileSync(join(disk.path, 'other'), Buffer.alloc(8 * MIB))).toThrow('ENOSPC');
      }
    })();
    await until('the disk is full', () => existsSync(join(disk.path, 'other')));
    await new Promise((resolve) => { setTimeout(resolve, 200); });
    const before = spool.mostBytes;
    stalled = false;
    await writing;
    await spool.end();
    expect(Buffer.concat(taken).equals(Buffer.concat(all))).toBe(true);
    expect([before, spool.mostBytes].every((bytes) => bytes > 1_900_000 && bytes < 3_000_000)).toBe(true);
  });
});

/** A disk of its own, of that size. */
function smallDisk(size: string): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'ops-small-disk-'));
  execFileSync('mount', ['-t', 'tmpfs', '-o', `mode=0700,size=${size}`, 'tmpfs', path]);
  return { path, [Symbol.dispose]: () => { execFileSync('umount', [path]); rmSync(path, { recursive: true }); } };
}
