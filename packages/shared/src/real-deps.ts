import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { milliseconds } from './brand.ts';
import type { Clock, Random, RunContext } from './deps.ts';
import { CancelledError } from './errors.ts';
import { Secret } from './secret.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** The longest wait of a timer; for anything longer node would not wait at all. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export const realClock: Clock = {
  now: () => milliseconds(Date.now()),
  monotonic: () => milliseconds(performance.now()),
  sleep: async (ms, signal) => {
    try {
      await wait(Math.min(ms, MAX_TIMER_MS), undefined, signal === undefined ? {} : { signal });
    } catch (thrown) {
      if (signal?.aborted === true) throw new CancelledError('waiting');
      throw thrown;
    }
  },
};

export const realRandom: Random = {
  hex: (bytes) => randomBytes(bytes).toString('hex'),
  fraction: () => Math.random(),
};

function eventOf(path: string | undefined): unknown {
  if (path === undefined || path === '') return {};
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return {};
  }
}

/** The run as the runner's variables describe it. */
export function runContext(env: Env): RunContext {
  const serverUrl = env['GITHUB_SERVER_URL'] ?? 'https://github.com';
  const repository = env['GITHUB_REPOSITORY'] ?? '';
  const runId = env['GITHUB_RUN_ID'] ?? '0';
  const runAttempt = env['GITHUB_RUN_ATTEMPT'] ?? '1';
  const idTokenUrl = env['ACTIONS_ID_TOKEN_REQUEST_URL'];
  const idToken = env['ACTIONS_ID_TOKEN_REQUEST_TOKEN'];
  return {
    repository,
    actor: env['GITHUB_TRIGGERING_ACTOR'] ?? env['GITHUB_ACTOR'] ?? 'unknown',
    eventName: env['GITHUB_EVENT_NAME'] ?? '',
    sha: env['GITHUB_SHA'] ?? '',
    runId,
    runAttempt,
    job: env['GITHUB_JOB'] ?? '',
    runUrl: `${serverUrl}/${repository}/actions/runs/${runId}/attempts/${runAttempt}`,
    apiUrl: env['GITHUB_API_URL'] ?? 'https://api.github.com',
    serverUrl,
    workspace: env['GITHUB_WORKSPACE'] ?? '.',
    tempDir: env['RUNNER_TEMP'] ?? env['TMPDIR'] ?? '/tmp',
    event: eventOf(env['GITHUB_EVENT_PATH']),
    ...(idTokenUrl === undefined || idToken === undefined ? {} : { idTokens: { url: idTokenUrl, token: new Secret(idToken) } }),
  };
}

/** The environment for children: without inputs, state and the runner's tokens. */
export function childEnv(env: Env): Env {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !PRIVATE.test(name)));
}

/** Takes the same out of the process itself: what is started without a word about its environment gets a copy of this one. */
export function dropPrivate(env: Env): void {
  for (const name of Object.keys(env).filter((one) => PRIVATE.test(one))) Reflect.deleteProperty(env, name);
}

const PRIVATE = /^(?:INPUT_|STATE_|ACTIONS_RUNTIME_|ACTIONS_ID_TOKEN_|GITHUB_TOKEN$)/;
