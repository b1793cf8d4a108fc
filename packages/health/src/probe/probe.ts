import type { Clock, Random } from '@ops/shared';
import { effectivePreset, type Check } from '../check.ts';
import { timeLimit } from '../limit.ts';
import type { Answer, Observation } from '../observation.ts';
import { bare, exchange, type Exchange, type Hop, type Trace } from './exchange.ts';
import { faultOf, ProbeFault } from './fault.ts';
import { requestHeaders } from './headers.ts';
import { proxyFor, type ProxyEnv } from './proxy.ts';
import { nextUrl, withoutCredentials } from './redirect.ts';
import { secureContext } from './trust.ts';

/** What a probe takes from outside. */
export interface ProbeDeps {
  readonly clock: Clock;
  readonly random: Random;
  /** For the proxy variables. */
  readonly env: ProxyEnv;
}

/** Asks one check once; the real one is `probe`. */
export type Ask = (check: Check, deps: ProbeDeps, signal: AbortSignal) => Promise<Observation>;

/**
 * Asks once and tells what it saw; never rejects. `node:http` and not `fetch`, for its phases, its
 * choice of address and its refusal to follow or cache anything by itself.
 */
export async function probe(check: Check, deps: ProbeDeps, signal: AbortSignal): Promise<Observation> {
  const { clock } = deps;
  prepare(check);
  const at = clock.now();
  const began = clock.monotonic();
  const timeout = timeLimit(check.transport.requestTimeoutMs);
  const limit = AbortSignal.any([timeout, signal]);
  const visit: Visit = { url: new URL(check.url), hops: [], trace: { phases: {} } };
  const seen = (): Pick<Observation, 'from' | 'url' | 'at' | 'phases' | 'hops'> => ({
    from: 'runner',
    url: withoutCredentials(visit.url),
    at,
    hops: visit.hops,
    phases: { ...visit.trace.phases, total: clock.monotonic() - began },
    ...(visit.trace.address === undefined ? {} : { address: visit.trace.address }),
    ...(visit.trace.certDaysLeft === undefined ? {} : { certDaysLeft: visit.trace.certDaysLeft }),
  });
  try {
    const answer = await follow(check, visit, deps, limit);
    const observation: Observation = { kind: 'answer', ...seen(), ...answer };
    return (await isCatchAll(check, observation, visit.url, deps, limit)) ? { ...observation, catchAll: true } : observation;
  } catch (thrown) {
    const fault = signal.aborted ? new ProbeFault('cancelled', 'was not waited for') : timeout.aborted ? late(check, visit) : faultOf(thrown, bare(visit.url.hostname));
    return { kind: 'failure', ...seen(), failure: fault.failure, detail: fault.message };
  }
}

/** Reading the system's certificates takes a while, once; that is not the server's time. */
function prepare({ url, transport }: Check): void {
  try {
    if (url.startsWith('https:')) secureContext(transport, true);
  } catch {
    // The attempt itself will say it.
  }
}

interface Visit {
  url: URL;
  hops: string[];
  trace: Trace;
}

function late(check: Check, visit: Visit): ProbeFault {
  const { phases } = visit.trace;
  const secure = visit.url.protocol === 'https:';
  const waiting = phases.ttfb !== undefined ? 'its answer does not end' : phases.connect === undefined ? 'the connection does not come about' : secure && phases.tls === undefined ? 'the TLS handshake does not end' : 'no answer comes';
  return new ProbeFault('timeout', `takes longer than ${check.transport.requestTimeoutMs} ms: ${waiting}`);
}

async function follow(check: Check, visit: Visit, deps: ProbeDeps, signal: AbortSignal): Promise<Exchange> {
  const { origin } = visit.url;
  const first = new URL(visit.url);
  if (check.transport.cacheBuster) first.searchParams.append('_gate', deps.random.hex(8));
  let method = check.method;
  visit.url = first;
  for (;;) {
    const answer = await exchange(hopOf(check, visit.url, method, visit.url.origin === origin, deps), visit.trace, deps.clock, signal);
    const next = nextUrl(check, answer.status, answer.headers['location'], visit.url, visit.hops.length);
    if (next === undefined) return answer;
    visit.hops.push(withoutCredentials(visit.url));
    if (answer.status === 303 || (answer.status < 303 && method === 'POST')) method = 'GET';
    visit.url = next;
    visit.trace = { phases: {} };
  }
}

function hopOf(check: Check, url: URL, method: string, sameOrigin: boolean, deps: ProbeDeps): Hop {
  const { transport } = check;
  const content = method === 'GET' ? undefined : check.content;
  const proxy = proxyFor(url, deps.env);
  const pinned = transport.resolve[bare(url.hostname).toLowerCase()];
  return {
    url,
    method,
    headers: { ...requestHeaders(check, url, sameOrigin), ...(content === undefined ? {} : { 'content-type': content.type, 'content-length': String(Buffer.byteLength(content.text)) }) },
    ...(content === undefined ? {} : { body: content.text }),
    timeoutMs: transport.requestTimeoutMs,
    secureContext: () => secureContext(transport, sameOrigin),
    insecure: transport.insecure,
    ...(pinned === undefined ? {} : { pinned }),
    ...(proxy === undefined ? {} : { proxy }),
  };
}

/** A server that answers 2xx to every path makes a bare status code worthless, so such a check also asks for a path that nobody made. */
async function isCatchAll(check: Check, answer: Answer, url: URL, deps: ProbeDeps, signal: AbortSignal): Promise<boolean> {
  const needed = effectivePreset(check) === 'status' && check.assertions.length === 0 && check.identity === undefined;
  if (!needed || url.pathname === '/' || answer.status < 200 || answer.status > 299) return false;
  const sibling = new URL(`./gate-${deps.random.hex(8)}`, url);
  const hop = hopOf(check, sibling, check.method, url.origin === new URL(check.url).origin, deps);
  try {
    const other = await exchange(hop, { phases: {} }, deps.clock, signal);
    return other.status >= 200 && other.status <= 299;
  } catch {
    // No answer to an address that nobody made is not the answer of a catch-all server.
    return false;
  }
}
