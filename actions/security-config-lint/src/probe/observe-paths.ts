import { inconclusive, seen, type Fact } from './fact.ts';
import type { PathSeen } from './observations.ts';
import type { SensitivePath } from './sensitive-paths.ts';
import { refusalOf, type Sighting } from './sighting.ts';

const ABSENT = new Set([403, 404, 410]);

/** Which sensitive paths are served. `random` is what a path gets that nobody made: where every path gets a page, a page proves nothing. */
export function pathFacts(sightings: readonly Sighting[], random: Sighting | undefined): readonly PathSeen[] {
  return sightings.flatMap((sighting) => {
    const { purpose } = sighting.request;
    return purpose.kind === 'sensitive-path' ? [{ path: purpose.path, served: servedFact(sighting, purpose.path, random) }] : [];
  });
}

function servedFact(sighting: Sighting, { path }: SensitivePath, random: Sighting | undefined): Fact<boolean> {
  const refusal = refusalOf(sighting, `/${path}`);
  const { outcome } = sighting;
  if (refusal !== undefined || outcome.kind !== 'noted') return inconclusive(refusal ?? `/${path} got no answer`);
  const catchAll = random?.outcome.kind === 'noted' ? random.outcome : undefined;
  if (outcome.status >= 200 && outcome.status < 300 && outcome.signatures.includes(path)) {
    return catchAll?.signatures.includes(path) === true ? inconclusive(`every path answers with what /${path} would hold`) : seen(true);
  }
  if (ABSENT.has(outcome.status)) return seen(false);
  // Somebody who wants a password answers everything alike and shows nothing of what is behind.
  const sameAsAny = catchAll?.challenge === undefined && catchAll?.status === outcome.status && outcome.status < 400;
  return sameAsAny ? seen(false) : inconclusive(`/${path} answers ${outcome.status} with something that is not known`);
}
