import { env, map } from '../facts.ts';

/** `config/auth.php` of the framework. */
export const auth = map({
  defaults: map({ guard: env('AUTH_GUARD', 'web'), passwords: env('AUTH_PASSWORD_BROKER', 'users') }),
  guards: map({ web: map({ driver: 'session', provider: 'users' }) }),
  providers: map({ users: map({ driver: 'eloquent', model: env('AUTH_MODEL', 'App\\Models\\User') }) }),
  passwords: map({
    users: map({
      provider: 'users',
      table: env('AUTH_PASSWORD_RESET_TOKEN_TABLE', 'password_reset_tokens'),
      expire: 60,
      throttle: 60,
    }),
  }),
  password_timeout: env('AUTH_PASSWORD_TIMEOUT', 10800),
});
