import { readCorsAnswer, type CorsAnswer } from '../cors/answer.ts';
import { inconclusive, seen, type Fact } from './fact.ts';
import type { OriginSeen } from './observations.ts';
import { refusalOf, type Sighting } from './sighting.ts';

/** Statuses with which the application itself answers a path that it does not have or does not show: if it said nothing about the origin, it says nothing. */
const TELLING = new Set([401, 404, 405, 419, 422]);

/** What the site said to each origin. */
export function originsFact(sightings: readonly Sighting[]): Fact<readonly OriginSeen[]> {
  if (sightings.length === 0) return inconclusive('no path is known that answers with CORS headers: cors.paths cannot be read or has no wildcard; give live-api-path');
  return seen(sightings.flatMap((sighting) => {
    const { outcome, request: { purpose } } = sighting;
    if (purpose.kind !== 'origin') return [];
    const answer = answerFact(sighting, purpose.origin);
    return [{ role: purpose.role, origin: purpose.origin, answer, headers: answer.kind === 'seen' && outcome.kind === 'noted' ? outcome.headers : [] }];
  }));
}

/** A header that lets somebody in counts on any answer; that there is none, only on one of the application. */
function answerFact(sighting: Sighting, origin: string): Fact<CorsAnswer> {
  const what = 'the question about an origin';
  const refusal = refusalOf(sighting, what);
  const { outcome } = sighting;
  if (refusal !== undefined || outcome.kind !== 'noted') return inconclusive(refusal ?? `${what} got no answer`);
  const answer = readCorsAnswer(outcome.headers, origin);
  const telling = answer.allowOrigin !== 'none' || (outcome.status >= 200 && outcome.status < 300) || TELLING.has(outcome.status);
  return telling ? seen(answer) : inconclusive(`${what} is answered with ${outcome.status}`);
}
