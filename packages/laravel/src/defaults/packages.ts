import { binary, call, cast, changed, either, env, list, partly, staticCall, type Fact } from './facts.ts';

/** What a package merges below `config/<name>.php`, the first level only. Of each, what rules ask for was looked at. */
export interface PackagePack {
  readonly package: string;
  readonly name: string;
  readonly fact: Fact;
}

const REST = 'is a default of the package that nobody looked at';

const sanctum = partly(REST, {
  stateful: call('explode', ',', env('SANCTUM_STATEFUL_DOMAINS', call('sprintf', '%s%s', 'localhost,localhost:3000,127.0.0.1,127.0.0.1:8000,::1', staticCall('Laravel\\Sanctum\\Sanctum', 'currentApplicationUrlWithPort')))),
  guard: list('web'),
  expiration: null,
});

const debugbar = partly(REST, { enabled: env('DEBUGBAR_ENABLED', null) });

const telescope = partly(REST, { enabled: env('TELESCOPE_ENABLED', true), path: env('TELESCOPE_PATH', 'telescope') });

/** Null, or the number that the variable says. */
function sampleRate(key: string): Fact {
  return either(binary('===', env(key), null), null, cast('float', env(key)));
}

const sentry = partly(REST, {
  dsn: env('SENTRY_LARAVEL_DSN', env('SENTRY_DSN')),
  environment: env('SENTRY_ENVIRONMENT'),
  send_default_pii: env('SENTRY_SEND_DEFAULT_PII', false),
  traces_sample_rate: sampleRate('SENTRY_TRACES_SAMPLE_RATE'),
  // Bindings of SQL were sent by default before 4.0.
  breadcrumbs: partly(REST, { sql_bindings: changed('4.0.0', true, env('SENTRY_BREADCRUMBS_SQL_BINDINGS_ENABLED', false)) }),
});

const fortify = partly(REST, { guard: 'web', passwords: 'users', username: 'email', views: true, middleware: list('web') });

const jwt = partly(REST, {
  secret: env('JWT_SECRET'),
  ttl: env('JWT_TTL', 60),
  refresh_ttl: env('JWT_REFRESH_TTL', 20160),
  algo: env('JWT_ALGO', 'HS256'),
  required_claims: list('iss', 'iat', 'exp', 'nbf', 'sub', 'jti'),
  blacklist_enabled: env('JWT_BLACKLIST_ENABLED', true),
});

export const PACKAGE_PACKS: readonly PackagePack[] = [
  { package: 'laravel/sanctum', name: 'sanctum', fact: sanctum },
  { package: 'barryvdh/laravel-debugbar', name: 'debugbar', fact: debugbar },
  { package: 'fruitcake/laravel-debugbar', name: 'debugbar', fact: debugbar },
  { package: 'laravel/telescope', name: 'telescope', fact: telescope },
  { package: 'sentry/sentry-laravel', name: 'sentry', fact: sentry },
  { package: 'laravel/fortify', name: 'fortify', fact: fortify },
  { package: 'tymon/jwt-auth', name: 'jwt', fact: jwt },
  { package: 'php-open-source-saver/jwt-auth', name: 'jwt', fact: jwt },
];
