import type http from 'node:http';
import { realClock, Secret, type Random } from '@ops/shared';
import { Authority, answer, freePort, serve, type Behaviour, type CertificateOptions, type TestServer } from '../../../../test/support/http.ts';
import type { Network } from './network.ts';
import type { NoAnswer } from './no-answer.ts';
import { note } from './note.ts';
import type { Observations } from './observations.ts';
import { observe } from './observe.ts';
import { plan, type PlannedRequest, type ProbeConfig } from './plan.ts';
import { probe, type ProbeDeps } from './probe.ts';
import type { Sighting } from './sighting.ts';
import type { TlsFacts } from './tls-facts.ts';

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

export interface WireOptions {
  /** Headers of the page, line by line, beside its Content-Type. */
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** Of the second time, where they differ. */
  readonly second?: readonly (readonly [name: string, value: string])[];
  readonly html?: string;
  readonly type?: string;
  readonly status?: number;
  readonly config?: Partial<ProbeConfig>;
  readonly tls?: TlsFacts | string;
  /** The answer to anything but the page; default 404 with JSON, and 301 to https over http. */
  readonly rest?: (request: PlannedRequest) => WireAnswer | NoAnswer | undefined;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  readonly text?: string;
}

export const GOOD_TLS: TlsFacts = { protocol: 'TLSv1.3', certificate: { chainProblem: undefined, namesHost: true, daysLeft: 60, lifetimeDays: 90 }, old: { TLSv1: 'refused', 'TLSv1.1': 'refused' } };

/** What a site would have shown, without a network. */
export function observed({ headers = [], second = headers, html = '<html><head></head>', type = 'text/html', status = 200, config = {}, tls = GOOD_TLS, rest = () => undefined }: WireOptions = {}): Observations {
  const planned = plan(configOf(config), countingRandom());
  return observe(planned, tls, planned.requests.map((request): Sighting => {
    const { purpose } = request;
    const given = rest(request);
    if (given !== undefined && 'kind' in given) return { request, hops: [], outcome: given };
    const usual: WireAnswer = purpose.kind === 'page'
      ? { status, headers: [['Content-Type', type], ...(purpose.turn === 1 ? headers : second)], text: html }
      : purpose.kind === 'plain-http' ? { status: 301, headers: [['Location', 'https://app.example.com/']] } : { status: 404, headers: [['Content-Type', 'application/json']], text: '{"message":""}' };
    const { status: code, headers: lines = [], text = '' } = given ?? usual;
    return { request, hops: [], outcome: note({ kind: 'answer', status: code, headers: lines, content: { bytes: Buffer.from(text), whole: true } }, request.url, Date.UTC(2027, 0, 1)) };
  }));
}
