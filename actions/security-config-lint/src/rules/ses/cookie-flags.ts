import type { App } from '../../app.ts';
import { decide, isNull, isTruthy, textOf, type Settled, type Why } from '../../decide.ts';
import { setValueFix } from '../../fix/set-value.ts';
import { tlsEnd } from '../../facts/tls-end.ts';
import { trustedProxies } from '../../facts/trusted-proxies.ts';
import { isFramework, NO_VERSION } from '../../facts/versions.ts';
import { judged, type Judgement } from '../../judgement.ts';
import { configValue, judgeValue, setting, type Bad } from '../../subject-value.ts';

/** laravel/framework#52422: null means that the request decides. */
const SECURE_IS_AUTO = '11.21.0';
const SAME_SITES = ['lax', 'strict', 'none'];

/** Whether cookies are Secure; `auto` where the request decides. */
function isSecure(app: App, value: Settled): 'yes' | 'no' | 'auto' | Why {
  if (!isNull(value)) return isTruthy(value) ? 'yes' : 'no';
  const auto = isFramework(app, SECURE_IS_AUTO);
  return auto === undefined ? NO_VERSION : auto ? 'auto' : 'no';
}

export function checkSecure(app: App): Judgement {
  const asked = configValue(app, 'session.secure');
  return judged(judgeValue(app, asked, (value) => {
    const secure = isSecure(app, value);
    if (typeof secure === 'object') return secure;
    if (secure !== 'no') return undefined;
    return { severity: 'critical', so: 'so the session cookie also goes over http', remedy: setting(asked, 'true'), fix: setValueFix(app, asked, true, 'safe') };
  }), 'there is no session');
}

export function checkSecureReachable(app: App): Judgement {
  const asked = configValue(app, 'session.secure');
  return judged(judgeValue(app, asked, (value) => {
    const secure = isSecure(app, value);
    if (typeof secure === 'object') return secure;
    if (secure !== 'auto') return undefined;
    const end = tlsEnd(app);
    if (end.kind === 'unknown') return { reason: 'tls-unknown', why: end.why };
    if (end.kind === 'app') return undefined;
    const proxies = trustedProxies(app);
    if (proxies.kind === 'unknown') return { reason: 'expression', why: proxies.why };
    if (proxies.kind !== 'none') return undefined;
    return { severity: 'high', so: `so the request decides, and behind the proxy (${end.why}) that nobody trusts every request looks like http`, remedy: setting(asked, 'true') };
  }), 'there is no session');
}

export function checkHttpOnly(app: App): Judgement {
  const asked = configValue(app, 'session.http_only');
  return judged(judgeValue(app, asked, (value) => {
    // StartSession takes `?? true`, so that null is safe.
    if (isNull(value) || isTruthy(value)) return undefined;
    return { severity: 'high', so: 'so scripts can read the session cookie', remedy: setting(asked, 'true'), fix: setValueFix(app, asked, true, 'safe') };
  }), 'there is no session');
}

export function checkSameSite(app: App): Judgement {
  const asked = configValue(app, 'session.same_site');
  const secure = decide(app.laravel.config('session.secure'), (value) => isSecure(app, value));
  const bad = (severity: Bad['severity'], so: string, rank: number): Bad => ({ severity, so, remedy: setting(asked, 'lax', "'lax'"), rank, fix: setValueFix(app, asked, 'lax', 'unsafe') });
  return judged(judgeValue(app, asked, (value) => {
    const text = textOf(value)?.toLowerCase() ?? (isNull(value) ? '' : undefined);
    if (text === 'lax' || text === 'strict') return undefined;
    if (text === '') return bad('high', 'so the browser decides, and some send the session with requests of other sites', 1);
    if (text !== 'none') return bad('high', 'which is no value of SameSite, so Laravel answers 500', 2);
    const isInsecure = secure.kind === 'settled' && secure.value === 'no';
    return isInsecure
      ? bad('critical', 'and the cookie is not Secure, so browsers refuse it', 4)
      : bad('high', 'so the session goes with requests that other sites start', 3);
  }, { words: SAME_SITES }), 'there is no session');
}
