import type { CookieAttributes } from '../../headers/set-cookie.ts';
import { inconclusive } from '../fact.ts';
import { fault, pageCheck, safe, type LiveCheck, type WireAnswer } from './live-check.ts';

/** FWS-SES-001 */
export const sessionInsecure: LiveCheck = cookieCheck(({ secure }, origin) => {
  const subject = 'session.secure';
  if (secure) return safe(subject, 'Secure');
  return fault({ subject, shown: 'no Secure', severity: 'critical', message: `The session cookie of ${origin} comes without Secure, so browsers send it over http too.`, remedy: 'Set session.secure to true; with null, trust the proxy that ends TLS.' });
});

/** FWS-SES-003 */
export const sessionReadable: LiveCheck = cookieCheck(({ httpOnly }, origin) => {
  const subject = 'session.http_only';
  if (httpOnly) return safe(subject, 'HttpOnly');
  return fault({ subject, shown: 'no HttpOnly', severity: 'high', message: `The session cookie of ${origin} comes without HttpOnly, so every script on the page can read it.`, remedy: 'Set session.http_only to true.' });
});

/** FWS-SES-004: strict is never asked for, it breaks the way back from single sign-on. */
export const sessionCrossSite: LiveCheck = cookieCheck(({ sameSite, secure }, origin) => {
  const subject = 'session.same_site';
  if (sameSite === 'lax' || sameSite === 'strict') return safe(subject, `SameSite=${sameSite}`);
  const shown = sameSite === 'absent' ? 'no SameSite' : 'SameSite=none';
  const worst = sameSite === 'none' && !secure;
  return fault({ subject, shown, severity: worst ? 'critical' : 'high', rank: worst ? 2 : 1, message: `The session cookie of ${origin} comes with ${shown}${worst ? ' and without Secure' : ''}, so other sites can use it.`, remedy: 'Set session.same_site to lax.' });
});

/** The cookie is the session's by its name, `session.cookie`; without the name nothing is the session's. Of several with the name the worst counts. */
function cookieCheck(judge: (cookie: CookieAttributes, origin: string) => WireAnswer): LiveCheck {
  return pageCheck(({ cookies }, { seen, sessionCookie }) => {
    if (sessionCookie === undefined) return [inconclusive('the name of the session cookie, session.cookie, is not known')];
    const own = cookies.filter(({ name, expired }) => name === sessionCookie && !expired);
    const answers = own.map((cookie) => judge(cookie, seen.site.origin));
    return [answers.find(({ kind }) => kind === 'fault') ?? answers[0] ?? inconclusive('the page sets no session cookie')];
  });
}
