import type { App } from '../../app.ts';
import { decide, intOf, isNull, isTruthy, textOf, type Settled } from '../../decide.ts';
import { judged, together, type Answers, type Judgement } from '../../judgement.ts';
import { configValue, judgeValue } from '../../subject-value.ts';

const SAME_SITES = ['lax', 'strict'];
const SSL_MODES = ['require', 'verify-ca', 'verify-full'];
const isPositive = (value: Settled): boolean => (intOf(value) ?? 0) > 0;

/** Settings that are safe by default, and what is safe for them. */
const SAFE_VALUES: readonly (readonly [string, (value: Settled) => boolean])[] = [
  ['session.secure', isTruthy],
  // StartSession takes `?? true`, so that null is as good.
  ['session.http_only', (value) => isNull(value) || isTruthy(value)],
  ['session.same_site', (value) => SAME_SITES.includes(textOf(value)?.toLowerCase() ?? '')],
  ['session.encrypt', isTruthy],
  ['hashing.bcrypt.rounds', (value) => isNull(value) || isPositive(value)],
  ['hashing.bcrypt.verify', isTruthy],
  ['sanctum.expiration', isPositive],
  ['jwt.ttl', isPositive],
];

/** A key that is null or empty takes a safe default away: `env()` gives its default only for one that is not there. */
export function checkNullDefault(app: App): Judgement {
  const paths = [...SAFE_VALUES, ...sslModes(app)];
  return judged(together(paths.map(([path, isSafe]) => judgePath(app, path, isSafe))), 'no setting with a safe default reads the environment');
}

function sslModes({ laravel }: App): readonly (readonly [string, (value: Settled) => boolean])[] {
  const connection = laravel.config('database.default');
  return connection.kind === 'known' ? [[`database.connections.${String(connection.value)}.sslmode`, (value) => SSL_MODES.includes(textOf(value) ?? '')]] : [];
}

function judgePath(app: App, path: string, isSafe: (value: Settled) => boolean): Answers {
  const asked = configValue(app, path);
  const { key } = asked;
  const byDefault = decide(app.laravel.configWithoutEnv(path), isSafe);
  if (key === undefined || byDefault.kind === 'undecided' || !byDefault.value || isUnset(app, path)) return {};
  const given = decide(app.laravel.env(key), (value) => value.kind === 'known' && (value.value === null || value.value === ''));
  return judgeValue(app, asked, (value) => {
    if (isSafe(value)) return undefined;
    if (given.kind === 'undecided') return given.why;
    return given.value ? { severity: 'medium', so: `because \`${key}\` is null or empty, which is not the same as not set: the default was safe`, remedy: `Delete the line of \`${key}\`.` } : undefined;
  }, { words: [...SAME_SITES, ...SSL_MODES, 'none'] });
}

/** Without a configuration that says it there is no default of the application's own. */
function isUnset({ laravel }: App, path: string): boolean {
  return laravel.configWithoutEnv(path).kind === 'unset';
}
