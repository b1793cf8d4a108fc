import type { App } from '../../app.ts';
import { imagesOf, type Image } from '../../facts/image.ts';
import type { Finding, Place } from '../../finding.ts';
import { judged, type Judgement } from '../../judgement.ts';
import { placeFinding } from '../../place-finding.ts';

const NOT_FOR_HOSTS = /(?:^|[./_-])(?:dev|development|local|tests?|testing|xdebug|sail)(?:[./_-]|$)|(?:^|\/)docker\/\d\.\d\//i;
const SHOWS = /\bdisplay_errors\s*[=\s]\s*["']?(?:on|1|yes|true|stdout)\b/i;

export function checkIni(app: App): Judgement {
  const { repository } = app;
  const images = imagesOf(app);
  const inis = repository.files.filter((file) => file.endsWith('.ini') && repository.holds(file) && !NOT_FOR_HOSTS.test(file) && /\bdisplay_errors\b/.test(repository.text(file) ?? ''));
  const shown = inis.flatMap((file): readonly Finding[] => {
    const line = (repository.text(file) ?? '').split(/\r?\n/).findIndex((each) => !/^\s*[;#]/.test(each) && SHOWS.test(each));
    return line < 0 ? [] : [iniFinding(app, { file, line: line + 1, column: 1 }, `${file} switches display_errors on`)];
  });
  const findings = [...shown, ...images.flatMap((image) => inImage(app, image))];
  const looked = [...inis, ...images.map(({ file }) => file)];
  return judged({ findings, safe: looked.map((file) => ({ subject: file, shown: 'off', trace: [] })) }, 'the repository has no image and no php.ini');
}

function inImage(app: App, { file, layers }: Image): readonly Finding[] {
  return layers.flatMap(({ instructions }) => instructions).filter(({ name, text }) => name === 'RUN' && (/php\.ini-development/.test(text) || SHOWS.test(text))).map(({ line, text }) => (
    iniFinding(app, { file, line, column: 1 }, /php\.ini-development/.test(text) ? `${file} uses php.ini-development` : `${file} switches display_errors on`)
  ));
}

function iniFinding(app: App, place: Place, what: string): Finding {
  return placeFinding(app, {
    subject: `${place.file}:display_errors`, severity: 'medium', place, shown: 'on', what,
    message: `${what}, so errors are shown to visitors with paths and values.`, remedy: 'Use php.ini-production, or write `display_errors = Off`.',
  });
}
