import { cameWithin, env, map } from '../facts.ts';
import { LOOKED_AT } from './looked-at.ts';

/** `config/hashing.php` of the framework. */
export const hashing = map({
  driver: env('HASH_DRIVER', 'bcrypt'),
  bcrypt: map({ rounds: env('BCRYPT_ROUNDS', 12), verify: env('HASH_VERIFY', true), limit: cameWithin('11.0.0', LOOKED_AT, env('BCRYPT_LIMIT', null)) }),
  argon: map({
    memory: env('ARGON_MEMORY', 65536),
    threads: env('ARGON_THREADS', 1),
    time: env('ARGON_TIME', 4),
    verify: env('HASH_VERIFY', true),
  }),
  rehash_on_login: true,
});
