import { expect, jest, test } from '@jest/globals';
import { contentOf, filesBelow, openBackupScene, type BackupOutcome, type BackupScene } from '../support/backup.ts';
import { lockTable, nobodyWaits, processesOf, until } from '../support/backup/blocked.ts';
import { fingerprint } from '../support/backup/fingerprint.ts';
import { startDatabase, type TestServer } from '../support/databases.ts';
import { describeWithServices } from '../support/require.ts';
import type { RunHandle } from '../support/runner.ts';
import { loadSample } from '../support/samples.ts';

jest.setTimeout(1_800_000);

interface Victim {
  readonly name: string;
  readonly strike: (run: RunHandle, mark: string) => Promise<void> | void;
  /** What the run says; undefined for one that cannot say anything any more. */
  readonly says: { readonly exit: number; readonly reason: string; readonly sentence: RegExp } | undefined;
}

async function killAll(name: RegExp, line: RegExp, mark: string): Promise<void> {
  const find = () => processesOf(name, mark).filter((one) => line.test(one.line));
  await until(`a process ${String(name)} ${String(line)}`, () => Promise.resolve(find().length > 0));
  for (const { pid } of find()) process.kill(pid, 'SIGKILL');
}

/** Chinook, a table that is large enough for parts of its dump to be in the store, and behind it the one at which a dump can be held. */
async function fillShop(server: TestServer): Promise<void> {
  await loadSample(server, 'chinook', 'shop');
  await server.sql(`CREATE TABLE yy_large (id INT PRIMARY KEY, noise BLOB NOT NULL); INSERT INTO yy_large SELECT seq, RANDOM_BYTES(1000) FROM seq_1_to_30000;
    CREATE TABLE zz_last (id INT PRIMARY KEY); INSERT INTO zz_last VALUES (1)`, { database: 'shop' });
}

const DUMPER: Victim = { name: 'the dumper', strike: (_run, mark) => killAll(/^(?:mysqldump|mariadb-dump)$/, /./, mark), says: { exit: 2, reason: 'stage-killed', sentence: /mysqldump|dump/ } };
const VICTIMS: readonly Victim[] = [
  DUMPER,
  { name: 'the zstd that packs', strike: (_run, mark) => killAll(/^zstd$/, / --check/, mark), says: { exit: 2, reason: 'stage-killed', sentence: /zstd/ } },
  { name: 'the zstd that unpacks for the tap', strike: (_run, mark) => killAll(/^zstd$/, / -d /, mark), says: { exit: 2, reason: 'stage-killed', sentence: /decoder/ } },
  { name: 'the click on cancel', strike: (run) => { run.cancel(); }, says: { exit: 9, reason: 'cancelled', sentence: /cancelled/i } },
  { name: 'SIGTERM', strike: (run) => { if (run.pid !== undefined) process.kill(run.pid, 'SIGTERM'); }, says: { exit: 9, reason: 'cancelled', sentence: /cancelled/i } },
  // The last one, as it is the one that may leave a part of a file.
  { name: 'the action', strike: (run) => { run.kill(); }, says: undefined },
];

/** Without the records of runs, of which each run leaves one. */
function backupsIn(scene: BackupScene): Record<string, string> {
  return Object.fromEntries(Object.entries(contentOf(scene.folder)).filter(([path]) => !path.includes('/runs/')));
}

const manifestsIn = (scene: BackupScene): string[] => filesBelow(scene.folder).filter((path) => /\/manifests\/[^/]+\.json$/.test(path));

async function restoresWhole(scene: BackupScene, made: BackupOutcome, server: TestServer, into: TestServer, name: string): Promise<void> {
  expect(made).toMatchObject({ exit: 0, outputs: { status: 'verified' } });
  const { manifest } = made.record;
  if (manifest === undefined) throw new Error('there is no manifest');
  await scene.restore(manifest, into, name);
  const rename = (prints: Readonly<Record<string, string>>): Record<string, string> => Object.fromEntries(Object.entries(prints).map(([what, print]) => [what, print.replaceAll(/^\w+\./gm, '')]));
  expect(rename(await fingerprint(into, name))).toEqual(rename(await fingerprint(server, 'shop')));
}

describeWithServices('a backup that is killed while it runs', ['mariadb-10.11', 'chinook', 'age', 'age-keygen', 'zstd'], () => {
  test('is no backup, leaves nothing, and the next run tells what is left; whoever is hit', async () => {
    await using scene = await openBackupScene();
    await using server = await startDatabase('mariadb-10.11');
    await fillShop(server);
    const old = await scene.backup(server, 'shop', { identity: scene.identity('operations') });
    expect(old.exit).toBe(0);
    const before = backupsIn(scene);
    const mark = server.env['HOME'] ?? '-';
    {
      await using lock = await lockTable(server, 'shop', 'zz_last');
      for (const victim of VICTIMS) {
        const { handle, done } = scene.startBackup(server, 'shop');
        await Promise.race([lock.reached(), done.then((run) => { throw new Error(`the run did not get to the lock: ${run.log}`); })]);
        await victim.strike(handle, mark);
        const run = await done;
        const note = `${victim.name}: ${run.log}`;
        expect([note, run.survivors]).toEqual([note, []]);
        expect([note, run.leftovers]).toEqual([note, []]);
        expect([note, processesOf(/^(?:mysql|mariadb|mysqldump|mariadb-dump|zstd|sh|dash)$/, `${mark}/bin`).filter((one) => /stream|dump|zstd/.test(one.line))]).toEqual([note, []]);
        if (victim.says !== undefined) {
          expect([note, run.exit, run.outputs['reason-code']]).toEqual([note, victim.says.exit, victim.says.reason]);
          expect(run.sentence).toMatch(victim.says.sentence);
          expect(run.outputs['backup-id'] ?? '').toBe('');
          // Nothing of it, not even a part of a file.
          expect([note, backupsIn(scene)]).toEqual([note, before]);
        } else {
          expect(run.signal).toBe('SIGKILL');
          expect(run.post?.log).toContain('it is no backup');
        }
        expect(manifestsIn(scene)).toHaveLength(1);
        await nobodyWaits(server);
      }
    }
    const next = await scene.backup(server, 'shop');
    expect(next.record.orphans).toHaveLength(1);
    expect(next.summary).toContain('Left by ended runs');
    expect(backupsIn(scene)).toMatchObject(before);
    await using into = await startDatabase('mariadb-10.11');
    await restoresWhole(scene, next, server, into, 'shop');
    await restoresWhole(scene, old, server, into, 'older');
  });
});

describeWithServices('a dump on a host whose connection is killed', ['network', 'mariadb-10.11', 'chinook', 'age', 'age-keygen', 'zstd'], () => {
  test('is no backup, and neither the host nor the runner keeps anything of it', async () => {
    await using scene = await openBackupScene({ hosts: [{ name: 'app1', os: 'bookworm' }] });
    await using server = await startDatabase('mariadb-10.11');
    await fillShop(server);
    await scene.host.expose(server.port);
    const mark = server.env['HOME'] ?? '-';
    const nothingOnHost = async (): Promise<void> => {
      const left = await scene.host.exec('i=0; while [ $i -lt 60 ]; do p=$(pgrep -u deploy -a "dump|zstd|mysql|mariadb" || :); [ -n "$p" ] || break; sleep 1; i=$((i + 1)); done; echo "$p"; find /tmp /var/tmp /dev/shm -name "ops-*"', { timeoutMs: 90_000 });
      expect(left.stdout.trim()).toBe('');
    };
    const begin = () => scene.startBackup(server, 'shop', { ...scene.hostInputs(), 'database-url': server.url(server.rootUser, server.rootPassword, 'shop'), via: 'host' });
    {
      await using lock = await lockTable(server, 'shop', 'zz_last');
      for (const who of ['ssh', 'node', 'cable'] as const) {
        const { handle, done } = begin();
        await Promise.race([lock.reached(), done.then((run) => { throw new Error(`the run did not get to the lock: ${run.log}`); })]);
        if (who === 'ssh') await killAll(/^ssh$/, /./, mark);
        else if (who === 'node') handle.kill();
        else {
          // A cancel that cannot be told to the host: the run ends in time all the same.
          await scene.network?.cut('app1');
          handle.cancel();
        }
        const run = await done;
        const note = `${who}: ${run.log}`;
        if (who === 'ssh') expect([note, run.exit, run.outputs['reason-code']]).toEqual([note, 2, 'stage-killed']);
        if (who === 'cable') expect([note, run.exit, run.signal, run.outputs['reason-code']]).toEqual([note, 9, undefined, 'cancelled']);
        if (who === 'cable') await scene.network?.join('app1');
        expect([note, run.survivors]).toEqual([note, []]);
        expect([note, manifestsIn(scene)]).toEqual([note, []]);
        await nothingOnHost();
        await nobodyWaits(server);
      }
    }
    await using into = await startDatabase('mariadb-10.11');
    await restoresWhole(scene, await begin().done, server, into, 'shop');
    await nothingOnHost();
  });
});
