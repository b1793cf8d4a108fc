import type { PostDeps } from '@ops/shared/post';

/** After a killed or cancelled main: says what may be left, and who collects it. */
export function tidyUp(deps: PostDeps): Promise<void> {
  // With wrong inputs nothing had begun.
  if (deps.state('begun') === undefined || deps.state('done') !== undefined) return Promise.resolve();
  const uploads = (deps.state('uploads') ?? '').split('\n').filter((line) => line !== '');
  deps.say('The backup ended without a verdict, so it is no backup: there is no manifest. Older backups are untouched.');
  for (const upload of uploads) deps.say(`Begun and not published: ${upload}. The next run tells of it, and retention collects it after 7 days.`);
  return Promise.resolve();
}
