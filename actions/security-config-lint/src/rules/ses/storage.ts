import { z } from 'zod';
import type { App } from '../../app.ts';
import { decide, intOf, isNull, isTruthy, textOf } from '../../decide.ts';
import { setValueFix } from '../../fix/set-value.ts';
import { judged, notApplicable, type Judgement } from '../../judgement.ts';
import { withOptions } from '../../rule.ts';
import { configValue, judgeValue, setting } from '../../subject-value.ts';

/** Drivers that keep nothing in clear text on the server: array forgets, the cookie is encrypted as every cookie is. */
const STORES_NOTHING: readonly string[] = ['array', 'cookie'];
const DRIVERS = ['array', 'cookie', 'file', 'database', 'redis', 'memcached', 'apc', 'dynamodb'];

export const LIFETIME_OPTIONS = z.strictObject({ 'max-minutes': z.int().min(1).default(480).describe('Longest lifetime of a session in minutes') });

export function checkEncrypt(app: App): Judgement {
  const driver = decide(app.laravel.config('session.driver'), (value) => textOf(value) ?? '');
  if (driver.kind === 'settled' && STORES_NOTHING.includes(driver.value)) return notApplicable('the session driver keeps nothing in clear text on the server');
  const asked = configValue(app, 'session.encrypt');
  return judged(judgeValue(app, asked, (value) => {
    if (isTruthy(value)) return undefined;
    if (driver.kind === 'undecided') return driver.why;
    return { severity: 'medium', so: 'so whoever reads the store reads the sessions', remedy: setting(asked, 'true'), fix: setValueFix(app, asked, true, 'safe') };
  }), 'there is no session');
}

export function checkDomain(app: App): Judgement {
  const asked = configValue(app, 'session.domain');
  const host = decide(app.laravel.config('app.url'), (value) => hostOf(textOf(value) ?? ''));
  const stateful = app.laravel.config('sanctum.stateful');
  return judged(judgeValue(app, asked, (value) => {
    const domain = textOf(value)?.trim().toLowerCase() ?? '';
    if (isNull(value) || domain === '') return undefined;
    const bare = domain.replace(/^\./, '');
    if (!domain.startsWith('.')) {
      if (host.kind === 'undecided') return host.why;
      if (!host.value.endsWith(`.${bare}`)) return undefined;
    }
    const own = host.kind === 'settled' ? host.value : '';
    const siblings = stateful.kind === 'array' ? [...stateful.entries.values()].flatMap((each) => (each.kind === 'known' && typeof each.value === 'string' ? [each.value.toLowerCase().replace(/:\d+$/, '')] : [])) : [];
    if (siblings.some((sibling) => sibling !== own && (sibling === bare || sibling.endsWith(`.${bare}`)))) return undefined;
    return { severity: 'low', so: 'so every host below it gets the session cookie', remedy: asked.key === undefined ? 'Set `session.domain` to null.' : `Delete \`${asked.key}\` from the environment.` };
  }), 'there is no session');
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname.toLowerCase() : '';
}

export const checkLifetime = withOptions(LIFETIME_OPTIONS, (app, { 'max-minutes': most }) => {
  const asked = configValue(app, 'session.lifetime');
  return judged(judgeValue(app, asked, (value) => {
    const minutes = intOf(value) ?? 0;
    return minutes <= most ? undefined : { severity: 'low', so: `above ${most} minutes`, remedy: setting(asked, String(most)), rank: minutes };
  }), 'there is no session');
});

export function checkDriver(app: App): Judgement {
  const asked = configValue(app, 'session.driver');
  return judged(judgeValue(app, asked, (value) => {
    const driver = textOf(value);
    if (driver === 'cookie') return { severity: 'medium', so: 'so whoever has the application key can write sessions, and nobody can end one', remedy: setting(asked, 'database', "'database'"), rank: 2 };
    if (driver === 'array') return { severity: 'medium', so: 'so sessions are forgotten after each request', remedy: setting(asked, 'database', "'database'") };
    return undefined;
  }, { words: DRIVERS }), 'there is no session');
}

export function checkCookiePrefix(app: App): Judgement {
  const asked = configValue(app, 'session.cookie');
  const isSecure = decide(app.laravel.config('session.secure'), isTruthy);
  const isWhole = decide(app.laravel.config('session.path'), (value) => isNull(value) || textOf(value) === '/');
  const isOneHost = decide(app.laravel.config('session.domain'), (value) => isNull(value) || textOf(value) === '');
  const conditions = [isSecure, isWhole, isOneHost];
  if (conditions.some((each) => each.kind === 'settled' && !each.value)) return notApplicable('the cookie is not Secure, or meant for a part of the host or for several');
  return judged(judgeValue(app, asked, (value) => {
    const name = textOf(value);
    if (name === undefined || /^__(?:Host|Secure)-/.test(name)) return undefined;
    const open = conditions.find((each) => each.kind === 'undecided');
    if (open?.kind === 'undecided') return open.why;
    return { severity: 'low', so: 'without `__Host-`, so a sibling host can plant a cookie of that name', remedy: asked.key === undefined ? 'Put `__Host-` before the name in config/session.php.' : `Set \`${asked.key}\` to a name that begins with \`__Host-\`.` };
  }), 'there is no session');
}
