import { describe, expect, test } from '@jest/globals';
import { Secret } from '@ops/shared';
import * as server from '../../../../test/support/http.ts';
import { checkOf, DEFAULT_TRANSPORT, type Check, type Transport } from '../check.ts';
import type { Observation } from '../observation.ts';
import { fakeRandom, realClock } from '../testing.ts';
import { probe } from './probe.ts';

const GOOD = server.json(200, { status: 'ok' });

function ask(url: string, given: Partial<Check> = {}, transport: Partial<Transport> = {}, env: Record<string, string> = {}, signal = new AbortController().signal): Promise<Observation> {
  const check = checkOf({ url, ...given, transport: { ...DEFAULT_TRANSPORT, requestTimeoutMs: 5000, ...transport } });
  return probe(check, { clock: realClock(), random: fakeRandom(), env }, signal);
}

function failure(observation: Observation): string {
  return observation.kind === 'failure' ? observation.failure : `answer ${observation.status}`;
}

describe('probe, plain HTTP', () => {
  test('tells status, headers, body, phases and address', async () => {
    await using at = await server.serve(GOOD);
    const seen = await ask(`${at.origin}/health`);
    expect(seen).toMatchObject({ kind: 'answer', status: 200, body: '{"status":"ok"}', address: '127.0.0.1', url: `${at.origin}/health`, hops: [] });
    expect(Object.keys(seen.phases).sort()).toEqual(['body', 'connect', 'dns', 'total', 'ttfb']);
  });

  test('asks with GET, past caches, for no compression, on a fresh connection', async () => {
    await using at = await server.serve(GOOD);
    await ask(`${at.origin}/health?a=1`);
    await ask(`${at.origin}/health?a=1`);
    expect(at.received[0]).toMatchObject({ method: 'GET', headers: { 'cache-control': 'no-cache', 'accept-encoding': 'identity', connection: 'close' } });
    expect(at.received[0]?.path).toMatch(/^\/health\?a=1&_gate=[0-9a-f]{16}$/);
    expect(at.received[1]?.path).toMatch(/^\/health\?a=1&_gate=/);
  });

  test('leaves a signed address alone without the cache buster', async () => {
    await using at = await server.serve(GOOD);
    await ask(`${at.origin}/health?sig=x`, {}, { cacheBuster: false });
    expect(at.received[0]?.path).toBe('/health?sig=x');
  });

  test('a HEAD that the application refuses is seen as 405', async () => {
    await using at = await server.serve(server.exceptHead(GOOD));
    expect(failure(await ask(at.origin, { method: 'HEAD' }))).toBe('answer 405');
    expect(failure(await ask(at.origin))).toBe('answer 200');
  });

  test.each(['127.0.0.1', '::1'] as const)('localhost answers although only %s listens', async (host) => {
    await using at = await server.serve(GOOD, { host });
    expect(failure(await ask(`http://localhost:${at.port}/`))).toBe('answer 200');
  });

  test('resolve sends a name to an address and keeps the Host header', async () => {
    await using at = await server.serve(GOOD);
    const seen = await ask(`http://app1.example.com:${at.port}/`, {}, { resolve: { 'app1.example.com': '127.0.0.1' } });
    expect(failure(seen)).toBe('answer 200');
    expect(at.received[0]?.headers.host).toBe(`app1.example.com:${at.port}`);
  });

  test('user name and password travel as a header and are never shown', async () => {
    await using at = await server.serve(GOOD);
    const seen = await ask(`http://u:p%40ss@127.0.0.1:${at.port}/`);
    expect(at.received[0]?.headers.authorization).toBe(`Basic ${Buffer.from('u:p@ss').toString('base64')}`);
    expect(JSON.stringify(seen)).not.toContain('p%40ss');
  });

  test.each([
    ['a port without a listener', undefined, 'refused'],
    ['a reset', server.reset, 'reset'],
    ['a cut in the middle of the body', server.cutShort, 'reset'],
    ['an endless body', server.endless, 'body'],
    ['a gzip bomb', server.gzipBomb, 'body'],
    ['a body that is not the gzip it claims', server.answer(200, 'no gzip', { 'content-encoding': 'gzip' }), 'body'],
    ['an unknown encoding', server.answer(200, 'x', { 'content-encoding': 'zstd' }), 'body'],
  ])('%s', async (_name, behaviour, expected) => {
    const port = behaviour === undefined ? await server.freePort() : 0;
    await using at = await server.serve(behaviour ?? GOOD);
    expect(failure(await ask(`http://127.0.0.1:${port === 0 ? at.port : port}/`))).toBe(expected);
  });

  test.each([
    ['no answer', server.silent, 'no answer comes'],
    ['a dripping body', server.drip, 'its answer does not end'],
  ])('%s is a timeout that says what was waited for', async (_name, behaviour, expected) => {
    await using at = await server.serve(behaviour);
    const seen = await ask(at.origin, {}, { requestTimeoutMs: 1000 });
    expect(seen).toMatchObject({ failure: 'timeout', detail: expect.stringContaining(expected) });
  });

  test('a name without an address is dns', async () => {
    expect(failure(await ask('http://no-such-host.invalid/'))).toBe('dns');
  });

  test('unasked gzip is read', async () => {
    await using at = await server.serve(server.gzipped('{"status":"ok"}'));
    expect(await ask(at.origin)).toMatchObject({ body: '{"status":"ok"}' });
  });

  test('a cancel ends it at once', async () => {
    await using at = await server.serve(server.silent);
    const controller = new AbortController();
    const asked = ask(at.origin, {}, {}, {}, controller.signal);
    controller.abort();
    expect(failure(await asked)).toBe('cancelled');
  });

  test('something that is not HTTP is reset', async () => {
    await using at = await server.serve((request) => {
      request.socket.end('SSH-2.0-OpenSSH\r\n');
    });
    expect(failure(await ask(at.origin))).toBe('reset');
  });
});

describe('probe, redirects', () => {
  test('follows on the same host and shows the way', async () => {
    await using at = await server.serve(server.routes({ '/a': server.redirect('/b'), '/b': GOOD }));
    expect(await ask(`${at.origin}/a`)).toMatchObject({ kind: 'answer', status: 200, url: `${at.origin}/b`, hops: [`${at.origin}/a`] });
  });

  test.each([
    ['a loop', server.redirect('/again'), 'a loop'],
    ['another host', server.redirect('http://other.example.com/x'), 'Location: http://other.example.com/x, which is another host'],
    ['another protocol', server.redirect('file:///etc/passwd'), 'not HTTP'],
    ['no address', server.redirect('http://[broken'), 'no address'],
  ])('%s is refused and shown', async (_name, behaviour, expected) => {
    await using at = await server.serve(behaviour);
    expect(await ask(at.origin)).toMatchObject({ failure: 'redirect', detail: expect.stringContaining(expected) });
  });

  test('none refuses every redirect', async () => {
    await using at = await server.serve(server.redirect('/b'));
    expect(await ask(`${at.origin}/a`, {}, { redirects: 'none' })).toMatchObject({ failure: 'redirect', detail: expect.stringContaining('`redirects` is none') });
  });

  test('a status code that the check expects is not followed', async () => {
    await using at = await server.serve(server.redirect('/b'));
    expect(failure(await ask(`${at.origin}/a`, { expectStatus: [{ from: 300, to: 399 }] }))).toBe('answer 302');
  });

  test('credentials do not travel to another origin', async () => {
    await using target = await server.serve(GOOD);
    await using at = await server.serve(server.redirect(`${target.origin}/x`));
    const headers = { authorization: 'Bearer abc', cookie: 'a=b', 'x-key': new Secret('hidden'), 'x-plain': 'kept' };
    expect(failure(await ask(at.origin, { headers }))).toBe('answer 200');
    expect(at.received[0]?.headers).toMatchObject({ authorization: 'Bearer abc', cookie: 'a=b', 'x-key': 'hidden' });
    const there = target.received[0]?.headers ?? {};
    expect(there).toMatchObject({ 'x-plain': 'kept' });
    expect(Object.keys(there)).not.toEqual(expect.arrayContaining(['authorization']));
    expect([there['authorization'], there['cookie'], there['x-key']]).toEqual([undefined, undefined, undefined]);
  });
});

describe('probe, TLS', () => {
  test('needs the authority, then tells phase and days left', async () => {
    using authority = new server.Authority();
    await using at = await server.serve(GOOD, { tls: authority.issue({ days: 10 }), name: 'localhost' });
    const refused = await ask(at.origin);
    expect(refused).toMatchObject({ failure: 'tls', detail: expect.stringContaining('UNABLE_TO_VERIFY_LEAF_SIGNATURE') });
    const seen = await ask(at.origin, {}, { ca: authority.cert });
    expect(seen).toMatchObject({ kind: 'answer', certDaysLeft: 9 });
    expect(seen.phases.tls).toBeGreaterThan(0);
    expect(failure(await ask(at.origin, {}, { insecure: true }))).toBe('answer 200');
  });

  test.each([
    ['expired', { days: -1 }, 'CERT_HAS_EXPIRED'],
    ['for another name', { names: ['DNS:other.example.com'] }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])('a certificate that is %s', async (_name, options, code) => {
    using authority = new server.Authority();
    await using at = await server.serve(GOOD, { tls: authority.issue(options), name: 'localhost' });
    expect(await ask(at.origin, {}, { ca: authority.cert })).toMatchObject({ failure: 'tls', detail: expect.stringContaining(code) });
  });

  test('a self-signed certificate', async () => {
    using authority = new server.Authority();
    using other = new server.Authority();
    await using at = await server.serve(GOOD, { tls: authority.issue(), name: 'localhost' });
    expect(failure(await ask(at.origin, {}, { ca: other.cert }))).toBe('tls');
  });

  test('never from https to http', async () => {
    using authority = new server.Authority();
    await using plain = await server.serve(GOOD);
    await using at = await server.serve(server.redirect(`http://localhost:${plain.port}/`), { tls: authority.issue(), name: 'localhost' });
    expect(await ask(at.origin, {}, { ca: authority.cert, redirects: 'follow' })).toMatchObject({ failure: 'redirect', detail: expect.stringContaining('would leave TLS') });
    expect(plain.received).toEqual([]);
  });

  test('the client certificate is shown to its origin only', async () => {
    using authority = new server.Authority();
    const client = authority.issue({ names: ['DNS:client'] });
    await using target = await server.serve(GOOD, { tls: { ...authority.issue(), ca: authority.cert }, name: 'localhost' });
    await using at = await server.serve(server.redirect(`${target.origin}/`), { tls: { ...authority.issue(), ca: authority.cert }, name: 'localhost' });
    const transport = { ca: authority.cert, clientCert: client.cert, clientKey: new Secret(client.key) };
    expect(failure(await ask(at.origin, {}, transport))).toBe('answer 200');
    expect([at.received[0]?.clientCertificate, target.received[0]?.clientCertificate]).toEqual([true, false]);
  });

  test('plain HTTP on the TLS port is tls, a connection that ends in the handshake is reset', async () => {
    await using at = await server.serve(GOOD);
    expect(failure(await ask(`https://127.0.0.1:${at.port}/`))).toBe('tls');
    const { createServer } = await import('node:net');
    const closing = createServer((socket) => socket.resetAndDestroy());
    await new Promise<void>((resolve) => closing.listen(0, '127.0.0.1', resolve));
    const address = closing.address();
    expect(failure(await ask(`https://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`))).toBe('reset');
    closing.close();
  });
});

describe('probe, proxy', () => {
  test('goes through the proxy of the environment and reports only what it can know', async () => {
    await using proxy = await server.serve(GOOD);
    const seen = await ask('http://app1.example.com/health', {}, {}, { http_proxy: proxy.origin });
    expect(failure(seen)).toBe('answer 200');
    expect(proxy.received[0]?.path).toMatch(/^http:\/\/app1\.example\.com\/health\?_gate=/);
    expect(Object.keys(seen.phases).sort()).toEqual(['body', 'total', 'ttfb']);
    expect(seen.address).toBeUndefined();
  });

  test('NO_PROXY goes around it', async () => {
    await using proxy = await server.serve(GOOD);
    await using at = await server.serve(GOOD);
    await ask(at.origin, {}, {}, { HTTP_PROXY: proxy.origin, NO_PROXY: 'localhost,127.0.0.1' });
    expect([proxy.received.length, at.received.length]).toEqual([0, 1]);
  });
});

describe('probe, tunnel', () => {
  test('https goes through CONNECT and is verified against the name', async () => {
    using authority = new server.Authority();
    await using at = await server.serve(GOOD, { tls: authority.issue({ names: ['DNS:app1.example.com'] }) });
    await using proxy = await server.tunnelTo(at.port);
    const seen = await ask('https://app1.example.com/health', {}, { ca: authority.cert }, { https_proxy: proxy.origin });
    expect(seen).toMatchObject({ kind: 'answer', status: 200, certDaysLeft: 89 });
    expect(proxy.tunnels).toEqual(['app1.example.com:443']);
    expect(failure(await ask('https://other.example.com/health', {}, { ca: authority.cert }, { https_proxy: proxy.origin }))).toBe('tls');
  });

  test('a proxy that refuses is refused, one that is silent is a timeout', async () => {
    await using proxy = await server.tunnelTo(1, 403);
    expect(await ask('https://app1.example.com/', {}, {}, { https_proxy: proxy.origin })).toMatchObject({ failure: 'refused', detail: expect.stringContaining('proxy') });
    await using silent = await server.serve(server.silent);
    expect(failure(await ask('http://app1.example.com/', {}, { requestTimeoutMs: 200 }, { http_proxy: silent.origin }))).toBe('timeout');
  });
});

describe('probe, status alone', () => {
  test('asks for an address that nobody made', async () => {
    await using at = await server.serve(server.answer(200, '[]'));
    expect(await ask(`${at.origin}/deep/up`, { preset: 'status' })).toMatchObject({ catchAll: true });
    expect(at.received[1]?.path).toMatch(/^\/deep\/gate-[0-9a-f]{16}$/);
  });

  test('is content when that address does not exist', async () => {
    await using at = await server.serve(server.routes({ '/up': server.answer(200, 'ok') }));
    expect((await ask(`${at.origin}/up`, { preset: 'status' })) as object).not.toHaveProperty('catchAll');
  });
});
