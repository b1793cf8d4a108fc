import type { Clock, RunContext } from './deps.ts';
import { asError, UserError } from './errors.ts';
import type { Secret } from './secret.ts';

const TIMEOUT_MS = 15_000;
const TRIES = 3;
const MAX_WAIT_MS = 20_000;

export interface GitHubAnswer {
  readonly status: number;
  readonly body: unknown;
  /** Address of the next page, from the Link header. */
  readonly next: string | undefined;
}

/** A thin REST client: bounded, retried, paged; the token never appears in an error. */
export interface GitHub {
  /** `path` is relative to the API, or a whole address from `next`. 4xx answers are returned; 5xx after retries throw. */
  request(method: 'GET' | 'POST' | 'PATCH', path: string, body?: unknown): Promise<GitHubAnswer>;
}

function waitMs(response: Response, attempt: number, now: number): number {
  const after = Number(response.headers.get('retry-after'));
  const reset = Number(response.headers.get('x-ratelimit-reset')) * 1000 - now;
  const wish = after > 0 ? after * 1000 : response.headers.get('x-ratelimit-remaining') === '0' && reset > 0 ? reset : 500 * 2 ** attempt;
  return Math.min(wish, MAX_WAIT_MS);
}

/** Worth another try: server errors, and 403 or 429 that name a limit. https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api */
function retriable(response: Response): boolean {
  return response.status >= 500 || response.status === 429 || (response.status === 403 && (response.headers.has('retry-after') || response.headers.get('x-ratelimit-remaining') === '0'));
}

export function createGitHub(deps: { readonly clock: Clock; readonly context: Pick<RunContext, 'apiUrl'>; readonly signal?: AbortSignal }, token: Secret): GitHub {
  const once = (method: string, path: string, body: unknown): Promise<Response> =>
    fetch(path.startsWith('http') ? path : `${deps.context.apiUrl}${path}`, {
      method,
      headers: { accept: 'application/vnd.github+json', authorization: `Bearer ${token.reveal()}`, 'user-agent': 'fwber-ops', 'x-github-api-version': '2022-11-28', ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      redirect: 'error',
      signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), ...(deps.signal === undefined ? [] : [deps.signal])]),
    });
  return {
    request: async (method, path, body) => {
      // A whole address may only be a page of the same API: the token goes nowhere else.
      if (path.startsWith('http') && new URL(path).origin !== new URL(deps.context.apiUrl).origin) throw new Error('A page address left the API.');
      for (let attempt = 1; ; attempt += 1) {
        try {
          const response = await once(method, path, body);
          if (retriable(response) && attempt < TRIES) {
            await response.body?.cancel();
            await deps.clock.sleep(waitMs(response, attempt, deps.clock.now()), deps.signal);
            continue;
          }
          const text = await response.text();
          if (response.status >= 500) throw new UserError({ reason: 'github', message: `GitHub answered ${response.status} to ${method} ${path} ${TRIES} times.` });
          const next = /<([^>]+)>;\s*rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
          return { status: response.status, body: text === '' ? undefined : JSON.parse(text), next };
        } catch (thrown) {
          const error = asError(thrown);
          if (error instanceof UserError || attempt >= TRIES || deps.signal?.aborted === true) throw error instanceof UserError ? error : new UserError({ reason: 'github', message: `GitHub's API could not be reached for ${method} ${path}: ${error.message}`, cause: error });
          await deps.clock.sleep(500 * 2 ** attempt, deps.signal);
        }
      }
    },
  };
}
