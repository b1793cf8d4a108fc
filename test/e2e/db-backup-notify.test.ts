/** Who hears of backups that fail, with the action that ships: from several runs that share nothing but their store. */
import { expect, jest, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openBackupScene, type BackupOutcome, type Inputs } from '../support/backup.ts';
import { startGithub } from '../support/github.ts';
import { openMailbox, type Mail } from '../support/mailbox.ts';
import { parseMetrics, startPushgateway, type ParsedFamily } from '../support/prometheus.ts';
import { describeWithServices } from '../support/require.ts';
import { DEFAULT_FACTS } from '../support/runner/job.ts';
import { copySqliteSample } from '../support/samples.ts';

jest.setTimeout(300_000);

const HOOK = 'hunter2-webhook-0a1b2c3d4e5f';
const SLACK = 'services/T0hunter2/B0hunter2/hunter2slack';
const KEY = 'hunter2hunter2hunter2hunter2sent';
const FAILS = { 'min-size': '10GiB' };

const valueOf = (families: readonly ParsedFamily[], name: string): number | undefined => families.find((family) => family.name === `fwber_backups_${name}`)?.samples[0]?.value;

describeWithServices('notifications of db-backup', ['sqlite3', 'chinook', 'age', 'age-keygen', 'zstd', 'prometheus-client', 'prometheus-pushgateway'], () => {
  test('a failure is told once over every channel, a second one within the day by none, and that it works again by all', async () => {
    await using scene = await openBackupScene();
    await using box = await openMailbox();
    await using github = await startGithub({ token: DEFAULT_FACTS.token });
    await using gateway = await startPushgateway();
    const path = join(scene.dir, 'shop.sqlite');
    copySqliteSample('chinook', path);
    const channels = { 'notify-webhook': `${box.url}/${HOOK}`, 'notify-slack': `${box.url}/${SLACK}`, 'notify-sentry': `http://${KEY}@127.0.0.1:${box.port}/42`, 'notify-issue': 'true', 'pushgateway-url': gateway.url, 'ping-url': `${box.url}/ping/${HOOK}` };
    const run = async (inputs: Inputs): Promise<BackupOutcome> => await scene.run({ 'database-url': `sqlite:///${path}`, ...channels, ...inputs }, { path: process.env['PATH'] ?? '', github: { apiUrl: github.url }, secrets: [HOOK, `/${SLACK}`, KEY] });
    const told = (): string[] => box.mail.map(({ path: at }: Mail) => at.replace(HOOK, 'HOOK').replace(SLACK, 'SLACK')).toSorted();
    const metricsOf = (outcome: BackupOutcome): readonly ParsedFamily[] => parseMetrics('openmetrics', readFileSync(outcome.outputs['metrics-path'] ?? '', 'utf8'));

    const first = await run(FAILS);
    expect([first.log, first.exit, first.outputs['reason-code']]).toEqual([first.log, 3, 'empty-dump']);
    expect(told()).toEqual(['/HOOK', '/SLACK', '/api/42/envelope/']);
    expect(box.mail.find(({ path: at }) => at === `/${HOOK}`)?.json).toMatchObject({ version: 1, event: 'failure', reason: 'empty-dump', source: 'production-shop.sqlite', tier: 'daily', backupId: null });
    expect(github.issues).toMatchObject([{ title: 'Backups of production-shop.sqlite fail', state: 'open', comments: [] }]);
    expect(valueOf(metricsOf(first), 'success_rate')).toBe(0);
    expect(valueOf(metricsOf(first), 'count')).toBe(0);

    box.empty();
    const second = await run(FAILS);
    expect([second.log, second.exit]).toEqual([second.log, 3]);
    expect(told()).toEqual([]);
    expect(github.issues).toMatchObject([{ state: 'open', comments: [] }]);

    const good = await run({});
    expect([good.log, good.exit, good.annotations.filter(({ level }) => level === 'warning')]).toEqual([good.log, 0, []]);
    expect(told()).toEqual(['/HOOK', '/SLACK', '/api/42/envelope/', '/ping/HOOK']);
    expect(box.mail.find(({ path: at }) => at === `/${HOOK}`)?.json).toMatchObject({ event: 'recovery', verdict: 'pass', backupId: good.outputs['backup-id'] });
    expect(github.issues).toMatchObject([{ state: 'closed', state_reason: 'completed', comments: [expect.stringContaining('works again')] }]);
    for (const families of [metricsOf(good), await gateway.metrics()]) {
      expect({ count: valueOf(families, 'count'), rate: valueOf(families, 'success_rate'), verified: valueOf(families, 'verification_success'), bytes: valueOf(families, 'size_bytes') })
        .toEqual({ count: 1, rate: 1 / 3, verified: 1, bytes: Number(good.outputs['stored-bytes']) });
    }
    for (const outcome of [first, second, good]) expect(outcome.log).not.toContain('hunter2');

    box.empty();
    await run({});
    expect(told()).toEqual(['/ping/HOOK']);
  });

  test('channels that are all down cost a warning each and change no verdict', async () => {
    await using scene = await openBackupScene();
    await using box = await openMailbox();
    box.answer(503);
    const path = join(scene.dir, 'shop.sqlite');
    copySqliteSample('chinook', path);
    const outcome = await scene.run(
      { 'database-url': `sqlite:///${path}`, 'notify-webhook': `${box.url}/${HOOK}`, 'notify-slack': `${box.url}/${SLACK}`, 'pushgateway-url': box.url, ...FAILS },
      { path: process.env['PATH'] ?? '', secrets: [HOOK, `/${SLACK}`] },
    );
    expect([outcome.log, outcome.exit, outcome.outputs['reason-code']]).toEqual([outcome.log, 3, 'empty-dump']);
    expect(outcome.annotations.filter(({ level }) => level === 'warning').map(({ message }) => message.split(/[: ]/)[0] ?? '').toSorted()).toEqual(['notify-slack', 'notify-webhook', 'pushgateway-url']);
  });
});
