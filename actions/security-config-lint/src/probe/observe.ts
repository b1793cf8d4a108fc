import { isIP } from 'node:net';
import { inconclusive, seen, type Fact } from './fact.ts';
import { bareHost, portOf } from './network.ts';
import type { Noted } from './note.ts';
import type { ErrorPage, Observations, PlainHttp } from './observations.ts';
import { originsFact } from './observe-origins.ts';
import { pageFact } from './observe-page.ts';
import { pathFacts } from './observe-paths.ts';
import type { Plan, Purpose } from './plan.ts';
import { refusalOf, type Sighting } from './sighting.ts';
import type { TlsFacts } from './tls-facts.ts';

/** Turns what came back into facts, or into the reasons why there are none. `tls` is a sentence when no handshake came about. */
export function observe({ config }: Plan, tls: TlsFacts | string, sightings: readonly Sighting[]): Observations {
  const [first, second] = of(sightings, 'page');
  return {
    site: { origin: config.url.origin, host: bareHost(config.url), port: String(portOf(config.url)), hasName: isIP(bareHost(config.url)) === 0 },
    tls: typeof tls === 'string' ? inconclusive(tls) : seen(tls),
    pages: [pageFact(first), pageFact(second)],
    leavesHttps: noted(first).some(({ redirect }) => redirect?.secure === false),
    plainHttp: plainHttpFact(of(sightings, 'plain-http')[0]),
    apiPattern: config.apiPattern,
    origins: originsFact(of(sightings, 'origin')),
    errorPage: errorPageFact(sightings),
    paths: pathFacts(of(sightings, 'sensitive-path'), of(sightings, 'random-path')[0]),
  };
}

function of<K extends Purpose['kind']>(sightings: readonly Sighting[], kind: K): readonly Sighting[] {
  return sightings.filter(({ request }) => request.purpose.kind === kind);
}

/** Every answer that one request got, redirects first. */
function noted(sighting: Sighting | undefined): readonly Noted[] {
  if (sighting === undefined) return [];
  return sighting.outcome.kind === 'noted' ? [...sighting.hops, sighting.outcome] : sighting.hops;
}

function plainHttpFact(sighting: Sighting | undefined): Fact<PlainHttp> {
  if (sighting === undefined) return seen('no-counterpart');
  const { outcome } = sighting;
  if (outcome.kind === 'no-answer') return outcome.reason === 'unreachable' ? seen('closed') : inconclusive(`over http ${outcome.what}`);
  if (outcome.challenge !== undefined) return inconclusive(`over http ${outcome.challenge} answers`);
  if (outcome.redirect !== undefined) return seen(outcome.redirect.secure ? 'redirects-to-https' : 'redirects-to-http');
  return outcome.status >= 200 && outcome.status < 300 ? seen('serves') : inconclusive(`over http the site answers ${outcome.status}`);
}

/** A debug page counts wherever it shows; that there is none, only where the application itself says that a path is not there. */
function errorPageFact(sightings: readonly Sighting[]): Fact<ErrorPage> {
  for (const sighting of [...of(sightings, 'error-page'), ...of(sightings, 'page'), ...sightings]) {
    const debug = noted(sighting).find(({ debugPage }) => debugPage !== undefined)?.debugPage;
    const { kind } = sighting.request.purpose;
    if (debug !== undefined) return seen({ debug, at: kind === 'error-page' ? 'an unknown path' : kind === 'page' ? 'the page' : 'another request' });
  }
  const [sighting] = of(sightings, 'error-page');
  const what = 'the unknown path';
  if (sighting === undefined) return inconclusive(`${what} was not asked`);
  const refusal = refusalOf(sighting, what);
  if (refusal !== undefined) return inconclusive(refusal);
  if (sighting.outcome.kind !== 'noted') return inconclusive(`${what} got no answer`);
  const { status, content } = sighting.outcome;
  if (status < 400) return inconclusive(`${what} answers ${status} and not with an error`);
  return content === 'json' ? seen({ debug: undefined, at: 'an unknown path' }) : inconclusive(`${what} answers ${status} without JSON, perhaps by the web server and not the application`);
}
