import { databaseFacts, parseDotenv, readDotenv, type DatabaseFacts, type Dotenv, type LaravelMajor } from '@ops/laravel';
import { Secret, UserError } from '@ops/shared';
import type { Connection, EngineName, TlsMode } from '../connection.ts';
import { collected } from '../engines/tools.ts';
import { BackupFault } from '../fault.ts';
import type { Place } from '../place.ts';
import { scripts } from '../scripts.generated.ts';

/** What a user says about the database; the rest comes from the application's own .env. */
export interface DatabaseChoice {
  readonly url: Secret | undefined;
  readonly envFile: string | undefined;
  /** App dir on the place, where env-file is not given. */
  readonly appDir: string | undefined;
  readonly database: string | undefined;
  readonly engine: EngineName | 'auto';
  /** `auto`: what .env says; from a runner to another machine verify. */
  readonly tls: TlsMode | 'auto';
  readonly ca: string | undefined;
}

export interface FoundSource {
  readonly connection: Connection;
  /** Where the login came from, for the log: `/var/www/app/shared/.env`, or `database-url`. */
  readonly from: string;
}

const ENV_LIMIT_BYTES = 1_048_576;
const LARAVELS: readonly LaravelMajor[] = [8, 9, 10, 11, 12, 13];
const NEWEST: LaravelMajor = 13;

/**
 * Which database it is, and how it is reached from the place. `mask` gets the password before anything else happens with it.
 * Throws BackupFault `bad-input` or `host-unreachable`; never shows a value of the file.
 */
export async function findSource(place: Place, choice: DatabaseChoice, mask: (secret: string) => void, signal: AbortSignal): Promise<FoundSource> {
  if (choice.url !== undefined) {
    mask(choice.url.reveal());
    return { connection: connectionOf(facts(urlEnv(choice.url), NEWEST, 'database-url'), place, choice, '/', mask), from: 'database-url' };
  }
  const file = await readEnvFile(place, choice, signal);
  const env = wrap(() => readDotenv(file.bytes, { name: file.path, ...(file.phpdotenv === undefined ? {} : { phpdotenv: file.phpdotenv }) }));
  const root = choice.appDir ?? file.path.replace(/\/[^/]*$/, '');
  return { connection: connectionOf(facts(env, file.laravel, file.path), place, choice, root, mask), from: file.path };
}

/** Errors of the parser name key and line; here they are bad input. */
function wrap<T>(read: () => T): T {
  try {
    return read();
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    throw new BackupFault({ reason: 'bad-input', message: thrown.message, ...(thrown.remedy === undefined ? {} : { remedy: thrown.remedy }), cause: thrown });
  }
}

function facts(env: Dotenv, laravel: LaravelMajor, from: string): DatabaseFacts {
  const found = wrap(() => databaseFacts(env, { laravel }));
  if (found.driver === 'sqlite' && found.isMemory) throw new BackupFault({ reason: 'bad-input', message: `${from} leads to a SQLite database in memory, which ends with each connection: there is nothing to back up.`, remedy: 'Set database-url, or DB_DATABASE to a file.' });
  return found;
}

const SCHEMES: Readonly<Record<string, string>> = { mysql: 'mysql', mysql2: 'mysql', mariadb: 'mariadb', postgres: 'pgsql', postgresql: 'pgsql', pgsql: 'pgsql', sqlite: 'sqlite', sqlite3: 'sqlite' };

function urlEnv(url: Secret): Dotenv {
  const scheme = /^([a-z0-9]+):\/\//i.exec(url.reveal())?.[1]?.toLowerCase() ?? '';
  const connection = SCHEMES[scheme];
  if (connection === undefined) throw new BackupFault({ reason: 'bad-input', message: 'database-url: does not begin with mysql://, mariadb://, postgresql:// or sqlite://.', remedy: 'Example: mysql://backup:PASSWORD@127.0.0.1:3306/shop' });
  const parsed = parseDotenv(Buffer.alloc(0), { environment: { DB_CONNECTION: connection, DB_URL: url.reveal() } });
  if (!parsed.ok) throw new Error('an empty file has no errors');
  return parsed.env;
}

function connectionOf(found: DatabaseFacts, place: Place, choice: DatabaseChoice, root: string, mask: (secret: string) => void): Connection {
  if (found.driver === 'sqlite') {
    const given = choice.database ?? found.database.value;
    return { kind: 'file', engine: 'sqlite', path: given.startsWith('/') ? given : `${root.replace(/\/$/, '')}/${given}` };
  }
  const password = found.password.value ?? new Secret('');
  if (password.reveal() !== '') mask(password.reveal());
  const socket = found.driver === 'pgsql' ? (found.host.value?.startsWith('/') === true ? found.host.value : undefined) : (found.socket.value ?? undefined);
  const ca = choice.ca ?? (found.driver === 'pgsql' ? found.sslRootCert.value : found.sslCa.value) ?? undefined;
  const engine = found.driver === 'pgsql' ? 'postgres' : found.driver;
  if (choice.engine !== 'auto' && choice.engine !== engine && !(choice.engine !== 'postgres' && choice.engine !== 'sqlite' && engine !== 'postgres')) {
    throw new BackupFault({ reason: 'bad-input', message: `engine: is ${choice.engine}, and the login leads to ${engine}.`, remedy: 'Leave engine at auto, or correct the login.' });
  }
  return {
    kind: 'server', engine,
    ...(socket === undefined ? { host: found.host.value ?? '127.0.0.1' } : { socket }),
    ...(found.port.value === null ? {} : { port: found.port.value }),
    user: found.username.value ?? '',
    password,
    database: choice.database ?? found.database.value,
    tls: choice.tls === 'auto' ? tlsOf(found, place, socket, ca) : choice.tls,
    ...(ca === undefined ? {} : { ca }),
  };
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|::1|\[::1\])$/;

function tlsOf(found: Exclude<DatabaseFacts, { driver: 'sqlite' }>, place: Place, socket: string | undefined, ca: string | undefined): TlsMode {
  const said = found.driver === 'pgsql' ? postgresTls(found.sslMode.value) : 'default';
  if (said !== 'default') return said;
  if (ca !== undefined) return 'verify';
  return place.via === 'runner' && socket === undefined && !LOOPBACK.test(found.host.value ?? '127.0.0.1') ? 'verify' : 'default';
}

function postgresTls(mode: string | null): TlsMode {
  if (mode === 'disable') return 'off';
  if (mode === 'verify-full' || mode === 'verify-ca') return 'verify';
  return mode === 'require' ? 'require' : 'default';
}

interface EnvFile {
  readonly path: string;
  readonly bytes: Buffer;
  readonly laravel: LaravelMajor;
  readonly phpdotenv: string | undefined;
}

async function readEnvFile(place: Place, choice: DatabaseChoice, signal: AbortSignal): Promise<EnvFile> {
  const said = new Map<string, string>();
  const { bytes, exit, tail } = await collected(place, {
    title: 'read .env', script: scripts['env-file.sh'],
    values: { ENV_FILE: choice.envFile ?? '', APP_DIR: choice.appDir ?? '/nonexistent' },
    onStderrLine: (line) => { const at = line.indexOf(' '); if (line.startsWith('ops-')) said.set(line.slice(0, at), line.slice(at + 1)); },
  }, signal);
  if (exit !== 0) throw envFault(place, said, tail);
  if (bytes.length > ENV_LIMIT_BYTES) throw new BackupFault({ reason: 'bad-input', message: `env-file: ${said.get('ops-env') ?? ''} is over 1 MiB; that is no .env.`, remedy: 'Example: env-file: /var/www/app/shared/.env' });
  const major = Number(said.get('ops-laravel')?.split('.')[0] ?? Number.NaN);
  return { path: said.get('ops-env') ?? '', bytes, laravel: LARAVELS.find((known) => known === major) ?? NEWEST, phpdotenv: said.get('ops-phpdotenv') };
}

function envFault(place: Place, said: ReadonlyMap<string, string>, tail: string): BackupFault {
  const example = 'Example: env-file: /var/www/app/shared/.env, or give database-url.';
  const kind = said.get('ops-env-kind');
  if (kind !== undefined) return new BackupFault({ reason: 'bad-input', message: `env-file: ${kind} on ${place.name} is no file.`, remedy: example });
  const closed = said.get('ops-env-closed');
  if (closed !== undefined) return new BackupFault({ reason: 'bad-input', message: `env-file: ${closed} on ${place.name} may not be read by this login.`, remedy: 'Let the login of hosts read it (group of the web server, mode 0640), or give database-url.' });
  const none = said.get('ops-env-none');
  if (none !== undefined) return new BackupFault({ reason: 'bad-input', message: `env-file: on ${place.name} there is none of ${none.split(' ').join(', ')}.`, remedy: example });
  return new BackupFault({ reason: 'bad-input', message: `env-file: could not be read on ${place.name}: ${tail.trim().split('\n').at(-1) ?? ''}`, remedy: example });
}
