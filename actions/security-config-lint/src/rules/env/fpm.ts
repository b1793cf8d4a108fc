import type { App } from '../../app.ts';
import { composeServices, type ComposeService } from '../../facts/compose.ts';
import { dockerfiles, instructionsOf } from '../../facts/dockerfile.ts';
import type { Finding, Place } from '../../finding.ts';
import { judged, notApplicable, type Judgement } from '../../judgement.ts';

/** Keys that an application of Laravel lives on. */
const LARAVEL_KEY = /^(?:APP|DB|CACHE|SESSION|QUEUE|MAIL|REDIS|LOG|BROADCAST|FILESYSTEM|AWS)_/;
/** Its docker.conf says `clear_env = no`. */
const OFFICIAL_FPM = /(?:^|\/)php:\S*fpm/;
const INSTALLS_FPM = /\b(?:apt-get|apt|apk|dnf|yum)\b[^&|;]*\bphp[\w.-]*-fpm\b/;
const SUBJECT = 'clear_env';

/** FPM gives its workers an empty environment unless the pool says otherwise (docker-library/php#74). */
export function checkFpm(app: App): Judgement {
  const given = composeServices(app).filter(passesEnvironment);
  if (given.length === 0) return notApplicable('no compose file passes settings in the environment');
  const pools = poolsOf(app);
  const images = fpmImages(app, given);
  const clearing = pools.filter(({ clears }) => clears === 'yes' || (clears === 'unset' && images.every(({ kind }) => kind !== 'official')));
  const saysNo = pools.some(({ clears }) => clears === 'no');
  const installed = saysNo || pools.length > 0 ? [] : images.filter(({ kind }) => kind === 'installed');
  const findings = [
    ...(saysNo && !pools.some(({ clears }) => clears === 'yes') ? [] : clearing).map(({ place, clears }) => found(app, place, clears === 'yes' ? `${place.file} sets clear_env` : `${place.file} does not set clear_env, which is yes by default`)),
    ...installed.map(({ place }) => found(app, place, `${place.file} installs FPM and keeps clear_env at yes`)),
  ];
  const isFpm = pools.length > 0 || images.length > 0;
  return judged({ findings, safe: isFpm ? [{ subject: SUBJECT, shown: 'no', trace: [] }] : [] }, 'nothing in the repository runs FPM');
}

function passesEnvironment({ environment, envFiles }: ComposeService): boolean {
  return envFiles.length > 0 || environment.some(({ name }) => LARAVEL_KEY.test(name));
}

interface Pool {
  readonly clears: 'yes' | 'no' | 'unset';
  readonly place: Place;
}

/** Pool files by what only they hold: a section and `pm =`. */
function poolsOf({ repository }: App): readonly Pool[] {
  return repository.files.filter((file) => /\.conf(?:\.[^/]+)?$/.test(file) && repository.holds(file)).flatMap((file): readonly Pool[] => {
    const lines = (repository.text(file) ?? '').split(/\r?\n/);
    const section = lines.findIndex((line) => /^\s*\[(?!global\b)[\w.$-]+\]/.test(line));
    if (section < 0 || !lines.some((line) => /^\s*(?:pm|clear_env)\s*=/.test(line))) return [];
    const index = lines.findLastIndex((line) => /^\s*clear_env\s*=/.test(line));
    const value = /=\s*["']?(\w+)/.exec(lines[index] ?? '')?.[1]?.toLowerCase();
    const clears = value === undefined ? 'unset' : ['no', 'off', 'false', '0', 'none'].includes(value) ? 'no' : 'yes';
    return [{ clears, place: { file, line: (index < 0 ? section : index) + 1, column: 1 } }];
  });
}

interface FpmImage {
  readonly kind: 'official' | 'installed';
  readonly place: Place;
}

/** Images of the services, and Dockerfiles in which FPM is installed by a package manager and clear_env is never spoken of. */
function fpmImages({ repository }: App, services: readonly ComposeService[]): readonly FpmImage[] {
  const direct = services.filter(({ image }) => image !== undefined && OFFICIAL_FPM.test(image)).map(({ place }): FpmImage => ({ kind: 'official', place }));
  const built = dockerfiles(repository).filter((file) => repository.holds(file)).flatMap((file): readonly FpmImage[] => {
    const text = repository.text(file) ?? '';
    const instructions = instructionsOf(file, text);
    const official = instructions.find((each) => each.name === 'FROM' && OFFICIAL_FPM.test(each.text.split(/\s+/).find((word) => !word.startsWith('--')) ?? ''));
    if (official !== undefined) return [{ kind: 'official', place: { file, line: official.line, column: 1 } }];
    const install = instructions.find((each) => each.name === 'RUN' && INSTALLS_FPM.test(each.text));
    return install === undefined || /clear_env/.test(text) ? [] : [{ kind: 'installed', place: { file, line: install.line, column: 1 } }];
  });
  return [...direct, ...built];
}

function found({ repository }: App, place: Place, what: string): Finding {
  return {
    subject: SUBJECT, severity: 'medium', rank: 1, shown: 'yes', place, remedy: 'Write `clear_env = no` into the pool.',
    message: `${what}, so nothing that compose passes in the environment reaches the application.`,
    trace: [{ file: place.file.slice(repository.prefix.length), line: place.line, column: place.column, what }],
  };
}
