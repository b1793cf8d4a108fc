import type { App } from '../../app.ts';
import { textOf } from '../../decide.ts';
import { judged, together, type Answers, type Judgement } from '../../judgement.ts';
import { judgeValue } from '../../subject-value.ts';

/** Config paths that Laravel and its packages take for booleans without a cast. */
const BOOLEAN_PATHS: ReadonlySet<string> = new Set([
  'app.debug', 'session.encrypt', 'session.secure', 'session.http_only', 'session.expire_on_close', 'session.partitioned', 'hashing.bcrypt.verify', 'hashing.argon.verify', 'hashing.rehash_on_login',
  'cors.supports_credentials', 'debugbar.enabled', 'telescope.enabled', 'clockwork.enable', 'sentry.send_default_pii', 'database.connections.mysql.strict', 'database.connections.sqlite.foreign_key_constraints',
]);
/** What people write who mean false. */
const MEANS_FALSE = ['off', 'no', 'n', 'disabled', 'disable', 'none', 'never', 'nein', 'false;', 'false,', "'false'", '"false"', 'falsch', 'fasle', 'flase', 'f', '0.0', '00'];

export function checkBooleans(app: App): Judgement {
  const parts: Answers[] = [];
  for (const [key, readers] of app.laravel.readKeys) {
    const path = readers.map((reader) => reader.path).find((each) => each !== undefined && isBoolean(app, each));
    const value = app.laravel.env(key);
    // A key that nobody sets has the type that its default has.
    if (path === undefined || value.kind === 'unset' || value.kind === 'secret') continue;
    const isDebug = path === 'app.debug';
    parts.push(judgeValue(app, { subject: path, value, key }, (settled) => {
      const text = textOf(settled);
      if (text === undefined || !meansFalse(text)) return undefined;
      return { severity: isDebug ? 'critical' : 'high', so: 'which PHP takes for true', remedy: `Write \`${key}=false\`.`, rank: isDebug ? 2 : 1 };
    }, { words: [...MEANS_FALSE, ...MEANS_FALSE.map((word) => ` ${word}`), ' false', 'false '] }));
  }
  return judged(together(parts), 'no key is used as a boolean');
}

/** At a cast to bool, or where a boolean is expected. */
function isBoolean(app: App, path: string): boolean {
  if (BOOLEAN_PATHS.has(path)) return true;
  return app.laravel.config(path).trace.some(({ what }) => /^\(bool(?:ean)?\)/i.test(what));
}

/** Reads as false and is none: `env()` trims nothing and knows four words. */
function meansFalse(text: string): boolean {
  return MEANS_FALSE.includes(text.trim().toLowerCase()) || (text.trim() !== text && text.trim().toLowerCase() === 'false');
}

