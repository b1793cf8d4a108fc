import type { App } from '../../app.ts';
import { ignoredBy } from '../../facts/ignored.ts';
import { imagesOf, type Image } from '../../facts/image.ts';
import type { Instruction } from '../../facts/dockerfile.ts';
import { judged, together, type Answers, type Judgement } from '../../judgement.ts';
import { placeFinding } from '../../place-finding.ts';

export function checkEnvFile(app: App): Judgement {
  return judged(together(imagesOf(app).map((image) => judgeImage(app, image))), 'the repository builds no image');
}

function judgeImage(app: App, { file, layers }: Image): Answers {
  const copies = layers.flatMap(({ instructions }) => instructions).filter(({ name, text }) => (name === 'COPY' || name === 'ADD') && !/--from=/.test(text));
  const named = copies.find((copy) => sourcesOf(copy).some((source) => /(?:^|\/)\.env$/.test(source)));
  const whole = copies.find((copy) => sourcesOf(copy).some((source) => ['.', './', '/', '*'].includes(source)));
  const copy = named ?? (whole !== undefined && !isIgnored(app, file) ? whole : undefined);
  if (copy === undefined) return { safe: [{ subject: file, shown: 'without .env', trace: [] }] };
  return { findings: [placeFinding(app, {
    subject: file, severity: 'high', rank: named === undefined ? 1 : 2, place: { file, line: copy.line, column: 1 }, shown: 'with .env', what: named === undefined ? 'all of the context is copied' : '.env is copied',
    message: named === undefined ? `${file} copies all there is into the image, and nothing leaves .env out, so whoever can pull the image has it.` : `${file} copies .env into the image, so whoever can pull the image has it.`,
    remedy: named === undefined ? 'Add `.env` and `.env.*` to .dockerignore.' : 'Delete the line, and give the environment when the container starts.',
  })] };
}

function sourcesOf({ text }: Instruction): readonly string[] {
  const words = text.startsWith('[') ? [...text.matchAll(/"([^"]*)"/g)].map(([, word = '']) => word) : text.split(/\s+/).filter((word) => !word.startsWith('--'));
  return words.slice(0, -1);
}

/** The context may be the folder of the Dockerfile, the application, or the repository: one of them leaving it out is enough. */
function isIgnored({ repository }: App, file: string): boolean {
  const own = repository.text(`${file}.dockerignore`);
  const folder = file.slice(0, file.lastIndexOf('/') + 1);
  const contexts = [...new Set([folder, repository.prefix, ''])];
  return contexts.some((context) => {
    const path = `${repository.prefix.startsWith(context) ? repository.prefix.slice(context.length) : ''}.env`;
    return ignoredBy(own ?? repository.text(`${context}.dockerignore`) ?? '', path, 'docker') === 'ignored';
  });
}
