import { corsFaults, type CorsFault } from '../../cors/access.ts';
import { anyOriginOptions, covers } from '../../cors/public-paths.ts';
import { notApplicable, type Judgement } from '../../judgement.ts';
import { inconclusive } from '../fact.ts';
import type { OriginSeen } from '../observations.ts';
import { fault, judgeWire, safe, type LiveCheck, type LiveView, type WireAnswer } from './live-check.ts';

const SUBJECT = 'cors.allowed_origins';

const WHO: Readonly<Record<CorsFault['role'], string>> = { stranger: 'a site that nobody knows', null: 'the origin null, which any site can have', 'look-alike': 'a site whose name only ends like its own' };

/** FWS-CRS-001 */
export const anyOriginWithCookies: LiveCheck = (view) => judgeOrigins(view, (asked) => {
  const [worst] = faultsOf(asked).filter(({ withCookies }) => withCookies);
  if (worst === undefined) return withOpen(asked, safe(SUBJECT, 'no stranger is let in with cookies'));
  return [fault({
    subject: SUBJECT, shown: 'the Origin that asked, with credentials', severity: worst.role === 'look-alike' ? 'high' : 'critical', rank: worst.role === 'look-alike' ? 1 : 2,
    message: `${view.seen.site.origin} lets ${WHO[worst.role]} read what its visitors may read, with their cookies.`, remedy: 'List the origins in cors.allowed_origins, each with its scheme.',
  })];
});

/** FWS-CRS-002: where cookies go along FWS-CRS-001 says more. */
export const anyOrigin: LiveCheck = (view, given) => {
  const { 'public-paths': open } = anyOriginOptions.parse(given ?? {});
  const { apiPattern } = view.seen;
  if (apiPattern !== undefined && open.some((path) => covers(path, apiPattern))) return notApplicable(`${apiPattern} is public`);
  return judgeOrigins(view, (asked) => {
    const faults = faultsOf(asked);
    const [worst] = faults;
    if (worst === undefined) return withOpen(asked, safe(SUBJECT, 'no stranger is let in'));
    if (worst.withCookies) return [];
    return [fault({
      subject: SUBJECT, shown: worst.allowed === 'any' ? '*' : 'the Origin that asked', severity: view.strict ? 'high' : 'medium',
      message: `${view.seen.site.origin} lets ${WHO[worst.role]} read its answers, without cookies.`, remedy: 'List the origins in cors.allowed_origins, or name the paths in public-paths if everybody may read them.',
    })];
  });
};

function judgeOrigins(view: LiveView, judge: (asked: readonly OriginSeen[]) => readonly WireAnswer[]): Judgement {
  const { origins } = view.seen;
  return judgeWire(view.seen, origins.kind === 'seen' ? judge(origins.value) : [origins], 'FWS-CRS-001 has said it');
}

function faultsOf(asked: readonly OriginSeen[]): readonly CorsFault[] {
  return corsFaults(asked.flatMap(({ role, answer }) => (answer.kind === 'seen' ? [{ role, answer: answer.value }] : [])));
}

/** That strangers stay outside is proven only when every one of them got an answer. */
function withOpen(asked: readonly OriginSeen[], good: WireAnswer): readonly WireAnswer[] {
  const open = asked.flatMap(({ role, answer }) => (role !== 'listed' && answer.kind === 'inconclusive' ? [inconclusive(answer.why)] : []));
  return [good, ...open];
}
