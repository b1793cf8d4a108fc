import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostTarget } from '@ops/remote';
import { parseSha, UserError, type Child, type Command, type Deps, type Sha } from '@ops/shared';
import type { DeployConfig, RollbackConfig } from './config.ts';
import { deploy } from './deploy.ts';
import { liveSha } from './publish.ts';
import { newRecord, type RunRecord } from './record.ts';
import { rollback } from './rollback.ts';
import { absolute, jumpingClock, memoryLog, plainExec, PlainSession, type Meddle } from './testing.ts';

let root: string;
let lines: string[];
let counter = 0;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ops deploy '));
  lines = [];
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function sha(digit: string): Sha {
  const parsed = parseSha(digit.repeat(40));
  if (parsed === undefined) throw new Error('bad sha');
  return parsed;
}

function target(name: string): HostTarget {
  mkdirSync(join(root, name), { recursive: true });
  return { name, address: { kind: 'local' }, path: absolute(join(root, name)), roles: ['web', 'worker', 'migrate'] };
}

function source(version: string): string {
  const folder = join(root, `source ${version}`);
  mkdirSync(join(folder, 'public'), { recursive: true });
  writeFileSync(join(folder, 'version.txt'), version);
  return folder;
}

function config(version: string, overrides: Partial<DeployConfig> = {}): DeployConfig {
  counter += 1;
  return {
    environment: 'production', app: 'generic', hosts: [target('app1'), target('app2')], run: { runId: `${1000 + counter}`, attempt: '1', actor: 'ann', runUrl: 'https://github.com/o/r/actions/runs/1' },
    php: 'php', restartCommand: undefined, reloadCommand: undefined, lockWaitMs: 0, beacon: undefined, health: { kind: 'none' }, batch: { kind: 'all' }, canary: true, dryRun: false,
    source: { kind: 'artifact', path: source(version) }, appRoot: '.', sha: sha(version), exclude: ['.git'], shared: [], keepReleases: 2, composer: 'composer', composerFlags: [],
    buildCommand: undefined, migrateCommand: undefined, smokeCommand: undefined, migrate: 'auto', destructive: 'block', databaseLockWaitSeconds: 10, backup: { kind: 'never', reason: 'test' },
    maintenance: { kind: 'never' }, maxUnavailable: 0, whenInconclusive: 'rollback', ...overrides,
  };
}

function start(command: Pick<Command, 'file' | 'args' | 'env'>): Child {
  const child = spawn(command.file, [...command.args], { env: { ...command.env }, stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? 1)));
  return { pid: child.pid ?? 0, stdin: child.stdin, stdout: child.stdout, stderr: child.stderr, ended, kill: () => {} };
}

function deps(signal = new AbortController().signal): Deps {
  return {
    clock: clock, random: { hex: (bytes) => 'ab'.repeat(bytes), fraction: () => 0.5 }, exec: plainExec(start), log: memoryLog(lines),
    context: { repository: 'o/r', actor: 'ann', eventName: 'push', sha: '0'.repeat(40), runId: '1', runAttempt: '1', job: 'deploy', runUrl: '', apiUrl: '', serverUrl: '', workspace: root, tempDir: root, event: {} },
    env: { PATH: process.env['PATH'] }, mask: () => {}, signal, cleanup: { defer: () => {} }, state: { save: () => {} },
  };
}
const clock = jumpingClock();

async function run(given: DeployConfig, meddle: Meddle = () => {}, signal?: AbortSignal): Promise<{ readonly record: RunRecord; readonly error: UserError | undefined }> {
  const record = newRecord();
  try {
    await deploy(given, { deps: deps(signal), connect: (one) => Promise.resolve(new PlainSession(one, meddle)), backup: undefined }, record);
    return { record, error: undefined };
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    return { record, error: thrown };
  }
}

async function back(overrides: Partial<RollbackConfig> = {}, meddle: Meddle = () => {}, signal?: AbortSignal): Promise<{ readonly record: RunRecord; readonly error: UserError | undefined }> {
  const record = newRecord();
  const base = config('9');
  try {
    await rollback({ ...base, to: undefined, allowSchemaAhead: false, ...overrides }, { deps: deps(signal), connect: (one) => Promise.resolve(new PlainSession(one, meddle)) }, record);
    return { record, error: undefined };
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    return { record, error: thrown };
  }
}

const live = (host: string): string => readFileSync(join(root, host, 'current', 'version.txt'), 'utf8');
const releases = (host: string): string[] => readdirSync(join(root, host, 'releases')).toSorted();

describe('deploy', () => {
  test('makes a commit live on every host, and records it', async () => {
    const { record, error } = await run(config('1'));
    expect(error).toBeUndefined();
    expect([live('app1'), live('app2')]).toEqual(['1', '1']);
    expect(readlinkSync(join(root, 'app1', 'current'))).toBe(`releases/${record.releaseId ?? ''}`);
    expect(readFileSync(join(root, 'app1', 'current', 'REVISION'), 'utf8')).toBe(`${'1'.repeat(40)}\n`);
    expect([...record.hosts.values()].map((host) => host.state)).toEqual(['live', 'live']);
    expect(existsSync(join(root, 'app1', '.deploy', 'lock'))).toBe(false);
  });

  test('a failing switch on one host takes every host back, newest first, and marks the release bad', async () => {
    await run(config('1'));
    const { record, error } = await run(config('2', { restartCommand: 'case $OPS_APP in *app2) echo no >&2; exit 3;; esac' }));
    expect(error?.message).toContain('app2: restart-command failed with exit code 3');
    expect(error?.message).toContain('is live again on app1, app2');
    expect([live('app1'), live('app2')]).toEqual(['1', '1']);
    expect(record.rolledBack).toBe(true);
    expect(readFileSync(join(root, 'app1', '.deploy', 'history.ndjson'), 'utf8')).toContain('"kind":"bad"');
  });

  test('a first deploy that fails leaves nothing live', async () => {
    const { error } = await run(config('1', { restartCommand: 'exit 1' }));
    expect(error?.message).toContain('nothing is live now');
    expect(existsSync(join(root, 'app1', 'current'))).toBe(false);
    expect((await run(config('2'))).error).toBeUndefined();
    expect(live('app2')).toBe('2');
  });

  test('one host that fails to stage: nothing switches anywhere and the stages are dropped', async () => {
    await run(config('1'));
    const { error } = await run(config('2', { buildCommand: 'case $OPS_APP in *app2) exit 4;; esac' }));
    expect(error?.reason).toBe('stage');
    expect([live('app1'), live('app2')]).toEqual(['1', '1']);
    expect(releases('app1')).toHaveLength(1);
    expect(releases('app2')).toHaveLength(1);
  });

  test.each(['facts', 'recover', 'stage', 'migrate', 'switch', 'commit'])('cancelled before %s on the second host: the old release serves and the next deploy works', async (batch) => {
    await run(config('1'));
    const abort = new AbortController();
    const { error } = await run(config('2', { migrateCommand: "true" }), (host, title) => {
      if (title === batch && (host === 'app2' || batch === 'migrate')) {
        abort.abort();
        throw new UserError({ reason: 'cancelled', message: 'cancelled' });
      }
    }, abort.signal);
    expect(error?.reason).toBe('cancelled');
    expect([live('app1'), live('app2')]).toEqual(batch === 'commit' ? ['2', '2'] : ['1', '1']);
    expect((await run(config('3'))).error).toBeUndefined();
    expect([live('app1'), live('app2')]).toEqual(['3', '3']);
  });

  test('a run that died at any step is repaired by the next one', async () => {
    await run(config('1'));
    for (const batch of ['stage', 'switch', 'commit']) {
      // Death: no compensation runs either, the locks are gone with the processes.
      let dead = false;
      await run(config('2'), (_host, title) => {
        if (title === batch) dead = true;
        if (dead) throw new UserError({ reason: 'connect', message: 'gone' });
      });
      for (const host of ['app1', 'app2']) rmSync(join(root, host, '.deploy', 'lock'), { force: true });
      const { error } = await run(config('3'));
      expect(error).toBeUndefined();
      expect([live('app1'), live('app2')]).toEqual(['3', '3']);
    }
  });

  test('dry run changes nothing and previews what the real run sends', async () => {
    await run(config('1'));
    const before = readdirSync(root, { recursive: true }).map(String).toSorted();
    const real = config('2');
    const dry = await run({ ...real, dryRun: true });
    expect(readdirSync(root, { recursive: true }).map(String).filter((name) => !name.startsWith('ops-artifact') && !name.startsWith('source')).toSorted()).toEqual(before.filter((name) => !name.startsWith('ops-artifact') && !name.startsWith('source')));
    const done = await run(real);
    expect(done.error).toBeUndefined();
    const plain = (text: string, id: string | undefined): string => text.replaceAll(id ?? '', '<id>');
    for (const sent of done.record.executed) {
      const shown = dry.record.preview.find((one) => one.host === sent.host && one.batch === sent.batch);
      expect(shown?.script).toBe(sent.script);
      const { HISTORY_LINE: _shown, ...values } = shown?.values ?? {};
      const { HISTORY_LINE: _sent, ...sentValues } = sent.values;
      expect(plain(JSON.stringify(values), dry.record.releaseId)).toBe(plain(JSON.stringify(sentValues), done.record.releaseId));
    }
    expect(dry.record.plan?.hash).toBe(done.record.plan?.hash);
  });

  test('a run that was at work during the first look cannot be overlooked: going back goes to what it made live', async () => {
    const one = { hosts: [target('app1')] };
    await run(config('1', one));
    const { record } = await run(config('2', one));
    const app = join(root, 'app1');
    const history = readFileSync(join(app, '.deploy', 'history.ndjson'), 'utf8');
    const first = history.split('\n')[0] ?? '';
    // The second run as it was before its switch, still holding the lock.
    writeFileSync(join(app, '.deploy', 'history.ndjson'), `${first}\n`);
    rmSync(join(app, 'current'));
    symlinkSync(`releases/${String(/"id":"([^"]+)"/.exec(first)?.[1])}`, join(app, 'current'));
    writeFileSync(join(app, '.deploy', 'lock'), 'the second run');
    writeFileSync(join(app, '.deploy', 'lock.json'), '{"actor":"bea"}');
    const { error } = await run(config('3', { ...one, restartCommand: 'exit 1' }), (_host, batch) => {
      if (batch !== 'recover' || !existsSync(join(app, '.deploy', 'lock.json'))) return;
      // Now it ends well, without a new number in the journal.
      writeFileSync(join(app, '.deploy', 'history.ndjson'), history);
      rmSync(join(app, 'current'));
      symlinkSync(`releases/${record.releaseId ?? ''}`, join(app, 'current'));
      rmSync(join(app, '.deploy', 'lock'));
      rmSync(join(app, '.deploy', 'lock.json'));
    });
    expect(error?.message).toContain('restart-command failed');
    expect(live('app1')).toBe('2');
  });

  test('migrations move to another host when theirs may be left out, and are never skipped', async () => {
    const gone: Meddle = (host) => {
      if (host === 'app1') throw new UserError({ reason: 'connect', message: 'app1: no route to host' });
    };
    const { error } = await run(config('1', { maxUnavailable: 1, migrateCommand: 'touch "$OPS_APP/migrated"' }), gone);
    expect(error).toBeUndefined();
    expect(existsSync(join(root, 'app2', 'migrated'))).toBe(true);
    const only = config('2', { maxUnavailable: 1, migrateCommand: 'true' });
    const none = await run({ ...only, hosts: only.hosts.map((one) => ({ ...one, roles: one.name === 'app1' ? ['migrate'] : ['web'] })) }, gone);
    expect(none.error?.message).toContain('role migrate');
    expect(live('app2')).toBe('1');
  });

  test('a first deploy that fails puts back the link that another tool had made', async () => {
    const one = target('app1');
    mkdirSync(join(one.path, 'old'));
    writeFileSync(join(one.path, 'old', 'version.txt'), 'old');
    symlinkSync('old', join(one.path, 'current'));
    const { error } = await run(config('1', { hosts: [one], restartCommand: 'exit 1' }));
    expect(error?.message).toContain('points to old again');
    expect(live('app1')).toBe('old');
  });

  test('a line that a full disk left half-written does not swallow the next', async () => {
    await run(config('1'));
    for (const host of ['app1', 'app2']) writeFileSync(join(root, host, '.deploy', 'history.ndjson'), '{"kind":"depl', { flag: 'a' });
    await run(config('2'));
    await run(config('3', { restartCommand: 'exit 1' }));
    expect([live('app1'), live('app2')]).toEqual(['2', '2']);
  });

  test('migrations that ran before a cancel stand in history', async () => {
    await run(config('1'));
    const abort = new AbortController();
    const { error } = await run(config('2', { migrateCommand: `echo @${'ab'.repeat(16)} fact migrations.ran m1` }), (_host, batch) => {
      if (batch === 'migrate') queueMicrotask(() => abort.abort());
    }, abort.signal);
    expect(error?.reason).toBe('cancelled');
    expect(readFileSync(join(root, 'app2', '.deploy', 'history.ndjson'), 'utf8')).toContain('"migrations":[{"name":"m1"');
  });

  test('keeps keep-releases besides the live one and the one before', async () => {
    for (const version of ['1', '2', '3', '4', '5', '6']) expect((await run(config(version))).error).toBeUndefined();
    expect(releases('app1')).toHaveLength(4);
    expect(live('app1')).toBe('6');
  });

  test('the same app dir twice is an input error', async () => {
    const one = target('app1');
    const { error } = await run(config('1', { hosts: [one, { ...one, name: 'twin' }] }));
    expect(error?.reason).toBe('input');
    expect(error?.message).toContain('listed twice');
  });

  test('current as a real directory is refused with the fix, and stays', async () => {
    mkdirSync(join(target('app1').path, 'current'));
    const { error } = await run(config('1', { hosts: [target('app1')] }));
    expect(error?.sentence()).toContain('mv current current.old');
    expect(existsSync(join(root, 'app1', 'current'))).toBe(true);
  });

  test('a step that fails because the disk is full says so, whatever it was doing', async () => {
    await run(config('1'));
    const { error } = await run(config('2', { buildCommand: 'echo "write failed: No space left on device" >&2; exit 1' }));
    expect(error?.reason).toBe('no-room');
    expect(error?.sentence()).toMatch(/The disk filled up during the step build-command.*Free space/);
    expect([live('app1'), live('app2')]).toEqual(['1', '1']);
  });

  test('a held lock names its holder and changes nothing', async () => {
    await run(config('1'));
    writeFileSync(join(root, 'app2', '.deploy', 'lock'), 'someone');
    const { error } = await run(config('2'));
    expect(error?.reason).toBe('lock');
    expect(error?.message).toContain('someone');
    expect([live('app1'), live('app2')]).toEqual(['1', '1']);
    expect(existsSync(join(root, 'app1', '.deploy', 'lock'))).toBe(false);
  });

  test('pending work for the database needs a backup, and there is none yet', async () => {
    await run(config('1'));
    const { error } = await run(config('2', { migrateCommand: 'touch migrated', backup: { kind: 'auto' } }));
    expect(error?.reason).toBe('backup');
    expect(error?.sentence()).toContain('backup: never');
    expect([live('app1'), live('app2')]).toEqual(['1', '1']);
    expect(releases('app1')).toHaveLength(1);
  });
});

describe('rollback', () => {
  test('returns to the last good release, then further back', async () => {
    for (const version of ['1', '2', '3']) await run(config(version));
    expect((await back()).error).toBeUndefined();
    expect([live('app1'), live('app2')]).toEqual(['2', '2']);
    expect((await back()).error).toBeUndefined();
    expect(live('app1')).toBe('1');
    const none = await back();
    expect(none.error?.reason).toBe('no-candidate');
    expect(none.error?.remedy).toContain('a rollback took it back');
    expect((await back({ to: '3333333' })).error).toBeUndefined();
    expect(live('app2')).toBe('3');
  });

  test('one host that fails behind its switch takes all of them back, and the next try goes to the same release', async () => {
    for (const version of ['1', '2', '3']) await run(config(version));
    const half = await back({ restartCommand: 'case $OPS_APP:$OPS_RELEASE_ID in *app2:*-2222222) exit 1;; esac' });
    expect(half.error?.reason).toBe('switch');
    expect(half.error?.message).toMatch(/restart-command failed.*no host was rolled back: app1 is back on \S+-3333333; app2 is back on \S+-3333333\.$/);
    expect(half.error?.remedy).toContain('run the rollback again');
    expect([live('app1'), live('app2')]).toEqual(['3', '3']);
    expect([half.record.switched, liveSha(half.record)]).toEqual([false, '3'.repeat(40)]);
    expect((await back()).error).toBeUndefined();
    expect([live('app1'), live('app2')]).toEqual(['2', '2']);
  });

  test('a host that cannot switch stays where it is, and the others go back to their own release', async () => {
    for (const version of ['1', '2', '3']) await run(config(version));
    const { record, error } = await back({}, (host, batch) => {
      if (batch !== 'switch' || host !== 'app2') return;
      rmSync(join(root, 'app2', 'releases', releases('app2').find((name) => name.endsWith('2222222')) ?? 'x', '.complete.json'));
    });
    expect(error?.message).toMatch(/app2: The release \S+ on \S+ is not complete\. So no host was rolled back: app1 is back on \S+-3333333; app2 stayed on \S+-3333333\./);
    expect([...record.hosts.values()].map((host) => host.state)).toEqual(['switched back', 'as before']);
    expect([live('app1'), live('app2')]).toEqual(['3', '3']);
  });

  test('a host that is lost behind its switch is reported as behind, the others went back', async () => {
    for (const version of ['1', '2', '3']) await run(config(version));
    const { record, error } = await back({ restartCommand: 'case $OPS_APP in *app1) exit 1;; esac' }, (host, batch) => {
      if (batch === 'back' && host === 'app2') throw new UserError({ reason: 'orphaned', message: 'app2: the connection broke.' });
    });
    expect(error?.reason).toBe('host-behind');
    expect(error?.message).toContain('app2 could not be switched back (app2: the connection broke.)');
    expect(error?.remedy).toContain('Look at app2 now');
    expect([live('app1'), live('app2')]).toEqual(['3', '2']);
    expect([record.switched, liveSha(record)]).toEqual([false, '']);
    rmSync(join(root, 'app2', '.deploy', 'lock'), { force: true });
    expect((await back()).error).toBeUndefined();
    expect([live('app1'), live('app2')]).toEqual(['2', '2']);
  });

  test('cancelled in the middle of the switch: every host is back', async () => {
    for (const version of ['1', '2', '3']) await run(config(version));
    const abort = new AbortController();
    const { error } = await back({}, (host, batch) => {
      if (batch !== 'switch' || host !== 'app2') return;
      abort.abort();
      throw new UserError({ reason: 'cancelled', message: 'Cancelled.' });
    }, abort.signal);
    expect(error?.reason).toBe('cancelled');
    expect([live('app1'), live('app2')]).toEqual(['3', '3']);
  });

  test('never to a release that failed', async () => {
    await run(config('1'));
    await run(config('2'));
    await run(config('3', { restartCommand: 'exit 1' }));
    expect((await back({ to: '3333333' })).error?.reason).toBe('no-candidate');
    expect((await back()).error).toBeUndefined();
    expect(live('app1')).toBe('1');
  });

  test('after a run that died in the switch it returns to the committed release', async () => {
    await run(config('1'));
    const { record } = await run(config('2'));
    // As if the second run had died before its commit.
    for (const host of ['app1', 'app2']) {
      const file = join(root, host, '.deploy', 'history.ndjson');
      writeFileSync(file, `${readFileSync(file, 'utf8').split('\n')[0] ?? ''}\n`);
    }
    expect(record.switched).toBe(true);
    expect((await back()).error).toBeUndefined();
    expect(live('app1')).toBe('1');
  });

  test('works when the live link is broken', async () => {
    await run(config('1'));
    const { record } = await run(config('2'));
    for (const host of ['app1', 'app2']) rmSync(join(root, host, 'releases', record.releaseId ?? 'x'), { recursive: true });
    expect((await back()).error).toBeUndefined();
    expect(live('app1')).toBe('1');
  });

  test('a dry run changes nothing', async () => {
    for (const version of ['1', '2']) await run(config(version));
    const dry = await back({ dryRun: true });
    expect(dry.error).toBeUndefined();
    expect(live('app1')).toBe('2');
    expect(dry.record.preview.some((one) => one.batch === 'switch')).toBe(true);
  });

  test('a link that points outside releases is replaced too', async () => {
    for (const version of ['1', '2']) await run(config(version));
    rmSync(join(root, 'app1', 'current'));
    symlinkSync('/nonexistent', join(root, 'app1', 'current'));
    expect((await back({ to: '1111111' })).error).toBeUndefined();
    expect(live('app1')).toBe('1');
  });
});
