/** Why a gate is not green; stable words for machines. */
export const REASON_CODES = [
  'dns', 'refused', 'reset', 'timeout', 'tls', 'redirect', 'status', 'maintenance', 'body',
  'component', 'stale', 'latency', 'version', 'unstable', 'prometheus', 'no-data', 'cancelled',
] as const;
export type ReasonCode = (typeof REASON_CODES)[number];

/** The next thing to do, for each code. */
export const NEXT_STEP: Readonly<Record<ReasonCode, string>> = {
  dns: 'Check the host name and its DNS record, or give the address with `resolve`.',
  refused: 'Nothing accepts connections there: is the web server running, and is the port open to the runner?',
  reset: 'The server dropped the connection: look at the error log of the web server and of php-fpm.',
  timeout: 'The server accepts connections but answers too late: look for a hanging database or queue, or raise `request-timeout`.',
  tls: 'Renew or complete the certificate chain on the server, or give a private authority with `ca`.',
  redirect: 'Put the final address into `health-url`, or set `redirects: follow` if the other host is meant.',
  status: 'Open the address and read the application log of that moment.',
  maintenance: 'Run `php artisan up` on the host if the maintenance is over.',
  body: 'Give the address of the health route (for Laravel usually /api/health), or name the format with `preset`.',
  component: 'Look at the named component; `ignore-components` leaves out what the application does not need.',
  stale: 'The answer is old: keep the health route out of caches and the CDN (`Cache-Control: no-store`).',
  latency: 'Find out why the route is slow, or raise `max-latency`.',
  version: 'The new release does not answer: was it switched and reloaded, and is `expected-version` what the application reports?',
  unstable: 'The application comes and goes: look for restarting workers, or one bad host behind a balancer.',
  prometheus: 'Look at the query in Prometheus: the value breaks its condition, or the server refused the query.',
  'no-data': 'There was nothing to judge: is the metric scraped, and was there traffic? `on-empty` and `on-nan` say what that means.',
  cancelled: 'Start the run again.',
};
