import { describe, expect, test } from '@jest/globals';
import { classify } from './address.ts';
import { parseLiveHeaders } from './live-headers.ts';
import { apiPatternOf, liveOriginsProblem, liveUrlProblem, lookAlike, webRoot } from './live-url.ts';
import { plan, REQUESTS_LIMIT } from './plan.ts';
import { configOf, countingRandom } from './testing.ts';

describe('the plan', () => {
  test.each([0, 1, 7])('with %d origins it never asks more than 24 times', (count) => {
    const { requests, redirects } = plan(configOf({ origins: Array.from({ length: count }, (_, n) => `https://spa${n}.example.com`) }), countingRandom());
    expect(requests.length + redirects).toBe(REQUESTS_LIMIT);
    expect(redirects).toBe(7 - count);
  });

  test('more origins are refused', () => {
    expect(() => plan(configOf({ origins: Array.from({ length: 8 }, (_, n) => `https://spa${n}.example.com`) }), countingRandom())).toThrow('at most 7 origins');
  });

  test('says what each request is for, and follows only for the page', () => {
    const { requests } = plan(configOf(), countingRandom());
    expect(requests.map(({ purpose, follow }) => `${purpose.kind} ${follow}`)).toEqual([
      'page true', 'page true', 'plain-http false', 'error-page false', 'origin false', 'origin false', 'origin false', 'random-path false', ...Array<string>(9).fill('sensitive-path false'),
    ]);
  });

  test.each([['https://app.example.com/home', 'http://app.example.com/home'], ['https://app.example.com:8443/home', undefined]])('asks %s over http at %s', (url, expected) => {
    const { requests } = plan(configOf({ url: new URL(url) }), countingRandom());
    expect(requests.find(({ purpose }) => purpose.kind === 'plain-http')?.url.href).toBe(expected);
  });

  test.each([['/api/*', /^\/api\/[0-9a-f]{16}$/], ['/*/v1/*', /^\/[0-9a-f]{16}\/v1\/[0-9a-f]{16}$/], ['/api/user', /^\/api\/user$/]])('origins go to %s, filled with something that nobody made', (apiPattern, expected) => {
    const { requests } = plan(configOf({ apiPattern }), countingRandom());
    expect(requests.find(({ purpose }) => purpose.kind === 'origin')?.url.pathname).toMatch(expected);
  });

  test('the error page is never asked for on a path that may exist', () => {
    const { requests } = plan(configOf({ apiPattern: '/api/user' }), countingRandom());
    expect(requests.find(({ purpose }) => purpose.kind === 'error-page')?.url.pathname).toMatch(/^\/[0-9a-f]{16}$/);
  });

  test('nobody looks like a bare address, so two strangers ask', () => {
    const { requests } = plan(configOf({ url: new URL('https://93.184.215.14/') }), countingRandom());
    expect(requests.flatMap(({ purpose }) => (purpose.kind === 'origin' ? [purpose.role] : []))).toEqual(['stranger', 'null', 'stranger']);
  });
});

describe('inputs', () => {
  test.each([
    ['https://app.example.com/', undefined], ['https://app.example.com:8443/home', undefined], ['app.example.com', 'must be an address'], ['http://app.example.com/', 'must begin with https://'], ['https://user:pass@app.example.com/', 'live-headers'], ['https://app.example.com/?token=x', 'query'],
  ])('live-url %s: %s', (text, expected) => {
    const problem = liveUrlProblem(text);
    expect(expected === undefined ? problem : problem?.includes(expected)).toBe(expected === undefined ? undefined : true);
  });

  test.each([
    [['https://spa.example.com', 'http://localhost:5173'], undefined], [['https://spa.example.com/'], 'without a slash'], [['https://spa.example.com:443'], 'not the usual one'], [['null'], 'as browsers send them'], [Array<string>(8).fill('https://a.example.com'), 'at most 7'],
  ])('live-origins %j: %s', (origins, expected) => {
    const problem = liveOriginsProblem(origins);
    expect(expected === undefined ? problem : problem?.includes(expected)).toBe(expected === undefined ? undefined : true);
  });

  test('live-headers: names in lower case, values secret', () => {
    const headers = parseLiveHeaders('Authorization: Basic abc=\r\n\n X-Key :  a: b \n');
    expect(typeof headers === 'string' ? headers : headers.map(({ name, value }) => [name, value.reveal()])).toEqual([['authorization', 'Basic abc='], ['x-key', 'a: b']]);
    expect(JSON.stringify(headers)).not.toContain('abc');
  });

  test.each([
    ['canary', 'line 1 must read'], ['a: b\nX Y: canary', 'line 2 must read'], ['Host: canary', 'must not set host'], ['Origin: canary', 'must not set origin'], ['X-Key: canary\u0000', 'plain characters'], ['X-Key:', 'plain characters'],
  ])('live-headers %j', (text, expected) => {
    const problem = parseLiveHeaders(text);
    expect(problem).toContain(expected);
    expect(problem).not.toContain('canary');
  });

  test.each<[string | undefined, readonly string[] | undefined, string | undefined]>([
    [undefined, ['sanctum/csrf-cookie', 'api/*'], '/api/*'], [undefined, ['*'], '/*'], [undefined, ['/api*'], '/api*'], [undefined, ['login'], undefined], [undefined, ['https://a.example.com/*'], undefined], [undefined, undefined, undefined], ['/v1/', ['api/*'], '/v1/*'], ['v1/status', undefined, '/v1/status'],
  ])('live-api-path %s and cors.paths %j: %s', (given, paths, expected) => {
    expect(apiPatternOf(given, paths)).toBe(expected);
  });

  test.each([['/', '/'], ['/shop/public', '/shop/'], ['/shop/public/index.php', '/shop/'], ['/public/', '/'], ['/republic/', '/']])('the root of %s is %s', (path, expected) => {
    expect(webRoot(new URL(path, 'https://app.example.com'))).toBe(expected);
  });

  test.each([['https://app.example.co.uk/', 'https://xexample.co.uk'], ['https://example.com/', 'https://xexample.com'], ['https://localhost/', undefined], ['https://[2606:2800::1]/', undefined]])('a name like %s: %s', (url, expected) => {
    expect(lookAlike(new URL(url), 'x')).toBe(expected);
  });
});

describe('addresses', () => {
  test.each([
    ['93.184.215.14', 'public'], ['2606:2800:21f:cb07:6820:80da:af6b:8b2c', 'public'], ['::ffff:93.184.215.14', 'public'], ['::ffff:5db8:d70e', 'public'], ['2002:5db8:d70e::1', 'public'], ['64:ff9b::5db8:d70e', 'public'],
    ['127.0.0.1', 'private'], ['127.255.0.9', 'private'], ['10.0.0.1', 'private'], ['172.31.255.255', 'private'], ['192.168.1.1', 'private'], ['100.64.0.1', 'private'], ['::1', 'private'], ['fd12::1', 'private'], ['::ffff:192.168.1.1', 'private'], ['::ffff:c0a8:101', 'private'], ['2002:a00:1::', 'private'],
    ['169.254.169.254', 'never'], ['::ffff:169.254.169.254', 'never'], ['fe80::1%eth0', 'never'], ['0.0.0.0', 'never'], ['::', 'never'], ['255.255.255.255', 'never'], ['224.0.0.1', 'never'], ['192.0.2.1', 'never'], ['2001:db8::1', 'never'], ['ff02::1', 'never'], ['2002:a9fe:a9fe::', 'never'], ['nonsense', 'never'],
  ])('%s is %s', (address, expected) => {
    expect(classify(address)).toBe(expected);
  });

  test.each([['172.32.0.1', 'public'], ['100.128.0.1', 'public'], ['11.0.0.1', 'public'], ['fb00::1', 'never'], ['4000::1', 'never']])('%s, just outside, is %s', (address, expected) => {
    expect(classify(address)).toBe(expected);
  });
});
