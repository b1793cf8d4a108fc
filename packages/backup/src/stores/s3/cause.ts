import { types } from 'node:util';
import { asError, CancelledError, UserError } from '@ops/shared';
import { BackupFault, type BackupReason } from '../../fault.ts';
import type { S3Target } from '../settings.ts';

/** What was being done, for messages, and the permission it takes. */
export interface Doing {
  /** For example `write`. */
  readonly verb: string;
  readonly key?: string | undefined;
  /** For example `s3:PutObject`. */
  readonly permission: string;
  readonly signal?: AbortSignal;
}

/** What can be read from any error of the SDK, node or a server. */
export interface Facts {
  readonly name: string;
  readonly code: string;
  readonly status: number | undefined;
  readonly message: string;
}

interface Rule {
  readonly when: (facts: Facts) => boolean;
  readonly reason: BackupReason;
  readonly why: (facts: Facts, target: S3Target, doing: Doing) => string;
  readonly remedy: (target: S3Target, doing: Doing) => string;
}

const named = (...names: readonly string[]) => (facts: Facts): boolean => names.includes(facts.name) || names.includes(facts.code);
const server = (target: S3Target): string => target.endpoint ?? `S3 in ${target.region}`;
const keysOrRole = (target: S3Target): string => (target.access.kind === 'role' ? `role ${target.access.arn}` : `key ${target.access.accessKeyId.slice(0, 4)}…`);

/** From the special to the general; the first that fits says it. */
const RULES: readonly Rule[] = [
  { when: named('NoSuchBucket'), reason: 'store-refused', why: (_f, t) => `there is no bucket ${t.bucket} at ${server(t)}`, remedy: () => 'Make the bucket, or look at stores: bucket, region and endpoint must be those of the bucket.' },
  { when: named('InvalidAccessKeyId', 'InvalidClientTokenId'), reason: 'store-refused', why: (_f, t) => `${server(t)} does not know the ${keysOrRole(t)}`, remedy: () => 'Look at access-key-id: it must be one of this server, and active.' },
  { when: named('SignatureDoesNotMatch'), reason: 'store-refused', why: (_f, t) => `the signature of the ${keysOrRole(t)} is wrong: secret-access-key belongs to another key, or was not copied whole`, remedy: () => 'Set the secret again, one line for each s3 store, in the order of stores.' },
  { when: named('RequestTimeTooSkewed', 'RequestExpired'), reason: 'store-refused', why: () => 'the clock of this machine is more than 15 minutes off', remedy: () => 'Set the clock (timedatectl set-ntp true).' },
  { when: named('ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired', 'InvalidToken'), reason: 'store-refused', why: (_f, t) => `the credentials of the ${keysOrRole(t)} have run out, or were taken back`, remedy: () => 'Start the run again; use role-to-assume, whose credentials are renewed while it runs.' },
  { when: named('PermanentRedirect', 'AuthorizationHeaderMalformed', 'IllegalLocationConstraintException', 'TemporaryRedirect'), reason: 'store-refused', why: (_f, t) => `the bucket ${t.bucket} is not in ${t.region}`, remedy: () => 'Write the region of the bucket: ?region=… in stores, or s3-region.' },
  { when: named('KMS.DisabledException', 'KMS.NotFoundException', 'KMS.KMSInvalidStateException', 'KMS.InvalidKeyUsageException'), reason: 'store-refused', why: () => 'the KMS key cannot be used', remedy: () => 'Look at kms-key-id, and at the state of that key.' },
  { when: (f) => f.status === 403 && /kms/i.test(f.message), reason: 'store-refused', why: (_f, t) => `the ${keysOrRole(t)} may not use the KMS key`, remedy: () => 'Allow kms:GenerateDataKey and kms:Decrypt on the key: parts, checksums and read-back need both.' },
  { when: (f) => f.status === 507 || named('XMinioStorageFull', 'QuotaExceeded', 'InsufficientStorage')(f) || /no space left|disk full|storage full/i.test(f.message), reason: 'no-room', why: (_f, t) => `the disk of ${server(t)} is full, or its quota is used up`, remedy: () => 'Make room there, or let backups go earlier (retention).' },
  { when: named('InvalidObjectState'), reason: 'store-refused', why: () => 'it lies in an archive class, from which it must be thawed first', remedy: () => 'Restore it there (aws s3api restore-object), wait until it is readable, and run again.' },
  { when: named('AccountProblem', 'AllAccessDisabled', 'NotSignedUp'), reason: 'store-refused', why: () => 'the account is suspended or not paid', remedy: () => 'Look at the account.' },
  { when: (f) => f.status === 403 || named('AccessDenied', 'AllAccessDisabled', 'Forbidden')(f), reason: 'store-refused', why: (_f, t, d) => `the ${keysOrRole(t)} may not: it lacks ${d.permission} on ${t.bucket}${t.prefix === '' ? '' : `/${t.prefix}`}, or the key is wrong`, remedy: (t, d) => `Allow ${d.permission} on arn:aws:s3:::${t.bucket}${/List|Versioning|Lifecycle/.test(d.permission) ? '' : `/${t.prefix === '' ? '' : `${t.prefix}/`}*`}.` },
  { when: named('PreconditionFailed'), reason: 'store-conflict', why: () => 'the key is taken', remedy: () => 'Start the run again: it takes a new backup id.' },
  { when: (f) => f.status === 409 || named('ConditionalRequestConflict', 'OperationAborted')(f), reason: 'store-conflict', why: () => 'another writer was at the same key at the same moment', remedy: () => 'Start the run again: it takes a new backup id.' },
  { when: named('NoSuchUpload'), reason: 'store-conflict', why: () => 'the upload was ended by somebody else while it ran', remedy: () => 'Look for a lifecycle rule or another job that aborts uploads of this prefix, then start the run again.' },
  { when: named('NotImplemented', 'XNotImplemented'), reason: 'store-refused', why: (f) => `the server cannot do this (${f.message})`, remedy: () => 'Look at s3-profile: it must be what the server is.' },
  { when: named('BadDigest', 'XAmzContentChecksumMismatch', 'XAmzContentSHA256Mismatch', 'InvalidDigest'), reason: 'store-refused', why: () => 'the bytes that arrived are not those that were sent', remedy: () => 'Something between here and the store changes what it passes on (a proxy?). Start the run again; if it stays, look at the way.' },
  { when: (f) => f.code === 'ENOTFOUND' || f.code === 'EAI_AGAIN', reason: 'store-refused', why: (_f, t) => `the name in ${server(t)} has no address`, remedy: () => 'Look at endpoint, region and bucket, and at the name server of this machine.' },
  { when: (f) => /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_VERIFY|EPROTO/.test(f.code), reason: 'store-refused', why: (f, t) => `the certificate of ${server(t)} is not trusted (${f.code})`, remedy: () => 'Look at the endpoint; a private authority goes into NODE_EXTRA_CA_CERTS.' },
  { when: (f) => f.code === 'ECONNREFUSED' || f.code === 'EHOSTUNREACH' || f.code === 'ENETUNREACH', reason: 'store-timeout', why: (f, t) => `nobody answers at ${server(t)} (${f.code})`, remedy: () => 'Look whether the server runs, and whether a firewall stands between.' },
  { when: (f) => f.name === 'TimeoutError' || f.code === 'ETIMEDOUT', reason: 'store-timeout', why: (_f, t) => `${server(t)} did not answer in time, again and again`, remedy: () => 'Look at the server and at the way there, then start the run again.' },
  { when: (f) => ['ECONNRESET', 'EPIPE', 'ECONNABORTED'].includes(f.code) || /socket hang up|aborted|premature/i.test(f.message), reason: 'store-timeout', why: (_f, t) => `${server(t)} broke the connection, again and again`, remedy: () => 'Look at the server and at the way there, then start the run again.' },
  { when: (f) => f.status === 429 || f.status === 503 || named('SlowDown', 'Throttling', 'ThrottlingException', 'ServiceUnavailable')(f), reason: 'store-timeout', why: (_f, t) => `${server(t)} asks for fewer requests (${'slow down'}), again and again`, remedy: () => 'Start the run later, or with less parallel.' },
  { when: (f) => f.status !== undefined && f.status >= 500, reason: 'store-timeout', why: (f, t) => `${server(t)} failed with HTTP ${f.status ?? 0}, again and again`, remedy: () => 'Look at the state of the store, then start the run again.' },
  { when: (f) => f.status === 404 || named('NoSuchKey', 'NotFound')(f), reason: 'store-refused', why: () => 'it is not there', remedy: () => 'It was deleted, or the manifest that names it belongs to another store.' },
];

/** The error in words a user understands, with what to do. What is already in such words stays as it is. */
export function storeFault(thrown: unknown, target: S3Target, doing: Doing): UserError {
  if (thrown instanceof UserError) return thrown;
  const what = `${doing.verb}${doing.key === undefined ? '' : ` ${doing.key}`}`;
  if (doing.signal?.aborted === true) return new CancelledError(`trying to ${what}`);
  const facts = factsOf(thrown);
  const rule = RULES.find(({ when }) => when(facts));
  const said = facts.name === facts.code || facts.code === '' ? facts.name : facts.code;
  if (rule === undefined) return new BackupFault({ reason: 'store-refused', message: `${target.name}: could not ${what}: ${said}${facts.status === undefined ? '' : ` (HTTP ${facts.status})`}: ${facts.message}.`, remedy: 'Look at the settings of the store.', cause: thrown });
  return new BackupFault({ reason: rule.reason, message: `${target.name}: could not ${what}: ${rule.why(facts, target, doing)}.`, remedy: rule.remedy(target, doing), cause: thrown });
}

export function factsOf(thrown: unknown): Facts {
  const error = asError(thrown);
  const direct = { name: error.name, code: textOf(error, 'Code') || textOf(error, 'code'), status: statusOf(error), message: firstLine(error.message) };
  // node wraps the attempts at several addresses into one error without a word.
  if ('errors' in error && Array.isArray(error.errors) && direct.code === '' && error.errors.length > 0) return factsOf(error.errors[0]);
  if (direct.code === '' && direct.status === undefined && types.isNativeError(error.cause)) return factsOf(error.cause);
  return direct;
}

function textOf(error: Error, field: 'Code' | 'code'): string {
  const found: unknown = Reflect.get(error, field);
  return typeof found === 'string' ? found : '';
}

function statusOf(error: Error): number | undefined {
  const metadata: unknown = Reflect.get(error, '$metadata');
  const status: unknown = typeof metadata === 'object' && metadata !== null ? Reflect.get(metadata, 'httpStatusCode') : undefined;
  return typeof status === 'number' ? status : undefined;
}

/** A server's words may hold the request's own: only the first line, and not much of it. */
function firstLine(message: string): string {
  const line = message.split('\n')[0] ?? '';
  return line.length > 200 ? `${line.slice(0, 200).toWellFormed()}…` : line;
}

export function hasStatus(thrown: unknown, ...statuses: readonly number[]): boolean {
  const { status } = factsOf(thrown);
  return status !== undefined && statuses.includes(status);
}
