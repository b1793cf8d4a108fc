import { gzipSync } from 'node:zlib';
import { createSecureServer, createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { answer, Authority, cutShort, drip, endless, gzipBomb, inTurn, json, redirect, reset, serve, silent, type Behaviour } from '../../../../test/support/http.ts';
import type { Fact } from './fact.ts';
import { REQUESTS_LIMIT } from './plan.ts';
import { laravel, openSite, PUBLIC_ADDRESS, secretHeader } from './testing.ts';

const HTML = { 'content-type': 'text/html' };

function why(fact: Fact<unknown>): string {
  return fact.kind === 'inconclusive' ? fact.why : 'seen';
}

function page(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Behaviour {
  return laravel({ page: answer(status, text, { ...HTML, ...headers }) });
}

describe('what is sent', () => {
  test('GET only, from one who says who it is, without cookies, at most 24 times, to one address', async () => {
    await using site = await openSite({ https: laravel({ headers: { 'set-cookie': 'app_session=hidden; secure' } }) });
    await site.probe({ origins: Array.from({ length: 7 }, (_, n) => `https://spa${n}.example.com`) });
    const { received } = site.https;
    expect(new Set(received.map(({ method }) => method))).toEqual(new Set(['GET']));
    expect(new Set(received.map(({ headers }) => headers['user-agent']))).toEqual(new Set(['fwber-ops-security-config-lint (+https://github.com/fwber/ops)']));
    expect(received.filter(({ headers }) => headers.cookie !== undefined || headers.authorization !== undefined)).toEqual([]);
    expect(received.length + 1).toBe(REQUESTS_LIMIT);
    expect(new Set(site.reached.map((to) => to.split(' ')[0]))).toEqual(new Set([PUBLIC_ADDRESS]));
  });

  test('every path and every origin that the plan names', async () => {
    await using site = await openSite();
    await site.probe({ origins: ['https://spa.example.com'] });
    const { received } = site.https;
    expect(received.filter(({ path }) => path === '/')).toHaveLength(2);
    expect(received.map(({ headers }) => headers.origin).filter((origin) => origin !== undefined)).toEqual([
      expect.stringMatching(/^https:\/\/x[0-9a-f]{16}\.invalid$/), 'null', expect.stringMatching(/^https:\/\/x[0-9a-f]{8}example\.com$/), 'https://spa.example.com',
    ]);
    expect(received.map(({ path }) => path)).toEqual(expect.arrayContaining(['/.env', '/.env.backup', '/.git/config', '/storage/logs/laravel.log', '/composer.lock', '/database/database.sqlite', '/phpinfo.php', '/telescope/requests', '/_ignition/health-check']));
  });

  test('secret headers go to this host over https and nowhere else', async () => {
    await using other = await serve(answer(200, 'x'));
    await using site = await openSite({ https: laravel({ page: redirect('http://app.example.com/insecure') }) });
    await site.probe({ headers: [secretHeader('authorization', 'Bearer canary')] });
    expect(site.https.received.every(({ headers }) => headers.authorization === 'Bearer canary')).toBe(true);
    expect(site.reached.filter((to) => to.endsWith(' 80'))).toHaveLength(1);
    expect(other.received).toEqual([]);
  });

  test('http never gets a secret header', async () => {
    const seen: unknown[] = [];
    await using site = await openSite({ http: (request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(301, { location: 'https://app.example.com/' }).end();
    } });
    await site.probe({ headers: [secretHeader('authorization', 'Bearer canary')] });
    expect(seen).toEqual([undefined]);
  });

  test('a secret that the site sends back is in no observation', async () => {
    await using site = await openSite({ https: laravel({ headers: { 'set-cookie': 'app_session=canary1; secure' }, html: '<html><head><title>canary2</title></head><body>canary3</body>' }) });
    expect(JSON.stringify(await site.probe({ headers: [secretHeader('x-key', 'canary4')] }))).not.toContain('canary');
  });

  test('a site in a subfolder with its public folder is asked beside that folder', async () => {
    await using site = await openSite();
    await site.probe({ url: new URL('https://app.example.com/shop/public/index') });
    expect(site.https.received.map(({ path }) => path)).toEqual(expect.arrayContaining(['/shop/.env', '/shop/public/index']));
  });
});

describe('which address is asked', () => {
  test.each([
    ['loopback', ['127.0.0.1'], 'private'],
    ['RFC 1918', ['10.1.2.3'], 'private'],
    ['one of several', [PUBLIC_ADDRESS, '192.168.0.1'], 'private'],
    ['mapped', ['::ffff:10.0.0.1'], 'private'],
    ['unique local', ['fd00::1'], 'private'],
    ['metadata of clouds', ['169.254.169.254'], 'not one of the internet'],
    ['this host', ['0.0.0.0'], 'not one of the internet'],
    ['NAT64 of metadata', ['64:ff9b::a9fe:a9fe'], 'not one of the internet'],
  ])('%s is refused, and nothing is sent', async (_name, addresses, expected) => {
    await using site = await openSite({ lookup: () => Promise.resolve(addresses) });
    const seen = await site.probe();
    expect([why(seen.pages[0]), why(seen.tls), why(seen.plainHttp), why(seen.errorPage)]).toEqual(Array(4).fill(expect.stringContaining(expected)));
    expect([site.https.received, site.reached]).toEqual([[], []]);
  });

  test('a private one when it is allowed, metadata of clouds never', async () => {
    await using site = await openSite({ lookup: () => Promise.resolve(['10.1.2.3']) });
    expect((await site.probe({ allowPrivate: true })).pages[0].kind).toBe('seen');
    await using metadata = await openSite({ lookup: () => Promise.resolve(['169.254.169.254']) });
    expect(why((await metadata.probe({ allowPrivate: true })).pages[0])).toContain('never asked');
  });

  test('an address in the place of a name is judged like one', async () => {
    await using site = await openSite();
    expect(why((await site.probe({ url: new URL('https://[::1]/') })).pages[0])).toContain('private');
  });

  test('the name is looked up once: a second answer changes nothing', async () => {
    let asked = 0;
    await using site = await openSite({ lookup: () => {
      asked += 1;
      return Promise.resolve([asked === 1 ? PUBLIC_ADDRESS : '127.0.0.1']);
    } });
    await site.probe();
    expect(asked).toBe(1);
    expect(new Set(site.reached.map((to) => to.split(' ')[0]))).toEqual(new Set([PUBLIC_ADDRESS]));
  });

  test('version 4 first', async () => {
    await using site = await openSite({ lookup: () => Promise.resolve(['2606:2800:21f:cb07:6820:80da:af6b:8b2c', PUBLIC_ADDRESS]) });
    await site.probe();
    expect(new Set(site.reached.map((to) => to.split(' ')[0]))).toEqual(new Set([PUBLIC_ADDRESS]));
  });

  test('a name without an address', async () => {
    await using site = await openSite({ lookup: () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' })) });
    expect(why((await site.probe()).pages[0])).toContain('the name has no address (ENOTFOUND)');
  });

  test('a look-up that does not end', async () => {
    await using site = await openSite({ lookup: () => new Promise(() => undefined), stepLimitMs: 200 });
    expect(why((await site.probe()).pages[0])).toContain('takes too long');
  });
});

describe('what comes back', () => {
  test('a page with its headers, line by line', async () => {
    await using site = await openSite({ https: laravel({ headers: { 'X-Frame-Options': ['DENY', 'SAMEORIGIN'] } }) });
    const [first] = (await site.probe()).pages;
    expect(first.kind === 'seen' && first.value.headers.filter(([name]) => name === 'X-Frame-Options')).toEqual([['X-Frame-Options', 'DENY'], ['X-Frame-Options', 'SAMEORIGIN']]);
  });

  test.each<[string, Behaviour, string]>([
    ['503', page(503, 'down'), 'the page answers 503'],
    ['401', page(401, 'who'), 'live-headers'],
    ['a challenge by its header', page(403, 'x', { 'cf-mitigated': 'challenge' }), 'a challenge of Cloudflare answers'],
    ['a challenge with status 200', page(200, '<html><head><title>Just a moment...</title></head></html>'), 'Cloudflare answers'],
    ['a challenge of AWS', page(202, '', { 'x-amzn-waf-action': 'challenge' }), 'AWS WAF'],
    ['the page of an empty nginx', page(200, '<html><head><title>Welcome to nginx!</title></head></html>'), 'nginx comes with'],
    ['too many requests', page(429, 'slow down'), '429'],
    ['a redirect off the host', laravel({ page: redirect('https://login.example.net/?secret=canary') }), 'redirects to another host, login.example.net'],
    ['a redirect to http', laravel({ page: redirect('http://app.example.com/') }), 'from https to http'],
    ['a redirect to another port', laravel({ page: redirect('https://app.example.com:8443/') }), 'another port'],
    ['a loop of redirects', laravel({ page: redirect('/') }), 'more often than is followed'],
    ['a broken connection', laravel({ page: (request) => void request.socket.destroy() }), 'the connection broke'],
    ['an answer cut in its headers', laravel({ page: (request) => request.socket.end('HTTP/1.1 200 OK\r\nX-A') }), 'broke'],
    ['something that is not HTTP', laravel({ page: (request) => request.socket.end('SSH-2.0-OpenSSH\r\n') }), 'not HTTP/1.1'],
  ])('%s proves nothing about the page', async (_name, https, expected) => {
    await using site = await openSite({ https });
    const seen = await site.probe();
    expect(why(seen.pages[0])).toContain(expected);
    expect(why(seen.pages[0])).not.toContain('canary');
    expect(site.https.received.length).toBeLessThan(REQUESTS_LIMIT);
  });

  test('redirects on the same host are followed and counted, and their cookies belong to the page', async () => {
    await using site = await openSite({ https: laravel({ page: answer(302, '', { location: '/login', 'set-cookie': 'app_session=1' }), routes: { '/login': answer(200, '<p>', HTML) } }) });
    const [first] = (await site.probe()).pages;
    expect(first.kind === 'seen' && first.value.cookies.map(({ name }) => name)).toEqual(['app_session']);
    await using full = await openSite({ https: laravel({ page: redirect('/login') }) });
    const seen = await full.probe({ origins: Array.from({ length: 7 }, (_, n) => `https://spa${n}.example.com`) });
    expect(why(seen.pages[0])).toContain('more often than is followed');
    expect(full.https.received.length + 1).toBe(REQUESTS_LIMIT);
  });

  test.each<[string, Behaviour]>([
    ['a body without an end', endless], ['a body that unpacks to 64 MiB', gzipBomb], ['a body that drips', drip], ['a body cut short', cutShort], ['a body that is not the gzip it claims', answer(200, 'plain', { ...HTML, 'content-encoding': 'gzip' })], ['an encoding nobody knows', answer(200, 'x', { ...HTML, 'content-encoding': 'x-own' })],
  ])('%s: the headers count all the same', async (_name, behaviour) => {
    await using site = await openSite({ https: laravel({ page: behaviour }), stepLimitMs: 3000 });
    expect((await site.probe()).pages[0].kind).toBe('seen');
  });

  test('a head that was not read to its end may hold more', async () => {
    const long = `<html><head><style>${' '.repeat(300 * 1024)}</style><meta http-equiv="Content-Security-Policy" content="script-src 'self'"></head>`;
    await using site = await openSite({ https: laravel({ html: long }) });
    const [first] = (await site.probe()).pages;
    expect(first).toMatchObject({ kind: 'seen', value: { headRead: false, policies: [] } });
  });

  test('unasked gzip is read', async () => {
    const html = '<html><head><meta http-equiv="Content-Security-Policy" content="script-src \'self\'"></head>';
    await using site = await openSite({ https: laravel({ page: (_request, response) => void response.writeHead(200, { ...HTML, 'content-encoding': 'gzip' }).end(gzipSync(html)) }) });
    expect((await site.probe()).pages[0]).toMatchObject({ value: { policies: [{ from: 'meta' }], headRead: true } });
  });

  test('silence ends after a few requests', async () => {
    await using site = await openSite({ https: silent, stepLimitMs: 150 });
    const seen = await site.probe();
    expect([why(seen.pages[0]), why(seen.pages[1])]).toEqual(Array(2).fill(expect.stringContaining('no answer comes in time')));
    expect(seen.paths.map(({ served }) => why(served)).at(-1)).toContain('nothing was asked any more');
    expect(site.https.received).toHaveLength(3);
  });

  test('headers of 40 KiB are read', async () => {
    await using site = await openSite({ https: laravel({ headers: { 'content-security-policy': `script-src ${Array.from({ length: 2000 }, (_, n) => `cdn${n}.example.com`).join(' ')}` } }) });
    expect((await site.probe()).pages[0]).toMatchObject({ value: { policies: [{}] } });
  });

  test('a cancelled run stops at once', async () => {
    await using site = await openSite({ https: silent });
    const controller = new AbortController();
    const asked = site.probe({}, { signal: controller.signal });
    setTimeout(() => controller.abort(), 50);
    await expect(asked).rejects.toThrow('Cancelled while asking the live site.');
  });

  test('a server that speaks HTTP/2 only, with and without TLS, proves nothing', async () => {
    const plain = createHttp2Server();
    await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve));
    await using site = await openSite();
    const { port } = plain.address() as AddressInfo;
    const seen = await site.probe({}, { network: { ...site.network, reach: (_address, to) => (to === 80 ? { host: '127.0.0.1', port } : site.network.reach(_address, to)) } });
    plain.close();
    expect(seen.plainHttp.kind).toBe('inconclusive');
    using authority = new Authority();
    const secure = createSecureServer({ ...authority.issue({ names: ['DNS:app.example.com'] }), allowHTTP1: false });
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve));
    const { port: securePort } = secure.address() as AddressInfo;
    const other = await site.probe({}, { network: { ...site.network, ca: authority.cert, reach: () => ({ host: '127.0.0.1', port: securePort }) } });
    secure.close();
    expect(why(other.pages[0])).not.toBe('seen');
  });
});

describe('http', () => {
  test.each<[string, Behaviour | 'closed', string]>([
    ['a redirect to https', redirect('https://app.example.com/', 301), 'redirects-to-https'],
    ['a redirect to https elsewhere', redirect('https://www.example.com/', 308), 'redirects-to-https'],
    ['a redirect to http', redirect('http://www.example.com/'), 'redirects-to-http'],
    ['a relative redirect', redirect('/home'), 'redirects-to-http'],
    ['a page', answer(200, 'hello'), 'serves'],
    ['a closed port', 'closed', 'closed'],
  ])('%s', async (_name, http, expected) => {
    await using site = await openSite({ http });
    expect((await site.probe()).plainHttp).toEqual({ kind: 'seen', value: expected });
  });

  test.each<[string, Behaviour, string]>([
    ['an error', answer(500, 'x'), '500'], ['a challenge', answer(200, 'x', { 'cf-mitigated': 'challenge' }), 'Cloudflare'], ['a redirect to nowhere', answer(302, ''), '302'], ['a broken connection', reset, 'broke'],
  ])('%s proves nothing', async (_name, http, expected) => {
    await using site = await openSite({ http });
    expect(why((await site.probe()).plainHttp)).toContain(expected);
  });

  test('https that leads to http is noted', async () => {
    await using site = await openSite({ https: laravel({ page: redirect('http://app.example.com/login') }) });
    expect((await site.probe()).leavesHttps).toBe(true);
  });
});

describe('TLS', () => {
  test('a good certificate, a new protocol, and no old one', async () => {
    await using site = await openSite({ certificate: { days: 60 } });
    expect((await site.probe()).tls).toEqual({ kind: 'seen', value: { protocol: 'TLSv1.3', certificate: { chainProblem: undefined, namesHost: true, daysLeft: expect.any(Number), lifetimeDays: 60 }, old: { TLSv1: 'refused', 'TLSv1.1': 'refused' } } });
  });

  test.each([
    ['expired', { days: -1 }, { chainProblem: 'CERT_HAS_EXPIRED', namesHost: true }],
    ['for another name', { names: ['DNS:other.example.com'] }, { chainProblem: undefined, namesHost: false }],
  ])('a certificate that is %s: told, and no request is sent', async (_name, certificate, expected) => {
    await using site = await openSite({ certificate });
    const seen = await site.probe({ headers: [secretHeader('authorization', 'Bearer canary')] });
    expect(seen.tls).toMatchObject({ value: { certificate: expected } });
    expect(why(seen.pages[0])).toContain('cannot be trusted');
    expect(site.https.received).toEqual([]);
  });

  test('a chain that leads nowhere', async () => {
    using stranger = new Authority();
    await using site = await openSite();
    const seen = await site.probe({}, { network: { ...site.network, ca: stranger.cert } });
    expect(seen.tls).toMatchObject({ value: { certificate: { chainProblem: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', namesHost: true } } });
  });

  test('old protocols that are still spoken', async () => {
    using authority = new Authority();
    const https = await import('node:https');
    const server = https.createServer({ ...authority.issue({ names: ['DNS:app.example.com'] }), minVersion: 'TLSv1', maxVersion: 'TLSv1.2', ciphers: 'DEFAULT:@SECLEVEL=0' }, (_request, response) => response.writeHead(200, HTML).end('<p>'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await using site = await openSite();
    const seen = await site.probe({}, { network: { ...site.network, ca: authority.cert, reach: () => ({ host: '127.0.0.1', port }) } });
    server.close();
    expect(seen.tls).toMatchObject({ value: { protocol: 'TLSv1.2', old: { TLSv1: 'accepted', 'TLSv1.1': 'accepted' } } });
  });

  test('a server without TLS', async () => {
    await using plain = await serve(answer(200, 'x'));
    await using site = await openSite();
    const seen = await site.probe({}, { network: { ...site.network, reach: () => ({ host: '127.0.0.1', port: plain.port }) } });
    expect(why(seen.tls)).toContain('no TLS handshake comes about');
  });
});

describe('origins', () => {
  const answers = async (cors: (origin: string) => Record<string, string>, origins: readonly string[] = []): Promise<readonly string[]> => {
    await using site = await openSite({ https: laravel({ cors }) });
    const { origins: seen } = await site.probe({ origins });
    return seen.kind === 'seen' ? seen.value.map(({ role, answer: fact }) => `${role} ${fact.kind === 'seen' ? `${fact.value.allowOrigin}${fact.value.credentials ? ' credentials' : ''}` : 'inconclusive'}`) : ['inconclusive'];
  };

  test.each<[string, (origin: string) => Record<string, string>, readonly string[]]>([
    ['no header', () => ({}), ['stranger none', 'null none', 'look-alike none']],
    ['a star', () => ({ 'Access-Control-Allow-Origin': '*' }), ['stranger any', 'null any', 'look-alike any']],
    ['an echo', (origin) => ({ 'Access-Control-Allow-Origin': origin, 'Access-Control-Allow-Credentials': 'true' }), ['stranger echo credentials', 'null echo credentials', 'look-alike echo credentials']],
    ['always the same', () => ({ 'Access-Control-Allow-Origin': 'https://spa.example.com' }), ['stranger other', 'null other', 'look-alike other']],
    ['whatever ends alike', (origin) => (origin.endsWith('example.com') ? { 'Access-Control-Allow-Origin': origin } : {}), ['stranger none', 'null none', 'look-alike echo']],
  ])('%s', async (_name, cors, expected) => {
    expect(await answers(cors)).toEqual(expected);
  });

  test('those of live-origins are asked too', async () => {
    expect(await answers((origin) => (origin === 'https://spa.example.com' ? { 'Access-Control-Allow-Origin': origin } : {}), ['https://spa.example.com', 'https://old.example.com'])).toEqual(expect.arrayContaining(['listed echo', 'listed none']));
  });

  test('without a known path nothing is asked', async () => {
    await using site = await openSite();
    expect(why((await site.probe({ apiPattern: undefined })).origins)).toContain('give live-api-path');
    expect(site.https.received.filter(({ headers }) => headers.origin !== undefined)).toEqual([]);
  });

  test('no header on an answer that is not the application\'s proves nothing', async () => {
    await using site = await openSite({ https: (request, response, count) => (request.headers.origin === undefined ? laravel({}) : answer(403, 'no'))(request, response, count) });
    const { origins } = await site.probe();
    expect(origins.kind === 'seen' && origins.value.map(({ answer: fact }) => why(fact))).toEqual(Array(3).fill('the question about an origin is answered with 403'));
  });
});

describe('the error page', () => {
  const DEBUG = { message: 'x', exception: 'Symfony\\Component\\HttpKernel\\Exception\\NotFoundHttpException', file: '/var/www/canary/vendor/laravel/framework/src/Illuminate/Routing/x.php', line: 43, trace: [{ file: 'a' }] };
  const forJson = (behaviour: Behaviour): Behaviour => (request, response, count) => (request.headers.accept === 'application/json' && request.headers.origin === undefined ? behaviour : laravel({}))(request, response, count);

  test.each<[string, Behaviour, unknown]>([
    ['a short one', json(404, { message: '' }), { kind: 'seen', value: { debug: undefined, at: 'an unknown path' } }],
    ['one with a trace', json(404, DEBUG), { kind: 'seen', value: { debug: 'json', at: 'an unknown path' } }],
    ['Laravel\'s own page', answer(500, `<!DOCTYPE html><html><body>at ${DEBUG.file}:12</body></html>`, HTML), { kind: 'seen', value: { debug: 'laravel', at: 'an unknown path' } }],
    ['Symfony\'s page', answer(500, '<html><body><div class="exception-summary ">', HTML), { kind: 'seen', value: { debug: 'symfony', at: 'an unknown path' } }],
    ['Symfony\'s page without debug', answer(404, '<html><body><h1>Oops! An Error Occurred</h1>', HTML), { kind: 'inconclusive', why: expect.stringContaining('without JSON') }],
    ['the page of the web server', answer(404, '<html><h1>404 Not Found</h1>', HTML), { kind: 'inconclusive', why: expect.stringContaining('without JSON') }],
    ['no error', answer(200, '<html>', HTML), { kind: 'inconclusive', why: 'the unknown path answers 200 and not with an error' }],
    ['a challenge', answer(403, 'x', { 'cf-mitigated': 'challenge' }), { kind: 'inconclusive', why: expect.stringContaining('Cloudflare') }],
  ])('%s', async (_name, behaviour, expected) => {
    await using site = await openSite({ https: forJson(behaviour) });
    const seen = await site.probe();
    expect(seen.errorPage).toEqual(expected);
    expect(JSON.stringify(seen)).not.toContain('canary');
  });

  test('a debug page in the place of the page counts too', async () => {
    await using site = await openSite({ https: page(500, `<html>${DEBUG.file}</html>`) });
    expect((await site.probe()).errorPage).toEqual({ kind: 'seen', value: { debug: 'laravel', at: 'the page' } });
  });

  test('a page that works and quotes a trace is none', async () => {
    await using site = await openSite({ https: page(200, `<html>${DEBUG.file}</html>`) });
    expect((await site.probe()).errorPage).toMatchObject({ value: { debug: undefined } });
  });
});

describe('sensitive paths', () => {
  const served = async (routes: Readonly<Record<string, Behaviour>>, rest?: Behaviour): Promise<Readonly<Record<string, string>>> => {
    await using site = await openSite({ https: rest === undefined ? laravel({ routes }) : (request, response, count) => (routes[request.url ?? ''] ?? rest)(request, response, count) });
    const seen = await site.probe();
    expect(JSON.stringify(seen)).not.toContain('canary');
    return Object.fromEntries(seen.paths.map(({ path, served: fact }) => [path.path, fact.kind === 'seen' ? String(fact.value) : fact.why]));
  };

  test.each<[string, string]>([
    ['.env', 'APP_NAME=Shop\nAPP_KEY=base64:canary\n'], ['.env', '# copy\r\n\r\nexport DB_PASSWORD=canary\r\n'], ['.env.backup', 'APP_ENV=production\nDB_PASSWORD=canary'], ['.git/config', '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n[remote "canary"]'],
    ['storage/logs/laravel.log', '[2026-11-25 10:00:00] production.ERROR: canary'], ['composer.lock', '{\n    "_readme": ["canary"],\n    "content-hash": "0123456789abcdef0123456789abcdef",'],
    ['database/database.sqlite', 'SQLite format 3\0canary'], ['phpinfo.php', '<html><head><title>PHP 8.3.6 - phpinfo()</title></head>canary'], ['telescope/requests', '<html><head><title>Telescope - Shop</title></head>'], ['_ignition/health-check', '{"can_execute_commands":true}'],
  ])('%s is served: %j', async (path, text) => {
    const result = await served({ [`/${path}`]: answer(200, text, { 'content-type': 'text/plain' }) });
    expect(Object.entries(result).filter(([, value]) => value !== 'false')).toEqual([[path, 'true']]);
  });

  test('a site that answers every path with its start page serves none of them', async () => {
    expect(new Set(Object.values(await served({}, answer(200, '<html><body>APP</body></html>', HTML))))).toEqual(new Set(['false']));
  });

  test('a site that redirects every path serves none of them', async () => {
    expect(new Set(Object.values(await served({}, redirect('/login'))))).toEqual(new Set(['false']));
  });

  test('behind a catch-all the file itself is still seen', async () => {
    expect(await served({ '/.env': answer(200, 'APP_KEY=canary') }, answer(200, '<html>', HTML))).toMatchObject({ '.env': 'true', '.git/config': 'false' });
  });

  test('a text for every path that looks like the file proves nothing', async () => {
    expect((await served({}, answer(200, 'APP_KEY=canary')))['.env']).toContain('every path answers');
  });

  test('an answer that nobody can place proves nothing', async () => {
    expect(await served({ '/.env': answer(200, 'hello'), '/composer.lock': answer(500, 'x'), '/phpinfo.php': answer(429, '') })).toMatchObject({ '.env': expect.stringContaining('200'), 'composer.lock': expect.stringContaining('500'), 'phpinfo.php': expect.stringContaining('429') });
  });

  test('a password for everything hides everything', async () => {
    expect((await served({}, answer(401, '')))['.env']).toContain('401');
  });

  test('403 and 410 are absent', async () => {
    expect(await served({ '/.env': answer(403, ''), '/.git/config': answer(410, '') })).toMatchObject({ '.env': 'false', '.git/config': 'false' });
  });
});

test('an answer that changes between two requests is seen as two', async () => {
  await using site = await openSite({ https: laravel({ page: inTurn(answer(200, '<p>', { ...HTML, 'content-security-policy': "script-src 'nonce-aaaaaaaaaaaaaaaaaaaaaaaa'" }), answer(200, '<p>', { ...HTML, 'content-security-policy': "script-src 'nonce-bbbbbbbbbbbbbbbbbbbbbbbb'" })) }) });
  const { pages } = await site.probe();
  expect(pages.map((fact) => fact.kind === 'seen' && fact.value.policies[0]?.directives.get('script-src'))).toEqual([["'nonce-aaaaaaaaaaaaaaaaaaaaaaaa'"], ["'nonce-bbbbbbbbbbbbbbbbbbbbbbbb'"]]);
});
