import { Secret } from '@ops/shared';
import type { Connection } from '../../connection.ts';
import { BackupFault } from '../../fault.ts';
import type { Argument, ClientLogin } from '../engine.ts';

export type ServerConnection = Extract<Connection, { kind: 'server' }>;

/** A field of a password file: colon and backslash are escaped. https://www.postgresql.org/docs/current/libpq-pgpass.html */
function passField(text: string): string {
  if (/[\0\n\r]/.test(text)) {
    throw new BackupFault({ reason: 'bad-input', message: 'The password of the database holds a line break or a NUL byte, which the clients of PostgreSQL cannot take from a password file.', remedy: 'Give the backup an account of its own with another password.' });
  }
  return text.replaceAll('\\', '\\\\').replaceAll(':', '\\:');
}

/** The login in libpq's environment variables, the password in a file of the private directory. */
export function postgresLogin(connection: ServerConnection): ClientLogin {
  const { socket, host, port, user, password, database, tls, ca } = connection;
  const mode = { verify: 'verify-full', require: 'require', off: 'disable', default: undefined }[tls];
  const where = socket ?? host;
  const env: Record<string, Argument> = {
    PGUSER: user,
    PGDATABASE: database,
    PGPASSFILE: { prefix: '', file: 'pgpass' },
    PGAPPNAME: 'fwber/ops backup',
    PGCLIENTENCODING: 'UTF8',
    PGOPTIONS: '',
    ...(where === undefined ? {} : { PGHOST: where }),
    ...(port === undefined ? {} : { PGPORT: String(port) }),
    ...(mode === undefined || socket !== undefined ? {} : { PGSSLMODE: mode }),
    ...(ca === undefined ? {} : { PGSSLROOTCERT: ca }),
  };
  return { files: [{ name: 'pgpass', text: new Secret(`*:*:*:*:${passField(password.reveal())}\n`) }], env };
}

/** A name as a conninfo string, for the one program that takes nothing else. */
export function conninfoDatabase(name: string): string {
  return `dbname='${name.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
