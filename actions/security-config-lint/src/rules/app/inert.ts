import type { App } from '../../app.ts';
import type { Finding, Safe, Undecided } from '../../finding.ts';
import { judged, type Judgement } from '../../judgement.ts';

/** Names that promise protection. */
const SECURITY_KEY = /^(?:SESSION|DB|CORS|CSP|SANCTUM)_|^(?:FORCE_HTTPS|HSTS_\w+|TRUSTED_(?:PROXIES|HOSTS)|SECURE_\w+|RATE_LIMIT\w*|THROTTLE\w*|BCRYPT_ROUNDS|HASH_\w+|COOKIE_\w+|CSRF_\w+|JWT_\w+|PASSWORD_(?:MIN|TIMEOUT)\w*|APP_(?:DEBUG|KEY|PREVIOUS_KEYS|ENV))$/;
/** Keys that the framework's own configuration reads from Laravel 11 on, also where the application has no such file. */
const FRAMEWORK_KEYS: ReadonlySet<string> = new Set([
  ...['DRIVER', 'LIFETIME', 'EXPIRE_ON_CLOSE', 'ENCRYPT', 'CONNECTION', 'TABLE', 'STORE', 'COOKIE', 'PATH', 'DOMAIN', 'SECURE_COOKIE', 'HTTP_ONLY', 'SAME_SITE', 'PARTITIONED_COOKIE'].map((name) => `SESSION_${name}`),
  ...['CONNECTION', 'URL', 'HOST', 'PORT', 'DATABASE', 'USERNAME', 'PASSWORD', 'SOCKET', 'CHARSET', 'COLLATION', 'FOREIGN_KEYS', 'CACHE_TABLE', 'CACHE_CONNECTION', 'CACHE_LOCK_CONNECTION', 'CACHE_LOCK_TABLE', 'QUEUE_CONNECTION', 'QUEUE_TABLE', 'QUEUE', 'QUEUE_RETRY_AFTER'].map((name) => `DB_${name}`),
  'BCRYPT_ROUNDS', 'HASH_DRIVER', 'HASH_VERIFY', 'APP_DEBUG', 'APP_KEY', 'APP_ENV', 'APP_PREVIOUS_KEYS',
]);
/** Keys of packages whose configuration need not be published. */
const PACKAGE_KEYS: readonly (readonly [string, RegExp])[] = [
  ['laravel/sanctum', /^SANCTUM_(?:STATEFUL_DOMAINS|TOKEN_PREFIX)$/], ['spatie/laravel-csp', /^CSP_(?:ENABLED|REPORT_URI|NONCE_ENABLED)$/], ['tymon/jwt-auth', /^JWT_/], ['php-open-source-saver/jwt-auth', /^JWT_/],
  ['bepsvpt/secure-headers', /^(?:CSP|HSTS|SECURE)_/],
];
/** Prefixes that only Laravel itself and the application read. */
const FRAMEWORK_PREFIX = /^(?:SESSION|DB|SANCTUM|APP)_/;
/** Files besides PHP that may read a key. */
const READING_FILES = /(?:\.(?:sh|bash|ya?ml|js|mjs|cjs|ts|mts|vue|blade\.php|conf|template|ini|neon|toml|json)|(?:^|\/)(?:Dockerfile[^/]*|Makefile|Caddyfile[^/]*|Procfile))$/;

export function checkInert(app: App): Judgement {
  const entries = (app.laravel.envFile?.entries ?? []).filter(({ name }) => SECURITY_KEY.test(name));
  const findings: Finding[] = [];
  const safe: Safe[] = [];
  const undecided: Undecided[] = [];
  const vendorKnown = app.repository.text(`${app.repository.prefix}vendor/composer/installed.json`) !== undefined;
  for (const { name, nameSpan: { line, column } } of entries) {
    const trace = [{ file: app.laravel.envFile?.name, line, column, what: `${name} is set`, env: name }];
    if (isRead(app, name)) safe.push({ subject: name, shown: 'read', trace });
    else if (!FRAMEWORK_PREFIX.test(name) && !vendorKnown && app.laravel.packages.size > 2) undecided.push({ subject: name, reason: 'package-unknown', why: `${name} may be read by the configuration of a package, and vendor is not there to look at`, trace });
    else findings.push({
      subject: name, severity: 'high', rank: 1, shown: 'read by nothing', trace,
      message: `\`${name}\` is set, and nothing reads it: no configuration, no code, no script, no default of Laravel ${app.laravel.framework.version ?? ''}.`.replace(/ \./, '.'),
      remedy: `Let the configuration read \`${name}\`, or delete it.`,
    });
  }
  return judged({ findings, safe, undecided }, 'no security setting is in the env file');
}

function isRead({ laravel, repository }: App, name: string): boolean {
  if (laravel.readersOf(name).length > 0) return true;
  if ((laravel.framework.major ?? 0) >= 11 && FRAMEWORK_KEYS.has(name)) return true;
  if (PACKAGE_KEYS.some(([own, keys]) => laravel.packages.has(own) && keys.test(name))) return true;
  const word = new RegExp(`(?<![A-Z0-9_])${name}(?![A-Z0-9_])`);
  const inCode = laravel.filesWith([name]).some((file) => !file.startsWith('config/') && word.test(repository.text(repository.prefix + file) ?? name));
  return inCode || repository.files.some((file) => READING_FILES.test(file) && !/(?:^|\/)(?:composer|package)(?:-lock)?\.json$/.test(file) && word.test(repository.text(file) ?? ''));
}
