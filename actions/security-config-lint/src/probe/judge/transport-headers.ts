import { z } from 'zod';
import { HSTS_GOOD_SECONDS, readHsts } from '../../headers/hsts.ts';
import { fault, pageCheck, safe, type LiveCheck } from './live-check.ts';
import { notApplicable } from '../../judgement.ts';

const HSTS = 'strict-transport-security';

/** Options of FWS-HDR-003. */
export const preloadOptions = z.strictObject({
  'http-only-subdomains': z.array(z.string()).default([]).describe('Subdomains that answer over http only, and that preloading would cut off'),
});

/** FWS-HDR-001: browsers keep no such header for a bare address. */
export const hstsMissing: LiveCheck = named(pageCheck(({ headers }, { seen }) => {
  const hsts = readHsts(headers);
  if (hsts.kind === 'set') return [safe(HSTS, `max-age=${hsts.maxAgeSeconds}`)];
  const shown = hsts.kind === 'absent' ? 'absent' : `ignored by browsers: ${hsts.why}`;
  return [fault({ subject: HSTS, shown, severity: 'high', message: `Strict-Transport-Security of ${seen.site.origin} is ${shown}.`, remedy: 'Send Strict-Transport-Security: max-age=31536000; includeSubDomains on every answer over https.' })];
}));

/** FWS-HDR-002 */
export const hstsWeak: LiveCheck = named(pageCheck(({ headers }, { seen }) => {
  const hsts = readHsts(headers);
  if (hsts.kind !== 'set') return [];
  const { maxAgeSeconds, includeSubDomains } = hsts;
  const remedy = 'Raise it to max-age=31536000; includeSubDomains once every subdomain speaks https.';
  if (maxAgeSeconds < HSTS_GOOD_SECONDS) {
    return [fault({ subject: HSTS, shown: `max-age=${maxAgeSeconds}`, severity: 'medium', rank: maxAgeSeconds === 0 ? 3 : 2, message: `Strict-Transport-Security of ${seen.site.origin} holds for ${maxAgeSeconds} seconds, less than a year.`, remedy })];
  }
  if (!includeSubDomains) return [fault({ subject: HSTS, shown: 'no includeSubDomains', severity: 'low', message: `Strict-Transport-Security of ${seen.site.origin} leaves its subdomains out.`, remedy })];
  return [safe(HSTS, `max-age=${maxAgeSeconds}; includeSubDomains`)];
}));

/** FWS-HDR-003 */
export const preloadUnready: LiveCheck = named(pageCheck(({ headers }, { seen }, given) => {
  const hsts = readHsts(headers);
  if (hsts.kind !== 'set') return [];
  if (!hsts.preload) return [safe(HSTS, 'no preload')];
  const { 'http-only-subdomains': plain } = preloadOptions.parse(given ?? {});
  const lacks = [hsts.maxAgeSeconds < HSTS_GOOD_SECONDS ? 'a max-age of a year' : '', hsts.includeSubDomains ? '' : 'includeSubDomains', plain.length > 0 ? 'https on every subdomain' : ''].filter((one) => one !== '');
  if (lacks.length === 0) return [safe(HSTS, 'preload with all it takes')];
  const shown = `preload without ${lacks.join(' and ')}`;
  return [fault({ subject: HSTS, shown, severity: 'low', rank: lacks.length, message: `${seen.site.origin} asks to be preloaded and is not ready: ${shown}.`, remedy: 'Add what is missing, or drop preload; taking it back later takes months.' })];
}));

function named(check: LiveCheck): LiveCheck {
  return (view, given) => (view.seen.site.hasName ? check(view, given) : notApplicable('live-url is a bare address, for which browsers keep no Strict-Transport-Security'));
}
