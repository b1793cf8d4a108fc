/** Why there is no answer to look at. */
export type NoAnswerReason =
  /** The name has no address. */
  | 'dns'
  /** Nobody accepts the connection: refused, or no reply in time. */
  | 'unreachable'
  /** Connected, and then nothing complete in time. */
  | 'silent'
  /** The connection ended early, or what came is not HTTP/1.1. */
  | 'broken'
  /** The certificate is not one to trust, or the handshake failed. */
  | 'tls'
  /** The address may not be asked. */
  | 'address';

export interface NoAnswer {
  readonly kind: 'no-answer';
  readonly reason: NoAnswerReason;
  /** What happened, a clause without a full stop: `the connection was refused (ECONNREFUSED)`. */
  readonly what: string;
}

export function noAnswer(reason: NoAnswerReason, what: string): NoAnswer {
  return { kind: 'no-answer', reason, what };
}

/** What Node threw, in our words. `connected`: the connection stood already. */
export function noAnswerOf(thrown: unknown, connected: boolean): NoAnswer {
  const code = codeOf(thrown);
  const because = code === '' ? '' : ` (${code})`;
  if (code === 'ENOTFOUND' || code.startsWith('EAI_')) return noAnswer('dns', `the name has no address${because}`);
  if (isTls(code)) return noAnswer('tls', `the TLS connection cannot be trusted or does not come about${because}`);
  if (connected) return noAnswer('broken', code.startsWith('HPE_') ? `the answer is not HTTP/1.1${because}` : `the connection broke${because}`);
  return noAnswer('unreachable', code === 'ECONNREFUSED' ? `the connection was refused${because}` : `no connection comes about${because}`);
}

const TLS_CODES = /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_|CRL_|ERROR_IN_|HOSTNAME_MISMATCH|PATH_LENGTH_|EE_KEY_|CA_|ERR_TLS_|ERR_SSL_|ERR_OSSL_|EPROTO)/;

function isTls(code: string): boolean {
  return TLS_CODES.test(code);
}

/** Node's or OpenSSL's word for what went wrong, or an empty text. */
export function codeOf(thrown: unknown): string {
  return typeof thrown === 'object' && thrown !== null && 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : '';
}
