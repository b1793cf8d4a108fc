import { Secret, UserError } from '@ops/shared';
import { castEnv } from '../cast.ts';
import type { Dotenv } from '../dotenv.ts';
import { textOf } from '../source.ts';
import { stockConfig, type LaravelMajor, type Setting } from './connections.ts';
import { phpString, type Native } from './native.ts';
import { parseDatabaseUrl } from './url.ts';

/** Where a fact comes from: a key of `.env` (with its line) or of the process environment (no line), or Laravel's own default. */
export type FactSource = { readonly kind: 'key'; readonly key: string; readonly line: number | undefined } | { readonly kind: 'default' };

export interface Fact<T> {
  readonly value: T;
  readonly from: FactSource;
}

interface ServerFacts {
  /** Name of the connection in config/database.php. */
  readonly connection: Fact<string>;
  /** Null: none is given, the client library's default counts. */
  readonly host: Fact<string | null>;
  readonly port: Fact<number | null>;
  readonly database: Fact<string>;
  readonly username: Fact<string | null>;
  /** An empty password is a value; null is none. */
  readonly password: Fact<Secret | null>;
  readonly charset: Fact<string | null>;
}

export interface MysqlFacts extends ServerFacts {
  readonly driver: 'mysql' | 'mariadb';
  /** When there is one, Laravel connects there and ignores host and port. */
  readonly socket: Fact<string | null>;
  readonly collation: Fact<string | null>;
  readonly sslCa: Fact<string | null>;
}

export interface PostgresFacts extends ServerFacts {
  readonly driver: 'pgsql';
  readonly sslMode: Fact<string | null>;
  readonly sslRootCert: Fact<string | null>;
}

export interface SqliteFacts {
  readonly driver: 'sqlite';
  readonly connection: Fact<string>;
  /** As given; a relative path begins at the application's root. */
  readonly database: Fact<string>;
  /** There is no file: the database lives and ends with each connection. */
  readonly isMemory: boolean;
}

export type DatabaseFacts = MysqlFacts | PostgresFacts | SqliteFacts;

/**
 * Which database the application's default connection opens, as the stock `config/database.php` of that Laravel would make
 * it from `env`. Throws a UserError that names the key and its line, never a value, where Laravel could not connect either.
 */
export function databaseFacts(env: Dotenv, { laravel }: { readonly laravel: LaravelMajor }): DatabaseFacts {
  const stock = stockConfig(laravel);
  const named = settingOf(env, { key: 'DB_CONNECTION', fallback: stock.defaultConnection });
  const name = phpString(named.value) ?? '';
  const connection = Object.hasOwn(stock.connections, name) ? stock.connections[name] : undefined;
  if (connection === undefined) throw refuse('database-connection', named.from, `names no connection that Laravel ${laravel} has and a backup can read`, `Use one of ${Object.keys(stock.connections).join(', ')}.`);
  const { url, ...plain } = connection;
  const settings = new Map(Object.entries(plain).map(([key, setting]) => [key, settingOf(env, setting)]));
  if (url !== undefined) applyUrl(settings, settingOf(env, url));
  return new FactReader(settings, { value: name, from: named.from }, laravel).facts();
}

type Settings = Map<string, Fact<Native>>;

function settingOf(env: Dotenv, { key, fallback }: Setting): Fact<Native> {
  const found = key === undefined ? undefined : env.values.get(key);
  if (key === undefined || found === undefined) return { value: fallback, from: { kind: 'default' } };
  return { value: castEnv(found.value), from: { kind: 'key', key, line: found.entry?.nameSpan.line } };
}

function applyUrl(settings: Settings, { value, from }: Fact<Native>): void {
  const url = phpString(value);
  if (url === undefined || url === null || url === '' || url === '0') return;
  const parts = parseDatabaseUrl(url);
  if (parts === undefined) throw refuse('database-url', from, 'is no URL that Laravel can split', 'Write driver://user:password@host:port/database, with %XX for / ? # and @ in user and password.');
  for (const [key, part] of parts) settings.set(key, { value: typeof part === 'string' ? textOf(part) : part, from });
}

class FactReader {
  readonly #settings: ReadonlyMap<string, Fact<Native>>;
  readonly #connection: Fact<string>;
  readonly #laravel: LaravelMajor;

  constructor(settings: ReadonlyMap<string, Fact<Native>>, connection: Fact<string>, laravel: LaravelMajor) {
    this.#settings = settings;
    this.#connection = connection;
    this.#laravel = laravel;
  }

  facts(): DatabaseFacts {
    const driver = this.#text('driver');
    switch (driver.value) {
      case 'mysql': return this.#mysql('mysql');
      case 'mariadb':
        if (this.#laravel < 11) break;
        return this.#mysql('mariadb');
      case 'pgsql': return { driver: 'pgsql', ...this.#server(), sslMode: this.#text('sslmode'), sslRootCert: this.#text('sslrootcert') };
      case 'sqlite': return this.#sqlite();
      default:
    }
    throw refuse('database-driver', driver.from, `asks for a database driver that Laravel ${this.#laravel} has not or that cannot be backed up`, 'Use mysql, mariadb (from Laravel 11), pgsql or sqlite.');
  }

  #mysql(driver: 'mysql' | 'mariadb'): MysqlFacts {
    const socket = this.#text('unix_socket');
    const sslCa = this.#text('ssl_ca');
    return {
      driver, ...this.#server(), collation: this.#text('collation'),
      socket: isFilled(socket.value) ? socket : { ...socket, value: null },
      sslCa: isFilled(sslCa.value) ? sslCa : { ...sslCa, value: null },
    };
  }

  #server(): ServerFacts {
    const password = this.#text('password');
    return {
      connection: this.#connection,
      host: this.#text('host'),
      port: this.#port(),
      database: this.#database(),
      username: this.#text('username'),
      password: { value: password.value === null ? null : new Secret(password.value), from: password.from },
      charset: this.#text('charset'),
    };
  }

  #sqlite(): SqliteFacts {
    const database = this.#database();
    const path = database.value;
    const isMemory = path === ':memory:' || (this.#laravel >= 11 && /[?&]mode=memory/.test(path));
    return { driver: 'sqlite', connection: this.#connection, database, isMemory };
  }

  #database(): Fact<string> {
    const { value, from } = this.#text('database');
    if (value === null || value === '') throw refuse('database-name', from, 'leaves the connection without a database', 'Name the database there.');
    return { value, from };
  }

  #port(): Fact<number | null> {
    const { value, from } = this.#text('port');
    if (value === null || value === '') return { value: null, from };
    if (!/^\d{1,5}$/.test(value) || Number(value) < 1 || Number(value) > 65535) throw refuse('database-port', from, 'gives a port that is no number from 1 to 65535', 'Write the port number alone.');
    return { value: Number(value), from };
  }

  #text(key: string): Fact<string | null> {
    const { value, from } = this.#settings.get(key) ?? { value: null, from: { kind: 'default' } as const };
    const text = phpString(value);
    if (text === undefined) throw refuse('database-url', from, `gives a list where ${key} is one text`, 'Take the brackets out.');
    return { value: text, from };
  }
}

/** PHP's `! empty()`. */
function isFilled(value: string | null): boolean {
  return value !== null && value !== '' && value !== '0';
}

function refuse(reason: string, from: FactSource, what: string, remedy: string): UserError {
  const subject = from.kind === 'default' ? "Laravel's default" : `${from.key}${from.line === undefined ? ' in the process environment' : ` at line ${from.line} of .env`}`;
  return new UserError({ reason, message: `${subject} ${what}.`, remedy });
}
