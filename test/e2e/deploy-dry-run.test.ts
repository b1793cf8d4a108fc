import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { describeWithServices } from '../support/require.ts';
import { openScene, type Commit, type Outcome, type Scene, type ScriptOfHost } from '../support/scenario.ts';
import { listAppDir } from '../support/watch.ts';

describeWithServices('a dry run', ['network'], () => {
  let scene: Scene;
  let a: Commit;
  beforeAll(async () => {
    scene = await openScene({ hosts: [{ name: 'app1', os: 'bookworm' }, { name: 'app2', os: 'sid' }], database: 'shared' });
    a = await scene.commit({ version: 'A' });
    expect(await scene.deploy(a)).toMatchObject({ exit: 0 });
  }, 120_000);
  afterAll(async () => { await scene?.[Symbol.asyncDispose](); }, 60_000);

  test('of a deploy changes nothing, and prints what the real run executes, byte for byte', async () => {
    const b = await scene.commit({ version: 'B', extraMigrations: [{ name: '2026_02_01_000001_create_steps_table', statements: 2 }] });
    const inputs = { maintenance: 'always', 'maintenance-secret': 'let-me-pass-0123456789' };
    const before = await Promise.all(scene.hosts.map(listAppDir));
    const dry = await scene.deploy(b, { with: { ...inputs, 'dry-run': 'true' } });
    expect(dry).toMatchObject({ exit: 0 });
    expect(await Promise.all(scene.hosts.map(listAppDir))).toEqual(before);
    expect(await scene.variants()).toEqual({ app1: 'A', app2: 'A' });

    const real = await scene.deploy(b, { with: inputs });
    expect(real).toMatchObject({ exit: 0 });
    expect(real.outputs['plan-hash']).toBe(dry.outputs['plan-hash']);
    compare(dry, real, ['facts', 'recover', 'stage', 'down', 'migrate', 'switch', 'health', 'commit']);
  }, 120_000);

  test('of a rollback changes nothing, and prints what the real run executes, byte for byte', async () => {
    const before = await Promise.all(scene.hosts.map(listAppDir));
    const dry = await scene.rollback({ with: { 'dry-run': 'true' } });
    expect(dry).toMatchObject({ exit: 0 });
    expect(await Promise.all(scene.hosts.map(listAppDir))).toEqual(before);
    const real = await scene.rollback();
    expect(real).toMatchObject({ exit: 0 });
    compare(dry, real, ['facts', 'switch', 'health', 'commit']);
    expect(await scene.variants()).toEqual({ app1: 'A', app2: 'A' });
  }, 120_000);
});

/** Every script that ran was printed before, in the log and in the result file, with the same values; `batches` must be among them. */
function compare(dry: Outcome, real: Outcome, batches: readonly string[]): void {
  const ran = real.result?.scripts ?? [];
  const shown = dry.result?.preview ?? [];
  expect([...new Set(ran.map(({ batch }) => batch))]).toEqual(expect.arrayContaining([...batches]));
  const log = ['app1', 'app2'].map((host) => dry.log.split('\n').flatMap((line) => {
    const at = line.indexOf(`${host} sh | `);
    return at < 0 ? [] : [line.slice(at + host.length + 6)];
  }).join('\n'));
  for (const one of ran) {
    expect(log.some((text) => text.includes(one.script.trimEnd()))).toBe(true);
    const printed = shown.find(({ host, batch }) => host === one.host && batch === one.batch);
    expect(printed?.script).toBe(one.script);
    expect(plain(printed, dry, one)).toEqual(plain(one, real, one));
  }
}

/** Values without what no dry run can know: release id, run id, fence and nonce, and what the run itself finds out. */
function plain(script: ScriptOfHost | undefined, outcome: Outcome, ran: ScriptOfHost): Record<string, string> {
  const { values = {} } = script ?? {};
  const nonce = values['OPS_NONCE'] ?? '';
  const run = /"run":"(\d+)"/.exec(values['JOURNAL'] ?? '')?.[1] ?? values['RUN']?.split('.')[0] ?? '';
  const runtime = outcome.result?.preview === undefined ? [] : outcome.result.preview.flatMap((one) => Object.entries(one.values)).filter(([, value]) => value === '(known at run time)').map(([name]) => name);
  return Object.fromEntries(Object.entries(values).filter(([name]) => name in ran.values && !RUN_TIME.has(name) && !runtime.includes(name)).map(([name, value]) => {
    let text = value.replaceAll(outcome.outputs['release-id'] || '\0', '<release>').replaceAll(nonce || '\0', '<nonce>');
    if (run !== '') text = text.replaceAll(`"${run}"`, '"<run>"').replaceAll(`${run}.1`, '<run>');
    return [name, name === 'BEACON_EXPECT' ? '<answer>' : text];
  }));
}

/** The preview says `(known at run time)` for these. */
const RUN_TIME = new Set(['HISTORY_LINE', 'PENDING', 'MIGRATED_AT', 'MIGRATION_CLASSES', 'EXPECT_FENCE']);
