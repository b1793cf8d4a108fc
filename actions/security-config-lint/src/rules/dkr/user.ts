import type { App } from '../../app.ts';
import { imagesOf, type Image } from '../../facts/image.ts';
import { judged, together, type Answers, type Judgement } from '../../judgement.ts';
import { placeFinding } from '../../place-finding.ts';

/** Of Docker's own library: they start as root. Others may set a user of their own. */
const LIBRARY = /^(?:docker\.io\/)?(?:library\/)?[a-z0-9._-]+(?::[\w.-]+)?(?:@sha256:[0-9a-f]+)?$/;
/** Its master starts as root, its workers run as www-data. */
const FPM = /(?:^|\/)php:\S*fpm/;

export function checkUser(app: App): Judgement {
  return judged(together(imagesOf(app).map((image) => judgeImage(app, image))), 'the repository builds no image');
}

function judgeImage(app: App, { file, last, layers }: Image): Answers {
  const said = layers.map(({ instructions }) => instructions.findLast(({ name }) => name === 'USER')).find((each) => each !== undefined);
  const base = layers.at(-1)?.base ?? '';
  const user = said?.text.split(':')[0]?.trim() ?? '';
  if (user.includes('$')) return { undecided: [{ subject: file, reason: 'expression', why: `USER of ${file} is a variable`, trace: [] }] };
  if (user !== '' && user !== 'root' && user !== '0') return { safe: [{ subject: file, shown: 'a user of its own', trace: [] }] };
  if (user === '' && FPM.test(base)) return { safe: [{ subject: file, shown: 'the workers of FPM', trace: [] }] };
  if (user === '' && !LIBRARY.test(base)) return { undecided: [{ subject: file, reason: 'image-unknown', why: `${file} sets no user, and the image that it stands on may`, trace: [] }] };
  return { findings: [placeFinding(app, {
    subject: file, severity: 'medium', place: { file, line: (said ?? last.from).line, column: 1 }, shown: 'root', what: user === '' ? 'no USER is set' : 'USER is root',
    message: `The image of ${file} runs as root, so a hole in the application is one in all of the container.`, remedy: 'Add `USER www-data` as the last instruction before the command.',
  })] };
}
