import { call, cast, changedWithin, env, join, list, map, staticCall } from '../facts.ts';
import { LOOKED_AT } from './looked-at.ts';

/** `config/session.php` of the framework. */
export const session = map({
  driver: env('SESSION_DRIVER', 'database'),
  lifetime: changedWithin('11.0.0', LOOKED_AT, env('SESSION_LIFETIME', 120), cast('int', env('SESSION_LIFETIME', 120))),
  expire_on_close: env('SESSION_EXPIRE_ON_CLOSE', false),
  encrypt: env('SESSION_ENCRYPT', false),
  files: call('storage_path', 'framework/sessions'),
  connection: env('SESSION_CONNECTION'),
  table: env('SESSION_TABLE', 'sessions'),
  store: env('SESSION_STORE'),
  lottery: list(2, 100),
  cookie: env('SESSION_COOKIE', changedWithin('11.0.0', LOOKED_AT, join(staticCall('Illuminate\\Support\\Str', 'slug', env('APP_NAME', 'laravel'), '_'), '_session'), join(staticCall('Illuminate\\Support\\Str', 'snake', cast('string', env('APP_NAME', 'laravel'))), '_session'))),
  path: env('SESSION_PATH', '/'),
  domain: env('SESSION_DOMAIN'),
  secure: env('SESSION_SECURE_COOKIE'),
  http_only: env('SESSION_HTTP_ONLY', true),
  same_site: env('SESSION_SAME_SITE', 'lax'),
  partitioned: env('SESSION_PARTITIONED_COOKIE', false),
});
