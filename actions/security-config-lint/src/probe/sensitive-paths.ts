/** A file that no web server should hand out, with what its text must look like: a page that some other route answers is no finding. */
export interface SensitivePath {
  /** Below the application's folder. */
  readonly path: string;
  readonly rule: 'FWS-TLS-007' | 'FWS-APP-007';
  /** What it is, for people. */
  readonly what: string;
  readonly signature: RegExp;
}

const ENV = /^(?:export +)?(?:APP_(?:NAME|ENV|KEY|DEBUG|URL)|DB_(?:HOST|PASSWORD|CONNECTION))=/m;

/**
 * Nine, chosen for what happens to Laravel applications: the document root is the project and not `public`, an editor or a deploy left a copy
 * beside `.env`, somebody put a phpinfo there, Telescope lets everybody in, Ignition is installed on the server.
 */
export const SENSITIVE_PATHS: readonly SensitivePath[] = [
  { path: '.env', rule: 'FWS-TLS-007', what: 'the environment file with its secrets', signature: ENV },
  { path: '.env.backup', rule: 'FWS-TLS-007', what: 'a copy of the environment file', signature: ENV },
  { path: '.git/config', rule: 'FWS-TLS-007', what: 'the repository with its history', signature: /^\s*\[core\][^]*repositoryformatversion\s*=/ },
  { path: 'storage/logs/laravel.log', rule: 'FWS-TLS-007', what: 'the log', signature: /^\[\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}[^\]]*\] \w+\.[A-Z]+: /m },
  { path: 'composer.lock', rule: 'FWS-TLS-007', what: 'the list of all packages and their versions', signature: /^\s*\{[^]*"content-hash"\s*:\s*"[0-9a-f]{32}"/ },
  // The first bytes of every such file, https://www.sqlite.org/fileformat.html.
  { path: 'database/database.sqlite', rule: 'FWS-TLS-007', what: 'the database', signature: /^SQLite format 3\0/ },
  { path: 'phpinfo.php', rule: 'FWS-TLS-007', what: 'a page with all settings and environment variables of PHP', signature: /<title>(?:PHP [\d.]+\S* - )?phpinfo\(\)<\/title>/ },
  { path: 'telescope/requests', rule: 'FWS-APP-007', what: 'Telescope, which shows every request with its data', signature: /<title>Telescope\b|vendor\/telescope\/app\b/ },
  // Ignition answers this only while it is switched on; it could run commands once (CVE-2021-3129).
  { path: '_ignition/health-check', rule: 'FWS-APP-007', what: 'Ignition, the debug page', signature: /^\s*\{\s*"can_execute_commands"\s*:/ },
];

/** The paths whose signature a text bears. */
export function signaturesIn(text: string): readonly string[] {
  return SENSITIVE_PATHS.filter(({ signature }) => signature.test(text)).map(({ path }) => path);
}
