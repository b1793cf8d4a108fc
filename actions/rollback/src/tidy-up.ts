import type { PostDeps } from '@ops/shared/post';

/** After a killed or cancelled main there is nothing to undo from here; the hosts do it. */
export function tidyUp(deps: PostDeps): Promise<void> {
  if (deps.state('done') === undefined) deps.say('The rollback ended without a verdict. Run it again with mode: status to see what is live on each host.');
  return Promise.resolve();
}
