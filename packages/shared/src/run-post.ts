import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { asError } from './errors.ts';
import { ActionsLog } from './printing/actions-log.ts';
import { Redactor } from './printing/redactor.ts';
import { PRIVATE_TEMP } from './private-temp.ts';
import { Ending } from './process-signals.ts';
import type { ActionHost } from './run-action.ts';

/** What a post step gets: its saved state, its environment and a way to say something. It never fails the job. */
export interface PostDeps {
  readonly state: (key: string) => string | undefined;
  readonly input: (name: string) => string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly say: (line: string) => void;
}

const POST_BUDGET_MS = 70_000;
const CANCEL_BUDGET_MS = 4500;

/** Runs a post step: small, bounded, never red. Reads only what main saved, since inputs are evaluated anew for post. */
export async function runPost(post: (deps: PostDeps) => Promise<void>, host: ActionHost): Promise<void> {
  host.stdout.on?.('error', () => undefined);
  const redactor = new Redactor();
  const log = new ActionsLog((text) => void host.stdout.write(text), redactor, () => randomBytes(16).toString('hex'));
  using ending = new Ending(host, CANCEL_BUDGET_MS, () => log.info('The post step was cancelled; it ends what it can.'));
  const deps: PostDeps = {
    state: (key) => nonEmpty(host.env[`STATE_${key}`]),
    input: (name) => {
      const text = nonEmpty(host.env[`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`]);
      // Post has no contract to say what is secret; what it asks for is a token or a key.
      if (text !== undefined) redactor.add(text);
      return text;
    },
    env: host.env,
    say: (line) => log.info(line),
  };
  const work = removePrivateTemp(host).then(() => post(deps)).then(() => 'done' as const, (thrown: unknown) => asError(thrown));
  const stop = new AbortController();
  const slow = setTimeout(POST_BUDGET_MS, 'late' as const, { signal: stop.signal }).catch(() => 'late' as const);
  const ended = await Promise.race([work, slow, ending.late, ending.lost]);
  stop.abort();
  if (ended === 'late') log.info('The post step ran out of time; what is left is done by the hosts or by the next run.');
  else if (ended !== 'done') log.info(`The post step could not tidy up: ${ended.message}`);
  // Work that goes on would hold the job up.
  if (ended !== 'done') host.stdout.write('', () => host.exit(0));
}

/** A killed main could not: keys must not stay for the next step of the job. Only a folder right inside the runner's own. */
async function removePrivateTemp({ env }: ActionHost): Promise<void> {
  const dir = nonEmpty(env[`STATE_${PRIVATE_TEMP}`]);
  if (dir !== undefined && dirname(dir) === env['RUNNER_TEMP']) await rm(dir, { recursive: true, force: true });
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text;
}
