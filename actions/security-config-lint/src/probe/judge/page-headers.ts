import { readEmbedderPolicy, readOpenerPolicy, readResourcePolicy } from '../../headers/cross-origin.ts';
import { disclosedVersions } from '../../headers/disclosure.ts';
import { duplicatedHeaders, type Duplicate } from '../../headers/duplicates.ts';
import { hasNosniff } from '../../headers/nosniff.ts';
import { readPermissionsPolicy } from '../../headers/permissions-policy.ts';
import { isWeakReferrerPolicy, readReferrerPolicy } from '../../headers/referrer-policy.ts';
import { enablesXssAuditor } from '../../headers/xss-auditor.ts';
import { fault, htmlCheck, judgeWire, pageCheck, safe, type LiveCheck, type WireAnswer } from './live-check.ts';

/** FWS-HDR-004 */
export const nosniffMissing: LiveCheck = pageCheck(({ headers }, { seen }) => {
  const subject = 'x-content-type-options';
  if (hasNosniff(headers)) return [safe(subject, 'nosniff')];
  return [fault({ subject, shown: 'no nosniff', severity: 'medium', message: `${seen.site.origin} sends no X-Content-Type-Options: nosniff, so browsers may take an upload for a script.`, remedy: 'Send X-Content-Type-Options: nosniff on every answer.' })];
});

/** FWS-HDR-005 */
export const referrerWeak: LiveCheck = pageCheck(({ headers, referrers }, { seen }) => {
  const subject = 'referrer-policy';
  const policy = readReferrerPolicy(headers, referrers);
  if (policy !== undefined && !isWeakReferrerPolicy(policy)) return [safe(subject, policy)];
  const shown = policy ?? 'absent';
  return [fault({ subject, shown, severity: 'low', rank: policy === 'unsafe-url' ? 2 : 1, message: `Referrer-Policy of ${seen.site.origin} is ${shown}.`, remedy: 'Send Referrer-Policy: strict-origin-when-cross-origin.' })];
});

/** FWS-HDR-006 */
export const openerMissing: LiveCheck = htmlCheck(({ headers }, { seen }) => {
  const subject = 'cross-origin-opener-policy';
  const policy = readOpenerPolicy(headers);
  if (policy !== 'absent' && policy !== 'invalid' && policy !== 'unsafe-none') return [safe(subject, policy)];
  return [fault({ subject, shown: policy, severity: 'low', message: `Cross-Origin-Opener-Policy of ${seen.site.origin} is ${policy}, so other windows keep a handle on the page.`, remedy: 'Send Cross-Origin-Opener-Policy: same-origin-allow-popups, or same-origin.' })];
});

/** FWS-HDR-007: whether media may be used anywhere only their owner knows, so a header that says so is taken at its word. */
export const resourceMissing: LiveCheck = pageCheck(({ headers }, { seen }) => {
  const subject = 'cross-origin-resource-policy';
  const policy = readResourcePolicy(headers);
  if (policy !== 'absent' && policy !== 'invalid') return [safe(subject, policy)];
  return [fault({ subject, shown: policy, severity: 'low', message: `Cross-Origin-Resource-Policy of ${seen.site.origin} is ${policy}, so any site may load its answers.`, remedy: 'Send Cross-Origin-Resource-Policy: same-site, or same-origin.' })];
});

/** FWS-HDR-008, opt-in: it is asked only where isolation is wanted. */
export const embedderMissing: LiveCheck = htmlCheck(({ headers }, { seen }) => {
  const subject = 'cross-origin-embedder-policy';
  const policy = readEmbedderPolicy(headers);
  if (policy === 'credentialless' || policy === 'require-corp') return [safe(subject, policy)];
  return [fault({ subject, shown: policy, severity: 'info', message: `Cross-Origin-Embedder-Policy of ${seen.site.origin} is ${policy}, so the page is not isolated.`, remedy: 'Send Cross-Origin-Embedder-Policy: credentialless, with Cross-Origin-Opener-Policy: same-origin.' })];
});

/** Features that a page should not hand to everybody. */
const PRIVATE_FEATURES = ['camera', 'microphone', 'geolocation'];

/** FWS-HDR-009 */
export const permissionsMissing: LiveCheck = htmlCheck(({ headers }, { seen }) => {
  const subject = 'permissions-policy';
  const policy = readPermissionsPolicy(headers);
  const remedy = 'Send Permissions-Policy: camera=(), microphone=(), geolocation=(), and name what the page does use.';
  if (policy.kind !== 'set') {
    const shown = policy.kind === 'absent' ? 'absent' : 'ignored by browsers: it does not parse';
    return [fault({ subject, shown, severity: 'low', message: `Permissions-Policy of ${seen.site.origin} is ${shown}.`, remedy })];
  }
  const open = PRIVATE_FEATURES.filter((feature) => policy.everywhere.includes(feature));
  if (open.length === 0) return [safe(subject, 'set')];
  const shown = open.map((feature) => `${feature}=*`).join(', ');
  return [fault({ subject, shown, severity: 'low', rank: 2, message: `Permissions-Policy of ${seen.site.origin} gives every frame ${shown}.`, remedy })];
});

/** FWS-HDR-010 */
export const auditorEnabled: LiveCheck = pageCheck(({ headers }, { seen }) => {
  const subject = 'x-xss-protection';
  if (!enablesXssAuditor(headers)) return [safe(subject, 'off or absent')];
  return [fault({ subject, shown: 'on', severity: 'low', message: `${seen.site.origin} switches on the XSS auditor of old browsers, which could be turned against the page.`, remedy: 'Remove X-XSS-Protection, or send 0.' })];
});

/** FWS-HDR-011 */
export const versionDisclosed: LiveCheck = pageCheck(({ headers }, { seen }) => {
  const found = disclosedVersions(headers);
  const faults = found.map(({ header, product }) => {
    const shown = product ?? 'a version';
    return fault({ subject: header, shown, severity: 'low', message: `The header ${header} of ${seen.site.origin} names ${shown}.`, remedy: 'Hide it: server_tokens off, ServerTokens Prod, expose_php = Off.' });
  });
  return [...faults, ...['server', 'x-powered-by'].filter((header) => found.every((one) => one.header !== header)).map((header) => safe(header, 'no version'))];
});

/** FWS-HDR-012: of the page and of the answers about origins. */
export const headerDuplicated: LiveCheck = ({ seen }) => {
  const [page] = seen.pages;
  const origins = seen.origins.kind === 'seen' ? seen.origins.value : [];
  const found = [
    ...(page.kind === 'seen' ? duplicatedHeaders(page.value.headers).map((duplicate) => ({ what: 'the page', duplicate })) : []),
    ...origins.flatMap(({ headers }) => duplicatedHeaders(headers)).map((duplicate) => ({ what: 'the answer about an origin', duplicate })),
  ];
  const first = found.filter(({ duplicate }, index) => found.findIndex((other) => other.duplicate.header === duplicate.header) === index);
  const faults = first.map(({ what, duplicate }) => twice(what, duplicate, seen.site.origin));
  return judgeWire(seen, page.kind === 'inconclusive' ? [page, ...faults] : faults.length > 0 ? faults : [safe('headers', 'each once')]);
};

function twice(what: string, { header, times, harmless }: Duplicate, origin: string): WireAnswer {
  const shown = `${times} times`;
  if (harmless) return fault({ subject: header, shown, severity: 'info', message: `${origin} sends ${times} policies, and only what all of them allow runs.`, remedy: 'Leave it to one place, so that nobody edits the wrong one.' });
  return fault({ subject: header, shown, severity: 'medium', rank: 2, message: `In ${what} ${origin} sends ${header} ${times} times, and browsers take the first, the strictest or none.`, remedy: 'Send it in one place only: the application or the web server.' });
}
