import dns from 'node:dns/promises';
import http from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction, type Socket, type TcpNetConnectOpts } from 'node:net';
import { TLSSocket, type SecureContext } from 'node:tls';
import type { Clock, Milliseconds } from '@ops/shared';
import type { Phases } from '../observation.ts';
import { readContent } from './content.ts';
import { ProbeFault } from './fault.ts';

const FAMILY_ATTEMPT_MS = 2000;
const DAY_MS = 86_400_000;

/** One request to one address, without redirects. */
export interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
  /** Only read for https. */
  readonly secureContext: () => SecureContext;
  readonly insecure: boolean;
  /** Network address to use instead of a look-up. */
  readonly pinned?: string;
  readonly proxy?: string;
}

/** What is known while an exchange runs, so that a failure keeps it. */
export interface Trace {
  phases: Omit<Phases, 'total'>;
  address?: string;
  certDaysLeft?: number;
}

export interface Exchange {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Asks once, on a fresh connection after a fresh look-up. Fills `trace` as it goes. Rejects with a
 * ProbeFault, with Node's own network error, or with the signal's reason.
 */
export async function exchange(hop: Hop, trace: Trace, clock: Clock, signal: AbortSignal): Promise<Exchange> {
  const began = clock.monotonic();
  const addresses = hop.proxy === undefined ? await lookUp(hop, signal) : undefined;
  if (addresses !== undefined) trace.phases = { dns: clock.monotonic() - began };
  const { message, at } = await open(hop, addresses, trace, clock, signal);
  const body = await readContent(message, signal);
  trace.phases = { ...trace.phases, body: clock.monotonic() - at };
  return { status: message.statusCode ?? 0, headers: headersOf(message), body };
}

interface Address {
  readonly address: string;
  readonly family: number;
}

const LOOPBACK: readonly Address[] = [{ address: '127.0.0.1', family: 4 }, { address: '::1', family: 6 }];

async function lookUp(hop: Hop, signal: AbortSignal): Promise<readonly Address[]> {
  const host = hop.pinned ?? bare(hop.url.hostname);
  const family = isIP(host);
  if (family !== 0) return [{ address: host, family }];
  // getaddrinfo cannot be cancelled; the race lets go of it.
  const found = await Promise.race([dns.lookup(host, { all: true }), aborted(signal)]);
  if (found.length === 0) throw new ProbeFault('dns', `has no address: ${host}`);
  // A hosts file may know localhost in one family while the server listens on the other.
  return host === 'localhost' ? [...found, ...LOOPBACK.filter(({ family: other }) => found.every((known) => known.family !== other))] : found;
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

interface Opened {
  readonly message: http.IncomingMessage;
  /** When the first byte came. */
  readonly at: Milliseconds;
}

function open(hop: Hop, addresses: readonly Address[] | undefined, trace: Trace, clock: Clock, signal: AbortSignal): Promise<Opened> {
  const request = requestOf(hop, addresses, signal);
  return new Promise<Opened>((resolve, reject) => {
    let sentAt = clock.monotonic();
    request.on('error', reject);
    request.on('socket', (socket) => {
      if (hop.proxy !== undefined) return;
      watch(socket, hop.url.protocol === 'https:', trace, clock, (at) => {
        sentAt = at;
      });
    });
    request.on('response', (message) => {
      const at = clock.monotonic();
      trace.phases = { ...trace.phases, ttfb: at - sentAt };
      if (hop.proxy === undefined && message.socket.remoteAddress !== undefined) trace.address = message.socket.remoteAddress;
      if (message.socket instanceof TLSSocket) noteCertificate(message.socket, trace, clock);
      resolve({ message, at });
    });
    request.end(hop.body);
  });
}

function requestOf(hop: Hop, addresses: readonly Address[] | undefined, signal: AbortSignal): http.ClientRequest {
  const secure = hop.url.protocol === 'https:';
  const host = bare(hop.url.hostname);
  const connection = { keepAlive: false, ...(addresses === undefined ? {} : racing(addresses, hop.timeoutMs)) };
  const options: http.RequestOptions = {
    host,
    port: hop.url.port === '' ? (secure ? 443 : 80) : Number(hop.url.port),
    path: `${hop.url.pathname}${hop.url.search}`,
    method: hop.method,
    headers: { ...hop.headers },
    signal,
  };
  if (!secure) return http.request({ ...options, agent: new http.Agent({ ...connection, ...(hop.proxy === undefined ? {} : { proxyEnv: { HTTP_PROXY: hop.proxy } }) }) });
  const agent = new https.Agent({
    ...connection,
    ...(hop.proxy === undefined ? {} : { proxyEnv: { HTTPS_PROXY: hop.proxy } }),
    maxCachedSessions: 0,
    secureContext: hop.secureContext(),
    rejectUnauthorized: !hop.insecure,
    ...(isIP(host) === 0 ? { servername: host } : {}),
  });
  return https.request({ ...options, agent });
}

/**
 * Node does not race families, it gives up every attempt but the last after 250 ms; a far host needs
 * longer than that. The look-up is already done, so its phase is known and it is bounded by our signal.
 */
function racing(addresses: readonly Address[], timeoutMs: number): Pick<TcpNetConnectOpts, 'lookup' | 'autoSelectFamily' | 'autoSelectFamilyAttemptTimeout'> {
  const lookup: LookupFunction = (_host, options, done) => {
    const first = addresses[0];
    if (options.all === true || first === undefined) done(null, addresses.map(({ address, family }) => ({ address, family })));
    else done(null, first.address, first.family);
  };
  return { lookup, autoSelectFamily: true, autoSelectFamilyAttemptTimeout: Math.max(10, Math.min(FAMILY_ATTEMPT_MS, Math.floor(timeoutMs / addresses.length))) };
}

function watch(socket: Socket, secure: boolean, trace: Trace, clock: Clock, ready: (at: Milliseconds) => void): void {
  const began = clock.monotonic();
  socket.once('connect', () => {
    const connected = clock.monotonic();
    trace.phases = { ...trace.phases, connect: connected - began };
    if (socket.remoteAddress !== undefined) trace.address = socket.remoteAddress;
    if (!secure) ready(connected);
    socket.once('secureConnect', () => {
      const shaken = clock.monotonic();
      trace.phases = { ...trace.phases, tls: shaken - connected };
      ready(shaken);
    });
  });
}

function noteCertificate(socket: TLSSocket, trace: Trace, clock: Clock): void {
  const until = Date.parse(socket.getPeerCertificate().valid_to);
  if (!Number.isNaN(until)) trace.certDaysLeft = Math.floor((until - clock.now()) / DAY_MS);
}

function headersOf(message: http.IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(message.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]));
}

/** Brackets belong to addresses of version 6 in URLs only. */
export function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}
