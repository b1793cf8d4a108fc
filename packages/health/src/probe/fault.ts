import type { ProbeFailure } from '../observation.ts';
import { isObject } from '../pointer.ts';

/** Ends an attempt: why, in our words. */
export class ProbeFault extends Error {
  readonly failure: ProbeFailure;

  constructor(failure: ProbeFailure, detail: string) {
    super(detail);
    this.failure = failure;
  }
}

/** The fault behind whatever Node threw while it looked up, connected, shook hands or read. */
export function faultOf(thrown: unknown, host: string): ProbeFault {
  if (thrown instanceof ProbeFault) return thrown;
  const code = codeOf(thrown);
  const text = isObject(thrown) ? String(thrown['message']) : String(thrown);
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_FAIL':
    case 'EAI_NODATA':
      return new ProbeFault('dns', `has no address: ${host} (${code})`);
    case 'ECONNREFUSED':
      return new ProbeFault('refused', `refuses connections (${code})`);
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EADDRNOTAVAIL':
    case 'EACCES':
    case 'EPERM':
      return new ProbeFault('refused', `cannot be reached from here (${code})`);
    case 'ETIMEDOUT':
      return new ProbeFault('timeout', `does not accept the connection in time (${code})`);
    // Node says ECONNRESET also for a connection that ends during the TLS handshake.
    case 'ECONNRESET':
    case 'EPIPE':
    case 'ECONNABORTED':
      return new ProbeFault('reset', `dropped the connection (${code})`);
    case 'ERR_PROXY_TUNNEL':
      return new ProbeFault('refused', `is not let through by the proxy (${code}: ${text})`);
    default:
      if (code.startsWith('HPE_')) return new ProbeFault('reset', `does not speak HTTP (${code})`);
      if (isTls(code)) return new ProbeFault('tls', `has a TLS problem: ${code}, ${text.split('\n')[0] ?? ''}`);
      return new ProbeFault('reset', `could not be asked (${code === '' ? text : code})`);
  }
}

function codeOf(thrown: unknown): string {
  if (!isObject(thrown)) return '';
  // Trying several addresses, Node throws all their errors together. One refusal beats a timeout: someone was there.
  if (Array.isArray(thrown['errors'])) {
    const codes = thrown['errors'].map(codeOf);
    return ['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT'].find((code) => codes.includes(code)) ?? codes[0] ?? '';
  }
  return typeof thrown['code'] === 'string' ? thrown['code'] : '';
}

const VERIFY_CODES = /^(?:CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|INVALID_|CRL_|ERROR_IN_|HOSTNAME_MISMATCH|PATH_LENGTH_|EE_KEY_|ERR_TLS_|ERR_SSL_|ERR_OSSL_|EPROTO)/;

function isTls(code: string): boolean {
  return VERIFY_CODES.test(code);
}
