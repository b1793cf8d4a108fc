import type { PostDeps } from '@ops/shared/post';

const TIMEOUT_MS = 10_000;

/** After a killed or cancelled main: closes the GitHub deployment and says what the hosts do by themselves. */
export async function tidyUp(deps: PostDeps): Promise<void> {
  const deployment = deps.state('deployment');
  if (deployment === undefined || deps.state('deployment-done') !== undefined) return;
  deps.say(`The deploy to ${deps.state('hosts') ?? 'the hosts'} ended without a verdict. Each host ends what it was doing within 45 s, frees its lock and lifts its maintenance by itself; the next deploy goes on from a clean state.`);
  const token = deps.input('github-token');
  const { GITHUB_API_URL: api, GITHUB_REPOSITORY: repository } = deps.env;
  if (token === undefined || api === undefined || repository === undefined) return;
  const response = await fetch(`${api}/repos/${repository}/deployments/${deployment}/statuses`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, accept: 'application/vnd.github+json', 'content-type': 'application/json', 'user-agent': 'fwber-ops' },
    body: JSON.stringify({ state: 'error', description: 'The run ended without a verdict' }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  await response.body?.cancel();
  deps.say(response.ok ? 'The GitHub deployment is marked as failed.' : `GitHub answered ${response.status} to the deployment status.`);
}
