/** The action over a real SQLite file and a folder: what it says and which exit code it gives, for each way it can end. */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { inputVariable, milliseconds, nodeExec, parseInputs, realClock, realRandom, UserError, type Deps, type Verdict } from '@ops/shared';
import { openMailbox, type Mailbox } from '../../../test/support/mailbox.ts';
import { describeWithServices } from '../../../test/support/require.ts';
import { contract, type BackupOutput } from '../src/inputs.ts';
import { run } from '../src/run.ts';
import { tidyUp } from '../src/tidy-up.ts';

const exits: Readonly<Record<string, number>> = contract.exits;
const TAP = pathToFileURL(join(import.meta.dirname, '../src/worker/tap.ts'));

describeWithServices('db-backup', ['sqlite3', 'zstd'], () => {
  let dir: string;
  /** What the state refuses to hold: a word that is a secret. */
  let secretWord: string | undefined;
  /** How far the clock is ahead. */
  let laterMs: number;
  beforeEach(() => {
    secretWord = undefined;
    laterMs = 0;
    dir = mkdtempSync(join(tmpdir(), `ops-action-${process.pid}-`));
    execFileSync('sqlite3', [join(dir, 'shop.sqlite'), "CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT); INSERT INTO orders (note) SELECT 'order ' || value FROM generate_series(1, 500);"]);
  });
  afterEach(() => { rmSync(dir, { recursive: true, force: true }); });

  interface Ended {
    /** With the exit code that runAction makes of the reason. */
    readonly verdict: Verdict & { readonly exit?: number };
    readonly outputs: Readonly<Partial<Record<BackupOutput, unknown>>>;
    readonly summary: string;
    readonly log: readonly string[];
    readonly state: Readonly<Record<string, string>>;
  }

  /** Runs it with real programs; inputs of a plain backup into a folder unless given otherwise. */
  async function act(given: Readonly<Record<string, string>> = {}, controller = new AbortController(), onLog: (line: string) => void = () => undefined): Promise<Ended> {
    const log: string[] = [];
    const summary: string[] = [];
    const state: Record<string, string> = {};
    const undo: (() => Promise<void>)[] = [];
    const outputs: Partial<Record<BackupOutput, unknown>> = {};
    const say = (line: string): void => {
      log.push(line);
      onLog(line);
    };
    const deps: Deps = {
      clock: { ...realClock, now: () => milliseconds(realClock.now() + laterMs) }, random: realRandom, exec: nodeExec,
      log: { info: say, debug: () => undefined, notice: say, warning: say, error: say, foreign: (_prefix, text) => say(text), group: (_title, body) => body() },
      context: { repository: 'o/r', actor: 'ann', eventName: 'schedule', sha: 'a'.repeat(40), runId: '7', runAttempt: '1', job: 'j', runUrl: 'https://github.com/o/r/actions/runs/7', apiUrl: 'http://127.0.0.1:1', serverUrl: '', workspace: dir, tempDir: dir, event: {} },
      env: { PATH: process.env['PATH'] ?? '' }, mask: () => undefined, signal: controller.signal,
      cleanup: { defer: (_what, how) => { undo.push(async () => { await how(); }); } },
      state: { save: (name, value) => { if (secretWord !== undefined && String(value).includes(secretWord)) throw new Error('a secret'); state[name] = String(value); } },
    };
    const inputs = { 'database-url': `sqlite://${dir}/shop.sqlite`, 'stores': `file://${dir}/store`, 'encryption': 'none', ...given };
    const env = Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== '').map(([name, value]) => [inputVariable(name), value]));
    const report = { output: (name: BackupOutput, value: unknown) => { outputs[name] = value; }, section: ({ title = '', markdown }: { title?: string; markdown: string }) => { summary.push(`## ${title}\n${markdown}`); }, result: () => undefined };
    try {
      const verdict = await run(await parseInputs(contract.inputs, { env, opsFile: undefined, action: contract.name, registry: {} }), deps, report, { tap: TAP });
      return { verdict: verdict.ok ? verdict : { ...verdict, exit: exits[verdict.reason] ?? 1 }, outputs, log, state, summary: summary.join('\n') };
    } finally {
      for (const step of undo.toReversed()) await step();
    }
  }

  const catalog = (): string => join(dir, 'store/production-shop.sqlite');
  const manifests = (): string[] => (existsSync(join(catalog(), 'manifests')) ? readdirSync(join(catalog(), 'manifests')).filter((name) => name.endsWith('.json')) : []);
  const runs = (): { verdict: string; reason: string | null; mode: string; told?: unknown }[] => readdirSync(join(catalog(), 'runs')).map((name) => JSON.parse(readFileSync(join(catalog(), 'runs', name), 'utf8'))).sort((a, b) => Date.parse(a.endedAt) - Date.parse(b.endedAt));

  test('a backup: every output, the summary with the way back, a record of the run', async () => {
    const { verdict, outputs, summary, state } = await act();
    expect(verdict).toEqual({ ok: true, sentence: expect.stringMatching(/^Backup \S+ of production-shop\.sqlite is verified: .+ read, .+ stored\.$/) });
    expect(outputs).toMatchObject({ 'status': 'verified', 'degraded': false, 'pruned': '', 'verdict': 'pass', 'reason-code': '' });
    expect(manifests()).toEqual([`${String(outputs['backup-id'])}.json`]);
    expect(Number(outputs['raw-bytes'])).toBe(statSync(join(dir, 'shop.sqlite')).size);
    expect(Number(outputs['stored-bytes'])).toBeGreaterThan(0);
    for (const text of ['**verified**', '**not encrypted**', '| plaintext-hash | pass |']) expect(summary).toContain(text);
    expect(summary).toMatch(/\/dump\.001 \| zstd -d > '?restored-shop\.sqlite'?$/m);
    expect(runs()).toMatchObject([{ verdict: 'pass', reason: null, mode: 'backup' }]);
    expect(state['done']).toBe('yes');
    // Every output of the contract but those of runAction itself.
    expect(Object.keys(outputs).sort()).toEqual(Object.keys(contract.outputs).filter((name) => name !== 'result-json').sort());
  });

  test('a plan stores nothing, and makes no folder', async () => {
    const { verdict, outputs, log } = await act({ mode: 'plan' });
    expect(verdict).toEqual({ ok: true, sentence: 'Planned a backup of production-shop.sqlite; nothing was changed.' });
    expect(outputs).toMatchObject({ 'backup-id': undefined, 'verdict': 'pass' });
    expect(existsSync(join(dir, 'store'))).toBe(false);
    expect(log.join('\n')).toContain('NOT encrypted');
  });

  test('verify: nothing there is 7, good is green, damaged is 3', async () => {
    expect((await act({ mode: 'verify' })).verdict).toMatchObject({ ok: false, reason: 'missing', exit: 7 });
    await act();
    expect((await act({ mode: 'verify' })).verdict).toMatchObject({ ok: true });
    const [data = ''] = globSync('data/daily/*/dump.001', { cwd: catalog() });
    truncateSync(join(catalog(), data), 100);
    const bad = await act({ mode: 'verify' });
    expect(bad.verdict).toMatchObject({ ok: false, reason: 'checksum-differs', exit: 3, remedy: expect.stringContaining('Make a new backup now') });
    expect(bad.outputs).toMatchObject({ 'verdict': 'fail', 'reason-code': 'checksum-differs', 'backup-id': undefined });
    expect(runs().map(({ verdict, reason }) => ({ verdict, reason })).at(-1)).toEqual({ verdict: 'fail', reason: 'checksum-differs' });
  });

  test('two databases whose names make one folder never share it, and the refused run leaves nothing there', async () => {
    copyFileSync(join(dir, 'shop.sqlite'), join(dir, 'b-shop.sqlite'));
    const first = { environment: 'a-b' };
    const second = { 'environment': 'a', 'database-url': `sqlite://${dir}/b-shop.sqlite` };
    expect((await act(first)).verdict).toMatchObject({ ok: true, sentence: expect.stringContaining('of a-b-shop.sqlite is') });
    const everything = (): string => globSync('**', { cwd: join(dir, 'store') }).join('\n');
    const before = everything();
    for (const mode of ['plan', 'backup', 'verify', 'prune']) {
      const { verdict } = await act({ ...second, mode });
      expect(verdict).toMatchObject({ ok: false, reason: 'bad-input', exit: 1, sentence: expect.stringMatching(/^source: the folder a-b-shop\.sqlite in file:\S+ belongs to the database shop\.sqlite of environment a-b, .* and this is the database b-shop\.sqlite of environment a\.$/) });
    }
    expect(everything()).toBe(before);
    expect((await act(first)).verdict).toMatchObject({ ok: true });
    expect((await act({ ...second, source: 'a.b-shop.sqlite' })).verdict).toMatchObject({ ok: true });
    // Nor does a copy come into it.
    const copied = await act({ ...second, stores: `file://${dir}/other\nfile://${dir}/store` });
    expect(copied.verdict).toMatchObject({ ok: false, reason: 'copy-missing', sentence: expect.stringContaining('source: the folder a-b-shop.sqlite') });
  });

  test('verify: a sample of a third reads every older backup within three runs, on whatever days', async () => {
    for (let at = 0; at < 4; at += 1) await act({ prune: 'never' });
    const read = async (): Promise<number[]> => {
      await act({ mode: 'verify', verify: 'sample 1/3' });
      return manifests().map((name) => readdirSync(join(catalog(), 'manifests', name.replace(/json$/, 'checks'))).length);
    };
    // Each was read when it was made; the newest is read in each run.
    expect(await read()).toEqual([2, 1, 1, 2]);
    expect(await read()).toEqual([2, 2, 1, 3]);
    expect(await read()).toEqual([2, 2, 2, 4]);
    expect(await read()).toEqual([3, 2, 2, 5]);
  });

  test('verify: a manifest that cannot be read is a backup lost, and each store must have one', async () => {
    await act();
    const stores = `file://${dir}/store\nfile://${dir}/other store`;
    const lacking = await act({ mode: 'verify', stores });
    expect(lacking.verdict).toMatchObject({ ok: false, reason: 'copy-missing', exit: 5, sentence: expect.stringContaining('other store') });
    await act({ stores });
    expect((await act({ mode: 'verify', stores })).verdict).toMatchObject({ ok: true });
    // Each manifest tells the way back from the store it stands in: the other one may be what is lost.
    const [copied = ''] = globSync('other store/*/manifests/*.json', { cwd: dir });
    const copy = JSON.parse(readFileSync(join(dir, copied), 'utf8'));
    expect(copy.restore).toContain(`cat '${dir}/other store/`);
    expect(copy.restore).not.toContain(`${dir}/store/`);
    writeFileSync(join(dir, 'store', copied.slice('other store/'.length)), '{');
    expect((await act({ mode: 'verify', stores })).verdict).toMatchObject({ ok: false, reason: 'checksum-differs', exit: 3, sentence: expect.stringContaining(copy.id) });
    expect(globSync('*/*/manifests/*.reading/*', { cwd: dir })).toEqual([]);
  });

  test('a database that lost most of its rows: kept as suspect, red, and right when a person says so', async () => {
    await act();
    execFileSync('sqlite3', [join(dir, 'shop.sqlite'), "INSERT INTO orders (note) SELECT hex(randomblob(500)) FROM generate_series(1, 2000)"]);
    await act();
    execFileSync('sqlite3', [join(dir, 'shop.sqlite'), 'DELETE FROM orders; VACUUM']);
    const shrunk = await act();
    expect(shrunk.verdict).toMatchObject({ ok: false, reason: 'size-shrank', exit: 3, remedy: expect.stringContaining('accept-size: true') });
    expect(shrunk.outputs).toMatchObject({ 'status': 'complete', 'reason-code': 'size-shrank' });
    expect(manifests()).toHaveLength(3);
    expect((await act({ 'accept-size': 'true' })).outputs).toMatchObject({ status: 'verified', verdict: 'pass' });
  });

  test('prune without a proven backup deletes nothing', async () => {
    await act({ verify: 'read-back' });
    const before = manifests();
    const { verdict } = await act({ mode: 'prune' });
    expect(verdict).toMatchObject({ ok: true, sentence: '1 backups of production-shop.sqlite kept, 0 deleted.' });
    expect(manifests()).toEqual(before);
  });

  test.each([
    ['a database that is not there', { 'database-url': 'sqlite:///nowhere/shop.sqlite' }, { reason: 'login-refused', exit: 1 }],
    ['a table that is none', { 'exclude-data': 'nonsense' }, { reason: 'bad-input', exit: 1 }],
    ['a folder that is a file', { stores: 'file:///dev/null/store' }, { reason: 'store-refused', exit: 4 }],
    ['a source that is too long', { source: 'x'.repeat(200) }, { reason: 'bad-input', exit: 1 }],
    ['a dump that is too small', { 'min-size': '10GiB' }, { reason: 'empty-dump', exit: 3 }],
    ['an env-file that is not there', { 'database-url': '', 'env-file': 'nothing.env' }, { reason: 'bad-input', exit: 1 }],
    ['a copy that cannot be made', { stores: 'STORE\nfile:///dev/null/copy' }, { reason: 'copy-missing', exit: 5 }],
    ['no time', { timeout: '1ms' }, { reason: 'timed-out', exit: 9 }],
  ])('%s', async (_name, given, expected) => {
    const stores = 'stores' in given && given.stores !== undefined ? { stores: given.stores.replace('STORE', `file://${dir}/store`) } : {};
    const { verdict, outputs } = await act({ ...given, ...stores });
    expect(verdict).toMatchObject({ ok: false, ...expected, sentence: expect.stringMatching(/\S/), remedy: expect.stringMatching(/\S/) });
    expect(outputs).toMatchObject({ 'verdict': 'fail', 'reason-code': expected.reason });
  });

  test('an encrypted backup that the given key does not open is 8, and no key at all is no failure', async () => {
    const { generateIdentity, identityToRecipient } = await import('age-encryption');
    const keys = [await generateIdentity(), await generateIdentity(), await generateIdentity()];
    const recipients = (await Promise.all(keys.slice(0, 2).map((key) => identityToRecipient(key)))).join('\n');
    const sealed = { encryption: 'age', recipients };
    expect((await act(sealed)).outputs).toMatchObject({ status: 'verified' });
    expect((await act({ ...sealed, mode: 'verify', identity: keys[1] ?? '' })).verdict).toMatchObject({ ok: true });
    const wrong = await act({ ...sealed, mode: 'verify', identity: keys[2] ?? '' });
    expect(wrong.verdict).toMatchObject({ ok: false, reason: 'identity-wrong', exit: 8, sentence: expect.stringContaining(recipients.split('\n')[0] ?? '') });
    expect(`${wrong.summary}${wrong.log.join('')}`).not.toContain(keys[2]);
  });

  test('cancelled while it dumps: 9, and nothing that looks like a backup', async () => {
    const controller = new AbortController();
    const { verdict, outputs } = await act({}, controller, (line) => { if (line.includes('login from')) controller.abort(); });
    expect(verdict).toMatchObject({ ok: false, reason: 'cancelled', exit: 9 });
    expect(manifests()).toEqual([]);
    // Nothing but the metrics, which an output names.
    expect(readdirSync(dir).filter((name) => name.startsWith('ops-'))).toEqual([basename(String(outputs['metrics-path']))]);
  });

  test('a run that the database refuses stands in the audit trail all the same', async () => {
    expect((await act({ 'database-url': `sqlite://${dir}/none/shop.sqlite` })).verdict).toMatchObject({ reason: 'login-refused' });
    expect(runs()).toMatchObject([{ verdict: 'fail', reason: 'login-refused', mode: 'backup' }]);
  });

  test('a password that is a word of the keys costs no backup', async () => {
    secretWord = 'shop';
    const { verdict, state, outputs } = await act();
    expect(verdict).toMatchObject({ ok: true });
    expect(state).toMatchObject({ begun: 'backup', published: outputs['backup-id'], uploads: '', done: 'yes' });
  });

  test.each([
    [{ begun: 'backup', uploads: 's3://b/p key' }, [/so it is no backup/, /Begun and not published: s3:\/\/b\/p key/]],
    [{ begun: 'backup', uploads: '', published: 'THE_ID' }, [/after backup THE_ID was published/]],
    [{ begun: 'verify' }, [/mode: verify/]],
    [{ begun: 'backup', done: 'yes' }, []],
    [{}, []],
  ])('after a kill with the state %j', async (state: Readonly<Record<string, string>>, expected: readonly RegExp[]) => {
    const said: string[] = [];
    await tidyUp({ state: (name) => state[name], input: () => undefined, env: {}, say: (line) => { said.push(line); } });
    expect(said).toEqual(expected.map((text) => expect.stringMatching(text)));
  });

  test('a folder that everybody may write to is refused', async () => {
    mkdirSync(join(dir, 'store'));
    chmodSync(join(dir, 'store'), 0o777);
    expect((await act()).verdict).toMatchObject({ ok: false, reason: 'store-refused', exit: 4, remedy: expect.stringContaining('chmod o-w') });
  });

  const FAILS = { 'min-size': '10GiB' };
  const HOUR = 3_600_000;
  const events = (box: Mailbox): unknown[] => box.mail.map(({ json }) => (json as { event: string }).event);

  test('people hear of a failure once, of its end, and once a day in between', async () => {
    await using box = await openMailbox();
    const hook = { 'notify-webhook': `${box.url}/hook` };
    await act(hook);
    expect(events(box)).toEqual([]);
    for (const [hours, change, told] of [
      [1, FAILS, ['failure']], [2, FAILS, ['failure']], [20, FAILS, ['failure']], [24, FAILS, ['failure', 'reminder']], [30, FAILS, ['failure', 'reminder']],
      [31, {}, ['failure', 'reminder', 'recovery']], [32, {}, ['failure', 'reminder', 'recovery']], [33, FAILS, ['failure', 'reminder', 'recovery', 'failure']],
    ] as const) {
      laterMs = hours * HOUR;
      await act({ ...hook, ...change });
      expect({ hours, told: events(box) }).toEqual({ hours, told });
    }
    const [failure, reminder, recovery] = box.mail.map(({ json }) => json as Record<string, string>);
    expect(failure).toMatchObject({
      version: 1, verdict: 'fail', reason: 'empty-dump', sentence: expect.stringContaining('min-size'), remedy: expect.stringMatching(/\S/), note: null, environment: 'production', source: 'production-shop.sqlite',
      action: 'db-backup', mode: 'backup', tier: 'daily', backupId: null, run: 'https://github.com/o/r/actions/runs/7', repository: 'o/r',
    });
    // As the guide shows it.
    const [, shown = ''] = /### The message\n```json\n([\s\S]*?)```/.exec(readFileSync(join(import.meta.dirname, '../../../docs/backup.md'), 'utf8')) ?? [];
    expect(Object.keys(failure ?? {}).toSorted()).toEqual(Object.keys(JSON.parse(shown)).toSorted());
    expect(reminder?.['since']).toBe(failure?.['at']);
    expect(recovery).toMatchObject({ verdict: 'pass', reason: null, since: failure?.['at'], backupId: expect.stringMatching(/Z-/) });
    // The memory is the record of each run.
    expect(runs().at(-1)).toMatchObject({ told: { state: 'bad', at: box.mail.map(({ json }) => (json as { at: string }).at).at(-1) } });
  });

  test('each tier and each mode is told apart', async () => {
    await using box = await openMailbox();
    const hook = { 'notify-webhook': `${box.url}/hook` };
    await act({ ...hook, mode: 'verify' });
    await act({ ...hook, tier: 'frequent', ...FAILS });
    await act(hook);
    expect(box.mail.map(({ json }) => json)).toMatchObject([{ event: 'failure', mode: 'verify', reason: 'missing' }, { event: 'failure', tier: 'frequent' }]);
    await act({ ...hook, tier: 'frequent' });
    await act({ ...hook, mode: 'verify' });
    expect(box.mail.slice(2).map(({ json }) => json)).toMatchObject([{ event: 'recovery', tier: 'frequent' }, { event: 'recovery', mode: 'verify' }]);
  });

  test('when the store is down nobody knows what was told, so every failure is, and says so', async () => {
    await using box = await openMailbox();
    const inputs = { 'notify-webhook': `${box.url}/hook`, stores: 'file:///dev/null/store' };
    for (let run = 0; run < 2; run += 1) expect((await act(inputs)).verdict).toMatchObject({ reason: 'store-refused' });
    expect(box.mail.map(({ json }) => json)).toMatchObject(Array.from({ length: 2 }, () => ({ event: 'failure', source: 'production-shop.sqlite', note: expect.stringContaining('the records of earlier runs could not be read') })));
    // Nor before the database is known.
    expect((await act({ ...inputs, 'database-url': '', 'env-file': 'nothing.env' })).verdict).toMatchObject({ reason: 'bad-input' });
    expect(box.mail.at(-1)?.json).toMatchObject({ source: null, environment: 'production', note: expect.stringContaining('before it had a folder in the store') });
  });

  test('a channel that fails is one warning; the verdict stays, and the next run tells it', async () => {
    await using box = await openMailbox();
    box.answer(500);
    const hook = { 'notify-webhook': `${box.url}/hook`, 'ping-url': `${box.url}/ping`, 'pushgateway-url': box.url };
    const failing = await act({ ...hook, ...FAILS });
    expect(failing.verdict).toMatchObject({ reason: 'empty-dump', exit: 3 });
    expect(failing.log.filter((line) => line.includes('500')).toSorted()).toEqual([expect.stringContaining('notify-webhook: the message was not delivered'), expect.stringContaining('pushgateway-url did not take the metrics')]);
    box.answer(200);
    await act({ ...hook, ...FAILS });
    expect(box.mail.filter(({ path }) => path === '/hook').map(({ json }) => json)).toMatchObject([{ event: 'failure' }, { event: 'failure' }]);
    box.answer(500);
    const good = await act(hook);
    expect(good.verdict).toMatchObject({ ok: true });
    expect(good.log).toContainEqual('ping-url was not told of this backup, because it answered 500 (the other side has a problem).');
  });

  test('the watcher is pinged after a proven backup with all its copies, and after nothing else', async () => {
    await using box = await openMailbox();
    const ping = { 'ping-url': `${box.url}/ping` };
    for (const change of [FAILS, { verify: 'head' }, { mode: 'plan' }, { mode: 'verify' }, { stores: `file://${dir}/store\nfile:///dev/null/copy` }]) await act({ ...ping, ...change });
    expect(box.mail).toEqual([]);
    await act(ping);
    expect(box.mail).toMatchObject([{ method: 'GET', path: '/ping' }]);
  });

  test('a cancelled run tells nobody, and changes nothing of what is known', async () => {
    await using box = await openMailbox();
    const hook = { 'notify-webhook': `${box.url}/hook` };
    await act({ ...hook, ...FAILS });
    const controller = new AbortController();
    expect((await act(hook, controller, (line) => { if (line.includes('login from')) controller.abort(); })).verdict).toMatchObject({ reason: 'cancelled' });
    await act({ ...hook, ...FAILS });
    expect(events(box)).toEqual(['failure']);
    await act(hook);
    expect(events(box)).toEqual(['failure', 'recovery']);
  });

  test('metrics are written and pushed, also of a run that failed; a plan has none', async () => {
    await using box = await openMailbox();
    const push = { 'pushgateway-url': `${box.url}/push`, 'metrics-prefix': 'shop' };
    const good = await act(push);
    const text = readFileSync(String(good.outputs['metrics-path']), 'utf8');
    const labels = `{source="production-shop.sqlite",tier="daily",store="file://${dir}/store"}`;
    for (const line of [`shop_count${labels} 1`, `shop_success_rate${labels} 1`, `shop_s3_failures${labels} 0`, `shop_verification_success${labels} 1`, `shop_size_bytes${labels} ${String(good.outputs['stored-bytes'])}`, '# UNIT shop_age_hours hours']) expect(text.split('\n')).toContain(line);
    expect(text).toMatch(/^shop_age_hours\{.*\} 0\.000\d+$/m);
    expect(text).not.toMatch(/disk_usage|restore_seconds|drill/);
    expect(box.mail).toMatchObject([{ method: 'PUT', path: '/push/metrics/job/db-backup/source/production-shop.sqlite/tier/daily', text: text.split('\n').filter((line) => !/^# (?:UNIT|EOF)/.test(line)).join('\n') }]);

    const bad = await act({ ...push, ...FAILS });
    const failed = readFileSync(String(bad.outputs['metrics-path']), 'utf8');
    expect(failed).toContain(`shop_success_rate${labels} 0.5\n`);
    expect(failed).not.toContain('verification_success');
    expect(box.mail).toHaveLength(2);
    expect((await act({ ...push, mode: 'verify' })).verdict).toMatchObject({ ok: true });
    expect(box.mail[2]?.path).toBe('/push/metrics/job/db-backup-verify/source/production-shop.sqlite/tier/daily');
    expect((await act({ ...push, mode: 'plan' })).outputs['metrics-path']).toBeUndefined();
    expect(box.mail).toHaveLength(3);
  });

  test('wrong inputs end it before anything begins', async () => {
    writeFileSync(join(dir, 'untouched'), '');
    const before = readdirSync(dir).sort();
    await expect(act({ encryption: 'age', via: 'host' })).rejects.toBeInstanceOf(UserError);
    expect(readdirSync(dir).sort()).toEqual(before);
  });
});
