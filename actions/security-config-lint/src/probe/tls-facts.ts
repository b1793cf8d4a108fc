import { isIP } from 'node:net';
import { checkServerIdentity, connect, type DetailedPeerCertificate, type SecureVersion, type TLSSocket } from 'node:tls';
import { bareHost, portOf, stepSignal, stopIfCancelled, type Wire } from './network.ts';
import { codeOf } from './no-answer.ts';

export const OLD_PROTOCOLS = ['TLSv1', 'TLSv1.1'] as const;
export type OldProtocol = (typeof OLD_PROTOCOLS)[number];

/** What a handshake with an old protocol showed. `unknown`: this machine could not ask. */
export type OldAnswer = 'accepted' | 'refused' | 'unknown';

export interface CertificateFacts {
  /** Node's word for what is wrong with the chain, `CERT_HAS_EXPIRED`; undefined when it is trusted. */
  readonly chainProblem: string | undefined;
  readonly namesHost: boolean;
  /** Until the first certificate of the chain expires; negative when one has. */
  readonly daysLeft: number;
  /** For how long the server's own certificate was issued. */
  readonly lifetimeDays: number;
}

export interface TlsFacts {
  /** Undefined when the server speaks nothing that is not old. */
  readonly protocol: string | undefined;
  readonly certificate: CertificateFacts;
  readonly old: Readonly<Record<OldProtocol, OldAnswer>>;
}

const DAY_MS = 86_400_000;

/** Shakes hands once as browsers do and once with each protocol that nobody should speak any more. The text says why there is nothing to tell. Throws CancelledError. */
export async function tlsFacts(url: URL, wire: Wire, nowMs: number): Promise<TlsFacts | string> {
  const modern = await handshake(url, wire, 'TLSv1.2', 'TLSv1.3');
  const older = await handshake(url, wire, 'TLSv1.1', 'TLSv1.1');
  const oldest = await handshake(url, wire, 'TLSv1', 'TLSv1');
  const shown = [modern, older, oldest].find((one) => one.kind === 'done');
  if (shown?.kind !== 'done') return modern.kind === 'failed' ? `no TLS handshake comes about (${modern.code})` : 'no TLS handshake comes about';
  return {
    protocol: modern.kind === 'done' ? modern.protocol : undefined,
    certificate: certificateFacts(shown, bareHost(url), nowMs),
    old: { 'TLSv1.1': oldAnswer(older), TLSv1: oldAnswer(oldest) },
  };
}

interface Done {
  readonly kind: 'done';
  readonly protocol: string;
  readonly chainProblem: string | undefined;
  readonly certificate: DetailedPeerCertificate;
}

type Handshake = Done | { readonly kind: 'failed'; readonly code: string };

async function handshake(url: URL, wire: Wire, min: SecureVersion, max: SecureVersion): Promise<Handshake> {
  const limit = stepSignal(wire);
  const outcome = await new Promise<Handshake>((resolve) => {
    const socket = open(url, wire, min, max);
    const settle = (one: Handshake): void => {
      resolve(one);
      socket.destroy();
    };
    limit.addEventListener('abort', () => settle({ kind: 'failed', code: 'TIMEOUT' }), { once: true });
    socket.on('error', (error) => settle({ kind: 'failed', code: codeOf(error) === '' ? 'UNKNOWN' : codeOf(error) }));
    socket.once('close', () => settle({ kind: 'failed', code: 'CLOSED' }));
    socket.once('secureConnect', () => settle(doneOf(socket)));
  });
  stopIfCancelled(wire.signal);
  return outcome;
}

function open(url: URL, { network, address }: Wire, min: SecureVersion, max: SecureVersion): TLSSocket {
  const host = bareHost(url);
  return connect({
    ...network.reach(address, portOf(url)),
    ...(isIP(host) === 0 ? { servername: host } : {}),
    ...(network.ca === undefined ? {} : { ca: network.ca }),
    minVersion: min,
    maxVersion: max,
    // OpenSSL 3 offers TLS 1.0 and 1.1 at this level only.
    ...(max === 'TLSv1' || max === 'TLSv1.1' ? { ciphers: 'DEFAULT:@SECLEVEL=0' } : {}),
    ALPNProtocols: ['http/1.1'],
    // Nothing is sent over this connection: what is wrong with the certificate is what we want to know.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  });
}

function doneOf(socket: TLSSocket): Done {
  const problem: unknown = socket.authorizationError;
  return {
    kind: 'done',
    protocol: socket.getProtocol() ?? 'unknown',
    chainProblem: socket.authorized ? undefined : typeof problem === 'string' ? problem : codeOf(problem),
    certificate: socket.getPeerCertificate(true),
  };
}

function certificateFacts({ chainProblem, certificate }: Done, host: string, nowMs: number): CertificateFacts {
  const ends = chainOf(certificate).map((one) => Date.parse(one.valid_to)).filter((end) => !Number.isNaN(end));
  return {
    chainProblem,
    namesHost: checkServerIdentity(host, certificate) === undefined,
    daysLeft: Math.floor((Math.min(...ends) - nowMs) / DAY_MS),
    lifetimeDays: (Date.parse(certificate.valid_to) - Date.parse(certificate.valid_from)) / DAY_MS,
  };
}

/** The server's certificate and those above it, without the root: its end is the business of whoever trusts it. */
function chainOf(leaf: DetailedPeerCertificate): readonly DetailedPeerCertificate[] {
  const chain = [leaf];
  for (;;) {
    const above: DetailedPeerCertificate | undefined = chain.at(-1)?.issuerCertificate;
    if (above === undefined || above.issuerCertificate === above || chain.some(({ fingerprint256 }) => fingerprint256 === above.fingerprint256)) return chain;
    chain.push(above);
  }
}

/** A server refuses by an alert, or by hanging up; what this machine's own OpenSSL or the network did proves nothing. */
function oldAnswer(handshake: Handshake): OldAnswer {
  if (handshake.kind === 'done') return 'accepted';
  return /ALERT|^ERR_SSL_UNSUPPORTED_PROTOCOL$|^ERR_SSL_WRONG_VERSION_NUMBER$|^ECONNRESET$|^CLOSED$/.test(handshake.code) ? 'refused' : 'unknown';
}
