import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import https from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** What a server of these tests got. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: http.IncomingHttpHeaders;
  /** True when the client showed a certificate that the server trusts. */
  readonly clientCertificate: boolean;
}

export type Behaviour = (request: IncomingMessage, response: ServerResponse, count: number) => void;

export interface TestServer extends AsyncDisposable {
  readonly port: number;
  /** `http://127.0.0.1:port`, or with the name that was asked for. */
  readonly origin: string;
  readonly received: readonly Received[];
  /** Replaces what the server does from now on. */
  behave(behaviour: Behaviour): void;
}

export interface ServerOptions {
  readonly host?: '127.0.0.1' | '::1';
  readonly port?: number;
  /** Host name in `origin`; default the address. */
  readonly name?: string;
  readonly tls?: { readonly key: string; readonly cert: string; readonly ca?: string };
}

/** Starts a real server that does whatever the behaviour says; ends with the scope (`await using`). */
export async function serve(behaviour: Behaviour, options: ServerOptions = {}): Promise<TestServer> {
  let current = behaviour;
  const received: Received[] = [];
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const { socket } = request;
    received.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, clientCertificate: 'authorized' in socket && socket.authorized === true });
    current(request, response, received.length);
  };
  const server = options.tls === undefined ? http.createServer(handle) : https.createServer({ ...options.tls, requestCert: options.tls.ca !== undefined, rejectUnauthorized: false }, handle);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', () => undefined);
  const host = options.host ?? '127.0.0.1';
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const name = options.name ?? (host === '::1' ? '[::1]' : host);
  return {
    port,
    origin: `${options.tls === undefined ? 'http' : 'https'}://${name}:${port}`,
    received,
    behave: (next) => {
      current = next;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** A port on which nobody listens at this moment. */
export async function freePort(): Promise<number> {
  await using server = await serve(() => undefined);
  return server.port;
}

export function answer(status: number, body: string, headers: http.OutgoingHttpHeaders = {}): Behaviour {
  return (_request, response) => {
    response.writeHead(status, headers);
    response.end(body);
  };
}

export function json(status: number, body: unknown, headers: http.OutgoingHttpHeaders = {}): Behaviour {
  return answer(status, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
}

/** Only these paths exist; everything else is 404 with an HTML page. */
export function routes(table: Readonly<Record<string, Behaviour>>): Behaviour {
  return (request, response, count) => {
    const path = new URL(request.url ?? '/', 'http://x').pathname;
    (table[path] ?? answer(404, '<html><title>Not Found</title></html>', { 'content-type': 'text/html' }))(request, response, count);
  };
}

/** The nth request gets the nth behaviour; the last one stays. */
export function inTurn(...behaviours: readonly [Behaviour, ...Behaviour[]]): Behaviour {
  let served = 0;
  return (request, response, count) => {
    const chosen = behaviours[Math.min(served, behaviours.length - 1)] ?? behaviours[0];
    served += 1;
    chosen(request, response, count);
  };
}

/** Over and over the same turns. */
export function flapping(...behaviours: readonly [Behaviour, ...Behaviour[]]): Behaviour {
  let served = 0;
  return (request, response, count) => {
    const chosen = behaviours[served % behaviours.length] ?? behaviours[0];
    served += 1;
    chosen(request, response, count);
  };
}

export const silent: Behaviour = () => undefined;

export const reset: Behaviour = (request) => request.socket.resetAndDestroy();

/** Headers at once, then one byte at a time for ever. */
export const drip: Behaviour = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const timer = setInterval(() => response.write(' '), 20);
  response.on('close', () => clearInterval(timer));
};

/** Breaks the connection in the middle of the promised length. */
export const cutShort: Behaviour = (request, response) => {
  response.writeHead(200, { 'content-length': '1000', 'content-type': 'application/json' });
  response.write('{"status":"ok"');
  setTimeout(() => request.socket.destroy(), 20);
};

/** A body without an end, as fast as the client takes it. */
export const endless: Behaviour = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  const chunk = Buffer.alloc(65_536, 32);
  const push = (): void => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', push);
  push();
};

/** 64 MiB of spaces in 64 KiB that nobody asked to be compressed. */
export const gzipBomb: Behaviour = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
  response.end(gzipSync(Buffer.alloc(64 * 1024 * 1024, 32)));
};

export function gzipped(body: string): Behaviour {
  return (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
    response.end(gzipSync(body));
  };
}

export function redirect(location: string, status = 302): Behaviour {
  return answer(status, '', { location });
}

/** Laravel in maintenance: every route, with or without Retry-After. */
export function maintenance(retryAfter?: number): Behaviour {
  return answer(503, '<!DOCTYPE html><html><head><title>Service Unavailable</title></head><body>503</body></html>', {
    'content-type': 'text/html',
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
  });
}

/** Refuses HEAD as many applications do. */
export function exceptHead(inner: Behaviour): Behaviour {
  return (request, response, count) => (request.method === 'HEAD' ? answer(405, '')(request, response, count) : inner(request, response, count));
}

export interface CertificateOptions {
  /** Names and addresses in the subject alternative name; default localhost and 127.0.0.1. */
  readonly names?: readonly string[];
  /** Negative: expired. */
  readonly days?: number;
}

/** A private authority made with openssl, for the life of the scope. */
export class Authority implements Disposable {
  readonly #dir = mkdtempSync(join(tmpdir(), 'ops-ca-'));
  #made = 0;
  /** PEM of the authority's certificate. */
  readonly cert: string;

  constructor() {
    this.#openssl('req', '-x509', ...KEY, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=ops test authority');
    this.cert = this.#read('ca.pem');
  }

  issue({ names = ['DNS:localhost', 'IP:127.0.0.1'], days = 90 }: CertificateOptions = {}): { readonly key: string; readonly cert: string } {
    this.#made += 1;
    const name = `leaf${this.#made}`;
    writeFileSync(join(this.#dir, `${name}.ext`), `subjectAltName=${names.join(',')}\n`);
    this.#openssl('req', '-new', ...KEY, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    this.#openssl('x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', String(days), '-extfile', `${name}.ext`, '-out', `${name}.pem`);
    return { key: this.#read(`${name}.key`), cert: this.#read(`${name}.pem`) };
  }

  [Symbol.dispose](): void {
    rmSync(this.#dir, { recursive: true, force: true });
  }

  #read(file: string): string {
    return readFileSync(join(this.#dir, file), 'utf8');
  }

  #openssl(...args: readonly string[]): void {
    execFileSync('openssl', [...args], { cwd: this.#dir, stdio: 'pipe' });
  }
}

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'] as const;

export interface TestProxy extends AsyncDisposable {
  readonly origin: string;
  /** `host:port` of each tunnel that was asked for. */
  readonly tunnels: readonly string[];
}

/** A proxy that knows only CONNECT; whatever name is asked for, it connects to this port on the loopback, or refuses with the status. */
export async function tunnelTo(port: number, refuseWith?: number): Promise<TestProxy> {
  const tunnels: string[] = [];
  const sockets = new Set<Socket>();
  const proxy = http.createServer((_request, response) => response.writeHead(400).end());
  proxy.on('connect', (request: IncomingMessage, socket: Socket) => {
    tunnels.push(request.url ?? '');
    sockets.add(socket);
    socket.on('error', () => undefined);
    if (refuseWith !== undefined) {
      socket.end(`HTTP/1.1 ${refuseWith} No\r\n\r\n`);
      return;
    }
    const target = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      target.pipe(socket).pipe(target);
    });
    target.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    tunnels,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => proxy.close(() => resolve()));
    },
  };
}
