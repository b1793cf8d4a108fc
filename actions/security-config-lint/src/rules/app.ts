import { rule, type Rule, type RuleMeta } from '../rule.ts';
import { checkBaked } from './app/baked-cache.ts';
import { checkBooleans } from './app/booleans.ts';
import { checkBypass } from './app/bypass.ts';
import { checkDebug, checkDebugDefault, checkEnvironment, checkUrl, ENVIRONMENT_OPTIONS } from './app/environment.ts';
import { checkEnvCalls } from './app/env-calls.ts';
import { checkInert } from './app/inert.ts';
import { checkTools } from './app/debug-tools.ts';

const COMMON = { precision: 'very-high', needs: ['config'], targets: ['production', 'staging'], since: '0.1.0' } as const satisfies Partial<RuleMeta>;

/** The application as a whole: debug mode, environment, what is read and when. */
export const APP: readonly Rule[] = [
  rule({
    ...COMMON, id: 'FWS-APP-001', slug: 'app-debug-enabled', title: 'Debug mode is on', severity: 'critical', cwe: [489], asvs: ['13.4.2', '16.5.1'], fixable: 'safe',
    why: 'In debug mode every error shows source, queries, the request, and with many packages the environment with its passwords.',
    fires: '`app.debug` is truthy, whatever `app.env` says',
    quiet: 'it is false, `(false)` or not set; `.env.example` is a file for developers, and not looked at',
    remedy: 'Set `APP_DEBUG=false`.',
    implies: { 'FWS-APP-003': 'a word that reads as false turns it on', 'FWS-APP-002': 'the default that turns it on is unsafe by itself' },
    check: checkDebug,
  }),
  rule({
    ...COMMON, id: 'FWS-APP-002', slug: 'app-debug-unsafe-default', title: 'Debug mode is on when nobody says otherwise', severity: 'high', cwe: [489], asvs: ['13.4.2'], fixable: 'safe', targets: ['production', 'staging', 'example'],
    why: 'An environment that was not loaded, a key with a typing error, a cache made too early: each of them turns debug mode on.',
    fires: '`app.debug` is truthy when no environment key is set at all',
    quiet: "`(bool) env('APP_DEBUG', false)`",
    remedy: 'Give `env()` the default false in config/app.php.',
    check: checkDebugDefault,
  }),
  rule({
    ...COMMON, id: 'FWS-APP-003', slug: 'bool-env-truthy-string', title: 'A word that reads as false is taken for true', severity: 'critical', precision: 'high', cwe: [636], asvs: ['16.5.3'],
    why: 'PHP takes every text but "" and "0" for true, and `env()` knows only true, false, null and empty. `off` and `no` switch on.',
    fires: 'a key that is used as a boolean is off, no, disabled, n, `false;` or alike; critical for `app.debug`, else high',
    quiet: '0, false in any case and in quotes; 1, on and yes, which do what they say',
    remedy: 'Write true or false.',
    check: checkBooleans,
  }),
  rule({
    ...COMMON, id: 'FWS-APP-004', slug: 'app-env-not-production', title: 'The environment is not called production', severity: 'high', cwe: [16], asvs: ['13.4.2'], options: ENVIRONMENT_OPTIONS,
    why: 'Laravel and packages ask `environment(\'production\')`, letter by letter: with another name confirmations, gates of tools and stricter defaults are off.',
    fires: '`app.env` is not exactly `production`; in target staging, no name of the option `staging-envs`',
    quiet: 'it is, or stands in the option `production-envs` and no code asks for production',
    remedy: 'Set `APP_ENV=production`.',
    check: checkEnvironment,
  }),
  rule({
    ...COMMON, id: 'FWS-APP-005', slug: 'app-url-insecure', title: 'The address of the application is not https, or nobody\'s', severity: 'medium', cwe: [319], asvs: ['12.2.1'],
    why: 'Links in mails, signed addresses and redirects are made from it: they lead to http, or to the reader\'s own computer.',
    fires: '`app.url` is not https, or its host is localhost, 127.*, *.test, or an example; the host is not judged in staging',
    quiet: 'it is an https address',
    remedy: 'Set `APP_URL` to the https address that users see.',
    check: checkUrl,
  }),
  rule({
    ...COMMON, id: 'FWS-APP-006', slug: 'dev-bypass-token-set', title: 'A way around the login is open', severity: 'critical', precision: 'medium', cwe: [798], asvs: ['13.2.3', '6.3.2'], needs: ['env', 'code'],
    why: 'Whoever learns the value is anybody.',
    fires: 'a key called BYPASS, BACKDOOR, MASTER_KEY, MASTER_PASSWORD, DEV_TOKEN, DEV_LOGIN or alike is set, and code or configuration reads it',
    quiet: 'it is empty or false, nobody reads it, or it belongs to a service such as Meilisearch',
    remedy: 'Take it out of the environment.',
    check: checkBypass,
  }),
  rule({
    ...COMMON, id: 'FWS-APP-007', slug: 'debug-tooling-enabled', title: 'A tool for debugging runs', severity: 'high', precision: 'high', cwe: [489], asvs: ['13.4.5', '15.2.3'], needs: ['config', 'composer'],
    why: 'Debugbar, Telescope and Clockwork record requests, queries and sessions, and show them to whoever finds the page.',
    fires: 'one of them is installed outside require-dev and switched on, also by its own default',
    quiet: 'it is off, for development only, or follows debug mode while that is off',
    remedy: 'Switch it off, or move it to require-dev.',
    implies: { 'FWS-DEP-004': 'the package belongs to require-dev' },
    check: checkTools,
  }),
  rule({
    ...COMMON, id: 'FWS-APP-008', slug: 'env-call-outside-config', title: 'env() is called outside of configuration', severity: 'high', precision: 'medium', cwe: [15], asvs: ['13.4.2'], needs: ['code'],
    targets: ['production', 'staging', 'example'], words: ['env', 'getenv'],
    why: 'With a cached configuration no `.env` is read, and `env()` gives null or its default: what it decides changes on the day of the first `config:cache`.',
    fires: '`env()` or `getenv()` in app, routes or bootstrap; high in a condition or an argument of a header, gate or middleware, else low',
    quiet: '`config()` is asked',
    remedy: 'Read the key in a configuration file, and ask `config()` in code.',
    check: checkEnvCalls,
  }),
  rule({
    ...COMMON, id: 'FWS-APP-009', slug: 'inert-security-key', title: 'A security setting that nothing reads', severity: 'high', precision: 'medium', cwe: [16], asvs: [], needs: ['env', 'config'],
    why: 'Somebody set it and believes that it works.',
    fires: 'a key that begins with SESSION_, DB_, CORS_, CSP_ or SANCTUM_, or is called like one, is set, and no configuration, code, script or package reads it',
    quiet: 'anything reads it',
    remedy: 'Let the configuration read it, or delete it.',
    check: checkInert,
  }),
  rule({
    ...COMMON, id: 'FWS-APP-010', slug: 'config-cached-at-build', title: 'The configuration is cached while an image is built', severity: 'high', precision: 'high', cwe: [16], asvs: ['13.3.1'], needs: [],
    targets: ['production', 'staging', 'example'],
    why: 'The cache holds the environment of the build: the one of the host counts for nothing, and secrets of the build are in the image.',
    fires: '`config:cache` or `optimize` runs in a layer of an image or before one is built, or bootstrap/cache/config.php is tracked',
    quiet: 'it runs when the container starts',
    remedy: 'Run it in the entrypoint, and keep bootstrap/cache out of git.',
    check: checkBaked,
  }),
];
