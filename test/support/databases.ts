/**
 * Real database servers for tests: MariaDB, MySQL and PostgreSQL, each of the version its name says, each server with a data
 * directory, a socket and a port of its own, as an unprivileged user. They start in well under a second from a template, many at once.
 *
 *     await using server = await startDatabase('mysql-9.7');
 *     await server.sql('CREATE DATABASE shop');
 *     await loadSample(server, 'chinook', 'shop');                              // ./samples.ts
 *     spawn(server.bin('mysqldump'), ['--host=127.0.0.1', `--port=${server.port}`, …], { env: server.env });
 *
 * A test that needs one says so with `describeWithServices(name, ['mysql-9.7'], …)` of `./require.ts`.
 * When the test process dies, its servers die with it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { freePort, privateDir, type Daemon } from './daemon.ts';
import { ROOT_PASSWORD, SYSTEM_PATH, type Engine, type Family, type Place, type Product } from './database/engine.ts';
import { mariadb, mysql } from './database/mysql.ts';
import { postgres } from './database/postgres.ts';
import { copyTemplate } from './database/template.ts';
import { HOW_TO_INSTALL, placeOf } from './services.ts';

export { products } from './database/engine.ts';
export type { Family, Product } from './database/engine.ts';

export interface DatabaseOptions {
  /** `0.0.0.0` to be reached from other addresses of this machine; hosts of a test network use `host.expose(server.port)`. */
  readonly listen?: '127.0.0.1' | '0.0.0.0';
  /** Settings of the server, as on its command line: `{ 'log-bin': 'binlog' }`, `{ max_locks_per_transaction: '64' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface TestServer extends AsyncDisposable {
  readonly product: Product;
  readonly family: Family;
  /** As the server says it: `10.11.18-MariaDB-…`, `9.7.4-2`, `18.1 (Debian …)`. */
  readonly version: string;
  readonly host: '127.0.0.1';
  readonly port: number;
  /** The Unix socket: a file for MySQL and MariaDB, the directory that holds it for PostgreSQL. */
  readonly socket: string;
  /** May do everything, over TCP and over the socket. */
  readonly rootUser: string;
  readonly rootPassword: string;
  /** The server's process id; of the new one after a restart. */
  readonly pid: number;
  /** Absolute path of a program of this very product: `mysqldump`, `pg_restore`. Throws when the product has none of that name. */
  bin(name: string): string;
  /** Environment in which this product's programs come first on the PATH and find what they need. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs SQL as root; the rows, tab-separated, without header. Throws with the server's message. */
  sql(text: string, options?: { readonly database?: string }): Promise<string>;
  /** Like `sql`, for a large file. */
  sqlFile(path: string, options?: { readonly database?: string }): Promise<string>;
  /** What Laravel calls DATABASE_URL; user and password are escaped. */
  url(user: string, password: string, database: string): string;
  /** What the server wrote since it started. */
  log(): string;
  /** Ends the server; a later `restart` brings it back with its data. `SIGKILL` is the crash. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same port, with its data; ends it first if it runs. */
  restart(settings?: Readonly<Record<string, string>>): Promise<void>;
}

const ENGINES: Readonly<Record<string, Engine>> = { mysql, mariadb, postgres };
const START_ATTEMPTS = 5;

/** Starts a server on an empty data directory. Under load that can take many times its half second: give it 60 s. */
export async function startDatabase(product: Product, options: DatabaseOptions = {}): Promise<TestServer> {
  const engine = ENGINES[product.replace(/-.*/, '')];
  const tree = placeOf(product);
  if (engine === undefined || !existsSync(tree)) throw new Error(`no ${product} on this machine; install with: ${HOW_TO_INSTALL}`);

  await using undo = new AsyncDisposableStack();
  const dir = privateDir(product);
  undo.defer(() => { dir.remove(); });
  await copyTemplate(engine, product, tree, dir.path);
  let place: Place = { product, tree, dir: dir.path, port: await freePort(), listen: options.listen ?? '127.0.0.1', settings: options.settings ?? {} };
  let daemon: Daemon | undefined;
  for (let attempt = 1; daemon === undefined; attempt++) {
    try {
      daemon = await engine.serve(place);
    } catch (error) {
      // Between the look for a free port and its use another process may have taken it.
      if (attempt === START_ATTEMPTS || !/address already in use/i.test(String(error))) throw error;
      place = { ...place, port: await freePort() };
    }
  }
  const server = new RunningServer(engine, place, daemon);
  undo.defer(() => server.kill());
  await server.readVersion();
  server.onDispose(undo.move());
  return server;
}

class RunningServer implements TestServer {
  readonly product: Product;
  readonly family: Family;
  readonly host = '127.0.0.1';
  readonly port: number;
  readonly socket: string;
  readonly rootUser: string;
  readonly rootPassword = ROOT_PASSWORD;
  readonly env: Readonly<Record<string, string>>;
  version = '';
  readonly #engine: Engine;
  readonly #place: Place;
  #daemon: Daemon;
  #undo = new AsyncDisposableStack();

  constructor(engine: Engine, place: Place, daemon: Daemon) {
    this.#engine = engine;
    this.#place = place;
    this.#daemon = daemon;
    this.product = place.product;
    this.family = engine.family;
    this.port = place.port;
    this.socket = engine.family === 'postgres' ? place.dir : join(place.dir, 'sock');
    this.rootUser = engine.rootUser;
    this.env = { PATH: `${linkPrograms(engine, place)}:${SYSTEM_PATH}`, HOME: place.dir, LC_ALL: 'C.UTF-8', ...engine.clientEnv(place.tree) };
  }

  get pid(): number { return this.#daemon.pid; }

  async readVersion(): Promise<void> {
    this.version = (await this.sql(this.family === 'postgres' ? 'SHOW server_version' : 'SELECT VERSION()')).trim();
  }

  onDispose(undo: AsyncDisposableStack): void { this.#undo = undo; }

  bin(name: string): string {
    const found = this.#engine.programDirs(this.#place.tree).map((dir) => join(dir, name)).find((path) => existsSync(path));
    if (found === undefined) throw new Error(`${this.product} has no program "${name}"`);
    return found;
  }

  sql(text: string, options: { readonly database?: string } = {}): Promise<string> {
    return this.#run(Readable.from([text]), options.database);
  }

  sqlFile(path: string, options: { readonly database?: string } = {}): Promise<string> {
    return this.#run(createReadStream(path), options.database);
  }

  url(user: string, password: string, database: string): string {
    const scheme = this.family === 'postgres' ? 'postgresql' : 'mysql';
    return `${scheme}://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${this.host}:${this.port}/${encodeURIComponent(database)}`;
  }

  log(): string { return readFileSync(join(this.#place.dir, 'log'), 'utf8'); }

  kill(signal: NodeJS.Signals = this.#engine.endSignal): Promise<void> { return this.#daemon.end(signal); }

  async restart(settings: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.kill(this.family === 'postgres' ? 'SIGINT' : 'SIGTERM');
    this.#daemon = await this.#engine.serve({ ...this.#place, settings: { ...this.#place.settings, ...settings } });
  }

  [Symbol.asyncDispose](): Promise<void> { return this.#undo.disposeAsync(); }

  async #run(input: Readable, database: string | undefined): Promise<string> {
    const [file, ...args] = this.#engine.adminClient(this.#place, database);
    const child = spawn(file, args, { env: this.env });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    const closed = once(child, 'close');
    await pipeline(input, child.stdin).catch(() => undefined); // the client gave up; its exit code says so
    await closed;
    if (child.exitCode !== 0) throw new Error(`${this.product}: ${Buffer.concat(err).toString().trim()}`);
    return Buffer.concat(out).toString();
  }
}

/** A folder with this product's own programs and nothing else of its tree, for the PATH. */
function linkPrograms(engine: Engine, { tree, dir }: Place): string {
  const bin = join(dir, 'bin');
  mkdirSync(bin);
  for (const from of engine.programDirs(tree)) {
    for (const name of readdirSync(from).filter((one) => engine.clients.test(one))) symlinkSync(join(from, name), join(bin, name));
  }
  return bin;
}
