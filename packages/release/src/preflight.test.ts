import { describe, expect, test } from '@jest/globals';
import { parseAbsolutePath, parseSha } from '@ops/shared';
import type { DeployConfig } from './config.ts';
import { readFacts } from './facts.ts';
import { preflight, refusalError } from './preflight.ts';

const path = parseAbsolutePath('/srv/app');
const sha = parseSha('a'.repeat(40));
if (path === undefined || sha === undefined) throw new Error('bad fixture');

const config: DeployConfig = {
  environment: 'production', app: 'laravel', hosts: [{ name: 'app1', address: { kind: 'local' }, path, roles: ['web'] }], run: { runId: '1', attempt: '1', actor: 'ann', runUrl: '' },
  php: 'php', restartCommand: undefined, reloadCommand: 'sudo systemctl reload php-fpm', lockWaitMs: 0, beacon: undefined, health: { kind: 'none' }, batch: { kind: 'all' }, canary: true, dryRun: false,
  source: { kind: 'artifact', path: '/workspace' }, appRoot: '.', sha, exclude: [], shared: ['.env', 'storage'], keepReleases: 2, composer: 'composer', composerFlags: [],
  buildCommand: undefined, migrateCommand: undefined, smokeCommand: undefined, migrate: 'auto', destructive: 'block', databaseLockWaitSeconds: 10, backup: { kind: 'auto' },
  maintenance: { kind: 'never' }, maxUnavailable: 0, whenInconclusive: 'rollback',
};
const GOOD = { app: 'ok', 'app.identity': 'x', user: 'deploy', current: 'absent', 'room.kib': '1000000', 'room.inodes': '100000', tools: 'curl flock gzip tar sha256sum', php: '8.3.1', 'env.state': 'ok', 'env.APP_ENV': 'production', 'env.debug-effective': 'false', 'env.APP_KEY': 'present', reach: 'ok 200', maintenance: 'up' };

function judge(changed: Readonly<Record<string, string>>, constraint?: string): ReturnType<typeof preflight> {
  return preflight(config, [readFacts('app1', new Map(Object.entries({ ...GOOD, ...changed })))], { phpConstraint: constraint, artifact: undefined });
}

describe('preflight', () => {
  test('has nothing against a good host', () => {
    expect(judge({}, '^8.2')).toEqual({ refusals: [], warnings: [] });
  });

  test.each([
    [{ app: 'unwritable' }, 'sudo chown deploy:'],
    [{ app: 'missing' }, 'may not create it'],
    [{ app: 'not-a-directory' }, 'is not a directory'],
    [{ current: 'directory' }, 'mv current current.old'],
    [{ 'unwritable.shared': 'drwxr-xr-x root' }, 'shared in the app dir is not writable'],
    [{ 'room.kib': '100' }, '100 KiB free'],
    [{ 'room.inodes': '3' }, '3 inodes free'],
    [{ tools: 'curl flock' }, 'lacks gzip, tar, sha256sum'],
    [{ php: 'missing' }, 'was not found'],
    [{ php: 'broken' }, 'does not run'],
    [{ php: '8.1.0' }, 'does not meet "^8.2"'],
    [{ 'env.state': 'missing' }, '/srv/app/shared/.env does not exist'],
    [{ 'env.state': 'empty' }, '/srv/app/shared/.env is empty'],
    [{ 'env.state': 'directory' }, 'is a directory'],
    [{ 'env.state': 'unreadable' }, 'not readable'],
    [{ 'env.state': 'invalid:line 7' }, 'line 7'],
    [{ 'env.APP_ENV': 'local' }, 'APP_ENV in /srv/app/shared/.env is "local"'],
    [{ 'env.debug-effective': 'true', 'env.APP_DEBUG': '(true)' }, 'APP_DEBUG in /srv/app/shared/.env is "(true)"'],
    [{ 'env.APP_KEY': 'absent' }, 'APP_KEY'],
    [{ 'env.APP_KEY': 'placeholder' }, 'APP_KEY'],
  ])('refuses %o', (changed, expected) => {
    const { refusals } = judge(changed, '^8.2');
    expect(refusals).toHaveLength(1);
    expect(refusalError(refusals)?.sentence()).toContain(expected);
    expect(refusals[0]?.remedy).not.toBe('');
  });

  test.each([
    [{ reach: 'no connection refused' }, 'judged from the runner only'],
    [{ sudo: 'unproven systemctl reload php-fpm' }, 'NOPASSWD: systemctl reload php-fpm'],
    [{ 'fpm.process-control-timeout': '0' }, 'drops requests in flight'],
    [{ logind: 'kills' }, 'enable-linger'],
    [{ tools: 'curl gzip tar sha256sum' }, 'flock is missing'],
    [{ maintenance: 'down' }, 'php artisan up'],
    [{ 'live.database': 'unreachable: no route' }, 'cannot reach its database'],
  ])('warns of %o and goes on', (changed, expected) => {
    const { refusals, warnings } = judge(changed);
    expect(refusals).toEqual([]);
    expect(warnings.join('\n')).toContain(expected);
  });

  test('file systems that count no inodes are no reason to stop', () => {
    expect(judge({ 'room.inodes': '0' }).refusals).toEqual([]);
    expect(judge({ 'room.inodes': 'unknown', 'room.kib': 'unknown' }).refusals).toEqual([]);
  });

  test('everything that is wrong comes in one error', () => {
    const error = refusalError(judge({ php: 'missing', 'env.state': 'empty', current: 'file' }).refusals);
    for (const word of ['3 things', 'PHP binary', 'is empty', 'real file']) expect(error?.message).toContain(word);
  });
});
