import { bytesOf } from '../source.ts';
import { nativeOf, phpString, type Native } from './native.ts';
import { splitUrl, type UrlParts } from './url-parts.ts';

const DRIVER_ALIASES: Readonly<Record<string, string>> = {
  mssql: 'sqlsrv', mysql2: 'mysql', postgres: 'pgsql', postgresql: 'pgsql', sqlite3: 'sqlite', redis: 'tcp', rediss: 'tls',
};

/** The settings that a database URL puts over those of its connection; undefined when it is malformed (Laravel's ConfigurationUrlParser). */
export function parseDatabaseUrl(url: string): ReadonlyMap<string, Native> | undefined {
  const raw = splitUrl(bytesOf(url).replace(/^(sqlite3?):\/\/\//, '$1://null/'));
  if (raw === undefined) return undefined;
  const settings = new Map<string, Native>();
  const put = (key: string, value: Native): void => {
    if (value !== null) settings.set(key, value);
  };
  put('driver', driverOf(decoded(raw.scheme)));
  put('database', databaseOf(decoded(raw.path)));
  put('host', decoded(raw.host));
  put('port', raw.port === undefined ? null : { number: String(raw.port) });
  put('username', decoded(raw.user));
  put('password', decoded(raw.pass));
  // Null counts here: it takes a setting away.
  for (const [key, value] of queryOf(raw)) settings.set(key, value);
  return settings;
}

function decoded(bytes: string | undefined): Native {
  return bytes === undefined ? null : nativeOf(percentDecoded(bytes));
}

function driverOf(scheme: Native): Native {
  return typeof scheme === 'string' ? (Object.hasOwn(DRIVER_ALIASES, scheme) ? DRIVER_ALIASES[scheme] ?? scheme : scheme) : scheme;
}

function databaseOf(path: Native): Native {
  const text = phpString(path);
  return text === undefined || text === null || text === '' || text === '0' || text === '/' ? null : text.slice(1);
}

/** PHP's `parse_str`, then native types. A name with brackets is a list; a later one of the same name wins. */
function queryOf({ query }: UrlParts): ReadonlyMap<string, Native> {
  const options = new Map<string, Native>();
  if (query === undefined || query === '' || query === '0') return options;
  for (const pair of query.split('&')) {
    const equals = pair.indexOf('=');
    const given = formDecoded(equals === -1 ? pair : pair.slice(0, equals));
    const value = equals === -1 ? '' : formDecoded(pair.slice(equals + 1));
    const name = given.replace(/^ +/, '').split('\u0000', 1)[0] ?? '';
    const bracket = name.indexOf('[');
    const isList = bracket > 0 && name.indexOf(']', bracket) !== -1;
    const base = isList ? name.slice(0, bracket) : name;
    const key = base.replaceAll(/[ .[]/g, '_');
    if (key !== '' && bracket !== 0 && !isInteger(key)) options.set(key, isList ? { other: true } : nativeOf(value));
  }
  return options;
}

/** PHP counts such keys anew, and no setting has one. */
function isInteger(key: string): boolean {
  return /^(?:0|-?[1-9]\d*)$/.test(key);
}

/** PHP's `rawurldecode`: a `%` without two hex digits stays. */
function percentDecoded(bytes: string): string {
  return bytes.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function formDecoded(bytes: string): string {
  return percentDecoded(bytes.replaceAll('+', ' '));
}
