import type { App } from '../../app.ts';
import { composeServices } from '../../facts/compose.ts';
import { dockerfiles, instructionsOf } from '../../facts/dockerfile.ts';
import { ignoredBy } from '../../facts/ignored.ts';
import type { Finding, Place, Safe } from '../../finding.ts';
import { judged, notAsked, type Judgement } from '../../judgement.ts';

/** Environments of developers and tests, whose own file is meant to be read. */
const OWN_FILES: ReadonlySet<string> = new Set(['local', 'testing', 'test', 'ci', 'example']);

/** With a real `APP_ENV=x` Laravel reads `.env.x` alone where that file is there (LoadEnvironmentVariables). */
export function checkShadowed(app: App): Judgement {
  const { envFile } = app.laravel;
  const findings: Finding[] = [];
  const safe: Safe[] = [];
  if (envFile?.insteadOf !== undefined) findings.push(shadowed(envFile.insteadOf, envFile.name, 'The real environment sets `APP_ENV`', undefined));
  else if (envFile !== undefined) safe.push({ subject: envFile.name, shown: 'read', trace: [] });
  for (const { environment, place, from } of declared(app)) {
    const name = `.env.${environment}`;
    const file = app.repository.prefix + name;
    if (app.repository.holds(file) && !(from === 'image' && isLeftOut(app, file))) findings.push(shadowed('.env', name, `${place.file} sets \`APP_ENV\``, place));
    else safe.push({ subject: name, shown: 'not there', trace: [] });
  }
  const judgement = judged({ findings, safe }, '');
  return findings.length + safe.length > 0 ? judgement : notAsked('no environment was given, and no image or compose file sets APP_ENV');
}

function shadowed(unread: string, read: string, why: string, place: Place | undefined): Finding {
  return {
    subject: unread === read ? '.env' : unread, severity: 'high', rank: 1, shown: `${read} is read`, trace: [{ file: read, line: 1, column: 1, what: `${read} is read instead of ${unread}` }],
    message: `${why}, and ${read} is there, so Laravel reads it and nothing of ${unread}.`, remedy: `Keep one file: delete ${read}, or give all values in the real environment.`,
    ...(place === undefined ? {} : { place }),
  };
}

interface Declared {
  readonly environment: string;
  readonly place: Place;
  readonly from: 'image' | 'compose';
}

/** Literal values of APP_ENV in images and compose files. */
function declared(app: App): readonly Declared[] {
  const { repository } = app;
  const images = dockerfiles(repository).filter((file) => repository.holds(file)).flatMap((file) => instructionsOf(file, repository.text(file) ?? '').flatMap(({ name, text, line }): readonly Declared[] => {
    const environment = name === 'ENV' ? /(?:^|\s)APP_ENV[=\s]["']?([\w-]+)["']?(?:\s|$)/.exec(text)?.[1] : undefined;
    return environment === undefined ? [] : [{ environment, place: { file, line, column: 1 }, from: 'image' }];
  }));
  const services = composeServices(app).flatMap(({ environment }) => environment.flatMap(({ name, value, place }): readonly Declared[] => (
    name === 'APP_ENV' && value !== undefined && /^[\w-]+$/.test(value) ? [{ environment: value, place, from: 'compose' }] : []
  )));
  return [...images, ...services].filter(({ environment }) => !OWN_FILES.has(environment));
}

function isLeftOut({ repository }: App, file: string): boolean {
  return ['', repository.prefix].some((folder) => file.startsWith(folder) && ignoredBy(repository.text(`${folder}.dockerignore`) ?? '', file.slice(folder.length), 'docker') === 'ignored');
}
