import { list, map } from '../facts.ts';

/** `config/cors.php` of the framework. */
export const cors = map({
  paths: list('api/*', 'sanctum/csrf-cookie'),
  allowed_methods: list('*'),
  allowed_origins: list('*'),
  allowed_origins_patterns: list(),
  allowed_headers: list('*'),
  exposed_headers: list(),
  max_age: 0,
  supports_credentials: false,
});
