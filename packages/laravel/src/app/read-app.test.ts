import { describe, expect, test } from '@jest/globals';
import type { EnvSource } from '../env/sources.ts';
import { memoryFiles } from './files.ts';
import type { LaravelApp } from './laravel-app.ts';
import { readApp, type ReadAppOptions } from './read-app.ts';

const LOCK = JSON.stringify({ packages: [{ name: 'laravel/framework', version: 'v10.48.29' }, { name: 'vlucas/phpdotenv', version: 'v5.6.1' }], 'packages-dev': [{ name: 'laravel/pint', version: 'v1.0.0' }] });

const SESSION = `<?php

use Illuminate\\Support\\Str;

return [
    'driver' => env('SESSION_DRIVER', 'file'),
    'lifetime' => (int) env('SESSION_LIFETIME', 120),
    'cookie' => env('SESSION_COOKIE', Str::slug(env('APP_NAME', 'laravel'), '_').'_session'),
    'secure' => env('SESSION_SECURE_COOKIE'),
    'same_site' => 'lax',
    'files' => storage_path('framework/sessions'),
];
`;

const CORS = `<?php
return [
    'paths' => ['api/*'],
    'allowed_origins' => array_map('trim', explode(',', env('CORS_ORIGINS', 'http://localhost:3000, https://app.example.com'))),
];
`;

function envFile(text: string, complete = true): EnvSource {
  return { kind: 'file', name: '.env', content: Buffer.from(text), complete };
}

async function app(config: Record<string, string>, sources: readonly EnvSource[], options: Partial<ReadAppOptions> = {}): Promise<LaravelApp> {
  const files = Object.fromEntries(Object.entries(config).map(([name, text]) => [/[./]/.test(name) ? name : `config/${name}.php`, text]));
  return readApp({ files: memoryFiles({ 'composer.lock': LOCK, ...files }), sources, ...options });
}

const kindAndValue = (value: object): unknown => ({ ...value, trace: undefined, place: undefined });

describe('reading an application', () => {
  test('knows its framework and packages from composer.lock', async () => {
    const read = await app({}, []);
    expect(read.framework).toEqual({ version: '10.48.29', major: 10, source: 'composer.lock' });
    expect(read.packages.get('laravel/pint')).toEqual({ name: 'laravel/pint', version: '1.0.0', isDev: true });
  });

  test('computes effective values, with the way they came', async () => {
    const read = await app({ session: SESSION }, [envFile('APP_NAME="My Shop"\nSESSION_LIFETIME=20.5\n')]);
    expect(kindAndValue(read.config('session.driver'))).toMatchObject({ kind: 'known', value: 'file' });
    expect(kindAndValue(read.config('session.lifetime'))).toMatchObject({ kind: 'known', value: 20 });
    expect(kindAndValue(read.config('session.cookie'))).toMatchObject({ kind: 'known', value: 'my_shop_session' });
    expect(kindAndValue(read.config('session.files'))).toMatchObject({ kind: 'symbol', name: "storage_path('framework/sessions')" });
    expect(read.config('session.secure')).toMatchObject({
      kind: 'known', value: null,
      trace: [{ what: 'SESSION_SECURE_COOKIE is not set', env: 'SESSION_SECURE_COOKIE' }, { file: 'config/session.php', line: 9, column: 17, what: "env('SESSION_SECURE_COOKIE')" }],
    });
    expect(read.config('session.lifetime').trace).toEqual([
      { file: '.env', line: 2, column: 1, what: 'SESSION_LIFETIME is set', env: 'SESSION_LIFETIME' },
      { file: 'config/session.php', line: 7, column: 19, what: "(int) env('SESSION_LIFETIME')" },
    ]);
    expect(read.config('session.http_only')).toMatchObject({ kind: 'unset' });
    expect(read.config('cors.paths')).toMatchObject({ kind: 'unset' });
  });

  test('points at an entry of a list, to the column, wherever the list is written', async () => {
    const byDefault = await app({ cors: CORS }, [envFile('')]);
    expect(kindAndValue(byDefault.config('cors.allowed_origins.1'))).toMatchObject({ value: 'https://app.example.com' });
    expect(byDefault.location('cors.allowed_origins.0')).toMatchObject({ file: 'config/cors.php', line: 4, column: 78, endColumn: 99 });
    // Trimmed: without the blank before it.
    expect(byDefault.location('cors.allowed_origins.1')).toMatchObject({ line: 4, column: 101, endColumn: 124 });
    const byFile = await app({ cors: CORS }, [envFile('A=1\nCORS_ORIGINS="https://a.example.com,http://localhost"\n')]);
    expect(byFile.location('cors.allowed_origins.1')).toMatchObject({ file: '.env', line: 2, column: 37, endColumn: 53 });
    expect(byFile.location('cors.paths.0')).toMatchObject({ file: 'config/cors.php', line: 3, column: 17 });
  });

  test('never tells a secret, only its shape', async () => {
    const masked: string[] = [];
    const read = await app({ app: "<?php return ['key' => env('APP_KEY'), 'url' => env('APP_URL'), 'cipher' => 'AES-256-CBC'];", services: "<?php return ['mail' => ['dsn' => 'smtp://u:hunter22@h', 'secret' => 'literal-one', 'home' => 'https://u:p4ssw0rd@h']];" }, [envFile('APP_KEY=base64:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n')], { mask: (text) => masked.push(text) });
    const key = read.config('app.key');
    expect(key).toMatchObject({ kind: 'secret', name: 'APP_KEY', shape: { empty: false, bytes: 51, decodedBytes: 32, entropy: 5, placeholder: false } });
    expect(key.kind === 'secret' && key.shape.digest).toBe(read.digestOf('base64:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8='));
    expect(masked).toEqual(['base64:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=']);
    const all = JSON.stringify(['app', 'services.mail.dsn', 'services.mail.secret', 'services.mail.home'].map((path) => read.config(path)));
    expect(all).not.toMatch(/AAECAwQF|hunter22|literal-one|p4ssw0rd/);
  });

  test('says why it does not know', async () => {
    const config = { app: "<?php return ['debug' => (bool) env('APP_DEBUG', false), 'mine' => App\\helper(), 'both' => App\\helper() ? 'x' : 'x', 'either' => App\\helper() ? 'x' : 'y'];" };
    expect((await app(config, [])).config('app.debug')).toMatchObject({ kind: 'unknown', reason: 'no-environment' });
    expect((await app(config, [envFile('', false)])).config('app.debug')).toMatchObject({ kind: 'unknown', reason: 'not-in-source' });
    expect((await app(config, [{ kind: 'names', name: 'the environment', names: ['APP_DEBUG'] }])).config('app.debug')).toMatchObject({ kind: 'unknown', reason: 'value-hidden' });
    const read = await app(config, [envFile('')]);
    expect(read.config('app.mine')).toMatchObject({ kind: 'unknown', reason: 'expression', why: 'config/app.php calls app\\helper()' });
    expect(read.config('app.both')).toMatchObject({ kind: 'known', value: 'x' });
    expect(read.config('app.either')).toMatchObject({ kind: 'one-of', values: [{ value: 'x' }, { value: 'y' }] });
    expect(read.configWithoutEnv('app.debug')).toMatchObject({ kind: 'known', value: false });
  });

  test('the real environment beats the file, and names another file', async () => {
    const files = { '.env.staging': 'APP_DEBUG=true\n', app: "<?php return ['debug' => env('APP_DEBUG'), 'env' => env('APP_ENV', 'production')];" };
    const read = await app(files, [envFile('APP_DEBUG=false\nAPP_ENV=production\n'), { kind: 'real', name: 'env-json', values: { APP_ENV: 'staging' }, complete: false }]);
    expect(read.config('app.debug')).toMatchObject({ kind: 'known', value: true, place: { file: '.env.staging' } });
    expect(read.config('app.env')).toMatchObject({ kind: 'known', value: 'staging', trace: [{ what: 'APP_ENV is set in env-json' }, {}] });
    expect(read.envFile).toMatchObject({ name: '.env.staging', insteadOf: '.env' });
  });

  test('finds who reads a key, and which key feeds a path', async () => {
    const read = await app({ session: SESSION }, [envFile('')]);
    expect(read.readersOf('APP_NAME')).toMatchObject([{ path: 'session.cookie', place: { file: 'config/session.php', line: 8 } }]);
    expect(read.keyOf('session.secure')).toBe('SESSION_SECURE_COOKIE');
    expect(read.keyOf('session.same_site')).toBeUndefined();
    const code = await app({ 'app/Thing.php': "<?php if (env('FLAG')) { $x = $_ENV['OTHER'] ?? getenv(\"THIRD\"); }", 'composer.lock': JSON.stringify({ packages: [{ name: 'laravel/framework', version: '13.31.0' }] }), session: "<?php return ['secure' => true];" }, [envFile('')]);
    expect(code.readersOf('FLAG')).toMatchObject([{ path: undefined, place: { file: 'app/Thing.php', line: 1, column: 11 } }]);
    expect([...code.readKeys.keys()]).toEqual(expect.arrayContaining(['OTHER', 'THIRD', 'SESSION_DRIVER', 'APP_KEY']));
    // The application replaces it, so that nothing reads the key any more.
    expect(code.readersOf('SESSION_SECURE_COOKIE')).toEqual([]);
    expect(code.keyOf('session.http_only')).toBe('SESSION_HTTP_ONLY');
  });

  test('a file that does not parse is a problem, and its values are not known', async () => {
    const read = await app({ app: '<?php return [;', session: SESSION }, [envFile('')]);
    expect(read.config('app.debug')).toMatchObject({ kind: 'unknown', reason: 'unreadable' });
    expect(read.problems).toEqual([{ file: 'config/app.php', line: 1, why: 'the parser finds a syntax error' }]);
    expect(read.config('session.driver')).toMatchObject({ kind: 'known' });
  });

  test('assumes what it is told to, and only where it does not know', async () => {
    const assume = new Map([['app.mine', { value: true, reason: 'set by the platform' }], ['app.debug', { value: true, reason: 'no' }]]);
    const read = await app({ app: "<?php return ['mine' => App\\helper(), 'debug' => false];" }, [envFile('')], { assume });
    expect(read.config('app.mine')).toMatchObject({ kind: 'known', value: true });
    expect(read.config('app.mine').trace.at(-1)).toMatchObject({ what: 'app.mine is assumed: set by the platform' });
    expect(read.config('app.debug')).toMatchObject({ kind: 'known', value: false });
  });

  test('masks every secret that it was given, also of a file that phpdotenv rejects', async () => {
    const masked = new Set<string>();
    const read = await app({}, [envFile('APP_KEY=first-key\nexport JWT_SECRET="a \\"quoted\\" one" # note\nAPP_KEY=second#cut\nBAD=a b\nHOME_URL=https://u:in-url@h\n'), { kind: 'real', name: 'env-json', values: { DB_PASSWORD: 'real-one', APP_NAME: 'shop' }, complete: false }], { mask: (text) => masked.add(text) });
    expect(read.envFile?.failure).toMatchObject({ cause: 'unexpected whitespace', span: { line: 4 } });
    expect(read.config('app.key')).toMatchObject({ kind: 'unset' });
    expect(read.env('APP_KEY')).toMatchObject({ kind: 'unknown', reason: 'unreadable' });
    for (const secret of ['first-key', 'a "quoted" one', 'second', 'https://u:in-url@h', 'real-one']) expect(masked).toContain(secret);
    expect(masked).not.toContain('shop');
  });

  const LARAVEL_12 = JSON.stringify({ packages: [{ name: 'laravel/framework', version: 'v12.22.0' }, { name: 'laravel/sanctum', version: 'v4.1.0' }, { name: 'sentry/sentry-laravel', version: '3.8.2' }] });

  test('from 11 on the framework gives what the application does not, with its own trace', async () => {
    const read = await app({ 'composer.lock': LARAVEL_12, session: "<?php return ['driver' => 'redis'];", database: "<?php return ['connections' => ['mysql' => ['driver' => 'mysql']]];" }, [envFile('APP_NAME="My Shop"\n')]);
    expect(read.config('session.http_only')).toMatchObject({ kind: 'known', value: true, trace: [{ what: 'SESSION_HTTP_ONLY is not set' }, { file: undefined, what: "the default of Laravel 12.22.0: env('SESSION_HTTP_ONLY')" }] });
    expect(read.config('session.driver')).toMatchObject({ kind: 'known', value: 'redis' });
    // One level deeper, and no further.
    expect(read.config('database.connections.pgsql.driver')).toMatchObject({ kind: 'known', value: 'pgsql' });
    expect(read.config('database.connections.mysql.host')).toMatchObject({ kind: 'unset' });
    expect(read.config('cors.allowed_origins')).toMatchObject({ kind: 'array' });
    // Of 12 nobody looked at how it makes the name: both ways agree here.
    expect(read.config('session.cookie')).toMatchObject({ kind: 'known', value: 'my_shop_session' });
    expect(read.config('sanctum.expiration')).toMatchObject({ kind: 'known', value: null, trace: [{ what: 'the default of laravel/sanctum 4.1.0: a literal' }] });
    expect(read.config('sanctum.stateful.1')).toMatchObject({ kind: 'known', value: 'localhost:3000' });
    expect(read.config('sanctum.middleware')).toMatchObject({ kind: 'unknown' });
    expect(read.config('sentry.breadcrumbs.sql_bindings')).toMatchObject({ kind: 'known', value: true });
  });

  test('what stands in vendor wins, if it is the version that the lock names', async () => {
    const vendor = (version: string): Record<string, string> => ({ 'vendor/laravel/framework/config/session.php': "<?php return ['lifetime' => 77];", 'vendor/laravel/framework/src/Illuminate/Foundation/Application.php': `<?php class Application { const VERSION = '${version}'; }` });
    const same = await app({ 'composer.lock': LARAVEL_12, ...vendor('12.22.0') }, [envFile('')]);
    expect(same.config('session.lifetime')).toMatchObject({ kind: 'known', value: 77, place: { file: 'vendor/laravel/framework/config/session.php' } });
    expect((await app({ 'composer.lock': LARAVEL_12, ...vendor('12.21.0') }, [envFile('')])).config('session.lifetime')).toMatchObject({ kind: 'known', value: 120 });
  });

  test('unless the application does not want it, or nobody knows the version', async () => {
    const off = await app({ 'composer.lock': LARAVEL_12, 'bootstrap/app.php': '<?php return $app->dontMergeFrameworkConfiguration();' }, [envFile('')]);
    expect(off.config('session.http_only')).toMatchObject({ kind: 'unset' });
    const unknown = await app({ 'composer.lock': '{}', session: SESSION }, [envFile('')]);
    expect(unknown.framework.source).toBe('none');
    expect(unknown.config('session.http_only')).toMatchObject({ kind: 'unknown', reason: 'no-version' });
    expect(unknown.config('cors.paths')).toMatchObject({ kind: 'unknown', reason: 'no-version' });
    expect(unknown.config('session.same_site')).toMatchObject({ kind: 'known', value: 'lax' });
  });

  test('sees what providers set: a literal, something else, and what may not run', async () => {
    const provider = `<?php
namespace App\\Providers;
use Illuminate\\Support\\Facades\\Config;
class AppServiceProvider extends ServiceProvider
{
    public function boot(): void
    {
        config(['session.same_site' => 'none', 'app.own' => env('OWN', 'x')]);
        Config::set('session.lifetime', $this->lifetime());
        if ($this->app->isLocal()) {
            config()->set('session.driver', 'array');
        }
        $this->app['config']->push('cors.paths', '*');
        config(["services.$name.key" => 'k']);
        config([$any => 1]);
    }
}
`;
    const read = await app({ session: SESSION, cors: CORS, services: "<?php return ['a' => ['key' => 'v'], 'b' => 1];", 'app/Providers/AppServiceProvider.php': provider }, [envFile('')]);
    expect(read.config('session.same_site')).toMatchObject({ kind: 'known', value: 'none', place: { file: 'app/Providers/AppServiceProvider.php', line: 8 } });
    expect(read.config('session.same_site').trace.at(-1)).toMatchObject({ file: 'app/Providers/AppServiceProvider.php', what: 'is set while the application starts' });
    expect(read.config('app.own')).toMatchObject({ kind: 'known', value: 'x' });
    expect(read.config('session.lifetime')).toMatchObject({ kind: 'unknown', reason: 'runtime-override' });
    expect(read.config('session.driver')).toMatchObject({ kind: 'one-of', values: [{ value: 'file' }, { value: 'array' }] });
    expect(read.config('cors.paths')).toMatchObject({ kind: 'unknown', reason: 'runtime-override' });
    expect(read.config('services.a')).toMatchObject({ kind: 'unknown', reason: 'runtime-override' });
    expect(read.config('session.cookie')).toMatchObject({ kind: 'known' });
    expect(read.problems).toEqual([{ file: 'app/Providers/AppServiceProvider.php', line: 15, why: 'it sets a configuration path whose name is not known' }]);
  });

  test('a provider that does not parse leaves open what it names', async () => {
    const read = await app({ session: SESSION, 'app/Providers/AppServiceProvider.php': "<?php class A extends ServiceProvider { function boot() { config(['session.same_site' => ]); } }" }, [envFile('')]);
    expect(read.config('session.same_site')).toMatchObject({ kind: 'one-of', values: [{ value: 'lax' }, { kind: 'unknown', reason: 'unreadable' }] });
    expect(read.config('session.driver')).toMatchObject({ kind: 'known' });
  });

  test('with a cached configuration no file is read, and no .env', async () => {
    const cache = "<?php return array ( 'session' => array ( 'secure' => true, ), 'app' => array ( 'key' => 'cached-key', ), );";
    const read = await app({ session: SESSION, 'bootstrap/cache/config.php': cache }, [envFile('APP_DEBUG=true\n'), { kind: 'real', name: 'env-json', values: { APP_ENV: 'production' }, complete: true }]);
    expect(read.configCache).toEqual({ path: 'bootstrap/cache/config.php', isPresent: true });
    expect(read.config('session.secure')).toMatchObject({ kind: 'known', value: true, place: { file: 'bootstrap/cache/config.php' } });
    expect(read.config('session.driver')).toMatchObject({ kind: 'unset' });
    expect(read.config('app.key')).toMatchObject({ kind: 'secret' });
    expect(read.env('APP_DEBUG')).toMatchObject({ kind: 'unset' });
    expect(read.envFile).toBeUndefined();
  });

  test('what an image was built with is not known', async () => {
    const read = await app({ session: SESSION }, [envFile('SESSION_DRIVER=redis\n')], { bakedAtBuild: 'Dockerfile:7 runs config:cache' });
    expect(read.config('session.driver')).toMatchObject({ kind: 'unknown', reason: 'baked-at-build', why: 'Dockerfile:7 runs config:cache' });
    expect(read.config('session.same_site')).toMatchObject({ kind: 'known', value: 'lax' });
  });
});
