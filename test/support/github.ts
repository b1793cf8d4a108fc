/**
 * A fake GitHub API: a plain server with typed handlers. It records every request, can be told to answer anything else for a while,
 * and remembers a call that no handler knows, which `assertAllKnown` (called at the end of its scope) turns into a failed test.
 *
 *     await using github = await startGithub();
 *     await using run = await runAction(dir, { github: { apiUrl: github.url }, env: github.oidcEnv });
 *     expect(github.deployments[0]?.statuses.map(({ state }) => state)).toEqual(['in_progress', 'success']);
 */
import { createHash } from 'node:crypto';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface GithubRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly authorization: string | undefined;
  readonly headers: http.IncomingHttpHeaders;
  /** Parsed JSON; undefined for an empty body. */
  readonly body: unknown;
  /** What the handler's `:name` parts matched. */
  readonly params: Readonly<Record<string, string>>;
}

export interface GithubAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Handler = (request: GithubRequest) => GithubAnswer;

export interface FakeDeployment {
  readonly id: number;
  readonly environment: string;
  readonly ref: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly statuses: readonly FakeStatus[];
}

export interface FakeStatus {
  readonly id: number;
  readonly state: string;
  readonly description: string;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface FakeIssue {
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly state: 'open' | 'closed';
  readonly state_reason: string | null;
  readonly author_association: string;
  readonly user: { readonly login: string; readonly type: string };
  readonly comments: readonly string[];
  /** A pull request, which the API lists among the issues. */
  readonly pull_request?: unknown;
}

export interface FakeGithub extends AsyncDisposable {
  /** For `github.apiUrl` of the runner. */
  readonly url: string;
  readonly port: number;
  readonly requests: readonly GithubRequest[];
  /** Requests that no handler knew; answered 501. */
  readonly unknown: readonly string[];
  readonly deployments: readonly FakeDeployment[];
  readonly issues: readonly FakeIssue[];
  /** Puts an issue there as somebody else would; `user` is a person without rights unless said. */
  addIssue(issue: Partial<FakeIssue>): FakeIssue;
  /** ACTIONS_ID_TOKEN_REQUEST_*: a job with `id-token: write`. */
  readonly oidcEnv: Readonly<Record<string, string>>;
  /** Adds or replaces a handler: `on('GET /repos/:owner/:repo/pulls', () => …)`. */
  on(route: string, handler: Handler): void;
  /** Answers the next `times` matching requests like that, before any handler: `fail('POST /repos/:owner/:repo/deployments', rateLimited(2))`. */
  fail(route: string, answer: GithubAnswer, times?: number): void;
  /** Throws when a request was made that no handler knew. */
  assertAllKnown(): void;
}

const STATES = ['error', 'failure', 'inactive', 'in_progress', 'queued', 'pending', 'success'];
const DESCRIPTION_LIMIT = 140;
const OIDC_TOKEN = 'oidc-request-token-0123456789';

export const notPermitted: GithubAnswer = { status: 403, body: { message: 'Resource not accessible by integration', documentation_url: 'https://docs.github.com/rest' } };
export const serverError: GithubAnswer = { status: 502, body: { message: 'Server Error' } };

/** The secondary rate limit, as GitHub says it. */
export function rateLimited(seconds: number, status: 403 | 429 = 429): GithubAnswer {
  return { status, body: { message: 'You have exceeded a secondary rate limit.' }, headers: { 'retry-after': String(seconds), 'x-ratelimit-remaining': '0' } };
}

export function invalid(...errors: readonly string[]): GithubAnswer {
  return { status: 422, body: { message: 'Validation Failed', errors: errors.map((message) => ({ message })) } };
}

/** One page of a list, with the Link header that leads to the others. */
export function page<T>(items: readonly T[], request: GithubRequest, url: string): GithubAnswer {
  const size = Number(request.query.get('per_page') ?? 30);
  const number = Number(request.query.get('page') ?? 1);
  const last = Math.max(1, Math.ceil(items.length / size));
  const link = (to: number, rel: string): string => {
    const query = new URLSearchParams(request.query);
    query.set('page', String(to));
    return `<${url}${request.path}?${query}>; rel="${rel}"`;
  };
  const links = [...(number < last ? [link(number + 1, 'next'), link(last, 'last')] : []), ...(number > 1 ? [link(1, 'first'), link(number - 1, 'prev')] : [])];
  return { status: 200, body: items.slice((number - 1) * size, number * size), ...(links.length > 0 ? { headers: { link: links.join(', ') } } : {}) };
}

export async function startGithub(options: { readonly repository?: string; readonly token?: string; readonly port?: number } = {}): Promise<FakeGithub> {
  const requests: GithubRequest[] = [];
  const unknown: string[] = [];
  const deployments: (FakeDeployment & { statuses: FakeStatus[] })[] = [];
  const issues: OpenIssue[] = [];
  const routes = new Map<string, Handler>();
  const failures: { readonly route: string; readonly answer: GithubAnswer; left: number }[] = [];

  const answer = (incoming: Omit<GithubRequest, 'params'>): GithubAnswer => {
    const fits = (route: string): Readonly<Record<string, string>> | undefined => match(route, incoming.method, incoming.path);
    const failure = failures.find(({ route, left }) => left > 0 && fits(route) !== undefined);
    const route = failure?.route ?? [...routes.keys()].find((known) => fits(known) !== undefined);
    const request = { ...incoming, params: route === undefined ? {} : fits(route) ?? {} };
    requests.push(request);
    if (failure !== undefined) {
      failure.left -= 1;
      return failure.answer;
    }
    const handler = route === undefined ? undefined : routes.get(route);
    if (handler === undefined) {
      unknown.push(`${request.method} ${request.path}`);
      return { status: 501, body: { message: `the fake GitHub API has no ${request.method} ${request.path}` } };
    }
    const bearer = /^(?:bearer|token) (.+)$/i.exec(request.authorization ?? '')?.[1];
    if (bearer === undefined || (options.token !== undefined && bearer !== options.token && bearer !== OIDC_TOKEN)) return { status: 401, body: { message: 'Bad credentials' } };
    return handler(request);
  };
  const server = http.createServer((request, response) => { void respond(request, response, answer); });
  await new Promise<void>((done, failed) => { server.once('error', failed).listen(options.port ?? 0, '127.0.0.1', done); });
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  for (const [route, handler] of Object.entries({ ...deploymentHandlers(deployments, url), ...issueHandlers(issues, url) })) routes.set(route, handler);
  routes.set('GET /oidc/token', ({ query }) => ({ status: 200, body: { value: oidcToken(url, query.get('audience') ?? `https://github.com/${(options.repository ?? 'acme/shop').split('/')[0]}`, options.repository ?? 'acme/shop') } }));

  const assertAllKnown = (): void => {
    if (unknown.length > 0) throw new Error(`requests that the fake GitHub API has no handler for: ${unknown.join(', ')}`);
  };
  return {
    url, port, requests, unknown, deployments, issues, assertAllKnown,
    addIssue: (issue) => newIssue(issues, issue),
    oidcEnv: { ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/oidc/token?api-version=2.0`, ACTIONS_ID_TOKEN_REQUEST_TOKEN: OIDC_TOKEN },
    on: (route, handler) => { routes.set(route, handler); },
    fail: (route, said, times = 1) => { failures.push({ route, answer: said, left: times }); },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise<void>((done) => { server.close(() => done()); });
      assertAllKnown();
    },
  };
}

/** Deployments and their statuses as GitHub keeps them; a success makes the environment's older ones inactive. */
function deploymentHandlers(deployments: (FakeDeployment & { statuses: FakeStatus[] })[], url: string): Record<string, Handler> {
  const find = (id: string | undefined): (FakeDeployment & { statuses: FakeStatus[] }) | undefined => deployments.find((deployment) => String(deployment.id) === id);
  const missing: GithubAnswer = { status: 404, body: { message: 'Not Found' } };
  const shown = ({ id, environment, ref, body }: FakeDeployment, base: string): unknown => ({ ...body, id, environment, ref, sha: ref, created_at: new Date().toISOString(), url: `${url}${base}/${id}`, statuses_url: `${url}${base}/${id}/statuses` });
  return {
    'POST /repos/:owner/:repo/deployments': ({ body, path }) => {
      const fields = record(body);
      const { ref, environment = 'production' } = fields;
      if (typeof ref !== 'string' || ref === '') return invalid('No ref found for: ');
      // Without an empty list GitHub waits for the commit's own checks, the running one among them: 409.
      if (!Array.isArray(fields['required_contexts']) || fields['required_contexts'].length > 0) return { status: 409, body: { message: 'Conflict: Commit status checks failed for the ref.' } };
      if (fields['auto_merge'] !== false) return { status: 202, body: { message: 'Auto-merged the default branch into the ref on deployment.' } };
      const deployment = { id: 1000 + deployments.length, environment: String(environment), ref, body: fields, statuses: [] };
      deployments.push(deployment);
      return { status: 201, body: shown(deployment, path) };
    },
    'GET /repos/:owner/:repo/deployments': (request) => {
      const wanted = request.query.get('environment');
      return page(deployments.filter(({ environment }) => wanted === null || environment === wanted).toReversed().map((deployment) => shown(deployment, request.path)), request, url);
    },
    'POST /repos/:owner/:repo/deployments/:id/statuses': ({ body, params }) => {
      const deployment = find(params['id']);
      if (deployment === undefined) return missing;
      const fields = record(body);
      const { state, description = '' } = fields;
      if (typeof state !== 'string' || !STATES.includes(state)) return invalid(`state is not one of ${STATES.join(', ')}`);
      if (String(description).length > DESCRIPTION_LIMIT) return invalid(`description is too long (maximum is ${DESCRIPTION_LIMIT} characters)`);
      if (state === 'success' && fields['auto_inactive'] !== false) {
        for (const other of deployments) if (other !== deployment && other.environment === deployment.environment && other.statuses.at(-1)?.state === 'success') other.statuses.push({ id: 0, state: 'inactive', description: '', body: {} });
      }
      const status = { id: deployment.id * 100 + deployment.statuses.length, state, description: String(description), body: fields };
      deployment.statuses.push(status);
      return { status: 201, body: { ...fields, id: status.id, state } };
    },
    'GET /repos/:owner/:repo/deployments/:id/statuses': (request) => {
      const deployment = find(request.params['id']);
      return deployment === undefined ? missing : page(deployment.statuses.toReversed().map(({ id, state, description, body }) => ({ id, state, description, log_url: body['log_url'] ?? '' })), request, url);
    },
  };
}

type OpenIssue = { -readonly [K in keyof FakeIssue]: FakeIssue[K] } & { comments: string[]; touched: number };

function newIssue(issues: OpenIssue[], given: Partial<FakeIssue>): OpenIssue {
  const issue: OpenIssue = { number: issues.length + 1, title: 'an issue', body: '', state: 'open', state_reason: null, author_association: 'NONE', user: { login: 'stranger', type: 'User' }, ...given, comments: [...given.comments ?? []], touched: 0 };
  issues.push(issue);
  touch(issues, issue);
  return issue;
}

/** Makes it the one that was updated last. */
function touch(issues: readonly OpenIssue[], issue: OpenIssue): void {
  issue.touched = 1 + Math.max(0, ...issues.map((one) => one.touched));
}

/** Issues and their comments; whoever opens one is the app that GitHub's own token stands for. */
function issueHandlers(issues: OpenIssue[], url: string): Record<string, Handler> {
  const missing: GithubAnswer = { status: 404, body: { message: 'Not Found' } };
  const shown = ({ comments, touched: _touched, ...issue }: OpenIssue): unknown => ({ ...issue, comments: comments.length });
  const find = (number: string | undefined): OpenIssue | undefined => issues.find((issue) => String(issue.number) === number);
  return {
    'GET /repos/:owner/:repo/issues': (request) => {
      const state = request.query.get('state') ?? 'open';
      const listed = issues.filter((issue) => state === 'all' || issue.state === state);
      const ordered = request.query.get('sort') === 'updated' ? listed.toSorted((a, b) => b.touched - a.touched) : listed.toReversed();
      return page(ordered.map(shown), request, url);
    },
    'POST /repos/:owner/:repo/issues': ({ body }) => {
      const { title, body: text = '' } = record(body);
      if (typeof title !== 'string' || title === '') return invalid('title is missing');
      if (title.length > 256) return invalid('title is too long (maximum is 256 characters)');
      if (String(text).length > 65_536) return invalid('body is too long (maximum is 65536 characters)');
      return { status: 201, body: shown(newIssue(issues, { title, body: String(text), user: { login: 'github-actions[bot]', type: 'Bot' } })) };
    },
    'PATCH /repos/:owner/:repo/issues/:number': ({ body, params }) => {
      const issue = find(params['number']);
      if (issue === undefined) return missing;
      const { body: text, state, state_reason: reason } = record(body);
      if (state !== undefined && state !== 'open' && state !== 'closed') return invalid('state is not one of open, closed');
      if (typeof text === 'string') issue.body = text;
      if (state !== undefined) [issue.state, issue.state_reason] = [state, typeof reason === 'string' ? reason : null];
      touch(issues, issue);
      return { status: 200, body: shown(issue) };
    },
    'POST /repos/:owner/:repo/issues/:number/comments': ({ body, params }) => {
      const issue = find(params['number']);
      const { body: text } = record(body);
      if (issue === undefined) return missing;
      if (typeof text !== 'string' || text === '' || text.length > 65_536) return invalid('body is missing or too long');
      issue.comments.push(text);
      touch(issues, issue);
      return { status: 201, body: { id: issue.comments.length, body: text } };
    },
  };
}

function record(body: unknown): Readonly<Record<string, unknown>> {
  return body !== null && typeof body === 'object' ? { ...body } : {};
}

function match(route: string, method: string, path: string): Record<string, string> | undefined {
  const [wanted, pattern = ''] = route.split(' ');
  const [names, parts] = [pattern.split('/'), path.split('/')];
  if (wanted !== method || names.length !== parts.length) return undefined;
  const params: Record<string, string> = {};
  for (const [at, name] of names.entries()) {
    const part = parts[at] ?? '';
    if (name.startsWith(':') && part !== '') params[name.slice(1)] = decodeURIComponent(part);
    else if (name !== part) return undefined;
  }
  return params;
}

async function respond(incoming: IncomingMessage, response: ServerResponse, answer: (request: Omit<GithubRequest, 'params'>) => GithubAnswer): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  const { pathname, searchParams } = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  let said: GithubAnswer;
  try {
    said = answer({ method: incoming.method ?? '', path: pathname, query: searchParams, authorization: incoming.headers.authorization, headers: incoming.headers, body: text === '' ? undefined : JSON.parse(text) });
  } catch (error) {
    said = { status: 400, body: { message: `the fake GitHub API: ${String(error)}` } };
  }
  response.writeHead(said.status, { 'content-type': 'application/json; charset=utf-8', ...said.headers });
  response.end(said.body === undefined ? undefined : JSON.stringify(said.body));
}

/** Looks like GitHub's token; its signature verifies nowhere. */
function oidcToken(issuer: string, audience: string, repository: string): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const head = `${part({ alg: 'RS256', typ: 'JWT', kid: 'fake' })}.${part({ iss: issuer, aud: audience, sub: `repo:${repository}:environment:production`, repository, repository_id: '1296269', environment: 'production' })}`;
  return `${head}.${createHash('sha256').update(head).digest('base64url')}`;
}
