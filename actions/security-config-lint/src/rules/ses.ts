import { rule, type Rule, type RuleMeta } from '../rule.ts';
import { checkCookieEncryption } from './ses/cookie-encryption.ts';
import { checkCookiePrefix, checkDomain, LIFETIME_OPTIONS, checkDriver, checkEncrypt, checkLifetime } from './ses/storage.ts';
import { checkHttpOnly, checkSameSite, checkSecure, checkSecureReachable } from './ses/cookie-flags.ts';

const COMMON = { precision: 'very-high', needs: ['config'], targets: ['production', 'staging'], since: '0.1.0' } as const satisfies Partial<RuleMeta>;

/** Session and its cookie. */
export const SES: readonly Rule[] = [
  rule({
    ...COMMON, id: 'FWS-SES-001', slug: 'session-cookie-insecure', title: 'The session cookie is sent without Secure', severity: 'critical', cwe: [614], asvs: ['3.3.1'], fixable: 'safe',
    why: 'A cookie without Secure also goes over plain http, where anybody on the way reads it and is logged in as that user.',
    fires: '`session.secure` is false, or null in a Laravel below 11.21.0, which takes null for false; also `(bool)` of a key that is not set',
    quiet: 'it is true, or null from 11.21.0 on, where a cookie is Secure whenever the request came over https',
    remedy: 'Set the key that feeds `session.secure` to true.',
    check: checkSecure,
  }),
  rule({
    ...COMMON, id: 'FWS-SES-002', slug: 'session-secure-auto-unreachable', title: 'Secure is automatic, and the application never sees https', severity: 'high', precision: 'high', cwe: [614], asvs: ['3.3.1', '15.3.4'],
    needs: ['config', 'code'],
    why: 'With `session.secure` null the cookie is Secure when the request is https. Behind a proxy that ends TLS and is not trusted every request looks like http.',
    fires: '`session.secure` is null in Laravel 11.21.0 or later, TLS ends at a proxy (`tls-at`, or a proxy configuration in the repository), and no proxy is trusted',
    quiet: 'a proxy is trusted, TLS ends in the web server of the application, or the value is true',
    remedy: 'Set the key that feeds `session.secure` to true, and trust the proxy.',
    check: checkSecureReachable,
  }),
  rule({
    ...COMMON, id: 'FWS-SES-003', slug: 'session-not-httponly', title: 'Scripts can read the session cookie', severity: 'high', cwe: [1004], asvs: ['3.3.4'], fixable: 'safe',
    why: 'A script that gets into a page reads a cookie without HttpOnly and sends it elsewhere.',
    fires: '`session.http_only` is false',
    quiet: 'it is true or not set; XSRF-TOKEN is another cookie, and scripts have to read it',
    remedy: 'Set the key that feeds `session.http_only` to true, or delete the line.',
    subsumes: ['FWS-ENV-007'],
    check: checkHttpOnly,
  }),
  rule({
    ...COMMON, id: 'FWS-SES-004', slug: 'session-samesite-unsafe', title: 'Other sites can send requests with the session', severity: 'critical', cwe: [1275], asvs: ['3.3.2'], fixable: 'unsafe',
    why: 'Without SameSite the session goes along with requests that other sites start. SameSite=None without Secure is refused by browsers, so that nobody can log in.',
    fires: '`session.same_site` is none, null or no word that a browser knows; critical when it is none and the cookie is not Secure',
    quiet: 'it is lax or strict; strict is never demanded, because it breaks the way back from single sign-on',
    remedy: 'Set the key that feeds `session.same_site` to lax.',
    check: checkSameSite,
  }),
  rule({
    ...COMMON, id: 'FWS-SES-005', slug: 'session-not-encrypted', title: 'Sessions are stored in clear text', severity: 'medium', cwe: [312], asvs: ['14.2.4'], fixable: 'safe',
    why: 'Whoever reads the session store, its backup or its disk reads what the application keeps in sessions.',
    fires: '`session.encrypt` is false, and the driver stores sessions',
    quiet: 'it is true, or the driver is array or cookie, which store nothing in clear text on the server',
    remedy: 'Set `session.encrypt` to true, through its key where the configuration reads one.',
    check: checkEncrypt,
  }),
  rule({
    ...COMMON, id: 'FWS-SES-006', slug: 'session-domain-wide', title: 'The session cookie goes to other hosts of the domain', severity: 'low', precision: 'high', cwe: [668], asvs: ['3.3.3'],
    why: 'Every host below the domain gets the cookie, also one that somebody else runs or that was taken over.',
    fires: '`session.domain` begins with a dot, or is a parent of the host in `app.url`',
    quiet: 'it is null, or a frontend on a sibling host stands in `sanctum.stateful`',
    remedy: 'Delete the key that feeds `session.domain`, unless another host needs the session.',
    check: checkDomain,
  }),
  rule({
    ...COMMON, id: 'FWS-SES-007', slug: 'session-lifetime-long', title: 'Sessions live long', severity: 'low', cwe: [613], asvs: ['7.3.1'], options: LIFETIME_OPTIONS,
    why: 'A session that was taken, or left open on a shared computer, works until it ends.',
    fires: '`session.lifetime` is above 480 minutes (option `max-minutes`)',
    quiet: 'it is 480 minutes or less',
    remedy: 'Lower the key that feeds `session.lifetime`.',
    check: checkLifetime,
  }),
  rule({
    ...COMMON, id: 'FWS-SES-008', slug: 'session-driver-unsafe', title: 'Sessions are in the cookie, or nowhere', severity: 'medium', cwe: [502], asvs: ['7.2.1'],
    why: 'With the cookie driver whoever gets the application key can write sessions, and objects in them; they cannot be ended from the server either. The array driver forgets them.',
    fires: '`session.driver` is cookie or array',
    quiet: 'it is database, redis, file or another store',
    remedy: 'Set the key that feeds `session.driver` to database or redis.',
    check: checkDriver,
  }),
  rule({
    ...COMMON, id: 'FWS-SES-009', slug: 'session-cookie-unencrypted', title: 'The session cookie is not encrypted', severity: 'high', precision: 'medium', cwe: [315], asvs: ['14.2.1'],
    needs: ['config', 'code'], targets: ['production', 'staging', 'example'], words: ['encryptCookies', 'EncryptCookies'],
    why: 'Encryption proves that the application itself wrote the cookie. Without it anybody may try session ids, and with the cookie driver write whole sessions.',
    fires: 'the session cookie stands in `encryptCookies(except:)` or in `$except` of EncryptCookies, or the middleware is taken out of the web group',
    quiet: 'other cookies are exempt',
    remedy: 'Take the session cookie out of the exceptions, or put the middleware back.',
    check: checkCookieEncryption,
  }),
  rule({
    ...COMMON, id: 'FWS-SES-010', slug: 'session-cookie-no-prefix', title: 'The name of the session cookie promises nothing', severity: 'low', cwe: [614], asvs: ['3.3.1', '3.3.3'],
    why: 'A browser accepts a cookie called `__Host-…` only from https, for one host and path /, so that no sibling host and no http page can plant one.',
    fires: '`session.cookie` has no `__Host-` or `__Secure-` although the cookie is Secure, for path / and without a domain',
    quiet: 'it has a prefix, or the cookie is not Secure, which is another rule',
    remedy: 'Put `__Host-` before the name in `session.cookie`. Users have to log in once more.',
    check: checkCookiePrefix,
  }),
];
