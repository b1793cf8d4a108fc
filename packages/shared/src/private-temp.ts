import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Deps } from './deps.ts';

/** The state key by which the post step finds the folder that a killed main left; see run-post.ts. */
export const PRIVATE_TEMP = 'private-temp';

/**
 * The same dependencies with a temporary folder of this run alone. It goes away with the run; when main is killed the post step
 * removes it, with whatever key or archive stands in it.
 */
export async function withPrivateTemp(deps: Deps): Promise<Deps> {
  const dir = await mkdtemp(join(deps.context.tempDir, 'ops-run-')); // 0700
  deps.state.save(PRIVATE_TEMP, dir);
  deps.cleanup.defer('remove temporary files', () => rm(dir, { recursive: true, force: true }));
  return { ...deps, context: { ...deps.context, tempDir: dir } };
}
