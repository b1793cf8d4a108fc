import { Secret } from '@ops/shared';
import type { Connection } from '../../connection.ts';
import { BackupFault } from '../../fault.ts';
import type { Argument, ClientLogin } from '../engine.ts';

const LONGEST_VALUE = 1000;

export type Family = 'mysql' | 'mariadb';
export type ServerConnection = Extract<Connection, { kind: 'server' }>;

/** A value of an option file: quoted, with the escapes that both families read. https://dev.mysql.com/doc/refman/9.0/en/option-files.html */
export function optionValue(text: string): string {
  // The clients read option files line by line into a buffer of this size, and end texts at a NUL.
  if (text.includes('\0') || Buffer.byteLength(text) > LONGEST_VALUE) {
    throw new BackupFault({ reason: 'bad-input', message: `User, password, host or socket of the database ${text.includes('\0') ? 'holds a NUL byte' : `is longer than ${LONGEST_VALUE} bytes`}, which the clients cannot take.`, remedy: 'Give the backup an account of its own with another password.' });
  }
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')}"`;
}

/** The login as one option file, 0600 in the private directory. */
export function mysqlLogin(connection: ServerConnection, family: Family): ClientLogin {
  const lines = ['[client]', `user=${optionValue(connection.user)}`, `password=${optionValue(connection.password.reveal())}`, 'default-character-set=utf8mb4'];
  if (connection.socket !== undefined) lines.push(`socket=${optionValue(connection.socket)}`, 'protocol=SOCKET');
  else {
    if (connection.host !== undefined) lines.push(`host=${optionValue(connection.host)}`);
    if (connection.port !== undefined) lines.push(`port=${connection.port}`);
    // `localhost` means the default socket to the clients, as it does to PHP.
    if (connection.host !== undefined && connection.host !== 'localhost') lines.push('protocol=TCP');
    lines.push(...tls(connection, family));
  }
  return { files: [{ name: 'my.cnf', text: new Secret(`${lines.join('\n')}\n`) }], env: {} };
}

function tls({ tls: mode, ca }: ServerConnection, family: Family): string[] {
  const file = ca === undefined ? [] : [`ssl-ca=${optionValue(ca)}`];
  // Without TLS caching_sha2_password needs the server's key; PHP asks for it by itself.
  const key = family === 'mysql' && (mode === 'default' || mode === 'off') ? ['loose-get-server-public-key=1'] : [];
  if (mode === 'default') return [...file, ...key];
  if (family === 'mysql') return [`ssl-mode=${{ verify: 'VERIFY_IDENTITY', require: 'REQUIRED', off: 'DISABLED' }[mode]}`, ...(mode === 'off' ? key : file)];
  // MariaDB 11.4 and later verify by default.
  return { verify: ['ssl=1', 'ssl-verify-server-cert=1', ...file], require: ['ssl=1', 'ssl-verify-server-cert=0', ...file], off: ['ssl=0'] }[mode];
}

/**
 * First argument of every client. Not `--defaults-extra-file`: a ~/.my.cnf of the login is read after that one and would
 * win over the app's own credentials, and the app itself (PDO) reads neither.
 */
export const DEFAULTS: Argument = { prefix: '--defaults-file=', file: 'my.cnf' };
