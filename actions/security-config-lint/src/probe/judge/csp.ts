import { broadScripts, evalScripts, inlineScripts, inlineStyles, openDoors, weakNonce, type CspAnswer } from '../../csp/answer.ts';
import { frameAncestors } from '../../csp/framing.ts';
import { restrictsScripts } from '../../csp/inline.ts';
import { noncesOf } from '../../csp/nonce.ts';
import { enforced, type Policy } from '../../csp/policy.ts';
import { readFrameOptions } from '../../headers/frame-options.ts';
import { inconclusive } from '../fact.ts';
import type { Page } from '../observations.ts';
import { fault, htmlCheck, safe, type LiveCheck, type LiveView, type WireAnswer } from './live-check.ts';

const CSP = 'content-security-policy';
const REPORT_ONLY = 'content-security-policy-report-only';

/** FWS-CSP-001 */
export const cspMissing: LiveCheck = htmlCheck((page, { seen }) => {
  const policies = enforced(page.policies);
  if (restrictsScripts(policies)) return [safe(CSP, 'an enforced policy')];
  if (!page.headRead) return [headCut()];
  const remedy = 'Send an enforced Content-Security-Policy from a middleware, with a nonce for scripts.';
  if (policies.length > 0) return [fault({ subject: CSP, shown: 'a policy without a say about scripts', severity: 'high', message: `The policy of ${seen.site.origin} restricts no scripts.`, remedy })];
  return [fault({ subject: CSP, shown: 'no enforced policy', severity: 'high', rank: 2, message: `${seen.site.origin} sends no Content-Security-Policy that is enforced.`, remedy })];
});

/** FWS-CSP-002 */
export const cspInlineScript = policyCheck((policies) => [inlineScripts(policies)]);
/** FWS-CSP-003 */
export const cspEval = policyCheck((policies) => [evalScripts(policies)]);
/** FWS-CSP-004 */
export const cspBroadSource = policyCheck((policies, { seen: { site }, findBypasses }) => [broadScripts(policies, site, findBypasses)]);
/** FWS-CSP-005 */
export const cspDoors = policyCheck((policies) => openDoors(policies));
/** FWS-CSP-010 */
export const cspInlineStyle = policyCheck((policies) => [inlineStyles(policies)]);

/** FWS-CSP-006: with frame-ancestors browsers do not look at X-Frame-Options at all. */
export const framing: LiveCheck = htmlCheck(({ policies, headers }, { seen }) => {
  const subject = 'frame-ancestors';
  const ancestors = frameAncestors(enforced(policies));
  const options = readFrameOptions(headers);
  if (ancestors === 'restricted') return [safe(subject, 'frame-ancestors')];
  if (ancestors === 'absent' && options === 'protects') return [safe(subject, 'x-frame-options')];
  const shown = ancestors === 'anybody' ? 'frame-ancestors with every host' : options === 'ignored' ? 'an X-Frame-Options that browsers ignore' : 'neither frame-ancestors nor X-Frame-Options';
  return [fault({ subject, shown, severity: 'medium', message: `Any site may show ${seen.site.origin} in a frame: ${shown}.`, remedy: "Send frame-ancestors 'self' in the policy, or X-Frame-Options: SAMEORIGIN." })];
});

/** FWS-CSP-007 */
export const reportOnly: LiveCheck = htmlCheck(({ policies }, { seen }) => {
  if (!policies.some(({ disposition }) => disposition === 'report')) return [];
  if (enforced(policies).length > 0) return [safe(REPORT_ONLY, 'beside an enforced policy')];
  return [fault({ subject: REPORT_ONLY, shown: 'report-only', severity: 'medium', message: `The policy of ${seen.site.origin} only reports and stops nothing.`, remedy: 'Send it as Content-Security-Policy once its reports are quiet.' })];
}, 'no policy is sent as report-only');

/** FWS-CSP-008 */
export const staticNonce: LiveCheck = htmlCheck((page, view) => {
  const weak = weakNonce(enforced(page.policies));
  if (weak === undefined) return [];
  return weak.fault === undefined ? [repeated(page, view)] : [wired(weak, view)];
}, 'the policy has no nonce');

/** The same nonce twice is a fault only where the application answered twice. */
function repeated(page: Page, { seen }: LiveView): WireAnswer {
  const [, second] = seen.pages;
  if (second.kind === 'inconclusive') return inconclusive(`the second time ${second.why}`);
  const before = new Set(noncesOf(enforced(page.policies)));
  if (!noncesOf(enforced(second.value.policies)).some((nonce) => before.has(nonce))) return safe('script-src', 'a new nonce each time');
  const cached = page.cached ?? second.value.cached;
  if (cached !== undefined) return inconclusive(`the nonce is the same twice, and a cache answered (${cached})`);
  return fault({ subject: 'script-src', shown: 'the same nonce twice', severity: 'high', rank: 2, message: `${seen.site.origin} uses the same nonce for two answers, so an attacker can use it too.`, remedy: 'Make a new nonce for each answer: Vite::useCspNonce() in a middleware.' });
}

/** A check of what enforced policies say; without one CSP-001 has said it all. */
function policyCheck(answers: (policies: readonly Policy[], view: LiveView) => readonly CspAnswer[]): LiveCheck {
  return htmlCheck((page, view) => {
    const policies = enforced(page.policies);
    if (!restrictsScripts(policies)) return page.headRead ? [] : [headCut()];
    const said = answers(policies, view);
    // A policy further down could only narrow what these say.
    return said.some((answer) => answer.fault !== undefined) && !page.headRead ? [headCut()] : said.map((answer) => wired(answer, view));
  }, 'no policy restricts scripts: FWS-CSP-001');
}

function wired({ subject, shown, fault: found }: CspAnswer, { seen }: LiveView): WireAnswer {
  if (found === undefined) return safe(subject, shown);
  const { does, ...rest } = found;
  return fault({ subject, shown, ...rest, message: `The policy of ${seen.site.origin} ${does}: ${shown}.` });
}

function headCut(): WireAnswer {
  return inconclusive('the head of the page is longer than what is read, and a policy may stand further down');
}
