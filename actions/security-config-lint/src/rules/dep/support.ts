import type { App } from '../../app.ts';
import { composerOf, jsonPlace, objectIn } from '../../facts/composer.ts';
import { dockerfiles, instructionsOf } from '../../facts/dockerfile.ts';
import { LARAVEL_SUPPORT, PHP_SUPPORT } from '../../facts/support-dates.ts';
import type { Place } from '../../finding.ts';
import { judged, together, type Answers, type Judgement } from '../../judgement.ts';
import { placeFinding } from '../../place-finding.ts';

const PHP_IMAGE = /^(?:docker\.io\/)?(?:library\/)?php:(\d+\.\d+)/;
const DAY_MS = 86_400_000;

interface Used {
  readonly subject: string;
  /** `12`, `8.3`. */
  readonly version: string;
  readonly place: Place;
}

export function checkSupport(app: App): Judgement {
  return judged(together([
    ...frameworkUsed(app).map((used) => judgeSupport(app, used, 'Laravel', LARAVEL_SUPPORT)),
    ...phpUsed(app).map((used) => judgeSupport(app, used, 'PHP', PHP_SUPPORT)),
  ]), 'neither the version of laravel/framework nor that of PHP is known');
}

function judgeSupport(app: App, { subject, version, place }: Used, name: string, dates: ReadonlyMap<string, string>): Answers {
  const end = dates.get(version);
  const [oldest = 0] = [...dates.keys()].map(Number).toSorted((a, b) => a - b);
  if (end === undefined && Number(version) > oldest) return { undecided: [{ subject, reason: 'support-unknown', why: `this version does not know until when ${name} ${version} is supported`, trace: [] }] };
  if (end !== undefined && app.todayMs < Date.parse(end) + DAY_MS) return { safe: [{ subject, shown: version, trace: [] }] };
  return { findings: [placeFinding(app, {
    subject, severity: 'medium', place, shown: version, what: `${name} ${version}`,
    message: `${name} ${version} gets no security fixes${end === undefined ? '' : ` since ${end}`}.`, remedy: `Upgrade to a version of ${name} that is supported.`,
  })] };
}

function frameworkUsed({ laravel, repository }: App): readonly Used[] {
  if (laravel.framework.major === undefined) return [];
  const lock = `${repository.prefix}composer.lock`;
  return [{ subject: 'laravel/framework', version: String(laravel.framework.major), place: jsonPlace(lock, repository.text(lock) ?? '', 'laravel/framework') }];
}

/** What composer.json says the hosts have, and the image of the last stage of every Dockerfile. */
function phpUsed(app: App): readonly Used[] {
  const composer = composerOf(app);
  const platform = objectIn(objectIn(composer?.json['config'])?.['platform'])?.['php'];
  const version = typeof platform === 'string' ? /^\d+\.\d+/.exec(platform)?.[0] : undefined;
  const declared = composer === undefined || version === undefined ? [] : [{ subject: 'config.platform.php', version, place: jsonPlace(composer.file, composer.text, 'platform') }];
  const { repository } = app;
  const images = dockerfiles(repository).filter((file) => repository.holds(file)).flatMap((file): readonly Used[] => {
    const last = instructionsOf(file, repository.text(file) ?? '').findLast(({ name }) => name === 'FROM');
    const found = PHP_IMAGE.exec(last?.text.split(/\s+/).find((word) => !word.startsWith('--')) ?? '')?.[1];
    return last === undefined || found === undefined ? [] : [{ subject: `${file}:php`, version: found, place: { file, line: last.line, column: 1 } }];
  });
  return [...declared, ...images];
}
