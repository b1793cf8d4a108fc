/**
 * Which names hold secrets: of environment keys and of config paths. A value under such a name is masked and never told, so a
 * name too many costs a rule its sight and a name too few a leak: in doubt a name stands here.
 */

/** A name that has one of these words is a secret's, */
const SECRET_WORDS: ReadonlySet<string> = new Set([
  'PASSWORD', 'PASSWORDS', 'PASSWD', 'PASS', 'PASSPHRASE', 'PWD', 'SECRET', 'SECRETS', 'TOKEN', 'TOKENS', 'KEY', 'KEYS', 'APIKEY', 'APIKEYS',
  'CREDENTIAL', 'CREDENTIALS', 'DSN', 'SALT', 'PEPPER', 'WEBHOOK', 'PRIVATE', 'BYPASS', 'BACKDOOR', 'AUTHKEY', 'AUTHTOKEN', 'HMAC',
]);

/** unless its last word tells of something about the secret, */
const ABOUT: ReadonlySet<string> = new Set([
  'TIMEOUT', 'TTL', 'TABLE', 'BROKER', 'PREFIX', 'EXPIRATION', 'EXPIRE', 'EXPIRES', 'EXPIRY', 'LIFETIME', 'ROUNDS', 'ENABLED', 'DISABLED', 'ENABLE',
  'LENGTH', 'DRIVER', 'STORE', 'NAME', 'HEADER', 'FIELD', 'COLUMN', 'TYPE', 'ALGO', 'ALGORITHM', 'MIN', 'MAX', 'LIMIT', 'PATH', 'PATHS', 'FILE',
  'DAYS', 'HOURS', 'MINUTES', 'SECONDS', 'MODE', 'REQUIRED', 'GRACE', 'LEEWAY', 'COUNT', 'THROTTLE', 'COOKIE', 'MODEL', 'PERMISSIONS', 'RESET', 'RESETS', 'VERSION', 'TOLERANCE',
]);

/** or it is a key in the sense of a table. */
const TABLE_KEYS = /(?:^|_)(?:PRIMARY|FOREIGN|MORPH|PIVOT|LOCAL|OWNER|CACHE|SESSION)_KEYS?$|^(?:AUTH_PASSWORDS?|PASSWORDS)$/;

/** Addresses that carry user and password. */
const ADDRESSES = /(?:^|_)(?:DATABASE|DB|REDIS|MAIL|MAILER|MONGO|MONGODB|AMQP|RABBITMQ|CLOUDINARY|ELASTICSEARCH|BROADCAST)_(?:[A-Z0-9]+_)*(?:URL|URI)$/;

/** True for a key such as `DB_PASSWORD`, `JWT_SECRET`, `DATABASE_URL`, and not for `AUTH_PASSWORD_TIMEOUT`. */
export function isSecretKey(key: string): boolean {
  const name = key.toUpperCase();
  if (ADDRESSES.test(name)) return true;
  const words = name.split(/[^A-Z0-9]+/).filter((word) => word !== '');
  return words.some((word) => SECRET_WORDS.has(word.replace(/\d+$/, ''))) && !ABOUT.has(words.at(-1) ?? '') && !TABLE_KEYS.test(name);
}

/** True for a path such as `app.key`, `services.stripe.secret`; entries of a list are named by the list. */
export function isSecretPath(path: string): boolean {
  const last = path.split('.').findLast((segment) => !/^\d+$/.test(segment)) ?? '';
  return isSecretKey(last.replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2'));
}

/** A text that is a secret whatever its name: an address with user or password. */
export function holdsUserInfo(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s]*@/i.test(text);
}
