import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Judgement } from '../../judgement.ts';
import { join } from '../../drift.ts';
import type { RuleId } from '../../rule.ts';
import { passed, sampleRule } from '../../testing.ts';
import { listedOrigins } from '../listed-origins.ts';
import { noAnswer } from '../no-answer.ts';
import type { PlannedRequest } from '../plan.ts';
import { GOOD_TLS, observed, type WireAnswer, type WireOptions } from '../testing.ts';
import type { LiveView } from './live-check.ts';
import { liveChecks } from './live-checks.ts';

type Header = readonly [name: string, value: string];

function judge(rule: RuleId, wire: WireOptions, more: Partial<Omit<LiveView, 'seen'>> = {}, given?: unknown): Judgement {
  const check = liveChecks.get(rule);
  if (check === undefined) throw new Error(`${rule} has no live half`);
  return check({ seen: observed(wire), sessionCookie: 'app_session', findBypasses: (sources) => new Set(sources.filter((source) => source.includes('bypass'))), strict: false, ...more }, given);
}

/** `fail high script-src: shown`, `pass frame-ancestors: shown`, `inconclusive: why`, `not-applicable: why`. */
function said(judgement: Judgement): string {
  switch (judgement.kind) {
    case 'fail':
      return judgement.findings.map(({ severity, subject, shown }) => `fail ${severity} ${subject}: ${shown}`).join(' | ');
    case 'pass':
      return `pass ${judgement.safe.map(({ subject, shown }) => `${subject}: ${shown}`).join(' | ')}`;
    case 'inconclusive':
    case 'not-applicable':
      return `${judgement.kind}: ${judgement.why}`;
    case 'not-evaluable':
    case 'error':
      return judgement.kind;
  }
}

function csp(...policies: readonly string[]): readonly Header[] {
  return policies.map((policy) => ['Content-Security-Policy', policy]);
}

function forKind(kind: PlannedRequest['purpose']['kind'], answer: WireAnswer): NonNullable<WireOptions['rest']> {
  return ({ purpose }) => (purpose.kind === kind ? answer : undefined);
}

const NONCE = 'AbCdEfGhIjKlMnOpQrStUv';
const STRICT = `script-src 'nonce-${NONCE}' 'strict-dynamic'; object-src 'none'; base-uri 'none'; frame-ancestors 'self'`;

describe('policies on the wire', () => {
  test.each<[RuleId, string, WireOptions, string]>([
    ['FWS-CSP-001', 'nothing', {}, 'fail high content-security-policy: no enforced policy'],
    ['FWS-CSP-001', 'report-only', { headers: [['Content-Security-Policy-Report-Only', STRICT]] }, 'fail high content-security-policy: no enforced policy'],
    ['FWS-CSP-001', 'framing only', { headers: csp("frame-ancestors 'self'") }, 'fail high content-security-policy: a policy without a say about scripts'],
    ['FWS-CSP-001', 'a header', { headers: csp(STRICT) }, 'pass content-security-policy: an enforced policy'],
    ['FWS-CSP-001', 'a meta element', { html: `<head><meta http-equiv="Content-Security-Policy" content="script-src 'self'"></head>` }, 'pass content-security-policy: an enforced policy'],
    ['FWS-CSP-001', 'JSON with nosniff', { type: 'application/json', headers: [['X-Content-Type-Options', 'nosniff']] }, 'not-applicable: the page is JSON with nosniff, and browsers make no document of it'],
    ['FWS-CSP-001', 'JSON without', { type: 'application/json' }, 'inconclusive: the page is not HTML'],
    ['FWS-CSP-001', 'an error', { status: 503 }, 'inconclusive: the page answers 503'],
    ['FWS-CSP-002', 'inline everything', { headers: csp("script-src 'self' 'unsafe-inline'") }, "fail high script-src: script-src with 'unsafe-inline'"],
    ['FWS-CSP-002', 'by the fallback', { headers: csp("default-src 'unsafe-inline'") }, "fail high script-src: default-src with 'unsafe-inline'"],
    ['FWS-CSP-002', 'handlers only', { headers: csp(`script-src 'nonce-${NONCE}'; script-src-attr 'unsafe-inline'`) }, "fail high script-src: script-src-attr with 'unsafe-inline'"],
    ['FWS-CSP-002', 'beside a nonce', { headers: csp(`script-src 'nonce-${NONCE}' 'unsafe-inline'`) }, 'pass script-src: no inline scripts'],
    ['FWS-CSP-002', 'a header and a meta element together', { headers: csp("script-src 'unsafe-inline'"), html: `<head><meta http-equiv="Content-Security-Policy" content="script-src 'self'"></head>` }, 'pass script-src: no inline scripts'],
    ['FWS-CSP-002', 'no policy', {}, 'not-applicable: no policy restricts scripts: FWS-CSP-001'],
    ['FWS-CSP-003', 'eval', { headers: csp(`script-src 'nonce-${NONCE}' 'unsafe-eval'`) }, "fail medium script-src: script-src with 'unsafe-eval'"],
    ['FWS-CSP-003', 'WebAssembly only', { headers: csp("script-src 'self' 'wasm-unsafe-eval'") }, 'pass script-src: no eval'],
    ['FWS-CSP-004', 'everything', { headers: csp("script-src 'self' https: unpkg.com data:") }, 'fail high script-src: script-src with https: data: unpkg.com'],
    ['FWS-CSP-004', 'a host that is known', { headers: csp("script-src 'self' cdn.bypass.example/path") }, 'fail medium script-src: script-src with cdn.bypass.example'],
    ['FWS-CSP-004', 'strict', { headers: csp(`${STRICT.replace("'strict-dynamic'", "'strict-dynamic' https:")}`) }, 'pass script-src: no broad source of scripts'],
    ['FWS-CSP-004', 'two policies', { headers: csp('script-src https:', "script-src 'self'") }, 'pass script-src: no broad source of scripts'],
    ['FWS-CSP-005', 'neither', { headers: csp("script-src 'self'") }, 'fail medium object-src: no object-src | fail medium base-uri: no base-uri'],
    ['FWS-CSP-005', 'by the fallback, which the base has not', { headers: csp("default-src 'none'; script-src 'self'") }, 'fail medium base-uri: no base-uri'],
    ['FWS-CSP-005', 'wide', { headers: csp("script-src 'self'; object-src *; base-uri https:") }, 'fail medium object-src: object-src with * | fail medium base-uri: base-uri with https:'],
    ['FWS-CSP-005', 'both', { headers: csp(STRICT) }, 'pass object-src: object-src is narrow | base-uri: base-uri is narrow'],
    ['FWS-CSP-006', 'nothing', {}, 'fail medium frame-ancestors: neither frame-ancestors nor X-Frame-Options'],
    ['FWS-CSP-006', 'ALLOW-FROM', { headers: [['X-Frame-Options', 'ALLOW-FROM https://a.example.com']] }, 'fail medium frame-ancestors: an X-Frame-Options that browsers ignore'],
    ['FWS-CSP-006', 'a star beats DENY', { headers: [...csp('frame-ancestors *'), ['X-Frame-Options', 'DENY']] }, 'fail medium frame-ancestors: frame-ancestors with every host'],
    ['FWS-CSP-006', 'report-only', { headers: [['Content-Security-Policy-Report-Only', "frame-ancestors 'none'"]] }, 'fail medium frame-ancestors: neither frame-ancestors nor X-Frame-Options'],
    ['FWS-CSP-006', 'the old header', { headers: [['X-Frame-Options', 'SAMEORIGIN']] }, 'pass frame-ancestors: x-frame-options'],
    ['FWS-CSP-006', 'the directive', { headers: csp("frame-ancestors 'self'") }, 'pass frame-ancestors: frame-ancestors'],
    ['FWS-CSP-007', 'only', { headers: [['Content-Security-Policy-Report-Only', STRICT]] }, 'fail medium content-security-policy-report-only: report-only'],
    ['FWS-CSP-007', 'both', { headers: [['Content-Security-Policy-Report-Only', STRICT], ...csp(STRICT)] }, 'pass content-security-policy-report-only: beside an enforced policy'],
    ['FWS-CSP-007', 'none', { headers: csp(STRICT) }, 'not-applicable: no policy is sent as report-only'],
    ['FWS-CSP-008', 'short', { headers: csp("script-src 'nonce-AbCdEf'") }, 'fail high script-src: a nonce of at most 36 bits'],
    ['FWS-CSP-008', 'the same twice', { headers: csp(STRICT) }, 'fail high script-src: the same nonce twice'],
    ['FWS-CSP-008', 'another each time', { headers: csp(STRICT), second: csp(STRICT.replace('AbCd', 'XyZz')) }, 'pass script-src: a new nonce each time'],
    ['FWS-CSP-008', 'the same twice out of a cache', { headers: csp(STRICT), second: [...csp(STRICT), ['Age', '12']] }, 'inconclusive: the nonce is the same twice, and a cache answered (Age: 12)'],
    ['FWS-CSP-008', 'one answer only', { headers: csp(STRICT), rest: ({ purpose }) => (purpose.kind === 'page' && purpose.turn === 2 ? noAnswer('broken', 'the connection broke') : undefined) }, 'inconclusive: the second time for the page the connection broke'],
    ['FWS-CSP-008', 'no nonce', { headers: csp("script-src 'self'") }, 'not-applicable: the policy has no nonce'],
    ['FWS-CSP-010', 'elements', { headers: csp("script-src 'self'; style-src 'self' 'unsafe-inline'") }, "fail low style-src: style-src with 'unsafe-inline'"],
    ['FWS-CSP-010', 'attributes only', { headers: csp("script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'") }, 'pass style-src: no inline style elements'],
    ['FWS-CSP-010', 'nothing said', { headers: csp(STRICT) }, 'pass style-src: nothing about styles'],
  ])('%s, %s', (rule, _name, wire, expected) => {
    expect(said(judge(rule, wire))).toBe(expected);
  });

  test('a fault that a policy further down may take away is none', () => {
    const html = `<html><head><style>${' '.repeat(10)}`;
    const seen = observed({ headers: csp("script-src 'unsafe-inline'"), html });
    const [first, second] = seen.pages;
    const cut = first.kind === 'seen' ? { ...seen, pages: [{ kind: 'seen', value: { ...first.value, headRead: false } }, second] as const } : seen;
    const view: LiveView = { seen: cut, sessionCookie: undefined, findBypasses: () => new Set(), strict: false };
    expect(['FWS-CSP-001', 'FWS-CSP-002', 'FWS-CSP-003'].map((rule) => liveChecks.get(rule as RuleId)?.(view, undefined).kind)).toEqual(['pass', 'inconclusive', 'pass']);
  });
});

describe('headers on the wire', () => {
  const hsts = (value: string): WireOptions => ({ headers: [['Strict-Transport-Security', value]] });
  test.each<[RuleId, string, WireOptions, string]>([
    ['FWS-HDR-001', 'absent', {}, 'fail high strict-transport-security: absent'],
    ['FWS-HDR-001', 'ignored', hsts('includeSubDomains'), 'fail high strict-transport-security: ignored by browsers: it has no max-age'],
    ['FWS-HDR-001', 'set', hsts('max-age=60'), 'pass strict-transport-security: max-age=60'],
    ['FWS-HDR-001', 'a bare address', { config: { url: new URL('https://93.184.215.14/') } }, 'not-applicable: live-url is a bare address, for which browsers keep no Strict-Transport-Security'],
    ['FWS-HDR-001', 'a challenge', { headers: [['cf-mitigated', 'challenge']], status: 403 }, 'inconclusive: for the page a challenge of Cloudflare answers'],
    ['FWS-HDR-002', 'short', hsts('max-age=86400; includeSubDomains'), 'fail medium strict-transport-security: max-age=86400'],
    ['FWS-HDR-002', 'zero', hsts('max-age=0'), 'fail medium strict-transport-security: max-age=0'],
    ['FWS-HDR-002', 'without subdomains', hsts('max-age=31536000'), 'fail low strict-transport-security: no includeSubDomains'],
    ['FWS-HDR-002', 'good', hsts('max-age=31536000; includeSubDomains'), 'pass strict-transport-security: max-age=31536000; includeSubDomains'],
    ['FWS-HDR-002', 'absent', {}, 'not-applicable: the wire shows nothing of it'],
    ['FWS-HDR-003', 'unready', hsts('max-age=60; preload'), 'fail low strict-transport-security: preload without a max-age of a year and includeSubDomains'],
    ['FWS-HDR-003', 'ready', hsts('max-age=31536000; includeSubDomains; preload'), 'pass strict-transport-security: preload with all it takes'],
    ['FWS-HDR-003', 'not asked for', hsts('max-age=60'), 'pass strict-transport-security: no preload'],
    ['FWS-HDR-004', 'absent', {}, 'fail medium x-content-type-options: no nosniff'],
    ['FWS-HDR-004', 'set', { headers: [['x-content-type-options', 'nosniff']] }, 'pass x-content-type-options: nosniff'],
    ['FWS-HDR-005', 'absent', {}, 'fail low referrer-policy: absent'],
    ['FWS-HDR-005', 'the last word counts', { headers: [['Referrer-Policy', 'strict-origin, unsafe-url']] }, 'fail low referrer-policy: unsafe-url'],
    ['FWS-HDR-005', 'a meta element', { html: '<head><meta name="referrer" content="same-origin"></head>' }, 'pass referrer-policy: same-origin'],
    ['FWS-HDR-006', 'absent', {}, 'fail low cross-origin-opener-policy: absent'],
    ['FWS-HDR-006', 'unsafe-none', { headers: [['Cross-Origin-Opener-Policy', 'unsafe-none']] }, 'fail low cross-origin-opener-policy: unsafe-none'],
    ['FWS-HDR-006', 'twice', { headers: [['Cross-Origin-Opener-Policy', 'same-origin'], ['Cross-Origin-Opener-Policy', 'same-origin']] }, 'fail low cross-origin-opener-policy: invalid'],
    ['FWS-HDR-006', 'set', { headers: [['Cross-Origin-Opener-Policy', 'same-origin-allow-popups']] }, 'pass cross-origin-opener-policy: same-origin-allow-popups'],
    ['FWS-HDR-006', 'not HTML', { type: 'text/plain' }, 'inconclusive: the page is not HTML'],
    ['FWS-HDR-007', 'absent', {}, 'fail low cross-origin-resource-policy: absent'],
    ['FWS-HDR-007', 'set', { headers: [['Cross-Origin-Resource-Policy', 'same-site']] }, 'pass cross-origin-resource-policy: same-site'],
    ['FWS-HDR-008', 'absent', {}, 'fail info cross-origin-embedder-policy: absent'],
    ['FWS-HDR-008', 'set', { headers: [['Cross-Origin-Embedder-Policy', 'credentialless']] }, 'pass cross-origin-embedder-policy: credentialless'],
    ['FWS-HDR-009', 'absent', {}, 'fail low permissions-policy: absent'],
    ['FWS-HDR-009', 'open', { headers: [['Permissions-Policy', 'camera=*, fullscreen=*']] }, 'fail low permissions-policy: camera=*'],
    ['FWS-HDR-009', 'broken', { headers: [['Permissions-Policy', "camera 'none'"]] }, 'fail low permissions-policy: ignored by browsers: it does not parse'],
    ['FWS-HDR-009', 'set', { headers: [['Permissions-Policy', 'camera=()']] }, 'pass permissions-policy: set'],
    ['FWS-HDR-010', 'on', { headers: [['X-XSS-Protection', '1; mode=block']] }, 'fail low x-xss-protection: on'],
    ['FWS-HDR-010', 'off', { headers: [['X-XSS-Protection', '0']] }, 'pass x-xss-protection: off or absent'],
    ['FWS-HDR-011', 'two', { headers: [['Server', 'nginx/1.22.1'], ['X-Powered-By', 'PHP/8.3.6']] }, 'fail low server: nginx 1.22.1 | fail low x-powered-by: PHP 8.3.6'],
    ['FWS-HDR-011', 'a product that is not known is not printed', { headers: [['Server', 'canary/9']] }, 'fail low server: a version'],
    ['FWS-HDR-011', 'names only', { headers: [['Server', 'nginx']] }, 'pass server: no version | x-powered-by: no version'],
    ['FWS-HDR-012', 'twice', { headers: [['X-Frame-Options', 'DENY'], ['X-Frame-Options', 'SAMEORIGIN']] }, 'fail medium x-frame-options: 2 times'],
    ['FWS-HDR-012', 'two policies', { headers: csp("script-src 'self'", "img-src 'self'") }, 'fail info content-security-policy: 2 times'],
    ['FWS-HDR-012', 'in the answer about an origin', { rest: forKind('origin', { status: 404, headers: [['Access-Control-Allow-Origin', '*'], ['Access-Control-Allow-Origin', '*']] }) }, 'fail medium access-control-allow-origin: 2 times'],
    ['FWS-HDR-012', 'once', {}, 'pass headers: each once'],
    ['FWS-HDR-012', 'nothing to look at', { status: 500, config: { apiPattern: undefined } }, 'inconclusive: the page answers 500'],
  ])('%s, %s', (rule, _name, wire, expected) => {
    expect(said(judge(rule, wire))).toBe(expected);
  });

  test('a subdomain without https makes preloading unready', () => {
    expect(said(judge('FWS-HDR-003', hsts('max-age=31536000; includeSubDomains; preload'), {}, { 'http-only-subdomains': ['old.example.com'] }))).toBe('fail low strict-transport-security: preload without https on every subdomain');
  });
});

describe('transport on the wire', () => {
  const http = (answer: WireAnswer): WireOptions => ({ rest: forKind('plain-http', answer) });
  const certificate = (more: Partial<typeof GOOD_TLS.certificate>): WireOptions => ({ tls: { ...GOOD_TLS, certificate: { ...GOOD_TLS.certificate, ...more } } });
  test.each<[RuleId, string, WireOptions, string]>([
    ['FWS-TLS-001', 'redirects', {}, 'pass http: redirects to https'],
    ['FWS-TLS-001', 'a page', http({ status: 200, text: 'x' }), 'fail high http: a page'],
    ['FWS-TLS-001', 'a hop over http', http({ status: 302, headers: [['Location', 'http://www.example.com/']] }), 'fail high http: a redirect to http'],
    ['FWS-TLS-001', 'closed', { rest: ({ purpose }) => (purpose.kind === 'plain-http' ? noAnswer('unreachable', 'the connection was refused') : undefined) }, 'pass http: closed'],
    ['FWS-TLS-001', 'an unusual port', { config: { url: new URL('https://app.example.com:8443/') } }, 'not-applicable: https has an unusual port here, and nobody types that without https'],
    ['FWS-TLS-001', 'an error', http({ status: 500 }), 'inconclusive: over http the site answers 500'],
    ['FWS-TLS-001', 'https leads to http', { rest: forKind('page', { status: 302, headers: [['Location', 'http://app.example.com/login']] }) }, 'fail high https: a redirect to http'],
    ['FWS-TLS-006', 'good', {}, 'pass tls-certificate: trusted | tls-protocol: TLSv1.3'],
    ['FWS-TLS-006', 'expired', certificate({ daysLeft: -3, chainProblem: 'CERT_HAS_EXPIRED' }), 'fail high tls-certificate: expired'],
    ['FWS-TLS-006', 'untrusted', certificate({ chainProblem: 'DEPTH_ZERO_SELF_SIGNED_CERT' }), 'fail high tls-certificate: DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['FWS-TLS-006', 'another name', certificate({ namesHost: false }), 'fail high tls-certificate: another name'],
    ['FWS-TLS-006', 'soon', certificate({ daysLeft: 13 }), 'fail high tls-certificate: 13 days left'],
    ['FWS-TLS-006', 'a certificate of six days at its third day', certificate({ daysLeft: 3, lifetimeDays: 6 }), 'pass tls-certificate: trusted | tls-protocol: TLSv1.3'],
    ['FWS-TLS-006', 'a certificate of six days at its last', certificate({ daysLeft: 1, lifetimeDays: 6 }), 'fail high tls-certificate: 1 days left'],
    ['FWS-TLS-006', 'old protocols', { tls: { ...GOOD_TLS, old: { TLSv1: 'accepted', 'TLSv1.1': 'accepted' } } }, 'fail high tls-protocol: TLSv1, TLSv1.1'],
    ['FWS-TLS-006', 'no handshake', { tls: 'no TLS handshake comes about (ECONNRESET)' }, 'inconclusive: no TLS handshake comes about (ECONNRESET)'],
    ['FWS-TLS-007', 'nothing', {}, 'pass /.env: not served | /.env.backup: not served | /.git/config: not served | /storage/logs/laravel.log: not served | /composer.lock: not served | /database/database.sqlite: not served | /phpinfo.php: not served'],
    ['FWS-TLS-007', 'the environment file', { rest: ({ url }) => (url.pathname === '/.env' ? { status: 200, text: 'APP_KEY=canary' } : undefined) }, 'fail critical /.env: served'],
    ['FWS-TLS-007', 'an answer nobody can place', { rest: ({ url }) => (url.pathname === '/.env' ? { status: 200, text: 'x' } : undefined) }, 'inconclusive: /.env answers 200 with something that is not known'],
  ])('%s, %s', (rule, _name, wire, expected) => {
    expect(said(judge(rule, wire))).toBe(expected);
  });
});

describe('origins on the wire', () => {
  const cors = (allow: (origin: string) => string | undefined, credentials = false): WireOptions => ({
    config: { origins: ['https://spa.example.com'] },
    rest: ({ purpose }) => {
      if (purpose.kind !== 'origin') return undefined;
      const allowed = allow(purpose.origin);
      return { status: 404, headers: [...(allowed === undefined ? [] : [['Access-Control-Allow-Origin', allowed] as const]), ...(credentials ? [['Access-Control-Allow-Credentials', 'true'] as const] : [])] };
    },
  });
  const LISTED = 'https://spa.example.com';

  test.each<[RuleId, string, WireOptions, string]>([
    ['FWS-CRS-001', 'an echo with cookies', cors((origin) => origin, true), 'fail critical cors.allowed_origins: the Origin that asked, with credentials'],
    ['FWS-CRS-001', 'null with cookies', cors((origin) => (origin === 'null' ? origin : undefined), true), 'fail critical cors.allowed_origins: the Origin that asked, with credentials'],
    ['FWS-CRS-001', 'a pattern with a gap', cors((origin) => (origin.endsWith('example.com') ? origin : undefined), true), 'fail high cors.allowed_origins: the Origin that asked, with credentials'],
    ['FWS-CRS-001', 'an echo without cookies', cors((origin) => origin), 'pass cors.allowed_origins: no stranger is let in with cookies'],
    ['FWS-CRS-001', 'always one origin', cors(() => LISTED, true), 'pass cors.allowed_origins: no stranger is let in with cookies'],
    ['FWS-CRS-001', 'a list', cors((origin) => (origin === LISTED ? origin : undefined), true), 'pass cors.allowed_origins: no stranger is let in with cookies'],
    ['FWS-CRS-001', 'no path is known', { config: { apiPattern: undefined } }, 'inconclusive: no path is known that answers with CORS headers: cors.paths cannot be read or has no wildcard; give live-api-path'],
    ['FWS-CRS-001', 'blocked', { rest: forKind('origin', { status: 403 }) }, 'inconclusive: the question about an origin is answered with 403, and 2 more answers prove nothing'],
    ['FWS-CRS-002', 'a star', cors(() => '*'), 'fail medium cors.allowed_origins: *'],
    ['FWS-CRS-002', 'an echo', cors((origin) => origin), 'fail medium cors.allowed_origins: the Origin that asked'],
    ['FWS-CRS-002', 'an echo with cookies is the other rule\'s', cors((origin) => origin, true), 'not-applicable: FWS-CRS-001 has said it'],
    ['FWS-CRS-002', 'a list', cors((origin) => (origin === LISTED ? origin : undefined)), 'pass cors.allowed_origins: no stranger is let in'],
    ['FWS-CRS-002', 'a public path', { ...cors(() => '*'), config: { apiPattern: '/.well-known/*' } }, 'not-applicable: /.well-known/* is public'],
  ])('%s, %s', (rule, _name, wire, expected) => {
    expect(said(judge(rule, wire))).toBe(expected);
  });

  test('strict raises it, and public-paths takes it away', () => {
    expect(said(judge('FWS-CRS-002', cors(() => '*'), { strict: true }))).toBe('fail high cors.allowed_origins: *');
    expect(said(judge('FWS-CRS-002', cors(() => '*'), {}, { 'public-paths': ['api/*'] }))).toBe('not-applicable: /api/* is public');
    expect(said(judge('FWS-CRS-002', cors(() => '*'), {}, { 'public-paths': ['api/public/*'] }))).toBe('fail medium cors.allowed_origins: *');
  });

  test('whether the listed frontends get in is told', () => {
    expect(listedOrigins(observed(cors((origin) => (origin === LISTED ? origin : undefined))))).toEqual([{ origin: LISTED, allowed: true }]);
    expect(listedOrigins(observed(cors(() => undefined)))).toEqual([{ origin: LISTED, allowed: false }]);
    expect(listedOrigins(observed({ config: { origins: [LISTED] }, rest: forKind('origin', { status: 500 }) }))).toEqual([{ origin: LISTED, allowed: undefined }]);
  });
});

describe('the session cookie on the wire', () => {
  const cookie = (...lines: readonly string[]): WireOptions => ({ headers: lines.map((line) => ['Set-Cookie', line]) });
  test.each<[RuleId, string, WireOptions, string]>([
    ['FWS-SES-001', 'without Secure', cookie('app_session=canary; httponly; samesite=lax'), 'fail critical session.secure: no Secure'],
    ['FWS-SES-001', 'good', cookie('app_session=canary; secure; httponly; samesite=lax'), 'pass session.secure: Secure'],
    ['FWS-SES-001', 'other cookies do not matter', cookie('XSRF-TOKEN=canary', 'app_session=canary; secure'), 'pass session.secure: Secure'],
    ['FWS-SES-001', 'of two the worse counts', cookie('app_session=canary; secure', 'app_session=canary'), 'fail critical session.secure: no Secure'],
    ['FWS-SES-001', 'one that is taken back does not count', cookie('app_session=canary; secure', 'app_session=; max-age=0'), 'pass session.secure: Secure'],
    ['FWS-SES-001', 'none', cookie('XSRF-TOKEN=canary'), 'inconclusive: the page sets no session cookie'],
    ['FWS-SES-003', 'readable', cookie('app_session=canary; secure'), 'fail high session.http_only: no HttpOnly'],
    ['FWS-SES-003', 'good', cookie('app_session=canary; HttpOnly'), 'pass session.http_only: HttpOnly'],
    ['FWS-SES-004', 'absent', cookie('app_session=canary; secure'), 'fail high session.same_site: no SameSite'],
    ['FWS-SES-004', 'none with Secure', cookie('app_session=canary; secure; samesite=none'), 'fail high session.same_site: SameSite=none'],
    ['FWS-SES-004', 'none without Secure', cookie('app_session=canary; samesite=none'), 'fail critical session.same_site: SameSite=none'],
    ['FWS-SES-004', 'lax', cookie('app_session=canary; samesite=lax'), 'pass session.same_site: SameSite=lax'],
  ])('%s, %s', (rule, _name, wire, expected) => {
    const judgement = judge(rule, wire);
    expect(said(judgement)).toBe(expected);
    expect(JSON.stringify(judgement)).not.toContain('canary');
  });

  test('without its name no cookie is the session\'s', () => {
    expect(said(judge('FWS-SES-001', cookie('app_session=canary'), { sessionCookie: undefined }))).toBe('inconclusive: the name of the session cookie, session.cookie, is not known');
  });
});

describe('files and wire joined', () => {
  test.each<[RuleId, string, WireOptions]>([
    ['FWS-SES-001', 'session.secure', { headers: [['Set-Cookie', 'app_session=x']] }],
    ['FWS-SES-003', 'session.http_only', { headers: [['Set-Cookie', 'app_session=x']] }],
    ['FWS-SES-004', 'session.same_site', { headers: [['Set-Cookie', 'app_session=x']] }],
    ['FWS-APP-001', 'app.debug', { rest: forKind('error-page', { status: 404, text: '{"exception":"E","file":"f","line":1,"trace":[' }) }],
    ['FWS-APP-007', 'debugbar.enabled', { headers: [['phpdebugbar-id', '1']] }],
    ['FWS-CRS-001', 'cors.allowed_origins', { rest: ({ purpose }) => (purpose.kind === 'origin' ? { status: 404, headers: [['Access-Control-Allow-Origin', purpose.origin], ['Access-Control-Allow-Credentials', 'true']] } : undefined) }],
    ['FWS-CSP-002', 'script-src', { headers: csp("script-src 'unsafe-inline'") }],
    ['FWS-HDR-001', 'strict-transport-security', {}],
  ])('%s: good in files and bad on the wire is one drift about %s', (rule, subject, wire) => {
    expect(join(sampleRule(rule), passed(subject), judge(rule, wire)).found.map(({ half, finding }) => [half, finding.subject])).toEqual([['drift', subject]]);
  });
});

describe('the application on the wire', () => {
  const debug = '{"message":"canary","exception":"E","file":"f","line":1,"trace":[';
  test.each<[RuleId, string, WireOptions, string]>([
    ['FWS-APP-001', 'a trace', { rest: forKind('error-page', { status: 404, text: debug }) }, 'fail critical app.debug: the exception with its trace'],
    ['FWS-APP-001', 'an error page', {}, 'pass app.debug: an error page without details'],
    ['FWS-APP-001', 'the web server answered', { rest: forKind('error-page', { status: 404, text: '<h1>404</h1>' }) }, 'inconclusive: the unknown path answers 404 without JSON, perhaps by the web server and not the application'],
    ['FWS-APP-007', 'the debug bar', { html: '<html><body><script>var phpdebugbar = new PhpDebugBar.DebugBar();</script>' }, 'fail high debugbar.enabled: The debug bar'],
    ['FWS-APP-007', 'Clockwork', { headers: [['X-Clockwork-Id', '1'], ['X-Clockwork-Version', '5']] }, 'fail high clockwork.enable: Clockwork'],
    ['FWS-APP-007', 'Telescope for everybody', { rest: ({ url }) => (url.pathname === '/telescope/requests' ? { status: 200, text: '<title>Telescope</title>' } : undefined) }, 'fail high telescope.enabled: served'],
    ['FWS-APP-007', 'nothing', {}, 'pass debugbar.enabled: no sign of it in the page | clockwork.enable: no sign of it in the page | /telescope/requests: not served | /_ignition/health-check: not served'],
  ])('%s, %s', (rule, _name, wire, expected) => {
    const judgement = judge(rule, wire);
    expect(said(judgement)).toBe(expected);
    expect(JSON.stringify(judgement)).not.toContain('canary');
  });
});

test('a page that proves nothing is a finding of no rule about the page', () => {
  for (const [rule] of liveChecks) {
    for (const page of [{ status: 503 }, { status: 200, headers: [['cf-mitigated', 'challenge']] as const }, { rest: () => noAnswer('silent', 'no answer comes in time') }]) {
      expect([rule, judge(rule, page).kind]).not.toContain('fail');
    }
  }
});

test('whatever comes back, every check answers, and nothing of it is printed but numbers, words and hosts', () => {
  const names = ['Content-Security-Policy', 'Content-Security-Policy-Report-Only', 'Strict-Transport-Security', 'X-Frame-Options', 'Permissions-Policy', 'Referrer-Policy', 'Cross-Origin-Opener-Policy', 'Server', 'Via', 'X-Powered-By', 'Set-Cookie', 'Access-Control-Allow-Origin', 'Location', 'Age', 'X-XSS-Protection'];
  const pieces = ['canary', ' ', ';', ',', '"', '=', '/', '(', ')', '*', "'unsafe-inline'", 'script-src ', 'default-src ', 'https:', 'https://a.example.com/canary', "'nonce-canarycanarycanarycanary'", 'max-age=', '1', '/1.2', 'nginx', 'app_session=canary', 'camera', 'same-origin', 'https://u:canary@x.example.com/?canary'];
  const header = fc.tuple(fc.constantFrom(...names), fc.string({ unit: fc.constantFrom(...pieces), maxLength: 12 }));
  fc.assert(fc.property(fc.array(header, { maxLength: 8 }), fc.constantFrom(200, 302, 404, 500), fc.constantFrom('<head><meta http-equiv="Content-Security-Policy" content="script-src \'nonce-canary\'"></head>canary', '{"canary":1}', 'APP_KEY=canary'), (headers, status, text) => {
    const wire: WireOptions = { headers, html: text, rest: ({ purpose }) => (purpose.kind === 'page' ? undefined : { status, headers, text }) };
    for (const [rule] of liveChecks) expect(JSON.stringify(judge(rule, wire))).not.toContain('canary');
  }), { numRuns: 300 });
});

test('every finding says what, where and what to do, and its trace names the site', () => {
  for (const [rule] of liveChecks) {
    const bad = judge(rule, { headers: [['Set-Cookie', 'app_session=x'], ['Content-Security-Policy', "script-src 'unsafe-inline' 'unsafe-eval' *; style-src 'unsafe-inline'"], ['Server', 'nginx/1.2'], ['X-XSS-Protection', '1'], ['Strict-Transport-Security', 'max-age=1; preload']] });
    if (bad.kind !== 'fail') continue;
    for (const { message, remedy, trace } of bad.findings) {
      expect([message, remedy]).toEqual([expect.stringMatching(/^[A-Zh].*\.$/), expect.stringMatching(/^[A-Z].*\.$/)]);
      expect(trace[0]?.what).toMatch(/^https:\/\/app\.example\.com answers: /);
    }
  }
});
