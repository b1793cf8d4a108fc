import { call, cameWithin, cast, constant, env, list, map, wentWithin } from '../facts.ts';
import { LOOKED_AT } from './looked-at.ts';

/** `config/mail.php` of the framework. */
export const mail = map({
  default: env('MAIL_MAILER', 'log'),
  mailers: map({
    smtp: map({
      transport: 'smtp',
      scheme: cameWithin('11.0.0', LOOKED_AT, env('MAIL_SCHEME')),
      encryption: wentWithin('11.0.0', LOOKED_AT, env('MAIL_ENCRYPTION', 'tls')),
      url: env('MAIL_URL'),
      host: env('MAIL_HOST', '127.0.0.1'),
      port: env('MAIL_PORT', 2525),
      username: env('MAIL_USERNAME'),
      password: env('MAIL_PASSWORD'),
      timeout: null,
      local_domain: env('MAIL_EHLO_DOMAIN', call('parse_url', cast('string', env('APP_URL', 'http://localhost')), constant('PHP_URL_HOST'))),
    }),
    ses: map({ transport: 'ses' }),
    postmark: map({ transport: 'postmark' }),
    resend: map({ transport: 'resend' }),
    sendmail: map({ transport: 'sendmail', path: env('MAIL_SENDMAIL_PATH', '/usr/sbin/sendmail -bs -i') }),
    log: map({ transport: 'log', channel: env('MAIL_LOG_CHANNEL') }),
    array: map({ transport: 'array' }),
    failover: map({ transport: 'failover', mailers: list('smtp', 'log'), retry_after: cameWithin('11.0.0', LOOKED_AT, 60) }),
    roundrobin: map({ transport: 'roundrobin', mailers: list('ses', 'postmark'), retry_after: cameWithin('11.0.0', LOOKED_AT, 60) }),
  }),
  from: map({ address: env('MAIL_FROM_ADDRESS', 'hello@example.com'), name: env('MAIL_FROM_NAME', 'Example') }),
  markdown: map({
    theme: env('MAIL_MARKDOWN_THEME', 'default'),
    paths: list(call('resource_path', 'views/vendor/mail')),
    extensions: cameWithin('11.0.0', LOOKED_AT, list()),
  }),
});
