import { BackupFault } from '../../fault.ts';
import type { Cell } from '../query.ts';
import type { ClientDialect } from '../client-query.ts';
import { DATABASE_DENIED, INSECURE, INSECURE_REMEDY, LOST, REFUSED, UNABLE, UNABLE_REMEDY, UNREACHABLE } from './error-codes.ts';

/** Arguments of the client that answers questions: errors of one statement do not end it, and nothing is buffered. */
export const QUERY_FLAGS = ['--batch', '--skip-column-names', '--unbuffered', '--force', '--skip-reconnect', '--no-auto-rehash'] as const;

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', '0': '\0', '\\': '\\' };

/** A cell of `--batch` output. A text that is the word NULL cannot be told from NULL; none of our questions has one. */
function cell(text: string): Cell {
  return text === 'NULL' ? null : text.replace(/\\([nt0\\])/g, (_all, sign: string) => ESCAPES[sign] ?? sign);
}

export function mysqlDialect(product: string): ClientDialect {
  return {
    product,
    recordEnd: '\n',
    // @@error_count still tells of the statement before.
    frame: (sql, mark) => `${sql};\nSELECT '${mark}', @@error_count;\n`,
    cells: (record) => record.split('\t').map(cell),
    failure: (record) => (record.endsWith('\t0') ? undefined : 'stderr'),
    isError: (line) => line.startsWith('ERROR '),
    isLost: (line) => LOST.includes(/^ERROR (\d{4})\b/.exec(line)?.[1] ?? ''),
    fault: (words, title) => mysqlFault(words, title, product),
    quit: 'quit\n',
  };
}

/** The fault that a client's error line means. */
export function mysqlFault(words: string, title: string, product: string): BackupFault {
  const code = /\b(?:ERROR|error:?|Error:?)\s+(\d{4})\b/.exec(words)?.[1] ?? /^(\d{4})\b/.exec(words)?.[1] ?? '';
  if (code === DATABASE_DENIED || REFUSED.includes(code)) {
    return new BackupFault({ reason: 'login-refused', message: `${product} refused the login for ${title}: ${words}`, remedy: 'Check user, password, database and the host part of the account (user@host) in env-file or database-url.' });
  }
  if (UNABLE.includes(code)) {
    return new BackupFault({ reason: 'client-mismatch', message: `The client cannot log in to ${product} for ${title}, because it lacks what the account needs: ${words}`, remedy: UNABLE_REMEDY });
  }
  if (UNREACHABLE.includes(code)) {
    return new BackupFault({ reason: 'host-unreachable', message: `${product} cannot be reached for ${title}: ${words}`, remedy: 'Check that the server runs, and host, port or socket in env-file or database-url, as seen from where the dump runs.' });
  }
  if (INSECURE.includes(code) || (code === '' && /SSL|TLS|certificate/i.test(words))) {
    return new BackupFault({ reason: 'login-refused', message: `${product} could not agree on TLS for ${title}: ${words}`, remedy: INSECURE_REMEDY });
  }
  if (LOST.includes(code)) {
    return new BackupFault({ reason: 'server-lost', message: `${product} went away while ${title} was looked at: ${words}`, remedy: 'Look at the log of the database server: it was stopped, restarted, or ran out of memory.' });
  }
  return new BackupFault({ reason: 'dump-failed', message: `${product} refused a question about ${title}: ${words}` });
}
