import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cacheEvidence } from './cached.ts';
import { contentKind } from './content-type.ts';
import { readEmbedderPolicy, readOpenerPolicy, readResourcePolicy } from './cross-origin.ts';
import { disclosedVersions } from './disclosure.ts';
import { duplicatedHeaders } from './duplicates.ts';
import { readFrameOptions } from './frame-options.ts';
import { readHsts } from './hsts.ts';
import { combined, headerList, linesOf, splitValues, type HeaderList } from './list.ts';
import { hasNosniff } from './nosniff.ts';
import { readPermissionsPolicy } from './permissions-policy.ts';
import { isWeakReferrerPolicy, readReferrerPolicy } from './referrer-policy.ts';
import { readCookies } from './set-cookie.ts';
import { parseDictionary, parseItem } from './structured.ts';
import { enablesXssAuditor } from './xss-auditor.ts';

/** Lines of one header. */
function lines(name: string, ...values: readonly string[]): HeaderList {
  return values.map((value) => [name, value]);
}

describe('header lists', () => {
  test('keep order, case and every line', () => {
    const headers = headerList(['Set-Cookie', 'a=1', 'X-A', ' one ', 'set-cookie', 'b=2']);
    expect(linesOf(headers, 'SET-COOKIE')).toEqual(['a=1', 'b=2']);
    expect([combined(headers, 'x-a'), combined(headers, 'x-b')]).toEqual(['one', undefined]);
  });

  test('commas in quotes separate nothing', () => {
    expect(splitValues('a, "b, \\" c" d ,,e')).toEqual(['a', '"b, \\" c" d', '', 'e']);
  });
});

describe('Strict-Transport-Security', () => {
  const set = (maxAgeSeconds: number, includeSubDomains = false, preload = false) => ({ kind: 'set', maxAgeSeconds, includeSubDomains, preload });

  test.each<[readonly string[], unknown]>([
    [[], { kind: 'absent' }],
    [['max-age=31536000'], set(31_536_000)],
    [['MAX-AGE="63072000" ; IncludeSubDomains; Preload ;;'], set(63_072_000, true, true)],
    [['max-age=0'], set(0)],
    [['max-age=1', 'max-age=31536000'], set(1)],
    [['includeSubDomains'], { kind: 'invalid', why: 'it has no max-age' }],
    [['max-age=one'], { kind: 'invalid', why: 'its max-age is no number' }],
    [['max-age=-1'], { kind: 'invalid', why: 'its max-age is no number' }],
    [['max-age=1; max-age=2'], { kind: 'invalid', why: 'a directive stands in it twice' }],
    [['max-age=31536000, max-age=31536000'], { kind: 'invalid', why: 'its max-age is no number' }],
    [['max-age=31536000; includeSubDomains; unknown=1'], set(31_536_000, true)],
  ])('%j', (values, expected) => {
    expect(readHsts(lines('Strict-Transport-Security', ...values))).toEqual(expected);
  });
});

describe('Referrer-Policy', () => {
  test.each<[readonly string[], readonly string[], string | undefined]>([
    [[], [], undefined],
    [['strict-origin-when-cross-origin'], [], 'strict-origin-when-cross-origin'],
    [['no-referrer, unsafe-url'], [], 'unsafe-url'],
    [['unsafe-url', 'no-referrer'], [], 'no-referrer'],
    [['no-referrer, brand-new-policy'], [], 'no-referrer'],
    [['nonsense'], [], undefined],
    [['NO-REFERRER'], [], 'no-referrer'],
    [['no-referrer'], ['unsafe-url'], 'unsafe-url'],
    [['no-referrer'], ['never', 'always'], 'unsafe-url'],
    [['no-referrer'], ['nonsense'], 'no-referrer'],
    [['origin'], ['never'], 'no-referrer'],
  ])('%j and meta %j: %s', (values, metas, expected) => {
    expect(readReferrerPolicy(lines('referrer-policy', ...values), metas)).toBe(expected);
  });

  test.each([['unsafe-url', true], ['origin', true], ['origin-when-cross-origin', true], ['no-referrer-when-downgrade', true], ['strict-origin', false], ['same-origin', false], ['no-referrer', false], ['strict-origin-when-cross-origin', false]] as const)('%s is weak: %s', (policy, expected) => {
    expect(isWeakReferrerPolicy(policy)).toBe(expected);
  });
});

describe('structured fields', () => {
  test.each([
    ['same-origin', 'same-origin'], ['same-origin; report-to="coop"', 'same-origin'], ['"text"', '"text"'], ['?1', '?1'], ['1.5', '1.5'], ['*', '*'],
    ['same-origin, same-origin', undefined], ['same-origin x', undefined], ['', undefined], ['(a b)', undefined], ['"open', undefined],
  ])('item %s', (text, expected) => {
    expect(parseItem(text)?.value).toBe(expected);
  });

  test.each<[string, readonly string[] | undefined]>([
    ['camera=(), microphone=(self "https://a.example.com"), fullscreen=*', ['camera', 'microphone', 'fullscreen']],
    ['camera=();report-to=main,geolocation=self', ['camera', 'geolocation']],
    ['a', ['a']],
    ['', []],
    ['camera=(', undefined], ['camera=()x', undefined], ['camera=(),', undefined], ['camera "none"', undefined], ["camera 'none'; microphone 'none'", undefined], ['Camera=()', undefined], ['camera=(self"x")', undefined],
  ])('dictionary %s', (text, expected) => {
    const found = parseDictionary(text);
    expect(found === undefined ? undefined : [...found.keys()]).toEqual(expected);
  });

  test('no text is too odd', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('a', '=', '(', ')', ' ', ',', ';', '"', '*', '1', '.', '?', '\\') }), (text) => {
      parseItem(text);
      parseDictionary(text);
    }));
  });
});

describe('Permissions-Policy', () => {
  test.each<[readonly string[], unknown]>([
    [[], { kind: 'absent' }],
    [['camera=(), geolocation=(self)'], { kind: 'set', everywhere: [] }],
    [['camera=*, geolocation=(*), microphone=()'], { kind: 'set', everywhere: ['camera', 'geolocation'] }],
    [['camera=*', 'camera=()'], { kind: 'set', everywhere: [] }],
    [["camera 'none'"], { kind: 'invalid' }],
    [[''], { kind: 'invalid' }],
  ])('%j', (values, expected) => {
    expect(readPermissionsPolicy(lines('Permissions-Policy', ...values))).toEqual(expected);
  });

  test('Feature-Policy counts for nothing', () => {
    expect(readPermissionsPolicy(lines('Feature-Policy', "camera 'none'"))).toEqual({ kind: 'absent' });
  });
});

describe('X-Frame-Options', () => {
  test.each<[readonly string[], string]>([
    [[], 'absent'], [['DENY'], 'protects'], [['SameOrigin'], 'protects'], [['ALLOW-FROM https://a.example.com'], 'ignored'], [['allowall'], 'ignored'], [['nonsense'], 'ignored'], [[''], 'ignored'],
    [['DENY', 'DENY'], 'protects'], [['DENY, SAMEORIGIN'], 'protects'], [['SAMEORIGIN', 'ALLOW-FROM https://a.example.com'], 'protects'], [['a', 'b'], 'ignored'], [['"DENY'], 'ignored'],
  ])('%j: %s', (values, expected) => {
    expect(readFrameOptions(lines('X-Frame-Options', ...values))).toBe(expected);
  });
});

describe('Cross-Origin policies', () => {
  test.each<[readonly string[], string]>([
    [[], 'absent'], [['same-origin'], 'same-origin'], [['same-origin-allow-popups; report-to="x"'], 'same-origin-allow-popups'], [['noopener-allow-popups'], 'noopener-allow-popups'],
    [['unsafe-none'], 'unsafe-none'], [['SAME-ORIGIN'], 'invalid'], [['same-origin', 'same-origin'], 'invalid'], [['"same-origin"'], 'invalid'],
  ])('opener %j: %s', (values, expected) => {
    expect(readOpenerPolicy(lines('cross-origin-opener-policy', ...values))).toBe(expected);
  });

  test('embedder and resource', () => {
    expect([['credentialless'], ['require-corp'], ['other'], []].map((values) => readEmbedderPolicy(lines('Cross-Origin-Embedder-Policy', ...values)))).toEqual(['credentialless', 'require-corp', 'invalid', 'absent']);
    expect([['same-site'], ['Same-Site'], ['same-site', 'same-site'], []].map((values) => readResourcePolicy(lines('Cross-Origin-Resource-Policy', ...values)))).toEqual(['same-site', 'invalid', 'invalid', 'absent']);
  });
});

describe('smaller headers', () => {
  test.each<[readonly string[], boolean]>([[['nosniff'], true], [['NoSniff'], true], [['nosniff', 'nosniff'], true], [['nosniff, x'], true], [['x, nosniff'], false], [[''], false], [[], false]])('X-Content-Type-Options %j protects: %s', (values, expected) => {
    expect(hasNosniff(lines('X-Content-Type-Options', ...values))).toBe(expected);
  });

  test.each<[readonly string[], boolean]>([[[], false], [['0'], false], [['0; mode=block'], false], [['1'], true], [['1; mode=block'], true], [['0', '1'], true], [['01'], true]])('X-XSS-Protection %j switches the auditor on: %s', (values, expected) => {
    expect(enablesXssAuditor(lines('X-XSS-Protection', ...values))).toBe(expected);
  });

  test.each<[string, string, unknown]>([
    ['Server', 'nginx', []],
    ['Server', 'nginx/1.22.1', [{ header: 'server', product: 'nginx 1.22.1' }]],
    ['Server', 'Apache/2.4.57 (Debian) mod_secret/9.9', [{ header: 'server', product: 'Apache 2.4.57' }]],
    ['X-Powered-By', 'PHP/8.3.6', [{ header: 'x-powered-by', product: 'PHP 8.3.6' }]],
    ['X-Powered-By', 'PHP', []],
    ['X-Powered-By', 'Unheard-of/7', [{ header: 'x-powered-by', product: undefined }]],
    ['X-AspNet-Version', '4.0.30319', [{ header: 'x-aspnet-version', product: undefined }]],
    ['Server', 'cloudflare', []],
    ['Server', 'AmazonS3', []],
    ['Via', '1.1 google', []],
    ['Via', '1.1 varnish (Varnish/6.0)', [{ header: 'via', product: 'Varnish 6.0' }]],
  ])('%s: %s', (name, value, expected) => {
    expect(disclosedVersions(lines(name, value))).toEqual(expected);
  });

  test.each<[string, readonly string[], unknown]>([
    ['X-Frame-Options', ['DENY', 'SAMEORIGIN'], [{ header: 'x-frame-options', times: 2, harmless: false }]],
    ['Strict-Transport-Security', ['max-age=1, max-age=2'], [{ header: 'strict-transport-security', times: 2, harmless: false }]],
    ['Access-Control-Allow-Origin', ['*', '*'], [{ header: 'access-control-allow-origin', times: 2, harmless: false }]],
    ['X-Content-Type-Options', ['nosniff'], []],
    ['Content-Security-Policy', ["a 'self'", "b 'self'"], [{ header: 'content-security-policy', times: 2, harmless: true }]],
    ['Referrer-Policy', ['a', 'b'], []],
  ])('%s %j twice', (name, values, expected) => {
    expect(duplicatedHeaders(lines(name, ...values))).toEqual(expected);
  });

  test.each<[string, string, string | undefined]>([
    ['Age', '30', 'Age: 30'], ['Age', '0', undefined], ['Age', 'x', undefined], ['CF-Cache-Status', 'HIT', 'cf-cache-status'], ['CF-Cache-Status', 'DYNAMIC', undefined], ['X-Cache', 'TCP_HIT from a', undefined], ['X-Cache', 'Hit from cloudfront', 'x-cache'],
    ['X-Cache', 'MISS, HIT', 'x-cache'], ['Cache-Status', 'ExampleCache; hit; ttl=30', 'cache-status'], ['X-Varnish', '32770 3', 'x-varnish'], ['X-Varnish', '32770', undefined], ['Cache-Control', 'public', undefined],
  ])('%s: %s comes from a cache: %s', (name, value, expected) => {
    expect(cacheEvidence(lines(name, value))).toBe(expected);
  });

  test.each([['text/html; charset=UTF-8', 'html'], ['Application/JSON', 'json'], ['application/problem+json', 'json'], ['text/plain', 'other'], ['', 'other']])('content %s is %s', (value, expected) => {
    expect(contentKind(lines('Content-Type', value))).toBe(expected);
  });
});

describe('Set-Cookie', () => {
  const NOW = Date.UTC(2027, 0, 1);
  const read = (line: string): unknown => readCookies(lines('set-cookie', line), NOW)[0];

  test.each<[string, unknown]>([
    ['app_session=secret; expires=Fri, 01 Jan 2027 02:00:00 GMT; Max-Age=7200; path=/; secure; httponly; samesite=lax', { secure: true, httpOnly: true, sameSite: 'lax', expired: false }],
    ['app_session=secret', { secure: false, httpOnly: false, sameSite: 'absent', expired: false }],
    ['app_session=a=b; SECURE=false; HttpOnly ; SameSite=None', { secure: true, httpOnly: true, sameSite: 'none', expired: false }],
    ['app_session=a; samesite=lax; samesite=strict', { secure: false, httpOnly: false, sameSite: 'strict', expired: false }],
    ['app_session=a; samesite=whatever', { secure: false, httpOnly: false, sameSite: 'absent', expired: false }],
    ['app_session=; Max-Age=0', { secure: false, httpOnly: false, sameSite: 'absent', expired: true }],
    ['app_session=; expires=Thu, 01 Jan 1970 00:00:00 GMT', { secure: false, httpOnly: false, sameSite: 'absent', expired: true }],
    ['app_session=; expires=Thu, 01 Jan 1970 00:00:00 GMT; max-age=60', { secure: false, httpOnly: false, sameSite: 'absent', expired: false }],
  ])('%s', (line, expected) => {
    expect(read(line)).toEqual({ name: 'app_session', ...(expected as object) });
  });

  test('each line is a cookie, and no value is kept', () => {
    const cookies = readCookies([['Set-Cookie', 'a=hidden'], ['Set-Cookie', 'b=hidden; Secure']], NOW);
    expect(cookies.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(JSON.stringify(cookies)).not.toContain('hidden');
  });
});
