import { headerPolicies, metaPolicies, type Policy } from '../csp/policy.ts';
import { cacheEvidence } from '../headers/cached.ts';
import { linesOf } from '../headers/list.ts';
import { inconclusive, seen, type Fact } from './fact.ts';
import type { Noted } from './note.ts';
import type { Page } from './observations.ts';
import { refusalOf, type Sighting } from './sighting.ts';

const WHAT = 'the page';

/** The page, where it is one: an answer 2xx of the application itself. */
export function pageFact(sighting: Sighting | undefined): Fact<Page> {
  if (sighting === undefined) return inconclusive(`${WHAT} was not asked`);
  const { outcome, hops, request } = sighting;
  const refusal = refusalOf(sighting, WHAT);
  if (refusal !== undefined || outcome.kind !== 'noted') return inconclusive(refusal ?? `${WHAT} got no answer`);
  if (outcome.redirect !== undefined) return inconclusive(redirected(outcome.redirect, request.url));
  if (outcome.status < 200 || outcome.status > 299) return inconclusive(`${WHAT} answers ${outcome.status}${outcome.status === 401 || outcome.status === 403 ? ': what it wants to see can be given in live-headers' : ''}`);
  return seen({
    headers: outcome.headers,
    content: outcome.content,
    policies: policiesOf(outcome),
    headRead: outcome.head?.complete ?? true,
    referrers: outcome.head?.referrers ?? [],
    cookies: [...hops, outcome].flatMap(({ cookies }) => cookies),
    cached: cacheEvidence(outcome.headers),
    debugTools: outcome.debugTools,
  });
}

function redirected({ url, secure, sameHost }: NonNullable<Noted['redirect']>, from: URL): string {
  if (!sameHost) return `${WHAT} redirects to another host, ${url.host}`;
  if (!secure) return `${WHAT} redirects from https to http`;
  return url.origin === from.origin ? `${WHAT} redirects more often than is followed` : `${WHAT} redirects to another port, ${url.host}`;
}

function policiesOf({ headers, head }: Noted): readonly Policy[] {
  return [
    ...headerPolicies(linesOf(headers, 'content-security-policy'), 'enforce'),
    ...headerPolicies(linesOf(headers, 'content-security-policy-report-only'), 'report'),
    ...(head?.policies ?? []).flatMap(metaPolicies),
  ];
}
