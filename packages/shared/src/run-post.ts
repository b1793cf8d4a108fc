import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { PRIVATE_TEMP } from './private-temp.ts';
import type { ActionHost } from './run-action.ts';

/** What a post step gets: its saved state, its environment and a way to say something. It never fails the job. */
export interface PostDeps {
  readonly state: (key: string) => string | undefined;
  readonly input: (name: string) => string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly say: (line: string) => void;
}

const POST_BUDGET_MS = 70_000;

/** Runs a post step: small, bounded, never red. Reads only what main saved, since inputs are evaluated anew for post. */
export async function runPost(post: (deps: PostDeps) => Promise<void>, host: ActionHost): Promise<void> {
  const say = (line: string): void => void host.stdout.write(`${line.replace(/^(\s*)::/gm, '$1: :').replaceAll('##[', '# #[')}\n`);
  const timer = setTimeout(() => {
    say('The post step ran out of time; what is left is done by the hosts or by the next run.');
    host.stdout.write('', () => host.exit(0));
  }, POST_BUDGET_MS);
  timer.unref();
  try {
    await removePrivateTemp(host);
    await post({
      state: (key) => nonEmpty(host.env[`STATE_${key}`]),
      input: (name) => nonEmpty(host.env[`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`]),
      env: host.env,
      say,
    });
  } catch (thrown) {
    say(`The post step could not tidy up: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  } finally {
    clearTimeout(timer);
  }
}

/** A killed main could not: keys must not stay for the next step of the job. Only a folder right inside the runner's own. */
async function removePrivateTemp({ env }: ActionHost): Promise<void> {
  const dir = nonEmpty(env[`STATE_${PRIVATE_TEMP}`]);
  if (dir !== undefined && dirname(dir) === env['RUNNER_TEMP']) await rm(dir, { recursive: true, force: true });
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text;
}
