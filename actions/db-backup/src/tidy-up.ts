import type { PostDeps } from '@ops/shared/post';

/** After a killed or cancelled main: says what there is, what may be left, and who collects it. */
export function tidyUp(deps: PostDeps): Promise<void> {
  const mode = deps.state('begun');
  // With wrong inputs nothing had begun.
  if (mode === undefined || deps.state('done') !== undefined) return Promise.resolve();
  const published = deps.state('published');
  const uploads = (deps.state('uploads') ?? '').split('\n').filter((line) => line !== '');
  if (mode !== 'backup') deps.say(`The run (mode: ${mode}) ended without a verdict. Run it again.`);
  else if (published === undefined) deps.say('The backup ended without a verdict, so it is no backup: there is no manifest. Older backups are untouched.');
  else deps.say(`The run ended without a verdict after backup ${published} was published: it stands in the primary store and is complete. Copies, reading back and retention may be missing; mode: verify reads it back.`);
  for (const upload of uploads) deps.say(`Begun and not published: ${upload}. The next run tells of it, and retention collects it after 7 days.`);
  return Promise.resolve();
}
