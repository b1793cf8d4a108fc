import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startNetwork, type TestHost, type TestNetwork } from '../support/hosts.ts';
import { prepareShared } from '../support/laravel.ts';
import { runSteps, stageApp } from '../support/laravel-steps.ts';
import { describeWithServices } from '../support/require.ts';

const USERS = '2026_01_01_000001_create_users_table';
const POSTS = '2026_01_02_000002_create_posts_table';
const BASE = `${USERS} ${POSTS}`;

describeWithServices('the Laravel steps on real hosts', ['network'], () => {
  let network: TestNetwork;
  beforeAll(async () => {
    network = await startNetwork([{ name: 'l8', os: 'bookworm' }, { name: 'l10', os: 'trixie' }, { name: 'l13', os: 'sid' }, { name: 'small', os: 'bookworm', appFs: 'tmpfs:24m' }], { database: 'mariadb' });
  }, 120_000);
  afterAll(async () => {
    await network?.[Symbol.asyncDispose]();
  });

  const path = (host: TestHost, name: string): string => join(host.root, host.appDir, name);
  const inRelease = (host: TestHost, name: string): string => path(host, `releases/r1/${name}`);

  test('on a full disk the site is not taken down, a flag that was cut off is removed, and caches name the cause', async () => {
    const host = network.host('small');
    await prepareShared(network, host, { connection: 'sqlite' });
    await stageApp(host, 'r1', { version: 'v1' });
    expect(await runSteps(host, ['caches.sh', 'maintenance-down.sh'])).toMatchObject({ exit: 0 });
    await host.exec('dd if=/dev/zero of="$APP/ballast" bs=1M', { env: { APP: host.appDir } });
    // `down` cannot be written any more: PHP leaves an empty flag.
    rmSync(path(host, '.deploy/maintenance'));
    await host.exec('cd "$APP" && rm shared/storage/framework/down && dd if=/dev/zero of=more bs=512', { env: { APP: host.appDir } });
    const down = await runSteps(host, ['maintenance-down.sh']);
    expect(down.failure).toMatchObject({ sentence: expect.stringMatching(/^(Cannot write .*maintenance\.|artisan down failed)/) });
    expect(existsSync(path(host, 'shared/storage/framework/down'))).toBe(false);
    expect(existsSync(path(host, '.deploy/maintenance'))).toBe(false);
    await host.exec('rm "$APP/more" && dd if=/dev/zero of="$APP/more" bs=512; cd "$APP" && : > .deploy/maintenance && : > shared/storage/framework/down && chown deploy .deploy/* shared/storage/framework/down', { env: { APP: host.appDir } });
    expect(await runSteps(host, ['maintenance-up.sh'])).toMatchObject({ exit: 0 });
    expect(existsSync(path(host, 'shared/storage/framework/down'))).toBe(false);
    // Caches of before would make room as they go.
    await host.exec('rm -r "$APP"/releases/r1/bootstrap/cache/*; dd if=/dev/zero of="$APP/most" bs=512', { env: { APP: host.appDir } });
    const caches = await runSteps(host, ['caches.sh']);
    expect(caches.failure).toMatchObject({ reason: 'stage', sentence: expect.stringMatching(/No space left|missing or empty|bytes written/) });
  });

  describe.each([['l8', '8.83'], ['l10', '10.48'], ['l13', '13.31']])('%s, Laravel %s', (name, version) => {
    let host: TestHost;
    beforeAll(() => {
      host = network.host(name);
    });
    /** A release r1 with an empty database of its own. */
    const fresh = async (variant: Parameters<typeof stageApp>[2], connection: 'sqlite' | 'mysql' = 'sqlite', env: Readonly<Record<string, string>> = {}): Promise<void> => {
      await host.exec('rm -rf "$APP/shared" "$APP/releases" "$APP/.deploy" "$APP/current"', { env: { APP: host.appDir } });
      await prepareShared(network, host, { connection, env });
      await stageApp(host, 'r1', variant);
      if (connection === 'mysql') await network.database?.admin(`DROP DATABASE \`${name}\`; CREATE DATABASE \`${name}\`;`);
    };

    // Each version under another shell.
    const shell = version === '8.83' ? 'sh' : version === '10.48' ? 'bash' : 'busybox sh';
    test(`goes from nothing to live and migrated under ${shell}`, async () => {
      await fresh({ version: 'v1' });
      const staged = await runSteps(host, ['env-facts.sh', 'applied.sh', 'composer.sh', 'caches.sh', 'smoke.sh', 'pending.sh'], { shell });
      expect(staged).toMatchObject({ exit: 0, failure: undefined, warnings: [] });
      expect(staged.facts.get('live.unknown')).toBe('no live release');
      expect(staged.facts.get('env.state')).toBe('ok');
      expect(staged.facts.get('artisan.version')).toMatch(new RegExp(`^${version}`));
      expect(staged.facts.get('smoke')).toBe(version === '8.83' ? 'route:list' : 'about --json');
      expect(Object.fromEntries([...staged.facts].filter(([key]) => key.startsWith('migrations')))).toEqual({
        'migrations.driver': 'sqlite', 'migrations.table': 'absent', 'migrations.applied-count': '0', 'migrations.pending': BASE,
      });
      for (const file of ['config.php', 'events.php', 'routes-v7.php', 'packages.php', 'services.php', 'views']) expect(existsSync(inRelease(host, `bootstrap/cache/${file}`))).toBe(true);
      expect(readFileSync(inRelease(host, 'bootstrap/cache/config.php'), 'utf8')).toContain(`${host.appDir}/releases/r1/bootstrap/cache/views`);

      const migrated = await runSteps(host, ['migrate.sh', 'pending.sh', 'migrate.sh'], { shell });
      expect(migrated).toMatchObject({ exit: 0, failure: undefined, warnings: [] });
      expect(migrated.output).toContain('No migrations are pending.');
      expect(migrated.output).not.toContain('without --isolated');
      expect(migrated.facts.get('migrations.applied-count')).toBe('2');
      expect(migrated.facts.get('migrations.left')).toBe('');

      await host.exec('ln -s releases/r1 "$APP/current"', { user: 'deploy', env: { APP: host.appDir } });
      const live = await runSteps(host, ['applied.sh', 'workers.sh', 'smoke.sh'], { shell });
      expect(live).toMatchObject({ exit: 0, warnings: [] });
      expect(live.facts.get('live.applied')).toBe(BASE);
      expect(live.facts.get('live.database')).toBe('reachable');
      expect(live.facts.get('workers')).toBe(version === '8.83' ? 'queue:restart' : 'queue:restart schedule:interrupt');
    });

    test('the facts of the live release write nothing', async () => {
      await fresh({ version: 'v1' });
      await runSteps(host, ['caches.sh', 'migrate.sh']);
      await host.exec('ln -s releases/r1 "$APP/current"', { user: 'deploy', env: { APP: host.appDir } });
      const listing = async (): Promise<string> => (await host.exec('find "$APP" ! -path "*/.deploy*" -printf "%p %T@ %s\\n" | sort', { env: { APP: host.appDir } })).stdout;
      const before = await listing();
      await runSteps(host, ['env-facts.sh', 'applied.sh']);
      expect(await listing()).toBe(before);
      rmSync(inRelease(host, 'bootstrap/cache/services.php'));
      expect((await runSteps(host, ['applied.sh'])).facts.get('live.unknown')).toBe('its manifests are not cached');
      expect(existsSync(inRelease(host, 'bootstrap/cache/services.php'))).toBe(false);
    });

    test('a database that is away is named, and never means that nothing is pending', async () => {
      await fresh({ version: 'v1' }, 'mysql', { DB_PORT: '3999' });
      const staged = await runSteps(host, ['caches.sh', 'pending.sh']);
      expect(staged.failure).toMatchObject({ reason: 'migrate', sentence: expect.stringMatching(/^The database does not answer the new release: SQLSTATE\[HY000\] \[2002\] Connection refused/) });
      expect(staged.facts.has('migrations.pending')).toBe(false);
      expect((await runSteps(host, ['migrate.sh'])).failure?.sentence).toContain('Connection refused');
      await host.exec('ln -s releases/r1 "$APP/current"', { user: 'deploy', env: { APP: host.appDir } });
      const live = await runSteps(host, ['applied.sh']);
      expect(live.exit).toBe(0);
      expect(live.facts.get('live.database')).toMatch(/^unreachable: .*Connection refused/);
    });

    test('without a migration file no database is asked', async () => {
      await fresh({ version: 'v1' }, 'mysql', { DB_PORT: '3999' });
      await host.exec('rm "$APP"/releases/r1/database/migrations/*', { env: { APP: host.appDir } });
      const done = await runSteps(host, ['pending.sh', 'migrate.sh']);
      expect(done).toMatchObject({ exit: 0 });
      expect([done.facts.get('migrations.pending'), done.facts.get('migrations.table'), done.facts.get('migrations.ran')]).toEqual(['', 'unknown', '']);
    });

    test('what is pending is what migrate:status says, paths of packages too', async () => {
      const migration = '<?php return new class extends Illuminate\\Database\\Migrations\\Migration { public function up() {} };\n';
      await fresh({
        version: 'v1',
        files: {
          'config/module.php': "<?php app()->afterResolving('migrator', function ($m) { $m->path(base_path('modules/a')); }); return [];\n",
          'modules/a/2026_01_01_500000_module.php': migration, 'database/migrations/2026_09_01_000001_last.php': migration,
        },
      }, 'mysql');
      await host.exec('cd "$APP/releases/r1" && mv database/migrations/2026_09* . && php artisan migrate --force --path=database/migrations && mv 2026_09* database/migrations/', { user: 'deploy', env: { APP: host.appDir } });
      const status = await host.exec('cd "$APP/releases/r1" && php artisan migrate:status --no-ansi', { user: 'deploy', env: { APP: host.appDir } });
      const theirs = status.stdout.split('\n').filter((line) => /Pending\s*$|\| No /.test(line)).flatMap((line) => /\d{4}_\w+/.exec(line) ?? []);
      expect(theirs).toEqual(['2026_01_01_500000_module', '2026_09_01_000001_last']);
      const done = await runSteps(host, ['pending.sh', 'migrate.sh']);
      expect(done.facts.get('migrations.pending')?.split(' ')).toEqual(theirs);
      expect(done.facts.get('migrations.ran')?.split(' ')).toEqual(theirs);
      expect(done.facts.get('migrations.driver')).toBe('mysql');
    });

    test('a vendor/ that refuses this PHP is named', async () => {
      await fresh({ version: 'v1', files: { 'vendor/autoload.php': "<?php trigger_error('Composer detected issues in your platform: Your Composer dependencies require a PHP version \">= 99\".', E_USER_ERROR);\n" } });
      expect((await runSteps(host, ['caches.sh'])).failure?.sentence).toMatch(/^PHP ended while booting the application: Composer detected issues in your platform/);
    });

    test('our own variables are no settings of the application', async () => {
      await fresh({ version: 'v1', files: { 'config/ours.php': "<?php return ['app' => env('APP'), 'run' => env('RUN'), 'sha' => env('SHA', 'none')];\n" } }, 'sqlite', { RUN: 'from-file' });
      await runSteps(host, ['caches.sh'], { values: { SHA: 'abc' } });
      expect(readFileSync(inRelease(host, 'bootstrap/cache/config.php'), 'utf8')).toMatch(/'app' => NULL,\s+'run' => 'from-file',\s+'sha' => 'none'/);
    });

    test('code that does not boot fails with the command and its message', async () => {
      await fresh({ version: 'v1', brokenPhp: true });
      const done = await runSteps(host, ['caches.sh']);
      expect(done.failure).toMatchObject({ reason: 'stage', sentence: expect.stringMatching(/syntax error, unexpected token "use"|syntax error/) });
      expect(done.failure?.sentence).toContain('routes/api.php');
    });

    test('a route that cannot be cached fails route:cache, a bad boot fails the smoke', async () => {
      await fresh({ version: 'v1', files: { 'routes/api.php': "<?php\nuse Illuminate\\Support\\Facades\\Route;\nRoute::get('a', fn () => 1)->name('same');\nRoute::get('b', fn () => 1)->name('same');\n" } });
      expect((await runSteps(host, ['caches.sh'])).failure?.sentence).toMatch(/^artisan route:cache failed with exit code 1: Unable to prepare route \[(api\/)?b\] for serialization/);
      await fresh({ version: 'v1' });
      await runSteps(host, ['caches.sh']);
      writeFileSync(inRelease(host, 'bootstrap/cache/config.php'), "<?php throw new RuntimeException('bad cache');\n");
      expect((await runSteps(host, ['smoke.sh'])).failure).toMatchObject({ reason: 'smoke', sentence: 'The release failed while booting the application: bad cache (bootstrap/cache/config.php:1)' });
    });

    test('a config/view.php that ignores VIEW_COMPILED_PATH leaves the live views alone', async () => {
      await fresh({ version: 'v1', files: { 'config/view.php': "<?php return ['paths' => [resource_path('views')], 'compiled' => storage_path('framework/views')];\n" } });
      writeFileSync(path(host, 'shared/storage/framework/views/live.php'), 'x');
      const done = await runSteps(host, ['caches.sh']);
      expect(done).toMatchObject({ exit: 0, warnings: [expect.stringMatching(/^view:cache was left out: config\/view.php does not follow VIEW_COMPILED_PATH/)] });
      expect(existsSync(path(host, 'shared/storage/framework/views/live.php'))).toBe(true);
    });

    test('the folder of compiled views has mode and group of the shared one', async () => {
      await fresh({ version: 'v1' });
      await host.exec('groupadd -f web && usermod -aG web deploy && chgrp web "$APP/shared/storage/framework/views" && chmod 2775 "$APP/shared/storage/framework/views"', { env: { APP: host.appDir } });
      expect(await runSteps(host, ['caches.sh'])).toMatchObject({ exit: 0 });
      const seen = await host.exec('stat -c "%a %G" "$APP/releases/r1/bootstrap/cache/views"', { env: { APP: host.appDir } });
      expect(seen.stdout).toMatch(/^2775 (web|deploy)\n/);
    });

    test.each([['sqlite'], ['mysql']] as const)('a migration that fails half way on %s says what stays', async (connection) => {
      await fresh({ version: 'v1', extraMigrations: [{ name: '2026_02_01_000001_create_half_table', statements: 3, failsAt: 3, prints: true }, { name: '2026_02_02_000001_create_later_table' }] }, connection);
      const done = await runSteps(host, ['caches.sh', 'migrate.sh']);
      expect(done.failure?.sentence).toMatch(/^artisan migrate failed with exit code 1: statement 3 of 3 fails \(.*\)\. Applied: 2026_01_01_000001_create_users_table, 2026_01_02_000002_create_posts_table\. Not applied: 2026_02_01_000001_create_half_table, 2026_02_02_000001_create_later_table\. 2026_02_01_000001_create_half_table is applied in part \(3 statements took effect\), and (sqlite|mysql) does not take that back\.$/);
      expect(done.facts.get('migrations.ran')).toBe(BASE);
      expect(done.facts.get('migrations.half-applied')).toBe('2026_02_01_000001_create_half_table');
      expect(done.output).toContain('statement 2 of 3');
      expect(existsSync(path(host, '.deploy/migrating'))).toBe(false);
    });

    test('a migration that fails before its first statement leaves nothing', async () => {
      await fresh({ version: 'v1', extraMigrations: [{ name: '2026_02_01_000001_refuses', body: { up: "throw new RuntimeException('not today');" } }] });
      const done = await runSteps(host, ['caches.sh', 'migrate.sh']);
      expect(done.failure?.sentence).toContain('Nothing of 2026_02_01_000001_refuses stays in the database.');
      expect(done.facts.get('migrations.half-applied')).toBe('');
    });

    const deaths = [['exit(0);', /the application ended the process by itself/], ["ini_set('memory_limit', '40M'); str_repeat('x', 100 << 20);", /Allowed memory size/], ['posix_kill(getmypid(), 9);', /PHP ended with exit code 137/]] as const;
    // Each version another death.
    const death = deaths[version === '8.83' ? 0 : version === '10.48' ? 1 : 2];
    test.each([death])('a migration that ends the process (%s) is looked at by another', async (up, why) => {
      await fresh({ version: 'v1', extraMigrations: [{ name: '2026_02_01_000001_dies', body: { up } }] });
      const done = await runSteps(host, ['caches.sh', 'migrate.sh']);
      expect(done.exit).not.toBe(0);
      expect(done.failure?.sentence).toMatch(why);
      expect(done.failure?.sentence).toContain(`Applied: ${BASE.replace(' ', ', ')}. Not applied: 2026_02_01_000001_dies.`);
      expect(done.facts.get('migrations.ran')).toBe(BASE);
      expect(done.facts.get('migrations.left')).toBe('2026_02_01_000001_dies');
      expect(done.facts.get('migrations.half-applied')).toBe('2026_02_01_000001_dies');
    });

    test('waiting for a table lock ends', async () => {
      await fresh({ version: 'v1', extraMigrations: [{ name: '2026_02_01_000001_add', body: { up: "Schema::table('posts', function (Blueprint $table) { $table->string('more')->nullable(); });" } }] }, 'mysql');
      await network.database?.admin(`USE \`${name}\`; CREATE TABLE posts (id int);`);
      // Only the last one is pending for a database in which somebody holds posts.
      await network.database?.admin(`USE \`${name}\`; CREATE TABLE migrations (id int auto_increment primary key, migration varchar(255), batch int); INSERT INTO migrations (migration, batch) VALUES ('${USERS}', 1), ('${POSTS}', 1);`);
      const holder = network.database?.admin(`USE \`${name}\`; LOCK TABLES posts READ; SELECT SLEEP(60);`).catch(() => '');
      // Held until we say so: a busy machine may need long to come to the migration.
      const sleeping = async (): Promise<string> => ((await network.database?.admin("SELECT id FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP%'")) ?? '').trim();
      let thread = await sleeping();
      while (thread === '') thread = await sleeping();
      const done = await runSteps(host, ['caches.sh', 'migrate.sh'], { values: { DB_LOCK_WAIT_SECONDS: '1' } });
      expect(done.failure?.sentence).toMatch(/Lock wait timeout exceeded.*Nothing of 2026_02_01_000001_add stays/);
      await network.database?.admin(`KILL ${thread}`);
      await holder;
    });

    test('the SQL of what is pending is read one migration at a time', async () => {
      await fresh({ version: 'v1', extraMigrations: [{ name: '2026_02_01_000001_raw', body: { up: "DB::statement(\"drop\n  table posts\");" } }] });
      const done = await runSteps(host, ['caches.sh', 'migrate-pretend.sh', 'pending.sh']);
      expect(done).toMatchObject({ exit: 0 });
      const rows = (done.facts.get('rows') ?? '').split('\n').filter((row) => row !== '').map((row): unknown => JSON.parse(row));
      expect(rows).toContainEqual({ migration: '2026_02_01_000001_raw', sql: 'drop\n table posts' });
      expect(rows).toContainEqual({ migration: USERS, sql: expect.stringMatching(/^create table/) });
      expect(done.facts.get('migrations.pending')).toBe(`${BASE} 2026_02_01_000001_raw`);
    });

    if (version !== '8.83') {
      test('the lock of migrate --isolated is waited for, named, and taken from a run that died', async () => {
        await fresh({ version: 'v1' });
        await runSteps(host, ['caches.sh']);
        const take = await host.exec(`cd "$APP/releases/r1" && php -r 'require "vendor/autoload.php"; $app = require "bootstrap/app.php"; $app->make("Illuminate\\\\Contracts\\\\Console\\\\Kernel")->bootstrap(); exit($app->make("Illuminate\\\\Console\\\\CacheCommandMutex")->create($app->make("Illuminate\\\\Contracts\\\\Console\\\\Kernel")->all()["migrate"]) ? 0 : 1);'`, { user: 'deploy', env: { APP: host.appDir } });
        expect(take).toMatchObject({ exit: 0 });
        const held = await runSteps(host, ['migrate.sh'], { values: { ISOLATED_WAIT_SECONDS: '1' } });
        expect(held.failure).toMatchObject({ reason: 'migrate', sentence: expect.stringMatching(/^Another process holds the lock of migrate --isolated; it was waited for [1-3] s\.$/) });
        // A person's `migrate --isolated` sees the same lock.
        expect((await host.exec('cd "$APP/releases/r1" && php artisan migrate --isolated=75 --force', { user: 'deploy', env: { APP: host.appDir } })).exit).toBe(75);
        writeFileSync(path(host, '.deploy/migrating'), '6.1\n');
        await host.exec('chown deploy "$APP/.deploy/migrating"', { env: { APP: host.appDir } });
        const done = await runSteps(host, ['migrate.sh'], { values: { ISOLATED_WAIT_SECONDS: '1' } });
        expect(done).toMatchObject({ exit: 0, failure: undefined });
        expect(done.output).toContain('The lock that an interrupted deploy left on migrate was removed.');
        expect(done.facts.get('migrations.ran')).toBe(BASE);
      });
    }

    test('maintenance: only what a deploy turned on is turned off, and what artisan cannot lift is removed', async () => {
      await fresh({ version: 'v1', files: { 'resources/views/away.blade.php': 'Back soon.' } });
      await runSteps(host, ['caches.sh']);
      const flag = path(host, 'shared/storage/framework/down');
      const down = await runSteps(host, ['maintenance-down.sh'], { values: { MAINTENANCE_RETRY: '7', MAINTENANCE_RENDER: 'away', MAINTENANCE_SECRET: 's3cret-word' } });
      expect(down).toMatchObject({ exit: 0, warnings: [] });
      expect(JSON.parse(readFileSync(flag, 'utf8'))).toMatchObject({ retry: 7, secret: 's3cret-word' });
      expect(existsSync(path(host, 'shared/storage/framework/maintenance.php'))).toBe(true);
      expect((await runSteps(host, ['maintenance-down.sh'])).facts.get('maintenance.owner')).toBe('run');
      expect((await runSteps(host, ['maintenance-up.sh'])).facts.get('maintenance.lifted')).toBe('yes');
      expect(existsSync(flag)).toBe(false);
      expect((await runSteps(host, ['maintenance-up.sh'])).facts.get('maintenance.lifted')).toBe('no');

      await host.exec('cd "$APP/releases/r1" && php artisan down', { user: 'deploy', env: { APP: host.appDir } });
      const person = await runSteps(host, ['maintenance-down.sh', 'maintenance-up.sh']);
      expect(person.facts.get('maintenance.lifted')).toBe('person');
      expect(person.warnings).toEqual([expect.stringMatching(/^The site was in maintenance already/)]);
      expect(existsSync(flag)).toBe(true);

      await fresh({ version: 'v1', brokenPhp: true });
      mkdirSync(path(host, '.deploy'), { recursive: true });
      writeFileSync(path(host, '.deploy/maintenance'), '6.1\n');
      writeFileSync(flag, '');
      await host.exec('chown deploy "$APP"/.deploy/* "$APP"/shared/storage/framework/down', { env: { APP: host.appDir } });
      const lifted = await runSteps(host, ['maintenance-up.sh']);
      expect(lifted).toMatchObject({ exit: 0, warnings: ['artisan up did not work; the maintenance flag was removed by hand.'] });
      expect(existsSync(flag)).toBe(false);
    });

    test('a daemon that a worker command leaves behind holds up nothing and keeps no lock', async () => {
      const console_ = "<?php\nuse Illuminate\\Support\\Facades\\Artisan;\nArtisan::command('horizon:terminate', function () { exec('sleep 45 > /dev/null 2>&1 & echo $!', $out); echo 'daemon ', $out[0], \"\\n\"; });\n";
      await fresh({ version: 'v1', files: { 'routes/console.php': console_ } });
      const done = await runSteps(host, ['workers.sh']);
      expect(done).toMatchObject({ exit: 0, warnings: [] });
      expect(done.facts.get('workers')).toContain('horizon:terminate');
      const daemon = /daemon (\d+)/.exec(done.output)?.[1] ?? '';
      // It still runs (so we did not wait for it), without descriptor 9.
      const seen = await host.exec(`ls /proc/${daemon}/fd; kill ${daemon}`);
      expect(seen).toMatchObject({ exit: 0, stderr: '' });
      expect(seen.stdout.split('\n')).not.toContain('9');
    });

    test('workers that cannot be told are a warning', async () => {
      await fresh({ version: 'v1', brokenPhp: true });
      const done = await runSteps(host, ['workers.sh']);
      expect(done).toMatchObject({ exit: 0, warnings: [expect.stringMatching(/^Workers were not restarted: .*syntax error/)] });
    });
  });
});
