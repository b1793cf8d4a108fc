import { describe, expect, test } from '@jest/globals';
import { createServer } from 'node:http';
import { CancelledError, createGitHub, milliseconds, Secret, UserError, type Clock, type GitHub } from '@ops/shared';
import { invalid, notPermitted, page, rateLimited, serverError, startGithub } from '../../../test/support/github.ts';

const TOKEN = 'ghs_hunter2hunter2hunter2';
const NOW = Date.parse('2026-01-31T08:15:00Z');

/** A clock that does not wait and remembers for how long it was asked to. */
function patient(): Clock & { readonly waits: number[] } {
  const waits: number[] = [];
  return { waits, now: () => milliseconds(NOW), monotonic: () => milliseconds(0), sleep: (ms) => { waits.push(ms); return Promise.resolve(); } };
}

function client(url: string, clock: Clock = patient(), signal?: AbortSignal): GitHub {
  return createGitHub({ clock, context: { apiUrl: url }, ...(signal === undefined ? {} : { signal }) }, new Secret(`${TOKEN}\n`));
}

async function failure(run: Promise<unknown>): Promise<UserError> {
  const error = await run.then(() => undefined, (thrown: unknown) => thrown);
  if (!(error instanceof UserError)) throw new Error(`no UserError: ${String(error)}`);
  for (const told of [error.message, error.remedy ?? '', String(error.stack), JSON.stringify(error.cause) ?? '']) expect(told).not.toContain('hunter2');
  return error;
}

const ROUTE = 'GET /repos/:owner/:repo/pulls';

describe('an answer', () => {
  test('has status, parsed body and who asked', async () => {
    await using github = await startGithub({ token: TOKEN });
    github.on(ROUTE, () => ({ status: 200, body: [{ id: 1 }] }));
    expect(await client(`${github.url}/`).request('GET', '/repos/acme/shop/pulls?state=open')).toEqual({ status: 200, body: [{ id: 1 }], next: undefined });
    expect(github.requests[0]).toMatchObject({ authorization: `Bearer ${TOKEN}`, headers: { 'user-agent': 'fwber-ops', accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' } });
  });
  test('of 4xx is returned at once', async () => {
    await using github = await startGithub();
    const clock = patient();
    for (const [answer, status] of [[notPermitted, 403], [invalid('no'), 422]] as const) {
      github.fail(ROUTE, answer);
      expect(await client(github.url, clock).request('GET', '/repos/acme/shop/pulls')).toMatchObject({ status });
    }
    expect(clock.waits).toEqual([]);
  });
  test('that is no JSON has no body', async () => {
    const server = createServer((_request, response) => { response.writeHead(418).end('<html>proxy</html>'); });
    await new Promise<void>((done) => { server.listen(0, '127.0.0.1', done); });
    const address = server.address();
    try {
      expect(await client(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`).request('GET', '/')).toMatchObject({ status: 418, body: undefined });
    } finally {
      server.close();
    }
  });
  test('may have further pages, which are followed inside the API only', async () => {
    await using github = await startGithub();
    const items = Array.from({ length: 5 }, (_unused, id) => ({ id }));
    github.on(ROUTE, (request) => page(items, request, github.url));
    const api = client(github.url);
    const seen: unknown[] = [];
    for (let next: string | undefined = '/repos/acme/shop/pulls?per_page=2'; next !== undefined;) {
      const answer = await api.request('GET', next);
      seen.push(answer.body);
      next = answer.next;
    }
    expect(seen.flat()).toEqual(items);
    expect((await failure(api.request('GET', 'http://evil.example.com/page'))).message).toContain('another server, evil.example.com');
    expect(github.requests).toHaveLength(3);
  });
});

describe('another try', () => {
  test('follows 5xx, twice as late each time', async () => {
    await using github = await startGithub();
    const clock = patient();
    github.fail(ROUTE, serverError, 2);
    github.on(ROUTE, () => ({ status: 200, body: [] }));
    expect(await client(github.url, clock).request('GET', '/repos/acme/shop/pulls')).toMatchObject({ status: 200 });
    expect(clock.waits).toEqual([1000, 2000]);
  });
  test('ends after three', async () => {
    await using github = await startGithub();
    github.fail(ROUTE, serverError, 9);
    const error = await failure(client(github.url).request('GET', '/repos/acme/shop/pulls'));
    expect(error).toMatchObject({ reason: 'github', message: "GitHub's API answered 502 to GET /repos/acme/shop/pulls 3 times." });
    expect(github.requests).toHaveLength(3);
  });
  test.each([429, 403] as const)('comes when a limit of %d says so', async (status) => {
    await using github = await startGithub();
    const clock = patient();
    github.fail(ROUTE, rateLimited(7, status));
    github.on(ROUTE, () => ({ status: 200, body: [] }));
    await client(github.url, clock).request('GET', '/repos/acme/shop/pulls');
    expect(clock.waits).toEqual([7000]);
  });
  test('reads a Retry-After that is a date, and the reset of the limit', async () => {
    await using github = await startGithub();
    const clock = patient();
    github.fail(ROUTE, { status: 429, headers: { 'retry-after': new Date(NOW + 5000).toUTCString() } });
    github.fail(ROUTE, { status: 403, headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW / 1000 + 9) } });
    github.on(ROUTE, () => ({ status: 200, body: [] }));
    await client(github.url, clock).request('GET', '/repos/acme/shop/pulls');
    expect(clock.waits).toEqual([5000, 9000]);
  });
  test('does not wait for a limit that lasts', async () => {
    await using github = await startGithub();
    const clock = patient();
    github.fail(ROUTE, rateLimited(3600));
    const error = await failure(client(github.url, clock).request('GET', '/repos/acme/shop/pulls'));
    expect(error.message).toBe("GitHub's API limits requests of this token (429 to GET /repos/acme/shop/pulls); the next one is allowed in 3600 s.");
    expect([clock.waits, github.requests.length]).toEqual([[], 1]);
  });
  test('follows a server that is not there; the error says why', async () => {
    const clock = patient();
    const gone = await startGithub();
    await gone[Symbol.asyncDispose]();
    const error = await failure(client(gone.url, clock).request('GET', '/x'));
    expect(error).toMatchObject({ reason: 'github', message: `GitHub's API could not be reached for GET /x: connect ECONNREFUSED 127.0.0.1:${gone.port}.`, remedy: `Is 127.0.0.1:${gone.port} reachable from the runner?` });
    expect(clock.waits).toHaveLength(2);
  });
  test('does not follow a cancel', async () => {
    await using github = await startGithub();
    const abort = new AbortController();
    github.on(ROUTE, () => { abort.abort(); return serverError; });
    expect(await failure(client(github.url, patient(), abort.signal).request('GET', '/repos/acme/shop/pulls'))).toBeInstanceOf(CancelledError);
    expect(github.requests).toHaveLength(1);
  });
});

test.each(['hunter2\nhunter2', 'hunter2\u0000', 'hunter2 hunter2', 'hünter2', ''])('the token %j, which no header can carry, is not quoted', async (token) => {
  const error = await failure((async () => createGitHub({ clock: patient(), context: { apiUrl: 'http://127.0.0.1:9' } }, new Secret(token)))());
  expect(error.message).toBe('The GitHub token has characters that no token has.');
});
