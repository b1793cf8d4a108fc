import type { Secret } from '@ops/shared';

export type EngineName = 'mysql' | 'mariadb' | 'postgres' | 'sqlite';

/** `verify` checks name and chain; `require` only encrypts; `off` never encrypts; `default` is what the client does by itself. */
export type TlsMode = 'verify' | 'require' | 'off' | 'default';

/** How one database is reached from the place where commands run. */
export type Connection =
  | {
      readonly kind: 'server';
      readonly engine: 'mysql' | 'mariadb' | 'postgres';
      /** Absent when a socket is used. */
      readonly host?: string;
      readonly port?: number;
      /** Path of a Unix socket (for PostgreSQL: its directory). */
      readonly socket?: string;
      readonly user: string;
      /** May be empty: an empty password is a value. */
      readonly password: Secret;
      readonly database: string;
      readonly tls: TlsMode;
      /** Path of the CA file on the place. */
      readonly ca?: string;
    }
  | { readonly kind: 'file'; readonly engine: 'sqlite'; readonly path: string };
