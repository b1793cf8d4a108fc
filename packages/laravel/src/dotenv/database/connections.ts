/** The Laravel releases whose `config/database.php` is known here. */
export type LaravelMajor = 8 | 9 | 10 | 11 | 12 | 13;

/** How the stock `config/database.php` fills one setting: from a key of `.env`, else with a default. */
export interface Setting {
  readonly key?: string;
  readonly fallback: string | null;
}

export type Connection = Readonly<Record<string, Setting>>;

export interface StockConfig {
  readonly defaultConnection: string;
  readonly connections: Readonly<Record<string, Connection>>;
}

/** Where SQLite's file is without DB_DATABASE, from the application's root. */
export const SQLITE_DEFAULT = 'database/database.sqlite';

/** The connections of the application skeleton of one major version, where they differ: 11 renamed the URL's key and made charsets settable. */
export function stockConfig(laravel: LaravelMajor): StockConfig {
  const isSlim = laravel >= 11;
  const account = isSlim ? { database: 'laravel', username: 'root' } : { database: 'forge', username: 'forge' };
  const url: Setting = { key: isSlim ? 'DB_URL' : 'DATABASE_URL', fallback: null };
  const settable = (key: string, fallback: string): Setting => (isSlim ? { key, fallback } : { fallback });
  const server = (driver: string, port: string): Connection => ({
    driver: { fallback: driver },
    url,
    host: { key: 'DB_HOST', fallback: '127.0.0.1' },
    port: { key: 'DB_PORT', fallback: port },
    database: { key: 'DB_DATABASE', fallback: account.database },
    username: { key: 'DB_USERNAME', fallback: account.username },
    password: { key: 'DB_PASSWORD', fallback: '' },
  });
  const mysql = (driver: string): Connection => ({
    ...server(driver, '3306'),
    unix_socket: { key: 'DB_SOCKET', fallback: '' },
    charset: settable('DB_CHARSET', 'utf8mb4'),
    collation: settable('DB_COLLATION', 'utf8mb4_unicode_ci'),
    ssl_ca: { key: 'MYSQL_ATTR_SSL_CA', fallback: null },
  });
  return {
    defaultConnection: isSlim ? 'sqlite' : 'mysql',
    connections: {
      sqlite: { driver: { fallback: 'sqlite' }, url, database: { key: 'DB_DATABASE', fallback: SQLITE_DEFAULT } },
      mysql: mysql('mysql'),
      ...(isSlim ? { mariadb: mysql('mariadb') } : {}),
      // Skeletons of 12 and later read DB_SSLMODE; the framework's own base keeps the literal, so an unset key is the same.
      pgsql: { ...server('pgsql', '5432'), charset: settable('DB_CHARSET', 'utf8'), sslmode: laravel >= 12 ? { key: 'DB_SSLMODE', fallback: 'prefer' } : { fallback: 'prefer' } },
    },
  };
}
