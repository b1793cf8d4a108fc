import type { App } from '../../app.ts';
import { decide, isTruthy, textOf, type Decided, type Settled, type Why } from '../../decide.ts';
import { reachOf, type Reach } from '../../facts/host.ts';
import { configValue, type SubjectValue } from '../../subject-value.ts';

/** One way to a server of the default connection: the connection itself, or one for reading, for writing, or past a pooler. */
export interface Endpoint {
  /** `database.connections.mysql`, `database.connections.mysql.read`. */
  readonly path: string;
  readonly driver: string;
  /** A setting; that of a variant is the connection's where it has none of its own. */
  readonly setting: (name: string) => SubjectValue;
  readonly reach: Decided<Reach>;
  /** Set where a URL wins over host, user and options, and is a secret. */
  readonly url: Why | undefined;
}

const SERVERS: ReadonlySet<string> = new Set(['mysql', 'mariadb', 'pgsql', 'sqlsrv']);

export type Endpoints = { readonly kind: 'some'; readonly endpoints: readonly [Endpoint, ...Endpoint[]] } | { readonly kind: 'none'; readonly why: string } | { readonly kind: 'unknown'; readonly subject: string; readonly why: Why };

/** The servers that the default connection speaks to. */
export function endpointsOf(app: App): Endpoints {
  const name = decide(app.laravel.config('database.default'), textOf);
  if (name.kind === 'undecided') return { kind: 'unknown', subject: 'database.default', why: name.why };
  if (name.value === undefined) return { kind: 'none', why: 'there is no default connection' };
  const path = `database.connections.${name.value}`;
  const driver = decide(app.laravel.config(`${path}.driver`), textOf);
  if (driver.kind === 'undecided') return { kind: 'unknown', subject: `${path}.driver`, why: driver.why };
  if (driver.value === undefined || !SERVERS.has(driver.value)) return { kind: 'none', why: 'the default connection speaks to no server of MySQL, MariaDB, PostgreSQL or SQL Server' };
  const found = driver.value;
  const variants = variantsOf(app, path);
  const isSplit = variants.some((each) => each.startsWith(`${path}.read`)) && variants.some((each) => each.startsWith(`${path}.write`));
  const [first, ...rest] = (isSplit ? variants : [path, ...variants]).map((each) => endpoint(app, path, each, found));
  return first === undefined ? { kind: 'none', why: 'there is no default connection' } : { kind: 'some', endpoints: [first, ...rest] };
}

/** `read`, `write` and `direct`, each an array of settings or a list of such. */
function variantsOf({ laravel }: App, path: string): readonly string[] {
  return ['read', 'write', 'direct'].flatMap((name) => {
    const value = laravel.config(`${path}.${name}`);
    if (value.kind !== 'array' || value.entries.size === 0) return [];
    return value.isList ? [...value.entries.keys()].map((index) => `${path}.${name}.${index}`) : [`${path}.${name}`];
  });
}

function endpoint(app: App, base: string, path: string, driver: string): Endpoint {
  const setting = (name: string): SubjectValue => {
    const own = configValue(app, `${path}.${name}`);
    return path === base || own.value.kind !== 'unset' ? own : configValue(app, `${base}.${name}`);
  };
  return { path, driver, setting, reach: reachOfServer(app, setting, driver), url: urlOf(setting('url')) };
}

function reachOfServer(app: App, setting: Endpoint['setting'], driver: string): Decided<Reach> {
  const socket = decide(setting('unix_socket').value, isTruthy);
  if ((driver === 'mysql' || driver === 'mariadb') && socket.kind === 'settled' && socket.value) return { kind: 'settled', value: 'loopback' };
  return decide<Reach>(setting('host').value, (value) => reachOf(app, value));
}

function urlOf({ subject, value }: SubjectValue): Why | undefined {
  const isSet = decide(value, isTruthy);
  if (isSet.kind === 'undecided') return isSet.why;
  return isSet.value ? { reason: 'database-url', why: `\`${subject}\` wins over host, user and options, and is a secret` } : undefined;
}

/** True for what a client takes as yes, false for no, undefined for what is not said. */
export function saysYes(value: Settled): boolean | undefined {
  if (value.kind === 'unset' || (value.kind === 'known' && value.value === null)) return undefined;
  const text = textOf(value)?.toLowerCase();
  return text === undefined ? isTruthy(value) : !['', '0', 'no', 'false', 'off', 'optional'].includes(text);
}
