import type { Clock, RunContext } from './deps.ts';
import { asError, CancelledError, UserError } from './errors.ts';
import type { Secret } from './secret.ts';

const TIMEOUT_MS = 15_000;
const TRIES = 3;
const FIRST_WAIT_MS = 1000;
/** Longer waits, such as the hour of the primary rate limit, end the request instead: what needs it is not worth the time. */
const MAX_WAIT_MS = 20_000;

export interface GitHubAnswer {
  readonly status: number;
  /** Parsed JSON; undefined when the body is empty or no JSON, as from a proxy. */
  readonly body: unknown;
  /** Address of the next page, from the Link header. */
  readonly next: string | undefined;
}

/** A thin REST client: bounded, retried, paged; the token never appears in an error. */
export interface GitHub {
  /**
   * `path` is relative to the API, or a whole address from `next`. 4xx answers are returned. Throws UserError `github`
   * after three times 5xx or no answer, or when a rate limit lasts too long; CancelledError when the run was cancelled.
   */
  request(method: 'GET' | 'POST' | 'PATCH', path: string, body?: unknown): Promise<GitHubAnswer>;
}

export interface GitHubDeps {
  readonly clock: Clock;
  readonly context: Pick<RunContext, 'apiUrl'>;
  readonly signal?: AbortSignal;
}

export function createGitHub(deps: GitHubDeps, token: Secret): GitHub {
  // fetch quotes a header that it cannot send. Blanks at the ends come from secrets that were pasted with a line break.
  const authorization = `Bearer ${token.reveal().trim()}`;
  if (!/^[\x21-\x7e]+ [\x21-\x7e]+$/.test(authorization)) throw new UserError({ reason: 'github', message: 'The GitHub token has characters that no token has.', remedy: 'Check the secret: it must be one line of letters, digits and underscores.' });
  const request: GitHub['request'] = async (method, path, body) => {
    const url = addressOf(deps.context.apiUrl, path);
    for (let attempt = 1; ; attempt += 1) {
      const answer = await send(method, url, body, authorization, deps.signal).catch((thrown: unknown) => ({ failure: asError(thrown) }));
      if (deps.signal?.aborted === true) throw new CancelledError('talking to the GitHub API');
      const what = `${method} ${url.pathname}`;
      if ('failure' in answer) {
        if (attempt >= TRIES) throw new UserError({ reason: 'github', message: `GitHub's API could not be reached for ${what}: ${reasonOf(answer.failure)}.`, remedy: `Is ${url.host} reachable from the runner?` });
        await deps.clock.sleep(FIRST_WAIT_MS * 2 ** (attempt - 1), deps.signal);
        continue;
      }
      if (!retriable(answer)) return { status: answer.status, body: parsed(answer.text), next: nextOf(answer.headers) };
      const wait = waitMs(answer.headers, attempt, deps.clock.now());
      if (attempt >= TRIES || wait > MAX_WAIT_MS) throw refused(what, answer, attempt, wait);
      await deps.clock.sleep(wait, deps.signal);
    }
  };
  return { request };
}

interface Raw {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

async function send(method: string, url: URL, body: unknown, authorization: string, signal: AbortSignal | undefined): Promise<Raw> {
  const response = await fetch(url, {
    method,
    headers: { accept: 'application/vnd.github+json', authorization, 'user-agent': 'fwber-ops', 'x-github-api-version': '2022-11-28', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    redirect: 'manual',
    signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ...(signal === undefined ? [] : [signal])]),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** A whole address may only be a page of the same API: the token goes nowhere else. */
function addressOf(api: string, path: string): URL {
  if (!/^https?:/.test(path)) return new URL(`${api.replace(/\/+$/, '')}${path}`);
  const url = new URL(path);
  if (url.origin !== new URL(api).origin) throw new UserError({ reason: 'github', message: `GitHub's API named a next page on another server, ${url.host}.` });
  return url;
}

/** Worth another try: server errors, and 403 or 429 that name a limit. https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api */
function retriable({ status, headers }: Raw): boolean {
  return status >= 500 || status === 429 || (status === 403 && (headers.has('retry-after') || headers.get('x-ratelimit-remaining') === '0'));
}

function waitMs(headers: Headers, attempt: number, now: number): number {
  const after = headers.get('retry-after');
  const until = after === null || /^\d+$/.test(after) ? Number(after ?? 0) * 1000 : Date.parse(after) - now;
  if (until > 0) return until;
  const reset = Number(headers.get('x-ratelimit-reset')) * 1000 - now;
  return headers.get('x-ratelimit-remaining') === '0' && reset > 0 ? reset : FIRST_WAIT_MS * 2 ** (attempt - 1);
}

function refused(what: string, { status }: Raw, attempts: number, wait: number): UserError {
  const limited = status === 429 || status === 403;
  return new UserError({
    reason: 'github',
    message: limited ? `GitHub's API limits requests of this token (${status} to ${what}); the next one is allowed in ${Math.ceil(wait / 1000)} s.` : `GitHub's API answered ${status} to ${what}${attempts > 1 ? ` ${attempts} times` : ''}.`,
    remedy: limited ? 'Run again later, or use a token of its own.' : 'See https://www.githubstatus.com and run again.',
  });
}

function nextOf(headers: Headers): string | undefined {
  return /<([^>]+)>;\s*rel="next"/.exec(headers.get('link') ?? '')?.[1];
}

function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `fetch failed` says nothing; its cause does. */
function reasonOf(error: Error): string {
  if (error.name === 'TimeoutError') return `no answer within ${TIMEOUT_MS / 1000} s`;
  const message = asError(error.cause ?? error).message;
  return message === '' ? error.message : message;
}
