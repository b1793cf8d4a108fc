import type http from 'node:http';
import { realClock, Secret, type Random } from '@ops/shared';
import { Authority, answer, freePort, serve, type Behaviour, type CertificateOptions, type TestServer } from '../../../../test/support/http.ts';
import type { Network } from './network.ts';
import type { Observations } from './observations.ts';
import type { ProbeConfig } from './plan.ts';
import { probe, type ProbeDeps } from './probe.ts';

/** What `app.example.com` is said to be: an address of the internet that no test ever connects to. */
export const PUBLIC_ADDRESS = '93.184.215.14';

export interface SiteOptions {
  /** What the https server does; default: an empty page, and 404 with JSON for everything else. */
  readonly https?: Behaviour;
  /** What port 80 does; `closed` when nobody listens. Default: 301 to https. */
  readonly http?: Behaviour | 'closed';
  readonly certificate?: CertificateOptions;
  readonly lookup?: Network['lookup'];
  readonly stepLimitMs?: number;
}

export interface Site extends AsyncDisposable {
  readonly https: TestServer;
  readonly network: Network;
  /** Every address and port that was connected to, before the detour to the loopback. */
  readonly reached: readonly string[];
  /** Probes it. */
  probe(config?: Partial<ProbeConfig>, deps?: Partial<ProbeDeps>): Promise<Observations>;
}

/** A site called app.example.com with a certificate of its own authority, on the loopback. */
export async function openSite(options: SiteOptions = {}): Promise<Site> {
  await using undo = new AsyncDisposableStack();
  const { ca, ...tls } = options.certificate === undefined ? usual() : issued(options.certificate);
  const https = undo.use(await serve(options.https ?? laravel({}), { tls }));
  const plain = options.http === 'closed' ? await freePort() : undo.use(await serve(options.http ?? answer(301, '', { location: 'https://app.example.com/' }))).port;
  const reached: string[] = [];
  const network: Network = {
    lookup: options.lookup ?? (() => Promise.resolve([PUBLIC_ADDRESS])),
    reach: (address, port) => {
      reached.push(`${address} ${port}`);
      return { host: '127.0.0.1', port: port === 80 ? plain : https.port };
    },
    ca,
    stepLimitMs: options.stepLimitMs ?? 5000,
  };
  const owned = undo.move();
  return {
    https, network, reached,
    probe: (config = {}, deps = {}) => probe(configOf(config), { clock: realClock, random: countingRandom(), signal: new AbortController().signal, network, ...deps }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

interface Issued {
  readonly ca: string;
  readonly key: string;
  readonly cert: string;
}

function issued(certificate: CertificateOptions): Issued {
  using authority = new Authority();
  return { ca: authority.cert, ...authority.issue({ names: ['DNS:app.example.com'], ...certificate }) };
}

let usualCertificate: Issued | undefined;

/** One for all: making them takes longer than asking. */
function usual(): Issued {
  usualCertificate ??= issued({});
  return usualCertificate;
}

export function configOf(config: Partial<ProbeConfig> = {}): ProbeConfig {
  return { url: new URL('https://app.example.com/'), headers: [], origins: [], apiPattern: '/api/*', allowPrivate: false, ...config };
}

export function secretHeader(name: string, value: string): ProbeConfig['headers'][number] {
  return { name, value: new Secret(value) };
}

/** Numbers that look random and are the same in every run. */
export function countingRandom(): Random {
  let count = 0;
  return {
    hex: (bytes) => {
      count += 1;
      return count.toString(16).padStart(bytes * 2, 'f').slice(-bytes * 2);
    },
    fraction: () => 0.5,
  };
}

export interface LaravelSite {
  /** Headers of the page. */
  readonly headers?: http.OutgoingHttpHeaders;
  readonly page?: Behaviour;
  readonly html?: string;
  /** By path; everything else is 404, JSON where JSON is wanted. */
  readonly routes?: Readonly<Record<string, Behaviour>>;
  /** Headers of every path below /api/, made from the Origin that came. */
  readonly cors?: (origin: string) => http.OutgoingHttpHeaders;
}

/** Answers as a Laravel application does. */
export function laravel({ headers = {}, page, html = '<!doctype html><html><head><title>App</title></head><body></body></html>', routes = {}, cors = () => ({}) }: LaravelSite): Behaviour {
  return (request, response, count) => {
    const { pathname } = new URL(request.url ?? '/', 'http://x');
    const given = routes[pathname];
    if (given !== undefined) return given(request, response, count);
    if (pathname === '/') return (page ?? answer(200, html, { 'content-type': 'text/html; charset=UTF-8', ...headers }))(request, response, count);
    const more = pathname.startsWith('/api/') && typeof request.headers.origin === 'string' ? cors(request.headers.origin) : {};
    if (request.headers.accept === 'application/json') return answer(404, '{"message":"The route could not be found."}', { 'content-type': 'application/json', ...more })(request, response, count);
    return answer(404, '<!doctype html><title>Not Found</title>', { 'content-type': 'text/html; charset=UTF-8' })(request, response, count);
  };
}
