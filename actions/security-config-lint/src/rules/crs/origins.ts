import type { App } from '../../app.ts';
import { decide, isNull, textOf, type Settled, type Why } from '../../decide.ts';
import { judgeEntries, NOBODY_ASKED, ORIGINS, sendsCookies, withoutCors } from '../../cors/settings.ts';
import { judged, type Judgement } from '../../judgement.ts';
import { judgeValue, type Bad, type SubjectValue } from '../../subject-value.ts';

/** Scheme, host and port of an entry, and what stands behind them. */
const ORIGIN = /^([a-z][a-z0-9+.-]*):\/\/(\[[^\]]*\]|[^/:?#\s@]*)(:[\d*]*)?(.*)$/is;
/** Names and addresses that a developer's computer or an inner network has. */
const INNER_HOST = /^(?:localhost|127(?:\.\d+){3}|0\.0\.0\.0|\[::1\]|10(?:\.\d+){3}|192\.168(?:\.\d+){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d+){2}|.+\.(?:test|localhost|local))$/i;
const DEFAULT_PORTS: ReadonlyMap<string, string> = new Map([['http', ':80'], ['https', ':443']]);

/** Origins of the pages of http; `capacitor://localhost` is the own origin of an app on a phone. */
function isInner(text: string): boolean {
  const [, scheme = '', host = ''] = ORIGIN.exec(text) ?? [];
  return /^https?$/i.test(scheme) && INNER_HOST.test(host);
}

export function checkLocalOrigin(app: App): Judgement {
  const cookies = sendsCookies(app);
  const isWithCookies = cookies.kind === 'settled' && cookies.value;
  const so = isWithCookies ? 'so whatever runs on a visitor\'s computer or network reads with the visitor\'s cookies' : 'so whatever runs on a visitor\'s computer or network reads the answers';
  return judgeOrigins(app, (value, entry) => {
    if (!isInner(textOf(value) ?? '')) return undefined;
    return { severity: isWithCookies ? 'high' : 'medium', so, remedy: taking(entry, 'Take the origin out of'), rank: isWithCookies ? 2 : 1 };
  });
}

export function checkMalformedOrigin(app: App): Judgement {
  return judgeOrigins(app, (value, entry) => {
    const wrong = isNull(value) ? 'which is no origin' : flawOf(textOf(value));
    return wrong === undefined ? undefined : { severity: 'medium', so: `${wrong}, so it allows nobody`, remedy: taking(entry, 'Write scheme, host and port only in') };
  });
}

/** What keeps an entry from ever being the origin that a browser sends; undefined when nothing does. */
function flawOf(text: string | undefined): string | undefined {
  if (text === undefined || text === '*' || text === 'null') return undefined;
  if (text.trim() === '') return 'which is no origin';
  if (/\s/.test(text)) return 'with a blank';
  const [, scheme = '', host = '', port = '', rest = ''] = ORIGIN.exec(text) ?? [];
  if (scheme === '') return text.includes('*') ? undefined : 'without a scheme';
  if (host === '' || rest.includes('@')) return 'without a plain host';
  if (rest === '/') return 'with a slash at its end';
  if (rest !== '') return 'with more than an origin';
  if (DEFAULT_PORTS.get(scheme.toLowerCase()) === port) return 'with the port that browsers leave out';
  return text === text.toLowerCase() ? undefined : 'with capital letters, which browsers never send';
}

export function checkPlainOrigin(app: App): Judgement {
  const isHttps = decide(app.laravel.config('app.url'), (url) => /^https:/i.test(textOf(url) ?? ''));
  return judgeOrigins(app, (value, entry) => {
    const text = textOf(value) ?? '';
    if (!/^http:\/\//i.test(text) || isInner(text)) return undefined;
    if (isHttps.kind === 'undecided') return isHttps.why;
    if (!isHttps.value) return undefined;
    return { severity: 'medium', so: 'so whoever changes a page of it on the way reads the answers that https protects', remedy: taking(entry, 'Write `https://` in') };
  });
}

function judgeOrigins(app: App, judge: (value: Settled, entry: SubjectValue) => Bad | Why | undefined): Judgement {
  const off = withoutCors(app);
  if (off !== undefined) return off;
  return judged(judgeEntries(app, ORIGINS, (entry) => judgeValue(app, entry, (value) => judge(value, entry), { origins: true })), NOBODY_ASKED);
}

function taking({ key, value }: SubjectValue, what: string): string {
  return `${what} ${key === undefined ? (value.place?.file ?? 'config/cors.php') : `\`${key}\``}.`;
}
