import { z } from 'zod';
import type { App } from '../../app.ts';
import { decide, intOf, isNull, textOf, type Why } from '../../decide.ts';
import { activeChannels, type LogChannel } from '../../facts/log-channels.ts';
import { setValueFix } from '../../fix/set-value.ts';
import { judged, together, type Answers, type Judgement } from '../../judgement.ts';
import { withOptions } from '../../rule.ts';
import { configValue, findingOf, judgeValue, setting, type SubjectValue } from '../../subject-value.ts';

const LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];
const FILE_DRIVERS: ReadonlySet<string> = new Set(['single', 'daily', 'monthly']);
/** What LogManager keeps when nobody says. */
const DEFAULT_DAYS = 7;
export const SECURITY_CHANNELS = z.array(z.string()).min(1).default(['security', 'audit', 'auth']).describe('Names of channels for what concerns security');

export function checkLevel(app: App): Judgement {
  const { channels, undecided } = activeChannels(app);
  const parts = channels.filter(({ driver }) => driver !== 'null').map((channel): Answers => {
    const asked = configValue(app, `${channel.path}.level`);
    return judgeValue(app, asked, (value) => {
      if (value.kind === 'unset' && channel.driver === 'custom') return { reason: 'expression', why: `the class behind ${channel.path} has a level of its own` };
      if (!isNull(value) && textOf(value)?.toLowerCase() !== 'debug') return undefined;
      const so = isNull(value) ? 'which is debug, so queries and requests with their data are written down' : 'so queries and requests with their data are written down';
      return { severity: 'medium', so, remedy: setting(asked, 'info', "'info'"), fix: setValueFix(app, asked, 'info', 'safe') };
    }, { words: LEVELS });
  });
  return judged(together([{ undecided }, ...parts]), 'nothing is logged');
}

export function checkLocal(app: App): Judgement {
  const { channels, undecided } = activeChannels(app);
  const asked = configValue(app, 'logging.default');
  const kinds = channels.map((channel) => reachOf(app, channel));
  if (kinds.includes('shipped')) return { kind: 'pass', safe: [{ subject: asked.subject, shown: 'shipped', trace: asked.value.trace }] };
  if (undecided.length > 0) return judged({ undecided }, '');
  if (kinds.includes('unknown')) return judged({ undecided: [{ subject: asked.subject, reason: 'expression', why: 'a channel of its own class decides where it writes to', trace: asked.value.trace }] }, '');
  if (kinds.length === 0) return judged({}, 'there is no channel to log to');
  const isKept = kinds.includes('local');
  const words = [...channels.map(({ name }) => name.toLowerCase()), 'stack'];
  return judged(judgeValue(app, asked, () => ({
    severity: 'low', so: isKept ? 'and all that is logged stays in files of this host' : 'and nothing that is logged is kept', rank: isKept ? 1 : 2,
    remedy: 'Add a channel such as stderr or syslog, from which a collector takes it.',
  }), { words }), '');
}

type LogReach = 'local' | 'shipped' | 'nowhere' | 'unknown';

function reachOf(app: App, { driver, path }: LogChannel): LogReach {
  // Slack gets a few messages for people, and is no store of logs.
  if (driver === 'null' || driver === 'slack') return 'nowhere';
  if (FILE_DRIVERS.has(driver)) return 'local';
  if (driver === 'custom') return 'unknown';
  if (driver !== 'monolog') return 'shipped';
  const handler = decide(app.laravel.config(`${path}.handler`), (value) => textOf(value) ?? '');
  if (handler.kind === 'undecided') return 'unknown';
  if (handler.value.endsWith('RotatingFileHandler')) return 'local';
  if (!handler.value.endsWith('StreamHandler')) return 'shipped';
  const streams = ['with.stream', 'handler_with.stream'].map((name) => app.laravel.config(`${path}.${name}`));
  const toFile = streams.some((value) => value.kind === 'symbol' || (value.kind === 'known' && typeof value.value === 'string' && !value.value.startsWith('php://')));
  return toFile ? 'local' : 'shipped';
}

export const RETENTION_OPTIONS = z.strictObject({
  'app-days': z.int().min(1).default(14).describe('Days that the log of the application is kept at least'),
  'security-days': z.int().min(1).default(90).describe('Days that a channel for security is kept at least'),
  'security-channels': SECURITY_CHANNELS,
});

export const checkRetention = withOptions(RETENTION_OPTIONS, (app, { 'app-days': forApp, 'security-days': forSecurity, 'security-channels': names }) => {
  const { channels, undecided } = activeChannels(app);
  const security = names.filter((name) => !channels.some((channel) => channel.name === name)).flatMap((name): readonly LogChannel[] => {
    const driver = app.laravel.config(`logging.channels.${name}.driver`);
    return driver.kind === 'known' && driver.value === 'daily' ? [{ name, path: `logging.channels.${name}`, driver: 'daily' }] : [];
  });
  const daily = [...channels.filter(({ driver }) => driver === 'daily'), ...security];
  return judged(together([{ undecided }, ...daily.map(({ path, name }) => judgeDays(app, path, names.includes(name) ? forSecurity : forApp))]), 'no log is kept by days');
});

function judgeDays(app: App, path: string, least: number): Answers {
  const [files, days] = [configValue(app, `${path}.max_files`), configValue(app, `${path}.days`)];
  const asked = isSaid(files) ? files : days;
  const kept = [...new Set([...numbersOf(files), ...numbersOf(days)])];
  const [only = DEFAULT_DAYS] = kept;
  if (kept.length > 1 || kept.includes(undefined)) return judgeValue(app, asked, (value) => tooFew(app, asked, intOf(value) ?? DEFAULT_DAYS, least));
  const bad = tooFew(app, asked, only, least);
  const shown = kept.length === 0 ? `not set, which is ${DEFAULT_DAYS}` : String(only);
  return bad === undefined ? { safe: [{ subject: asked.subject, shown, trace: asked.value.trace }] } : { findings: [findingOf(app, asked, bad, shown)] };
}

/** Zero keeps everything. */
function tooFew(app: App, asked: SubjectValue, days: number, least: number): Exclude<ReturnType<Parameters<typeof judgeValue>[2]>, Why> {
  if (days === 0 || days >= least) return undefined;
  return { severity: 'low', so: `under ${least} days`, remedy: setting(asked, String(least)), rank: least - days, fix: setValueFix(app, asked, least, 'safe') };
}

function isSaid({ value }: SubjectValue): boolean {
  return value.kind === 'known' && value.value !== null;
}

/** What the setting may be; undefined stands for what nobody knows, and null for nothing. */
function numbersOf({ value }: SubjectValue): readonly (number | undefined)[] {
  const values = value.kind === 'one-of' ? value.values : [value];
  return values.flatMap((each) => (each.kind === 'unknown' ? [undefined] : isNull(each) ? [] : [intOf(each)]));
}
