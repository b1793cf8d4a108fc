import { binary, either, env, join, list, map } from '../facts.ts';

/** `config/broadcasting.php` of the framework. */
export const broadcasting = map({
  default: env('BROADCAST_CONNECTION', 'null'),
  connections: map({
    reverb: map({
      driver: 'reverb',
      key: env('REVERB_APP_KEY'),
      secret: env('REVERB_APP_SECRET'),
      app_id: env('REVERB_APP_ID'),
      options: map({
        host: env('REVERB_HOST'),
        port: env('REVERB_PORT', 443),
        scheme: env('REVERB_SCHEME', 'https'),
        useTLS: binary('===', env('REVERB_SCHEME', 'https'), 'https'),
      }),
      client_options: list(),
    }),
    pusher: map({
      driver: 'pusher',
      key: env('PUSHER_APP_KEY'),
      secret: env('PUSHER_APP_SECRET'),
      app_id: env('PUSHER_APP_ID'),
      options: map({
        cluster: env('PUSHER_APP_CLUSTER'),
        host: either(env('PUSHER_HOST'), undefined, join('api-', env('PUSHER_APP_CLUSTER', 'mt1'), '.pusher.com')),
        port: env('PUSHER_PORT', 443),
        scheme: env('PUSHER_SCHEME', 'https'),
        encrypted: true,
        useTLS: binary('===', env('PUSHER_SCHEME', 'https'), 'https'),
      }),
      client_options: list(),
    }),
    ably: map({ driver: 'ably', key: env('ABLY_KEY') }),
    log: map({ driver: 'log' }),
    null: map({ driver: 'null' }),
  }),
});
