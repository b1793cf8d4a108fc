import { call, cameWithin, cast, changedWithin, env, join, list, map, staticCall } from '../facts.ts';
import { LOOKED_AT } from './looked-at.ts';

/** `config/cache.php` of the framework. */
export const cache = map({
  default: env('CACHE_STORE', 'database'),
  stores: map({
    array: map({ driver: 'array', serialize: false }),
    session: cameWithin('11.0.0', LOOKED_AT, map({ driver: 'session', key: env('SESSION_CACHE_KEY', '_cache') })),
    database: map({
      driver: 'database',
      connection: env('DB_CACHE_CONNECTION'),
      table: env('DB_CACHE_TABLE', 'cache'),
      lock_connection: env('DB_CACHE_LOCK_CONNECTION'),
      lock_table: env('DB_CACHE_LOCK_TABLE'),
    }),
    file: map({
      driver: 'file',
      path: call('storage_path', 'framework/cache/data'),
      lock_path: call('storage_path', 'framework/cache/data'),
    }),
    storage: cameWithin('11.0.0', LOOKED_AT, map({ driver: 'storage', disk: env('CACHE_STORAGE_DISK'), path: env('CACHE_STORAGE_PATH', 'framework/cache/data') })),
    memcached: map({
      driver: 'memcached',
      persistent_id: env('MEMCACHED_PERSISTENT_ID'),
      sasl: list(env('MEMCACHED_USERNAME'), env('MEMCACHED_PASSWORD')),
      options: list(),
      servers: list(map({ host: env('MEMCACHED_HOST', '127.0.0.1'), port: env('MEMCACHED_PORT', 11211), weight: 100 })),
    }),
    redis: map({
      driver: 'redis',
      connection: env('REDIS_CACHE_CONNECTION', 'cache'),
      lock_connection: env('REDIS_CACHE_LOCK_CONNECTION', 'default'),
    }),
    dynamodb: map({
      driver: 'dynamodb',
      key: env('AWS_ACCESS_KEY_ID'),
      secret: env('AWS_SECRET_ACCESS_KEY'),
      region: env('AWS_DEFAULT_REGION', 'us-east-1'),
      table: env('DYNAMODB_CACHE_TABLE', 'cache'),
      endpoint: env('DYNAMODB_ENDPOINT'),
    }),
    octane: map({ driver: 'octane' }),
    failover: cameWithin('11.0.0', LOOKED_AT, map({ driver: 'failover', stores: list('database', 'array') })),
  }),
  prefix: env('CACHE_PREFIX', changedWithin('11.0.0', LOOKED_AT, join(staticCall('Illuminate\\Support\\Str', 'slug', env('APP_NAME', 'laravel'), '_'), '_cache_'), join(staticCall('Illuminate\\Support\\Str', 'slug', cast('string', env('APP_NAME', 'laravel'))), '-cache-'))),
});
