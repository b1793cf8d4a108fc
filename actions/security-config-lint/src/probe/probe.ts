import type { Clock, Random } from '@ops/shared';
import { exchange } from './exchange.ts';
import { realNetwork, type Network, type Wire } from './network.ts';
import { noAnswer, type NoAnswer } from './no-answer.ts';
import { note, type Noted } from './note.ts';
import type { Observations } from './observations.ts';
import { observe } from './observe.ts';
import { pin } from './pin.ts';
import { plan, type Plan, type PlannedRequest, type ProbeConfig } from './plan.ts';
import { tlsFacts } from './tls-facts.ts';
import type { Sighting } from './sighting.ts';

export interface ProbeDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  /** Tests put their own servers here. */
  readonly network?: Network;
}

/** Says who asks and where to read about it. */
const USER_AGENT = 'fwber-ops-security-config-lint (+https://github.com/fwber/ops)';
/** So many silent requests in a row are an answer too. */
const GIVE_UP_AFTER = 3;

/** Asks the live site, at most 24 times, one after the other, without a cookie and without a login. Throws CancelledError. */
export async function probe(config: ProbeConfig, deps: ProbeDeps): Promise<Observations> {
  const { network = realNetwork, signal, clock } = deps;
  const planned = plan(config, deps.random);
  const pinned = await pin(config.url, config.allowPrivate, network, signal);
  if (pinned.kind === 'no-answer') return observe(planned, pinned.what, planned.requests.map((request) => ({ request, hops: [], outcome: pinned })));
  const wire: Wire = { network, address: pinned.address, signal };
  const tls = await tlsFacts(config.url, wire, clock.now());
  return observe(planned, tls, await askAll(planned, wire, clock));
}

async function askAll({ config, requests, redirects }: Plan, wire: Wire, clock: Clock): Promise<readonly Sighting[]> {
  const sightings: Sighting[] = [];
  const budget = { redirects };
  let silent = 0;
  for (const request of requests) {
    const secure = request.url.protocol === 'https:';
    if (secure && silent >= GIVE_UP_AFTER) {
      sightings.push({ request, hops: [], outcome: noAnswer('silent', `nothing was asked any more after ${GIVE_UP_AFTER} requests without an answer`) });
      continue;
    }
    const sighting = await ask(request, config, budget, wire, clock);
    if (secure) silent = sighting.outcome.kind === 'no-answer' ? silent + 1 : 0;
    sightings.push(sighting);
  }
  return sightings;
}

/** Asks and follows what may be followed: the same scheme, host and port, where the secret headers may go too. */
async function ask(request: PlannedRequest, config: ProbeConfig, budget: { redirects: number }, wire: Wire, clock: Clock): Promise<Sighting> {
  const hops: Noted[] = [];
  let { url } = request;
  for (;;) {
    const outcome = await askOnce(request, url, config, wire, clock);
    const next = outcome.kind === 'noted' ? outcome.redirect?.url : undefined;
    if (!request.follow || outcome.kind !== 'noted' || next === undefined || next.origin !== url.origin || budget.redirects === 0) return { request, hops, outcome };
    budget.redirects -= 1;
    hops.push(outcome);
    url = next;
  }
}

async function askOnce({ accept, purpose }: PlannedRequest, url: URL, config: ProbeConfig, wire: Wire, clock: Clock): Promise<Noted | NoAnswer> {
  const headers: Record<string, string> = { 'user-agent': USER_AGENT, accept, 'accept-encoding': 'identity', 'cache-control': 'no-cache' };
  if (purpose.kind === 'origin') headers['origin'] = purpose.origin;
  if (url.origin === config.url.origin) {
    for (const { name, value } of config.headers) headers[name] = value.reveal();
  }
  const answer = await exchange(url, headers, wire);
  return answer.kind === 'answer' ? note(answer, url, clock.now()) : answer;
}
