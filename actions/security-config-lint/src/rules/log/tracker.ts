import type { App } from '../../app.ts';
import { isNull, isTruthy, textOf } from '../../decide.ts';
import { setValueFix } from '../../fix/set-value.ts';
import { judged, notApplicable, together, type Answers, type Judgement } from '../../judgement.ts';
import { configValue, judgeValue, setting, type SubjectValue } from '../../subject-value.ts';

interface Tracker {
  readonly package: string;
  readonly path: string;
  /** What its own configuration reads. */
  readonly key: string;
}

const TRACKERS: readonly Tracker[] = [
  { package: 'sentry/sentry-laravel', path: 'sentry.dsn', key: 'SENTRY_LARAVEL_DSN' },
  { package: 'bugsnag/bugsnag-laravel', path: 'bugsnag.api_key', key: 'BUGSNAG_API_KEY' },
  { package: 'honeybadger-io/honeybadger-laravel', path: 'honeybadger.api_key', key: 'HONEYBADGER_API_KEY' },
  { package: 'spatie/laravel-flare', path: 'flare.key', key: 'FLARE_KEY' },
  { package: 'rollbar/rollbar-laravel', path: 'logging.channels.rollbar.access_token', key: 'ROLLBAR_TOKEN' },
];
const SENTRY = 'sentry/sentry-laravel';
const RATES = ['sentry.sample_rate', 'sentry.traces_sample_rate', 'sentry.profiles_sample_rate'];
const PERSONAL = ['sentry.send_default_pii', 'sentry.breadcrumbs.sql_bindings', 'sentry.tracing.sql_bindings'];

export function checkTracker(app: App): Judgement {
  const installed = TRACKERS.filter((each) => isInstalled(app, each.package));
  if (installed.length === 0) return notApplicable('no error tracker is installed');
  const rates = isInstalled(app, SENTRY) ? RATES.flatMap((path) => said(app, path) ?? []).map((asked) => judgeRate(app, asked)) : [];
  return judged(together([...installed.map((tracker) => judgeAddress(app, tracker)), ...rates]), '');
}

function judgeAddress(app: App, { path, key }: Tracker): Answers {
  const configured = configValue(app, path);
  const asked = configured.value.kind === 'unset' ? { subject: path, key, value: app.laravel.env(key) } : { ...configured, key: configured.key ?? key };
  // That it is set may be asked also where only its name is known.
  if (asked.value.kind === 'unknown' && asked.value.reason === 'value-hidden') return { safe: [{ subject: path, shown: 'set', trace: asked.value.trace }] };
  return judgeValue(app, asked, (value) => {
    const isEmpty = isNull(value) || (value.kind === 'secret' ? value.shape.empty : !isTruthy(value));
    if (!isEmpty && !(value.kind === 'secret' && value.shape.placeholder)) return undefined;
    return { severity: 'medium', so: 'so nobody hears of errors though the tracker is installed', remedy: `Give it in \`${asked.key}\`.` };
  });
}

function judgeRate(app: App, asked: SubjectValue): Answers {
  return judgeValue(app, asked, (value) => {
    if (isNull(value)) return undefined;
    const number = value.kind === 'known' ? Number(value.value) : Number.NaN;
    return number >= 0 && number <= 1 ? undefined : { severity: 'medium', so: 'which is no rate from 0 to 1, so the tracker does not take it', remedy: setting(asked, '0.2') };
  });
}

export function checkPersonal(app: App): Judgement {
  if (!isInstalled(app, SENTRY)) return notApplicable('Sentry is not installed');
  return judged(together(PERSONAL.flatMap((path) => said(app, path) ?? []).map((asked) => judgeValue(app, asked, (value) => (
    isTruthy(value) && textOf(value) !== '' ? { severity: 'medium', so: 'so personal data goes to the tracker with every error', remedy: setting(asked, 'false'), fix: setValueFix(app, asked, false, 'safe') } : undefined
  )))), 'nothing is said about personal data');
}

/** What a configuration says. What only the package knows is its default, and those of Sentry are safe. */
function said(app: App, path: string): SubjectValue | undefined {
  const asked = configValue(app, path);
  const isOfPackage = asked.value.kind === 'unknown' && asked.value.trace.every(({ file, env }) => file === undefined && env === undefined);
  return asked.value.kind === 'unset' || isOfPackage ? undefined : asked;
}

function isInstalled({ laravel }: App, name: string): boolean {
  return laravel.packages.get(name)?.isDev === false;
}
