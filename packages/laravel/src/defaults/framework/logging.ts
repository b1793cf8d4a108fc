import { call, cameWithin, cast, constant, env, join, list, map, wentWithin } from '../facts.ts';
import { LOOKED_AT } from './looked-at.ts';

/** `config/logging.php` of the framework. */
export const logging = map({
  default: env('LOG_CHANNEL', 'stack'),
  deprecations: map({ channel: env('LOG_DEPRECATIONS_CHANNEL', 'null'), trace: env('LOG_DEPRECATIONS_TRACE', false) }),
  channels: map({
    stack: map({
      driver: 'stack',
      channels: call('explode', ',', cast('string', env('LOG_STACK', 'single'))),
      ignore_exceptions: false,
    }),
    single: map({
      driver: 'single',
      path: call('storage_path', 'logs/laravel.log'),
      level: env('LOG_LEVEL', 'debug'),
      replace_placeholders: true,
    }),
    daily: map({
      driver: 'daily',
      path: call('storage_path', 'logs/laravel.log'),
      level: env('LOG_LEVEL', 'debug'),
      max_files: cameWithin('11.0.0', LOOKED_AT, env('LOG_DAILY_DAYS', 14)),
      days: wentWithin('11.0.0', LOOKED_AT, env('LOG_DAILY_DAYS', 14)),
      replace_placeholders: true,
    }),
    monthly: cameWithin('13.0.0', LOOKED_AT, map({
      driver: 'monthly',
      path: call('storage_path', 'logs/laravel.log'),
      level: env('LOG_LEVEL', 'debug'),
      max_files: 3,
      replace_placeholders: true,
    })),
    slack: map({
      driver: 'slack',
      url: env('LOG_SLACK_WEBHOOK_URL'),
      username: env('LOG_SLACK_USERNAME', 'Laravel Log'),
      emoji: env('LOG_SLACK_EMOJI', ':boom:'),
      level: env('LOG_LEVEL', 'critical'),
      replace_placeholders: true,
    }),
    papertrail: map({
      driver: 'monolog',
      level: env('LOG_LEVEL', 'debug'),
      handler: env('LOG_PAPERTRAIL_HANDLER', 'Monolog\\Handler\\SyslogUdpHandler'),
      handler_with: map({
        host: env('PAPERTRAIL_URL'),
        port: env('PAPERTRAIL_PORT'),
        connectionString: join('tls://', env('PAPERTRAIL_URL'), ':', env('PAPERTRAIL_PORT')),
      }),
      processors: list('Monolog\\Processor\\PsrLogMessageProcessor'),
    }),
    stderr: map({
      driver: 'monolog',
      level: env('LOG_LEVEL', 'debug'),
      handler: 'Monolog\\Handler\\StreamHandler',
      handler_with: cameWithin('11.0.0', LOOKED_AT, map({ stream: 'php://stderr' })),
      with: wentWithin('11.0.0', LOOKED_AT, map({ stream: 'php://stderr' })),
      formatter: env('LOG_STDERR_FORMATTER'),
      processors: list('Monolog\\Processor\\PsrLogMessageProcessor'),
    }),
    syslog: map({
      driver: 'syslog',
      level: env('LOG_LEVEL', 'debug'),
      facility: env('LOG_SYSLOG_FACILITY', constant('LOG_USER')),
      replace_placeholders: true,
    }),
    errorlog: map({ driver: 'errorlog', level: env('LOG_LEVEL', 'debug'), replace_placeholders: true }),
    null: map({ driver: 'monolog', handler: 'Monolog\\Handler\\NullHandler' }),
    emergency: map({ path: call('storage_path', 'logs/laravel.log') }),
  }),
});
