import { INSECURE, INSECURE_REMEDY, LOST, REFUSED, UNABLE, UNABLE_REMEDY, UNREACHABLE } from '../engines/mysql/error-codes.ts';
import { type BackupReason, DDL_WAITS } from '../fault.ts';

interface Cause {
  /** As MySQL and MariaDB number it. */
  readonly codes?: readonly string[];
  readonly pattern: RegExp;
  readonly reason: BackupReason;
  /** Continues the sentence that the dump failed. */
  readonly why?: string;
  readonly remedy: (place: string) => string;
}

const CAUSES: readonly Cause[] = [
  { pattern: /no space left on device|errno 28\b|disk (?:is )?full/i, reason: 'no-room', remedy: (place) => `Make room on ${place}.` },
  { codes: UNABLE, pattern: /authentication plugin .* cannot be loaded/i, reason: 'client-mismatch', remedy: () => UNABLE_REMEDY },
  { codes: ['1142', '1143', '1044', '1227', '1370'], pattern: /permission denied for|command denied to user|access denied; you need|must be (?:superuser|owner)|row-level security/i, reason: 'right-missing', remedy: () => 'Give the account the right that is named.' },
  { codes: REFUSED, pattern: /access denied for user|password authentication failed|no pg_hba\.conf entry|(?:role|database) ".*" does not exist|fe_sendauth|no password supplied/i, reason: 'login-refused', remedy: () => 'Check user, password and name of the database.' },
  { codes: [...LOST, '1152', '1153', '1158', '1159', '1160', '1161'], pattern: /lost connection|gone away|server closed the connection|terminating connection|connection to server was lost|could not receive data|could not send data|ssl syscall|connection killed/i, reason: 'server-lost', remedy: () => 'See in the server\'s log why it ended the connection (a restart, a killed query, net_write_timeout), then run the backup again.' },
  { codes: INSECURE, pattern: /\b(?:ssl|tls)(?: connection)? error|certificate (?:verif|validation|file)|server certificate/i, reason: 'login-refused', remedy: () => INSECURE_REMEDY },
  { codes: UNREACHABLE, pattern: /connection refused|could not translate host name|no such host|connection to server (?:at|on) .* failed|timeout expired/i, reason: 'host-unreachable', remedy: (place) => `Check that ${place} reaches the database server, and that it runs.` },
  { pattern: /version mismatch/i, reason: 'client-mismatch', remedy: () => 'Use the client of the server\'s major version.' },
  // pg_dump's --lock-wait-timeout is a statement timeout to the server; for everything else pg_dump turns that off.
  { codes: ['1205'], pattern: /lock timeout|due to statement timeout|lock-wait-timeout|could not obtain lock/i, reason: 'dump-failed', why: `, because ${DDL_WAITS} for a table that it has to read`, remedy: () => 'Run the backup when no migration runs.' },
];

const CODE = /error:? ?\(?(\d{4})\b/gi;

/** What a dumper's last words mean. The first cause that fits. */
export function judgeWords(said: string, place: string): { readonly reason: BackupReason; readonly remedy: string; readonly why?: string } {
  const codes = [...said.matchAll(CODE)].map(([, code = '']) => code);
  const cause = CAUSES.find(({ codes: known = [], pattern }) => codes.some((code) => known.includes(code)) || pattern.test(said));
  if (cause === undefined) return { reason: 'dump-failed', remedy: 'The dumper\'s own words name the cause; when it is gone, run the backup again.' };
  const { reason, remedy, why } = cause;
  return { reason, remedy: remedy(place), ...(why === undefined ? {} : { why }) };
}
