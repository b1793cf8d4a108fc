import { BackupFault, DDL_WAITS } from '../../fault.ts';
import type { ClientDialect } from '../client-query.ts';

const [FIELD, RECORD, NULL] = ['\x1f', '\x1e', '\x1d'];

/** Arguments of psql as a machine's client: no startup file, no decoration, one byte each between fields and records. */
export const QUERY_FLAGS = ['--no-psqlrc', '--quiet', '--no-align', '--tuples-only', '--no-password', `--field-separator=${FIELD}`, `--record-separator=${RECORD}`, `--pset=null=${NULL}`] as const;

export const postgresDialect: ClientDialect = {
  product: 'PostgreSQL',
  recordEnd: RECORD,
  // psql ends the last row of an answer with a newline, and an echo too.
  frame: (sql, mark) => `${sql};\n\\echo '\\036${mark}' :ERROR :SQLSTATE :LAST_ERROR_MESSAGE '\\036'\n`,
  cells: (record) => {
    const row = record.replace(/^\n/, '').replace(/\n$/, '');
    return row === '' ? undefined : row.split(FIELD).map((text) => (text === NULL ? null : text));
  },
  failure: (record, mark) => {
    const [failed = 'true', state = '', ...words] = record.slice(mark.length).trim().split(' ');
    return failed === 'false' ? undefined : `${state} ${words.join(' ')}`.trim();
  },
  isError: (line) => /^(?:psql: )?(?:error|FATAL|fatal):|FATAL:|could not/i.test(line),
  fault: postgresFault,
  quit: '\\q\n',
};

/** The fault that the client's words mean. SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html */
export function postgresFault(words: string, title: string): BackupFault {
  if (/password authentication failed|no password supplied|no pg_hba.conf entry|authentication failed|role ".*" (?:does not exist|is not permitted)|database ".*" does not exist|^28|^3D000|permission denied for database/.test(words)) {
    return new BackupFault({ reason: 'login-refused', message: `PostgreSQL refused the login for ${title}: ${words}`, remedy: 'Check user, password and database in env-file or database-url, and pg_hba.conf of the server.' });
  }
  // Not the words of a statement, which may well name a table so.
  if (!/^[0-9A-Z]{5} /.test(words) && /certificate|SSL|TLS/.test(words)) {
    return new BackupFault({ reason: 'login-refused', message: `PostgreSQL could not agree on TLS for ${title}: ${words}`, remedy: 'Set db-ca to the CA of the server, or db-tls: require (encrypted, not verified) or off for a server on the same machine.' });
  }
  if (/server closed the connection|terminating connection|connection to server was lost|^57P0|^08/.test(words)) {
    return new BackupFault({ reason: 'server-lost', message: `PostgreSQL went away while ${title} was looked at: ${words}`, remedy: 'Look at the log of the database server: it was stopped, restarted, or ended the session.' });
  }
  if (/could not connect|connection to server .* failed|could not translate host name|Connection refused|No such file or directory/.test(words)) {
    return new BackupFault({ reason: 'host-unreachable', message: `PostgreSQL cannot be reached for ${title}: ${words}`, remedy: 'Check that the server runs, and host, port or socket in env-file or database-url, as seen from where the dump runs.' });
  }
  if (/^55P03|lock timeout/.test(words)) {
    return new BackupFault({ reason: 'dump-failed', message: `${DDL_WAITS} or running on a table of ${title}, so it could not be locked for reading within 30 s: ${words}`, remedy: 'Let the ALTER, TRUNCATE or VACUUM FULL end, and run the backup again; pg_stat_activity and pg_locks show who holds it.' });
  }
  return new BackupFault({ reason: 'dump-failed', message: `PostgreSQL refused a question about ${title}: ${words}` });
}
