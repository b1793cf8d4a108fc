import { asError, type Secret } from '@ops/shared';
import { decoded } from './address.ts';

/** How long a channel may take in all: nobody waits for a message at the end of a backup. */
export const CHANNEL_MS = 10_000;

export interface Outgoing {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly address: Secret;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Go where the answer sends us; only for requests that carry nothing. */
  readonly follow?: boolean;
}

/**
 * Sends one request, once. Undefined when it was taken (2xx), else why not, as a clause. The clause never holds the
 * address or what came with it: fetch quotes both in its errors, so only their codes are used.
 */
export async function send({ method, address, headers = {}, body, follow = false }: Outgoing, signal: AbortSignal): Promise<string | undefined> {
  const url = new URL(address.reveal());
  // fetch refuses addresses with a login; servers want it as a header anyway.
  const login = url.username === '' && url.password === '' ? {} : { authorization: `Basic ${Buffer.from(`${decoded(url.username)}:${decoded(url.password)}`).toString('base64')}` };
  url.username = '';
  url.password = '';
  try {
    const answer = await fetch(url, { method, headers: { 'user-agent': 'fwber-ops', ...login, ...headers }, ...(body === undefined ? {} : { body }), redirect: follow ? 'follow' : 'manual', signal: AbortSignal.any([signal, AbortSignal.timeout(CHANNEL_MS)]) });
    await answer.body?.cancel();
    return answer.ok ? undefined : refusal(answer.status);
  } catch (thrown) {
    return whyNot(asError(thrown));
  }
}

function refusal(status: number): string {
  const why = status >= 500 ? 'the other side has a problem' : status === 429 ? 'it takes no more for now' : status >= 300 && status < 400 ? 'it sends us elsewhere, which is not followed' : [401, 403, 404, 410].includes(status) ? 'is the address still right' : 'it does not take what was sent';
  return `it answered ${status} (${why}${why.startsWith('is ') ? '?' : ''})`;
}

const CODES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there', ENOTFOUND: 'its name is not known', EAI_AGAIN: 'its name could not be looked up',
  ECONNRESET: 'the connection was cut', UND_ERR_SOCKET: 'the connection was cut', EHOSTUNREACH: 'there is no way to it', ENETUNREACH: 'there is no way to it',
};

function whyNot(error: Error): string {
  if (error.name === 'TimeoutError') return `it did not answer within ${CHANNEL_MS / 1000} s`;
  if (error.name === 'AbortError' || error.name === 'CancelledError') return 'the run was cancelled';
  const code = codeOf(error.cause) ?? codeOf(error);
  if (code === undefined) return 'the request failed';
  return CODES[code] ?? (/CERT|SIGNATURE|ALTNAME|SELF_SIGNED/.test(code) ? `its certificate is not accepted (${code})` : `the request failed (${code})`);
}

function codeOf(thrown: unknown): string | undefined {
  const code = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]+$/.test(code) ? code : undefined;
}
