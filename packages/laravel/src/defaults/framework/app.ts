import { call, cast, changedWithin, collected, env, map, spread } from '../facts.ts';
import { LOOKED_AT } from './looked-at.ts';

/** `config/app.php` of the framework. */
export const app = map({
  name: env('APP_NAME', 'Laravel'),
  env: env('APP_ENV', 'production'),
  debug: cast('bool', env('APP_DEBUG', false)),
  url: env('APP_URL', 'http://localhost'),
  frontend_url: env('FRONTEND_URL', 'http://localhost:3000'),
  asset_url: env('ASSET_URL'),
  timezone: changedWithin('12.0.0', LOOKED_AT, env('APP_TIMEZONE', 'UTC'), 'UTC'),
  locale: env('APP_LOCALE', 'en'),
  fallback_locale: env('APP_FALLBACK_LOCALE', 'en'),
  faker_locale: env('APP_FAKER_LOCALE', 'en_US'),
  cipher: 'AES-256-CBC',
  key: env('APP_KEY'),
  previous_keys: spread(call('array_filter', call('explode', ',', cast('string', env('APP_PREVIOUS_KEYS', ''))))),
  maintenance: map({ driver: env('APP_MAINTENANCE_DRIVER', 'file'), store: env('APP_MAINTENANCE_STORE', 'database') }),
  providers: collected('Illuminate\\Support\\ServiceProvider', 'defaultProviders'),
  aliases: collected('Illuminate\\Support\\Facades\\Facade', 'defaultAliases'),
});
