import type { Daemon } from '../daemon.ts';

/** Every server the tests know: one tree of scripts/services.sh each. */
export const products = ['mariadb-10.11', 'mariadb-11.8', 'mysql-9.7', 'postgres-15', 'postgres-17', 'postgres-18'] as const;
export type Product = (typeof products)[number];
export type Family = 'mysql' | 'mariadb' | 'postgres';

/** Where one server lives. */
export interface Place {
  readonly product: Product;
  /** The unpacked product. */
  readonly tree: string;
  /** Of this server alone: data, socket, log, password file. */
  readonly dir: string;
  readonly port: number;
  readonly listen: '127.0.0.1' | '0.0.0.0';
  /** Settings of the server: `{ max_allowed_packet: '1G' }`. */
  readonly settings: Readonly<Record<string, string>>;
}

/** What differs between the families. */
export interface Engine {
  readonly family: Family;
  readonly rootUser: string;
  /** Directories of the tree that hold the programs. */
  programDirs(tree: string): string[];
  /** Which programs a `PATH` of the product has. */
  readonly clients: RegExp;
  /** What a client of this tree needs in its environment besides PATH. */
  clientEnv(tree: string): Readonly<Record<string, string>>;
  /** Makes an empty data directory `<dir>/data` whose root has ROOT_PASSWORD, also from other hosts. */
  initialise(place: Place): Promise<void>;
  /** Starts the server on its data directory. */
  serve(place: Place): Promise<Daemon>;
  /** The signal that ends it fast, with all its helpers, and lets it clean up after itself. */
  readonly endSignal: NodeJS.Signals;
  /** The command line that runs SQL from stdin as root and prints rows, tab-separated, without header. */
  adminClient(place: Place, database: string | undefined): [string, ...string[]];
}

/** Of every server's root account. */
export const ROOT_PASSWORD = 'root-Pa55:word\\of#tests';

export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
