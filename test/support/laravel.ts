/** The sample application of test/fixtures/laravel, in the variants a test wants, and what a host needs to run it. */
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mustRun } from './bed/run.ts';
import type { TestHost, TestNetwork } from './hosts.ts';

const FIXTURE = fileURLToPath(new URL('../fixtures/laravel', import.meta.url));

export interface ExtraMigration {
  /** File name without `.php`, e.g. `2026_02_01_000001_create_slow_table`, which makes the table `slow`. With a `body` any name does. */
  readonly name: string;
  /** The migration creates a table and then inserts one row a statement. Default 1. */
  readonly statements?: number;
  /** Time before each statement. Default 0. */
  readonly msPerStatement?: number;
  /** Prints a line for each statement, as a chatty migration does (it gets SIGPIPE when nobody reads). */
  readonly prints?: boolean;
  /** Throws before this statement (counted from 1). */
  readonly failsAt?: number;
  /** PHP for `up()` and `down()` instead of all that, e.g. a destructive `Schema::table(…)`. `Schema`, `DB` and `Blueprint` are imported. */
  readonly body?: { readonly up: string; readonly down?: string };
}

export interface AppVariant {
  /** Shown by every answer (`X-Variant`, `version` in the health JSON); letters, digits, dots and hyphens. */
  readonly version: string;
  /** Default true; false: `/api/health` answers 500, by the code of this commit. */
  readonly healthy?: boolean;
  readonly extraMigrations?: readonly ExtraMigration[];
  /** A syntax error in routes/api.php: artisan and every request fail. */
  readonly brokenPhp?: boolean;
  /**
   * `committed` (default): the tree has a vendor/autoload.php. `composer`: no vendor/; `composer install` makes it, offline.
   * `slow-composer`: it prints a line each second for `composerSeconds` (default 30) before it ends.
   */
  readonly vendor?: 'committed' | 'composer' | 'slow-composer';
  readonly composerSeconds?: number;
  /** More files: path in the tree to text. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Writes a variant of the application into `dir`, replacing what stands there except `.git`. */
export function writeApp(dir: string, variant: AppVariant): void {
  if (!/^[A-Za-z0-9.-]+$/.test(variant.version)) throw new Error(`not a version of the sample application: ${variant.version}`);
  emptyTree(dir);
  cpSync(FIXTURE, dir, { recursive: true });
  writeFileSync(join(dir, 'app/Variant.php'), variantPhp(variant));
  for (const migration of variant.extraMigrations ?? []) {
    writeFileSync(join(dir, 'database/migrations', `${migration.name}.php`), migrationPhp(migration));
  }
  if (variant.brokenPhp === true) writeFileSync(join(dir, 'routes/api.php'), '<?php\n\nuse Illuminate\\Support\\Facades\\Route\n\nRoute::get(;\n');
  if (variant.vendor === 'composer' || variant.vendor === 'slow-composer') {
    rmSync(join(dir, 'vendor'), { recursive: true });
    writeFileSync(join(dir, '.gitignore'), '/.env\n/vendor/\n');
    writeFileSync(join(dir, 'composer.json'), composerJson(variant));
  }
  for (const [path, text] of Object.entries(variant.files ?? {})) {
    mkdirSync(join(dir, path, '..'), { recursive: true });
    writeFileSync(join(dir, path), text);
  }
}

/** Like `writeApp`, then commits the tree (making `dir` a repository if it is none). Resolves with the commit's full SHA. */
export async function commitApp(dir: string, variant: AppVariant): Promise<string> {
  writeApp(dir, variant);
  const git = (...args: string[]): Promise<string> => mustRun([
    'git', '-C', dir, '-c', 'user.name=Test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false', ...args,
  ], { env: { PATH: process.env['PATH'] ?? '', HOME: dir, GIT_CONFIG_NOSYSTEM: '1' } });
  await git('init', '--quiet', '--initial-branch=main');
  await git('add', '--all');
  await git('commit', '--quiet', '--allow-empty', '--message', `Version ${variant.version}`);
  return (await git('rev-parse', 'HEAD')).trim();
}

export interface SharedPlan {
  /** `mysql` needs a network started with `{ database: 'mariadb' }`. */
  readonly connection: 'sqlite' | 'mysql';
  /** With `mysql`: a database of the host's own (default), or one for all hosts, whose migrations must run exactly once. */
  readonly database?: 'own' | 'shared';
  /** More lines of .env, or other values. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Writes `<appDir>/shared/.env` (with a key) and `<appDir>/shared/storage` on a host, as deploy. A second call keeps the key. */
export async function prepareShared(network: TestNetwork, host: TestHost, plan: SharedPlan): Promise<void> {
  const shared = `${host.appDir}/shared`;
  const values: Record<string, string> = {
    APP_NAME: 'Sample', APP_ENV: 'production', APP_KEY: `base64:${randomBytes(32).toString('base64')}`, APP_DEBUG: 'false',
    APP_URL: `http://${host.address}`, CACHE_DRIVER: 'file', QUEUE_CONNECTION: 'sync', SESSION_DRIVER: 'file', LOG_CHANNEL: 'single',
    ...databaseEnv(network, host, plan, shared), ...plan.env,
  };
  const text = Object.entries(values).map(([name, value]) => `${name}=${/[\s#"']/.test(value) ? JSON.stringify(value) : value}\n`).join('');
  const done = await host.exec(PREPARE, { user: 'deploy', input: text, env: { SHARED: shared } });
  if (done.exit !== 0) throw new Error(`${host.name} could not be prepared: ${done.stderr}`);
}

// The group may write, for a php-fpm that runs as somebody else.
const PREPARE = `set -eu
umask 007
mkdir -p "$SHARED/storage/app/public" "$SHARED/storage/framework/cache/data" "$SHARED/storage/framework/sessions" \\
  "$SHARED/storage/framework/views" "$SHARED/storage/logs"
find "$SHARED" -type d -exec chmod 2770 {} +
key=$(sed -n 's/^APP_KEY=//p' "$SHARED/.env" 2> /dev/null || :)
cat > "$SHARED/.env.new"
[ -z "$key" ] || { grep -v '^APP_KEY=' "$SHARED/.env.new"; echo "APP_KEY=$key"; } > "$SHARED/.env.kept"
[ -z "$key" ] || mv "$SHARED/.env.kept" "$SHARED/.env.new"
mv "$SHARED/.env.new" "$SHARED/.env"
if grep -q '^DB_CONNECTION=sqlite' "$SHARED/.env"; then touch "$SHARED/database.sqlite"; fi`;

function databaseEnv(network: TestNetwork, host: TestHost, plan: SharedPlan, shared: string): Record<string, string> {
  if (plan.connection === 'sqlite') return { DB_CONNECTION: 'sqlite', DB_DATABASE: `${shared}/database.sqlite` };
  if (network.database === undefined) throw new Error("this test network has no database: startNetwork(…, { database: 'mariadb' })");
  const account = network.database.account(plan.database === 'shared' ? 'shared' : host.name);
  return {
    DB_CONNECTION: 'mysql', DB_HOST: network.database.host, DB_PORT: String(network.database.port),
    DB_DATABASE: account.database, DB_USERNAME: account.username, DB_PASSWORD: account.password,
  };
}

/**
 * Puts a folder on the host as `releases/<id>`, by hand and not by the product: linked to shared, its configuration and routes cached,
 * and live. For tests and benches that need a host on which something already runs.
 */
export async function placeRelease(host: TestHost, dir: string, id: string): Promise<void> {
  const release = `${host.appDir}/releases/${id}`;
  cpSync(dir, join(host.root, release), { recursive: true, filter: (from) => !/\/(\.git|storage)$/.test(from) });
  const own = await host.exec('chown -R deploy:deploy "$APP/releases"', { env: { APP: host.appDir } });
  const done = await host.exec(PLACE, { user: 'deploy', env: { APP: host.appDir, ID: id } });
  if (own.exit !== 0 || done.exit !== 0) throw new Error(`${id} could not be placed on ${host.name}: ${own.stderr}${done.stdout}${done.stderr}`);
}

const PLACE = `set -eu
cd "$APP/releases/$ID"
ln -s ../../shared/storage storage
ln -s ../../shared/.env .env
[ -e vendor/autoload.php ] || composer install --no-interaction --quiet
php artisan config:cache
php artisan route:cache
ln -s "releases/$ID" "$APP/.current.new"
mv -fT "$APP/.current.new" "$APP/current" 2> /dev/null || php -r 'rename($argv[1], $argv[2]);' "$APP/.current.new" "$APP/current"`;

function emptyTree(dir: string): void {
  mkdirSync(dir, { recursive: true });
  for (const name of readdirSync(dir)) {
    if (name !== '.git') rmSync(join(dir, name), { recursive: true });
  }
}

function variantPhp(variant: AppVariant): string {
  return `<?php

namespace App;

final class Variant
{
    public const NAME = '${variant.version}';

    public const HEALTHY = ${variant.healthy === false ? 'false' : 'true'};
}
`;
}

function migrationPhp(migration: ExtraMigration): string {
  const { up, down } = migration.body === undefined ? statementsPhp(migration) : { down: '', ...migration.body };
  return `<?php

use Illuminate\\Database\\Migrations\\Migration;
use Illuminate\\Database\\Schema\\Blueprint;
use Illuminate\\Support\\Facades\\DB;
use Illuminate\\Support\\Facades\\Schema;

return new class extends Migration
{
    public function up()
    {
        ${up}
    }
${down === '' ? '' : `
    public function down()
    {
        ${down}
    }
`}};
`;
}

function statementsPhp(migration: ExtraMigration): { up: string; down: string } {
  const table = tableOf(migration.name);
  const { statements = 1, msPerStatement = 0, prints = false, failsAt = 0 } = migration;
  return {
    up: `Schema::create('${table}', function (Blueprint $table) {
            $table->id();
            $table->integer('statement');
        });
        for ($statement = 1; $statement <= ${statements}; $statement++) {
            usleep(${msPerStatement} * 1000);
            if ($statement === ${failsAt}) {
                throw new RuntimeException("statement $statement of ${statements} fails");
            }
            DB::table('${table}')->insert(['statement' => $statement]);
            ${prints ? `fwrite(STDOUT, "statement $statement of ${statements}\\n");` : ''}
        }`,
    down: `Schema::dropIfExists('${table}');`,
  };
}

/** `2026_02_01_000001_create_slow_table` makes the table `slow`. */
export function tableOf(migration: string): string {
  const table = /^\d{4}_\d{2}_\d{2}_\d{6}_create_(\w+)_table$/.exec(migration)?.[1];
  if (table === undefined) throw new Error(`name it like 2026_02_01_000001_create_slow_table, not ${migration}`);
  return table;
}

function composerJson(variant: AppVariant): string {
  const manifest: Record<string, unknown> = {
    name: 'example/sample', description: 'A small Laravel application for tests', type: 'project', license: 'MIT',
    require: { php: '>=8.1' },
    autoload: { 'psr-4': { 'App\\': 'app/' }, files: ['bootstrap/framework.php'] },
    repositories: [{ 'packagist.org': false }],
  };
  if (variant.vendor === 'slow-composer') {
    manifest['scripts'] = {
      'post-autoload-dump': [`@php -r "for (\\$i = ${variant.composerSeconds ?? 30}; \\$i > 0; \\$i--) { echo \\$i, PHP_EOL; sleep(1); }"`],
    };
  }
  return `${JSON.stringify(manifest, null, 4)}\n`;
}
