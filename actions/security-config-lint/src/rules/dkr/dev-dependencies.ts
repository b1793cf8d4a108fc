import type { App } from '../../app.ts';
import { imagesOf, type Image } from '../../facts/image.ts';
import { judged, together, type Answers, type Judgement } from '../../judgement.ts';
import { placeFinding } from '../../place-finding.ts';

const INSTALLS = /\bcomposer(?:\.phar)?\s+(?:-\S+\s+)*(?:install|i|update)\b[^&|;]*/g;

export function checkDevDependencies(app: App): Judgement {
  return judged(together(imagesOf(app).map((image) => judgeImage(app, image))), 'no image installs packages of Composer');
}

function judgeImage(app: App, { file, sources }: Image): Answers {
  const instructions = sources.flatMap((stage) => stage.instructions);
  const never = instructions.some(({ name, text }) => name === 'ENV' && /\bCOMPOSER_NO_DEV[= ]"?1/.test(text));
  const installs = instructions.filter(({ name }) => name === 'RUN').flatMap((run) => [...run.text.matchAll(INSTALLS)].map(([command]) => ({ run, command })));
  const found = never ? undefined : installs.find(({ command }) => !/--no-dev\b/.test(command));
  if (installs.length === 0) return {};
  if (found === undefined) return { safe: [{ subject: file, shown: '--no-dev', trace: [] }] };
  return { findings: [placeFinding(app, {
    subject: file, severity: 'medium', place: { file, line: found.run.line, column: 1 }, shown: 'with packages for development', what: 'Composer installs without --no-dev',
    message: `${file} installs packages for development into the image.`, remedy: 'Add `--no-dev` to `composer install`.',
  })] };
}
