import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LyingPrograms } from '../../proofs/backup/wrapped.ts';
import { filesBelow, openBackupScene, type BackupOutcome, type BackupScene } from '../support/backup.ts';
import { notPassedOf } from '../support/backup/checks.ts';
import { fingerprint } from '../support/backup/fingerprint.ts';
import { startDatabase, type TestServer } from '../support/databases.ts';
import { describeWithServices } from '../support/require.ts';
import { loadSample } from '../support/samples.ts';
import { until } from '../support/stores.ts';

jest.setTimeout(600_000);

/** What pg_dump is told to wait for a lock, here; else 30 s. */
const LOCK_WAIT = '2s';
/** Begins only once `go` is there, as a slow start would. */
const LATE = `: >"$HERE/../reached"
until [ -e "$HERE/../go" ]; do sleep 0.05; done
for word do
  shift
  case $word in --lock-wait-timeout=*) word=--lock-wait-timeout=${LOCK_WAIT} ;; esac
  set -- "$@" "$word"
done
exec "$REAL" "$@"`;

describeWithServices('a migration that comes between the locks of a backup and its dumps', ['postgres-17', 'chinook', 'age', 'age-keygen', 'zstd'], () => {
  let server: TestServer;
  let scene: BackupScene;
  let programs: LyingPrograms;
  let path: string;
  let columns = 0;

  beforeAll(async () => {
    server = await startDatabase('postgres-17');
    await loadSample(server, 'chinook', 'shop');
    scene = await openBackupScene();
    programs = new LyingPrograms(scene.dir, { pg_dump: server.bin('pg_dump') });
    programs.lie('pg_dump', LATE);
    path = `${programs.bin}:${server.env['PATH'] ?? ''}`;
  });
  afterAll(async () => {
    await scene?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });
  beforeEach(() => {
    for (const sign of ['go', 'reached']) rmSync(join(scene.dir, sign), { force: true });
    rmSync(scene.folder, { recursive: true, force: true });
  });

  const dumpersStarted = (): Promise<void> => until('the dumpers start', () => existsSync(join(scene.dir, 'reached')));

  /** An ALTER that waits for the locks of the backup, as every migration does; the dumpers then wait behind it. */
  async function queueAlter(): Promise<{ readonly ran: Promise<string> }> {
    const ran = server.sql(`ALTER TABLE "Track" ADD COLUMN more${++columns} integer`, { database: 'shop' });
    ran.catch(() => undefined);
    await until('the ALTER waits', async () => (await server.sql("SELECT count(*) FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'", { database: 'shop' })).trim() === '1');
    return { ran };
  }

  const idsIn = (kind: string): string[] => [...new Set(filesBelow(scene.folder).flatMap((file) => (file.includes(`/${kind}/`) ? [/\d{8}T\d{6}Z-[0-9A-Z]{26}/.exec(file)?.[0] ?? file] : [])))].sort();

  async function meetAlter(times: number): Promise<BackupOutcome> {
    const { done } = scene.startBackup(server, 'shop', { identity: scene.identity('operations') }, { path });
    for (let met = 0; met < times; met += 1) {
      await dumpersStarted();
      const { ran } = await queueAlter();
      rmSync(join(scene.dir, 'reached'));
      writeFileSync(join(scene.dir, 'go'), '');
      // The backup lets go of everything, and the migration goes on.
      await ran;
      if (met + 1 < times) rmSync(join(scene.dir, 'go'));
    }
    return await done;
  }

  test('costs one dump: it is said, made again under a new id, and what is left of the first is told by the next run', async () => {
    const made = await meetAlter(1);
    expect([made.log, made.exit, made.outputs['status']]).toEqual([made.log, 0, 'verified']);
    expect(made.log.match(/DDL is waiting.*Trying once more under a new id/g)).toHaveLength(1);
    expect(notPassedOf(made.record)).toEqual([]);
    const id = made.record.manifest?.id ?? '';
    expect(idsIn('manifests')).toEqual([id]);
    // Not older than the migration that it met.
    await using into = await startDatabase('postgres-17');
    if (made.record.manifest === undefined) throw new Error('there is no manifest');
    await scene.restore(made.record.manifest, into, 'shop');
    expect(await fingerprint(into, 'shop')).toEqual(await fingerprint(server, 'shop'));

    // The roles were stored already when the dumps had to give up.
    const left = idsIn('data').filter((one) => one !== id);
    expect(left).toHaveLength(1);
    const next = await scene.backup(server, 'shop', {}, { path });
    expect(next.exit).toBe(0);
    expect(next.record.orphans).toEqual([expect.stringContaining(`Data of ${left[0]} in`)]);
  });

  test('met twice costs the backup, with a sentence that says what to do', async () => {
    const failed = await meetAlter(2);
    expect([failed.log, failed.exit, failed.outputs['reason-code']]).toEqual([failed.log, 2, 'dump-failed']);
    expect(failed.log.match(/Trying once more under a new id/g)).toHaveLength(1);
    expect(failed.sentence).toMatch(/DDL is waiting for a table.* Run the backup when no migration runs/);
    expect(failed.outputs['backup-id'] ?? '').toBe('');
    expect(idsIn('manifests')).toEqual([]);
  });
});
