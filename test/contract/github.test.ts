import { describe, expect, test } from '@jest/globals';
import { getOctokit } from '@actions/github';
import { invalid, notPermitted, page, rateLimited, serverError, startGithub } from '../support/github.ts';

const repo = { owner: 'acme', repo: 'shop' };
const deployment = { ...repo, ref: 'main', auto_merge: false, required_contexts: [] };

describe('the fake GitHub API', () => {
  test('keeps deployments and statuses for the real client, and records', async () => {
    await using github = await startGithub({ token: 'good-token' });
    const { rest } = getOctokit('good-token', { baseUrl: github.url });
    const ids: number[] = [];
    for (const state of ['success', 'success'] as const) {
      const { data } = await rest.repos.createDeployment({ ...deployment, environment: 'production' });
      const id = 'id' in data ? data.id : 0;
      ids.push(id);
      await rest.repos.createDeploymentStatus({ ...repo, deployment_id: id, state });
    }
    expect(github.deployments.map(({ statuses }) => statuses.map(({ state }) => state))).toEqual([['success', 'inactive'], ['success']]);
    expect((await rest.repos.listDeployments({ ...repo, environment: 'production' })).data.map(({ id }) => id)).toEqual(ids.toReversed());
    expect((await rest.repos.listDeploymentStatuses({ ...repo, deployment_id: ids[0] ?? 0 })).data.map(({ state }) => state)).toEqual(['inactive', 'success']);
    expect(github.requests[0]).toMatchObject({ method: 'POST', path: '/repos/acme/shop/deployments', authorization: 'token good-token', params: repo, body: { environment: 'production' } });
  });

  test('keeps issues and comments for the real client, those changed last first', async () => {
    await using github = await startGithub();
    const { rest } = getOctokit('t', { baseUrl: github.url });
    const [first, second] = [await rest.issues.create({ ...repo, title: 'one', body: 'text' }), await rest.issues.create({ ...repo, title: 'two' })].map(({ data }) => data.number);
    await rest.issues.createComment({ ...repo, issue_number: first ?? 0, body: 'again' });
    expect((await rest.issues.listForRepo({ ...repo, sort: 'updated' })).data.map(({ number, comments, user }) => [number, comments, user?.type])).toEqual([[first, 1, 'Bot'], [second, 0, 'Bot']]);
    await rest.issues.update({ ...repo, issue_number: first ?? 0, state: 'closed', state_reason: 'completed' });
    expect((await rest.issues.listForRepo(repo)).data.map(({ number }) => number)).toEqual([second]);
    expect(github.issues[0]).toMatchObject({ state: 'closed', state_reason: 'completed', body: 'text', comments: ['again'] });
    await expect(rest.issues.create({ ...repo, title: '' })).rejects.toMatchObject({ status: 422 });
    await expect(rest.issues.createComment({ ...repo, issue_number: 9, body: 'x' })).rejects.toMatchObject({ status: 404 });
  });

  test('refuses what GitHub refuses', async () => {
    await using github = await startGithub({ token: 'good-token' });
    const { rest } = getOctokit('good-token', { baseUrl: github.url });
    await expect(getOctokit('bad', { baseUrl: github.url }).rest.repos.listDeployments(repo)).rejects.toMatchObject({ status: 401 });
    await expect(rest.repos.createDeployment({ ...deployment, ref: '' })).rejects.toMatchObject({ status: 422 });
    await expect(rest.repos.createDeployment({ ...repo, ref: 'main', auto_merge: false })).rejects.toMatchObject({ status: 409 });
    await expect(rest.repos.createDeploymentStatus({ ...repo, deployment_id: 7, state: 'success' })).rejects.toMatchObject({ status: 404 });
    await rest.repos.createDeployment(deployment);
    await expect(rest.repos.createDeploymentStatus({ ...repo, deployment_id: 1000, state: 'success', description: 'x'.repeat(141) })).rejects.toMatchObject({ status: 422 });
  });

  test('answers as told, then as usual; pages with links; hands out OIDC tokens', async () => {
    await using github = await startGithub();
    const octokit = getOctokit('t', { baseUrl: github.url });
    for (const [answer, status] of [[notPermitted, 403], [invalid('no'), 422], [rateLimited(2), 429], [serverError, 502]] as const) {
      github.fail('GET /repos/:owner/:repo/deployments', answer);
      await expect(octokit.rest.repos.listDeployments(repo)).rejects.toMatchObject({ status });
    }
    expect((await octokit.rest.repos.listDeployments(repo)).status).toBe(200);
    github.on('GET /repos/:owner/:repo/branches', (request) => page(Array.from({ length: 65 }, (_item, at) => ({ name: `b${at}` })), request, github.url));
    expect(await octokit.paginate(octokit.rest.repos.listBranches, repo)).toHaveLength(65);
    const { ACTIONS_ID_TOKEN_REQUEST_URL: url = '', ACTIONS_ID_TOKEN_REQUEST_TOKEN: token = '' } = github.oidcEnv;
    const { value } = await (await fetch(`${url}&audience=sts.amazonaws.com`, { headers: { authorization: `Bearer ${token}` } })).json() as { value: string };
    expect(JSON.parse(Buffer.from(value.split('.')[1] ?? '', 'base64url').toString())).toMatchObject({ aud: 'sts.amazonaws.com', sub: 'repo:acme/shop:environment:production' });
  });

  test('an unknown route is a 501 and a failed test', async () => {
    const github = await startGithub();
    await expect(getOctokit('t', { baseUrl: github.url }).rest.pulls.list(repo)).rejects.toMatchObject({ status: 501 });
    await expect(github[Symbol.asyncDispose]()).rejects.toThrow('no handler for: GET /repos/acme/shop/pulls');
  });
});
