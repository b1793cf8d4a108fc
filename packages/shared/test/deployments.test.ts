import { describe, expect, test } from '@jest/globals';
import { createGitHub, milliseconds, realClock, Secret, trackDeployment, type DeploymentTracker, type Log } from '@ops/shared';
import { invalid, notPermitted, serverError, startGithub, type FakeGithub } from '../../../test/support/github.ts';

const SHA = '0a1b2c3d4e5f60718293a4b5c6d7e8f901234567';
const HOUR_MS = 3_600_000;
const RUNS = 'https://github.com/acme/shop/actions/runs';
const LIST = 'GET /repos/:owner/:repo/deployments';
const CREATE = 'POST /repos/:owner/:repo/deployments';
const STATUSES = 'GET /repos/:owner/:repo/deployments/:id/statuses';
const SAY = 'POST /repos/:owner/:repo/deployments/:id/statuses';

interface Known {
  readonly id: number;
  readonly sha?: string;
  readonly environment?: string;
  readonly ageHours?: number;
  readonly state?: string;
  /** Run that wrote the last status; undefined: there is none. */
  readonly run?: string;
}

/** Deployments that GitHub has already, newest first. */
function have(github: FakeGithub, known: readonly Known[]): Map<string, Record<string, unknown>[]> {
  const said = new Map<string, Record<string, unknown>[]>();
  github.on(LIST, () => ({ status: 200, body: known.map((one) => ({ id: one.id, sha: one.sha ?? SHA, environment: one.environment ?? 'production', task: 'deploy', created_at: new Date(Date.now() - (one.ageHours ?? 0) * HOUR_MS).toISOString() })) }));
  github.on(STATUSES, ({ params }) => {
    const one = known.find(({ id }) => String(id) === params['id']);
    return { status: 200, body: one?.run === undefined ? [] : [{ state: one.state ?? 'in_progress', log_url: one.run.startsWith('http') ? one.run : `${RUNS}/${one.run}/job/7` }] };
  });
  github.on(SAY, ({ params, body }) => {
    const id = params['id'] ?? '';
    said.set(id, [...(said.get(id) ?? []), { ...Object(body) }]);
    return { status: 201, body: {} };
  });
  return said;
}

async function track(github: FakeGithub): Promise<{ readonly tracker: DeploymentTracker; readonly notices: string[] }> {
  const notices: string[] = [];
  const log: Log = { info: () => {}, debug: () => {}, notice: (line) => { notices.push(line); }, warning: () => {}, error: () => {}, group: (_title, body) => body(), foreign: () => {} };
  const api = createGitHub({ clock: { ...realClock, sleep: () => Promise.resolve() }, context: { apiUrl: github.url } }, new Secret('ghs_hunter2hunter2'));
  const tracker = await trackDeployment(api, {
    context: { repository: 'acme/shop', serverUrl: 'https://github.com', runId: '42', runUrl: `${RUNS}/42/attempts/1` },
    environment: 'production', sha: SHA, url: 'https://shop.example.com', log, clock: { now: () => milliseconds(Date.now()) },
  });
  return { tracker, notices };
}

describe('which deployment', () => {
  test.each<[string, Known[], number]>([
    ['that of the job, told by its run', [{ id: 1, run: '42' }], 1],
    ['that of the job when it has no status yet', [{ id: 1 }, { id: 2, run: '41' }], 1],
    ['that of the job although a newer one of another commit stands before it', [{ id: 1, sha: 'f'.repeat(40), run: '43' }, { id: 2, run: '42' }], 2],
    ['a new one: the same commit was deployed by an earlier run', [{ id: 1, run: '41', state: 'success' }], 1000],
    ['a new one: a run whose number begins alike', [{ id: 1, run: '4' }, { id: 2, run: '421' }], 1000],
    ['a new one: one without status that is not the newest', [{ id: 1, sha: 'f'.repeat(40), run: '43' }, { id: 2 }], 1000],
    ['a new one: another commit', [{ id: 1, sha: 'f'.repeat(40) }], 1000],
    ['a new one: an old one without status', [{ id: 1, ageHours: 24 * 6 }], 1000],
    ['a new one: a status of another server', [{ id: 1, run: 'https://ci.example.com/42' }], 1000],
    ['a new one: nothing there', [], 1000],
  ])('%s', async (_title, known, id) => {
    await using github = await startGithub();
    have(github, known);
    const { tracker, notices } = await track(github);
    expect([tracker.id, notices]).toEqual([id, []]);
    expect(github.deployments).toHaveLength(id === 1000 ? 1 : 0);
  });
  test('a new one asks neither for checks nor for a merge', async () => {
    await using github = await startGithub();
    await track(github);
    expect(github.deployments[0]).toMatchObject({ ref: SHA, environment: 'production', body: { auto_merge: false, required_contexts: [], task: 'deploy', production_environment: true } });
  });
});

test('states reach GitHub, in one line of 140 characters', async () => {
  await using github = await startGithub();
  const { tracker, notices } = await track(github);
  await tracker.set('in_progress', 'Deploying\n0a1b2c3');
  await tracker.set('success', `${'x'.repeat(139)}😀😀`);
  expect(notices).toEqual([]);
  expect(github.deployments[0]?.statuses.map(({ state, description }) => [state, description])).toEqual([['in_progress', 'Deploying 0a1b2c3'], ['success', `${'x'.repeat(139)}…`]]);
  expect(github.deployments[0]?.statuses[0]?.body).toMatchObject({ log_url: `${RUNS}/42/attempts/1`, environment_url: 'https://shop.example.com' });
});

test('only old ones that a run of ours left in progress are closed', async () => {
  await using github = await startGithub();
  const old = { ageHours: 7, sha: 'f'.repeat(40) };
  const said = have(github, [
    { id: 1, run: '42' }, { id: 2, run: '41', sha: 'f'.repeat(40), ageHours: 1 }, { ...old, id: 3, run: '40' }, { ...old, id: 4, run: '39', state: 'success' },
    { ...old, id: 5, run: 'https://ci.example.com/1' }, { ...old, id: 6 },
  ]);
  expect((await track(github)).tracker.id).toBe(1);
  expect([...said]).toEqual([['3', [expect.objectContaining({ state: 'inactive', log_url: `${RUNS}/40/job/7` })]]]);
});

describe('a deploy does not fail for it', () => {
  test.each([
    ['403', notPermitted, 'The GitHub deployment is not tracked. The token lacks deployments: write. Add it to the permissions of the job, or set github-deployment: false.'],
    ['401', { status: 401, body: {} }, 'The GitHub deployment is not tracked. GitHub does not accept the token (401). Is github-token still valid?'],
    ['422', invalid('x'), 'The GitHub deployment is not tracked. GitHub answered 422: Validation Failed.'],
    ['5xx', serverError, "The GitHub deployment is not tracked. GitHub's API answered 502 to POST /repos/acme/shop/deployments 3 times."],
  ])('%s on creation is one notice', async (_title, answer, notice) => {
    await using github = await startGithub();
    github.fail(CREATE, answer, 3);
    const { tracker, notices } = await track(github);
    await tracker.set('success', 'done');
    expect([tracker.id, notices]).toEqual([undefined, [notice]]);
  });
  test('403 on everything is one notice', async () => {
    await using github = await startGithub();
    for (const route of [LIST, CREATE, STATUSES, SAY]) github.fail(route, notPermitted, 99);
    expect((await track(github)).notices).toHaveLength(1);
  });
  test('a state that GitHub refuses is a notice', async () => {
    await using github = await startGithub();
    const { tracker, notices } = await track(github);
    github.fail(SAY, invalid('x'));
    await tracker.set('success', 'done');
    github.fail(SAY, serverError, 3);
    await tracker.set('success', 'done');
    expect(notices).toEqual(['The GitHub deployment was not updated. GitHub answered 422: Validation Failed.', expect.stringContaining('The GitHub deployment was not updated. GitHub\'s API answered 502')]);
  });
});
