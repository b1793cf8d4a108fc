/**
 * The configuration that `laravel new` writes, one set for each generation: our own words for the same facts, without comments. Up to 10
 * the skeleton carries every file; from 11 on those that the framework would merge anyway, and an application publishes few.
 */

export type SkeletonMajor = 8 | 9 | 10 | 11 | 12 | 13;

export const SKELETON_MAJORS: readonly SkeletonMajor[] = [8, 9, 10, 11, 12, 13];

/** `config/*.php` by path. */
export function skeletonConfig(major: SkeletonMajor): Readonly<Record<string, string>> {
  const files = major >= 11 ? modernFiles(major) : classicFiles(major);
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [`config/${name}.php`, text]));
}

const USE_STR = 'use Illuminate\\Support\\Str;\n\n';

function php(body: string, uses = ''): string {
  return `<?php\n\n${uses}return [\n${body.replace(/^\n/, '').trimEnd()}\n];\n`;
}

/** From 11 on. 12 casts what it slugs, and takes hyphens. */
function modernFiles(major: SkeletonMajor): Record<string, string> {
  const isNew = major >= 12;
  const slug = (end: string): string => (isNew ? `Str::slug((string) env('APP_NAME', 'laravel')).'-${end}'` : `Str::slug(env('APP_NAME', 'laravel'), '_').'_${end}'`);
  return {
    app: php(`
    'name' => env('APP_NAME', 'Laravel'),
    'env' => env('APP_ENV', 'production'),
    'debug' => (bool) env('APP_DEBUG', false),
    'url' => env('APP_URL', 'http://localhost'),
    'timezone' => ${isNew ? "'UTC'" : "env('APP_TIMEZONE', 'UTC')"},
    'locale' => env('APP_LOCALE', 'en'),
    'fallback_locale' => env('APP_FALLBACK_LOCALE', 'en'),
    'faker_locale' => env('APP_FAKER_LOCALE', 'en_US'),
    'cipher' => 'AES-256-CBC',
    'key' => env('APP_KEY'),
    'previous_keys' => [
        ...array_filter(
            explode(',', ${isNew ? '(string) ' : ''}env('APP_PREVIOUS_KEYS', ''))
        ),
    ],
    'maintenance' => [
        'driver' => env('APP_MAINTENANCE_DRIVER', 'file'),
        'store' => env('APP_MAINTENANCE_STORE', 'database'),
    ],`),
    auth: authFile("env('AUTH_GUARD', 'web')", "env('AUTH_PASSWORD_BROKER', 'users')", isNew ? "env('AUTH_MODEL', User::class)" : "env('AUTH_MODEL', App\\Models\\User::class)", "env('AUTH_PASSWORD_RESET_TOKEN_TABLE', 'password_reset_tokens')", "env('AUTH_PASSWORD_TIMEOUT', 10800)", isNew ? 'use App\\Models\\User;\n\n' : ''),
    cache: php(`
    'default' => env('CACHE_STORE', 'database'),
    'stores' => [
        'array' => ['driver' => 'array', 'serialize' => false],
        'database' => [
            'driver' => 'database',
            'connection' => env('DB_CACHE_CONNECTION'),
            'table' => env('DB_CACHE_TABLE', 'cache'),
            'lock_connection' => env('DB_CACHE_LOCK_CONNECTION'),
            'lock_table' => env('DB_CACHE_LOCK_TABLE'),
        ],
        'file' => [
            'driver' => 'file',
            'path' => storage_path('framework/cache/data'),
            'lock_path' => storage_path('framework/cache/data'),
        ],
        'redis' => [
            'driver' => 'redis',
            'connection' => env('REDIS_CACHE_CONNECTION', 'cache'),
            'lock_connection' => env('REDIS_CACHE_LOCK_CONNECTION', 'default'),
        ],
    ],
    'prefix' => env('CACHE_PREFIX', ${slug(isNew ? 'cache-' : 'cache_')}),`, USE_STR),
    database: databaseFile({ url: 'DB_URL', prefix: slug(isNew ? 'database-' : 'database_'), isModern: true }),
    filesystems: php(`
    'default' => env('FILESYSTEM_DISK', 'local'),
    'disks' => [
        'local' => ['driver' => 'local', 'root' => storage_path('app/private'), 'serve' => true, 'throw' => false, 'report' => false],
        'public' => [
            'driver' => 'local',
            'root' => storage_path('app/public'),
            'url' => ${isNew ? "rtrim(env('APP_URL', 'http://localhost'), '/')" : "env('APP_URL')"}.'/storage',
            'visibility' => 'public',
            'throw' => false,
        ],
        's3' => [
            'driver' => 's3',
            'key' => env('AWS_ACCESS_KEY_ID'),
            'secret' => env('AWS_SECRET_ACCESS_KEY'),
            'region' => env('AWS_DEFAULT_REGION'),
            'bucket' => env('AWS_BUCKET'),
            'use_path_style_endpoint' => env('AWS_USE_PATH_STYLE_ENDPOINT', false),
        ],
    ],
    'links' => [
        public_path('storage') => storage_path('app/public'),
    ],`),
    logging: loggingFile(`explode(',', ${isNew ? '(string) ' : ''}env('LOG_STACK', 'single'))`, major),
    mail: php(`
    'default' => env('MAIL_MAILER', 'log'),
    'mailers' => [
        'smtp' => [
            'transport' => 'smtp',
            'scheme' => env('MAIL_SCHEME'),
            'url' => env('MAIL_URL'),
            'host' => env('MAIL_HOST', '127.0.0.1'),
            'port' => env('MAIL_PORT', 2525),
            'username' => env('MAIL_USERNAME'),
            'password' => env('MAIL_PASSWORD'),
            'timeout' => null,
            'local_domain' => env('MAIL_EHLO_DOMAIN', parse_url(${isNew ? '(string) ' : ''}env('APP_URL', 'http://localhost'), PHP_URL_HOST)),
        ],
        'log' => ['transport' => 'log', 'channel' => env('MAIL_LOG_CHANNEL')],
        'failover' => ['transport' => 'failover', 'mailers' => ['smtp', 'log']],
    ],
    'from' => ['address' => env('MAIL_FROM_ADDRESS', 'hello@example.com'), 'name' => env('MAIL_FROM_NAME', 'Example')],`),
    queue: queueFile('database', true),
    sanctum: sanctumFile("Sanctum::currentApplicationUrlWithPort()", "env('SANCTUM_TOKEN_PREFIX', '')"),
    services: php(`
    'postmark' => ['token' => env('POSTMARK_TOKEN')],
    'ses' => [
        'key' => env('AWS_ACCESS_KEY_ID'),
        'secret' => env('AWS_SECRET_ACCESS_KEY'),
        'region' => env('AWS_DEFAULT_REGION', 'us-east-1'),
    ],
    'slack' => [
        'notifications' => [
            'bot_user_oauth_token' => env('SLACK_BOT_USER_OAUTH_TOKEN'),
            'channel' => env('SLACK_BOT_USER_DEFAULT_CHANNEL'),
        ],
    ],`),
    session: php(`
    'driver' => env('SESSION_DRIVER', 'database'),
    'lifetime' => ${isNew ? '(int) ' : ''}env('SESSION_LIFETIME', 120),
    'expire_on_close' => env('SESSION_EXPIRE_ON_CLOSE', false),
    'encrypt' => env('SESSION_ENCRYPT', false),
    'files' => storage_path('framework/sessions'),
    'connection' => env('SESSION_CONNECTION'),
    'table' => env('SESSION_TABLE', 'sessions'),
    'store' => env('SESSION_STORE'),
    'lottery' => [2, 100],
    'cookie' => env(
        'SESSION_COOKIE',
        ${slug('session')}
    ),
    'path' => env('SESSION_PATH', '/'),
    'domain' => env('SESSION_DOMAIN'),
    'secure' => env('SESSION_SECURE_COOKIE'),
    'http_only' => env('SESSION_HTTP_ONLY', true),
    'same_site' => env('SESSION_SAME_SITE', 'lax'),
    'partitioned' => env('SESSION_PARTITIONED_COOKIE', false),`, USE_STR),
  };
}

/** 8 to 10. */
function classicFiles(major: SkeletonMajor): Record<string, string> {
  const disk = major === 8 ? 'FILESYSTEM_DRIVER' : 'FILESYSTEM_DISK';
  return {
    app: classicApp(major),
    auth: authFile("'web'", "'users'", 'App\\Models\\User::class', major >= 10 ? "'password_reset_tokens'" : "'password_resets'", '10800'),
    broadcasting: php(`
    'default' => env('BROADCAST_DRIVER', 'null'),
    'connections' => [
        'pusher' => [
            'driver' => 'pusher',
            'key' => env('PUSHER_APP_KEY'),
            'secret' => env('PUSHER_APP_SECRET'),
            'app_id' => env('PUSHER_APP_ID'),
            'options' => [
                ${major === 8 ? "'cluster' => env('PUSHER_APP_CLUSTER'),\n                'useTLS' => true," : "'host' => env('PUSHER_HOST') ?: 'api-'.env('PUSHER_APP_CLUSTER', 'mt1').'.pusher.com',\n                'port' => env('PUSHER_PORT', 443),\n                'scheme' => env('PUSHER_SCHEME', 'https'),\n                'encrypted' => true,\n                'useTLS' => env('PUSHER_SCHEME', 'https') === 'https',"}
            ],
        ],
        'redis' => ['driver' => 'redis', 'connection' => 'default'],
        'log' => ['driver' => 'log'],
        'null' => ['driver' => 'null'],
    ],`),
    cache: php(`
    'default' => env('CACHE_DRIVER', 'file'),
    'stores' => [
        'array' => ['driver' => 'array', 'serialize' => false],
        'file' => ['driver' => 'file', 'path' => storage_path('framework/cache/data')],
        'memcached' => [
            'driver' => 'memcached',
            'persistent_id' => env('MEMCACHED_PERSISTENT_ID'),
            'sasl' => [env('MEMCACHED_USERNAME'), env('MEMCACHED_PASSWORD')],
            'servers' => [
                ['host' => env('MEMCACHED_HOST', '127.0.0.1'), 'port' => env('MEMCACHED_PORT', 11211), 'weight' => 100],
            ],
        ],
        'redis' => ['driver' => 'redis', 'connection' => 'cache', 'lock_connection' => 'default'],
    ],
    'prefix' => env('CACHE_PREFIX', Str::slug(env('APP_NAME', 'laravel'), '_').'_cache${major === 10 ? '_' : ''}'),`, USE_STR),
    cors: php(`
    'paths' => ['api/*', 'sanctum/csrf-cookie'],
    'allowed_methods' => ['*'],
    'allowed_origins' => ['*'],
    'allowed_origins_patterns' => [],
    'allowed_headers' => ['*'],
    'exposed_headers' => [],
    'max_age' => 0,
    'supports_credentials' => false,`),
    database: databaseFile({ url: 'DATABASE_URL', prefix: "Str::slug(env('APP_NAME', 'laravel'), '_').'_database_'", isModern: false }),
    filesystems: php(`
    'default' => env('${disk}', 'local'),
    'disks' => [
        'local' => ['driver' => 'local', 'root' => storage_path('app')],
        'public' => ['driver' => 'local', 'root' => storage_path('app/public'), 'url' => env('APP_URL').'/storage', 'visibility' => 'public'],
        's3' => [
            'driver' => 's3',
            'key' => env('AWS_ACCESS_KEY_ID'),
            'secret' => env('AWS_SECRET_ACCESS_KEY'),
            'region' => env('AWS_DEFAULT_REGION'),
            'bucket' => env('AWS_BUCKET'),
            'use_path_style_endpoint' => env('AWS_USE_PATH_STYLE_ENDPOINT', false),
        ],
    ],
    'links' => [
        public_path('storage') => storage_path('app/public'),
    ],`),
    hashing: php(`
    'driver' => 'bcrypt',
    'bcrypt' => ['rounds' => env('BCRYPT_ROUNDS', ${major === 10 ? "12), 'verify' => true" : '10)'}],
    'argon' => ['memory' => ${major === 8 ? '1024' : '65536'}, 'threads' => ${major === 8 ? '2' : '1'}, 'time' => ${major === 8 ? '2' : '4'}${major === 10 ? ", 'verify' => true" : ''}],`),
    logging: loggingFile("['single']", major),
    mail: php(`
    'default' => env('MAIL_MAILER', 'smtp'),
    'mailers' => [
        'smtp' => [
            'transport' => 'smtp',
            'host' => env('MAIL_HOST', 'smtp.mailgun.org'),
            'port' => env('MAIL_PORT', 587),
            'encryption' => env('MAIL_ENCRYPTION', 'tls'),
            'username' => env('MAIL_USERNAME'),
            'password' => env('MAIL_PASSWORD'),
            'timeout' => null,
        ],
        'log' => ['transport' => 'log', 'channel' => env('MAIL_LOG_CHANNEL')],
    ],
    'from' => ['address' => env('MAIL_FROM_ADDRESS', 'hello@example.com'), 'name' => env('MAIL_FROM_NAME', 'Example')],
    'markdown' => ['theme' => 'default', 'paths' => [resource_path('views/vendor/mail')]],`),
    queue: queueFile('sync', false),
    sanctum: sanctumFile(major === 8 ? "env('APP_URL') ? ','.parse_url(env('APP_URL'), PHP_URL_HOST) : ''" : 'Sanctum::currentApplicationUrlWithPort()', undefined),
    services: php(`
    'mailgun' => [
        'domain' => env('MAILGUN_DOMAIN'),
        'secret' => env('MAILGUN_SECRET'),
        'endpoint' => env('MAILGUN_ENDPOINT', 'api.mailgun.net'),
    ],
    'ses' => ['key' => env('AWS_ACCESS_KEY_ID'), 'secret' => env('AWS_SECRET_ACCESS_KEY'), 'region' => env('AWS_DEFAULT_REGION', 'us-east-1')],`),
    session: php(`
    'driver' => env('SESSION_DRIVER', 'file'),
    'lifetime' => env('SESSION_LIFETIME', 120),
    'expire_on_close' => false,
    'encrypt' => false,
    'files' => storage_path('framework/sessions'),
    'connection' => env('SESSION_CONNECTION'),
    'table' => 'sessions',
    'store' => env('SESSION_STORE'),
    'lottery' => [2, 100],
    'cookie' => env(
        'SESSION_COOKIE',
        Str::slug(env('APP_NAME', 'laravel'), '_').'_session'
    ),
    'path' => '/',
    'domain' => env('SESSION_DOMAIN'),
    'secure' => env('SESSION_SECURE_COOKIE'),
    'http_only' => true,
    'same_site' => 'lax',`, USE_STR),
    view: php(`
    'paths' => [
        resource_path('views'),
    ],
    'compiled' => env(
        'VIEW_COMPILED_PATH',
        realpath(storage_path('framework/views'))
    ),`),
  };
}

function classicApp(major: SkeletonMajor): string {
  const own = ['AppServiceProvider', 'AuthServiceProvider', 'EventServiceProvider', 'RouteServiceProvider'].map((name) => `        App\\Providers\\${name}::class,`).join('\n');
  const framework = ['Auth\\Auth', 'Bus\\Bus', 'Cache\\Cache', 'Cookie\\Cookie', 'Database\\Database', 'Encryption\\Encryption', 'Filesystem\\Filesystem', 'Hashing\\Hash', 'Mail\\Mail', 'Queue\\Queue', 'Session\\Session', 'View\\View'].map((name) => `        Illuminate\\${name}ServiceProvider::class,`).join('\n');
  return php(`
    'name' => env('APP_NAME', 'Laravel'),
    'env' => env('APP_ENV', 'production'),
    'debug' => (bool) env('APP_DEBUG', false),
    'url' => env('APP_URL', 'http://localhost'),
    'asset_url' => env('ASSET_URL'${major === 8 ? ', null' : ''}),
    'timezone' => 'UTC',
    'locale' => 'en',
    'fallback_locale' => 'en',
    'faker_locale' => 'en_US',
    'key' => env('APP_KEY'),
    'cipher' => 'AES-256-CBC',
${major === 8 ? '' : "    'maintenance' => ['driver' => 'file'],\n"}    'providers' => ${major === 10 ? `ServiceProvider::defaultProviders()->merge([\n${own}\n    ])->toArray()` : `[\n${framework}\n${own}\n    ]`},
    'aliases' => ${major === 8 ? "[\n        'App' => Illuminate\\Support\\Facades\\App::class,\n        'Str' => Illuminate\\Support\\Str::class,\n    ]" : 'Facade::defaultAliases()->merge([\n    ])->toArray()'},`, major === 8 ? '' : 'use Illuminate\\Support\\Facades\\Facade;\nuse Illuminate\\Support\\ServiceProvider;\n\n');
}

function authFile(guard: string, broker: string, model: string, table: string, timeout: string, uses = ''): string {
  return php(`
    'defaults' => ['guard' => ${guard}, 'passwords' => ${broker}],
    'guards' => [
        'web' => ['driver' => 'session', 'provider' => 'users'],
    ],
    'providers' => [
        'users' => ['driver' => 'eloquent', 'model' => ${model}],
    ],
    'passwords' => [
        'users' => ['provider' => 'users', 'table' => ${table}, 'expire' => 60, 'throttle' => 60],
    ],
    'password_timeout' => ${timeout},`, uses);
}

function databaseFile({ url, prefix, isModern }: { readonly url: string; readonly prefix: string; readonly isModern: boolean }): string {
  const charset = isModern ? "env('DB_CHARSET', 'utf8mb4')" : "'utf8mb4'";
  return php(`
    'default' => env('DB_CONNECTION', '${isModern ? 'sqlite' : 'mysql'}'),
    'connections' => [
        'sqlite' => [
            'driver' => 'sqlite',
            'url' => env('${url}'),
            'database' => env('DB_DATABASE', database_path('database.sqlite')),
            'prefix' => '',
            'foreign_key_constraints' => env('DB_FOREIGN_KEYS', true),
        ],
        'mysql' => [
            'driver' => 'mysql',
            'url' => env('${url}'),
            'host' => env('DB_HOST', '127.0.0.1'),
            'port' => env('DB_PORT', '3306'),
            'database' => env('DB_DATABASE', '${isModern ? 'laravel' : 'forge'}'),
            'username' => env('DB_USERNAME', '${isModern ? 'root' : 'forge'}'),
            'password' => env('DB_PASSWORD', ''),
            'unix_socket' => env('DB_SOCKET', ''),
            'charset' => ${charset},
            'collation' => ${isModern ? "env('DB_COLLATION', 'utf8mb4_unicode_ci')" : "'utf8mb4_unicode_ci'"},
            'prefix' => '',
            'prefix_indexes' => true,
            'strict' => true,
            'engine' => null,
            'options' => extension_loaded('pdo_mysql') ? array_filter([
                PDO::MYSQL_ATTR_SSL_CA => env('MYSQL_ATTR_SSL_CA'),
            ]) : [],
        ],
        'pgsql' => [
            'driver' => 'pgsql',
            'url' => env('${url}'),
            'host' => env('DB_HOST', '127.0.0.1'),
            'port' => env('DB_PORT', '5432'),
            'database' => env('DB_DATABASE', '${isModern ? 'laravel' : 'forge'}'),
            'username' => env('DB_USERNAME', '${isModern ? 'root' : 'forge'}'),
            'password' => env('DB_PASSWORD', ''),
            'charset' => ${isModern ? "env('DB_CHARSET', 'utf8')" : "'utf8'"},
            'search_path' => 'public',
            'sslmode' => 'prefer',
        ],
    ],
    'migrations' => ${isModern ? "['table' => 'migrations', 'update_date_on_publish' => true]" : "'migrations'"},
    'redis' => [
        'client' => env('REDIS_CLIENT', 'phpredis'),
        'options' => [
            'cluster' => env('REDIS_CLUSTER', 'redis'),
            'prefix' => env('REDIS_PREFIX', ${prefix}),
        ],
        'default' => [
            'url' => env('REDIS_URL'),
            'host' => env('REDIS_HOST', '127.0.0.1'),
            'username' => env('REDIS_USERNAME'),
            'password' => env('REDIS_PASSWORD'),
            'port' => env('REDIS_PORT', '6379'),
            'database' => env('REDIS_DB', '0'),
        ],
        'cache' => [
            'url' => env('REDIS_URL'),
            'host' => env('REDIS_HOST', '127.0.0.1'),
            'password' => env('REDIS_PASSWORD'),
            'port' => env('REDIS_PORT', '6379'),
            'database' => env('REDIS_CACHE_DB', '1'),
        ],
    ],`, USE_STR);
}

function loggingFile(stack: string, major: SkeletonMajor): string {
  const isModern = major >= 11;
  return php(`
    'default' => env('LOG_CHANNEL', 'stack'),
${major === 8 ? "    'deprecations' => env('LOG_DEPRECATIONS_CHANNEL', 'null')," : `    'deprecations' => ['channel' => env('LOG_DEPRECATIONS_CHANNEL', 'null'), 'trace' => ${isModern ? "env('LOG_DEPRECATIONS_TRACE', false)" : 'false'}],`}
    'channels' => [
        'stack' => ['driver' => 'stack', 'channels' => ${stack}, 'ignore_exceptions' => false],
        'single' => ['driver' => 'single', 'path' => storage_path('logs/laravel.log'), 'level' => env('LOG_LEVEL', 'debug')],
        'daily' => ['driver' => 'daily', 'path' => storage_path('logs/laravel.log'), 'level' => env('LOG_LEVEL', 'debug'), 'days' => ${isModern ? "env('LOG_DAILY_DAYS', 14)" : '14'}],
        'slack' => [
            'driver' => 'slack',
            'url' => env('LOG_SLACK_WEBHOOK_URL'),
            'username' => 'Laravel Log',
            'emoji' => ':boom:',
            'level' => env('LOG_LEVEL', 'critical'),
        ],
        'papertrail' => [
            'driver' => 'monolog',
            'level' => env('LOG_LEVEL', 'debug'),
            'handler' => env('LOG_PAPERTRAIL_HANDLER', SyslogUdpHandler::class),
            'handler_with' => [
                'host' => env('PAPERTRAIL_URL'),
                'port' => env('PAPERTRAIL_PORT'),
                'connectionString' => 'tls://'.env('PAPERTRAIL_URL').':'.env('PAPERTRAIL_PORT'),
            ],
        ],
        'stderr' => ['driver' => 'monolog', 'level' => env('LOG_LEVEL', 'debug'), 'handler' => StreamHandler::class, 'formatter' => env('LOG_STDERR_FORMATTER'), 'with' => ['stream' => 'php://stderr']],
        'syslog' => ['driver' => 'syslog', 'level' => env('LOG_LEVEL', 'debug')${isModern ? ", 'facility' => env('LOG_SYSLOG_FACILITY', LOG_USER)" : ''}],
        'null' => ['driver' => 'monolog', 'handler' => NullHandler::class],
        'emergency' => ['path' => storage_path('logs/laravel.log')],
    ],`, 'use Monolog\\Handler\\NullHandler;\nuse Monolog\\Handler\\StreamHandler;\nuse Monolog\\Handler\\SyslogUdpHandler;\n\n');
}

function queueFile(connection: string, isModern: boolean): string {
  const env = (key: string, value: string): string => (isModern ? `env('${key}', ${value})` : value);
  return php(`
    'default' => env('QUEUE_CONNECTION', '${connection}'),
    'connections' => [
        'sync' => ['driver' => 'sync'],
        'database' => ['driver' => 'database', 'table' => ${env('DB_QUEUE_TABLE', "'jobs'")}, 'queue' => ${env('DB_QUEUE', "'default'")}, 'retry_after' => ${isModern ? "(int) env('DB_QUEUE_RETRY_AFTER', 90)" : '90'}, 'after_commit' => false],
        'sqs' => [
            'driver' => 'sqs',
            'key' => env('AWS_ACCESS_KEY_ID'),
            'secret' => env('AWS_SECRET_ACCESS_KEY'),
            'prefix' => env('SQS_PREFIX', 'https://sqs.us-east-1.amazonaws.com/your-account-id'),
            'queue' => env('SQS_QUEUE', 'default'),
            'suffix' => env('SQS_SUFFIX'),
            'region' => env('AWS_DEFAULT_REGION', 'us-east-1'),
        ],
        'redis' => ['driver' => 'redis', 'connection' => ${env('REDIS_QUEUE_CONNECTION', "'default'")}, 'queue' => env('REDIS_QUEUE', 'default'), 'retry_after' => 90, 'block_for' => null],
    ],
    'failed' => [
        'driver' => env('QUEUE_FAILED_DRIVER', 'database-uuids'),
        'database' => env('DB_CONNECTION', '${isModern ? 'sqlite' : 'mysql'}'),
        'table' => 'failed_jobs',
    ],`);
}

function sanctumFile(url: string, prefix: string | undefined): string {
  return php(`
    'stateful' => explode(',', env('SANCTUM_STATEFUL_DOMAINS', sprintf(
        '%s%s',
        'localhost,localhost:3000,127.0.0.1,127.0.0.1:8000,::1',
        ${url}
    ))),
    'guard' => ['web'],
    'expiration' => null,
${prefix === undefined ? '' : `    'token_prefix' => ${prefix},\n`}    'middleware' => [
        'encrypt_cookies' => ${prefix === undefined ? 'App\\Http\\Middleware\\EncryptCookies' : 'Illuminate\\Cookie\\Middleware\\EncryptCookies'}::class,
    ],`, url.includes('Sanctum::') ? 'use Laravel\\Sanctum\\Sanctum;\n\n' : '');
}
