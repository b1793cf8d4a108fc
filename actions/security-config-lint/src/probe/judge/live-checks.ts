import type { RuleId } from '../../rule.ts';
import { debugPageShown, debugToolShown } from './application.ts';
import { anyOrigin, anyOriginWithCookies } from './cors.ts';
import { cspBroadSource, cspDoors, cspEval, cspInlineScript, cspInlineStyle, cspMissing, framing, reportOnly, staticNonce } from './csp.ts';
import type { LiveCheck } from './live-check.ts';
import { auditorEnabled, embedderMissing, headerDuplicated, nosniffMissing, openerMissing, permissionsMissing, referrerWeak, resourceMissing, versionDisclosed } from './page-headers.ts';
import { sessionCrossSite, sessionInsecure, sessionReadable } from './session-cookie.ts';
import { httpNotRedirected, sensitivePathServed, tlsCertificate } from './transport.ts';
import { hstsMissing, hstsWeak, preloadUnready } from './transport-headers.ts';

/** The live half of each rule that has one. */
export const liveChecks: ReadonlyMap<RuleId, LiveCheck> = new Map<RuleId, LiveCheck>([
  ['FWS-APP-001', debugPageShown],
  ['FWS-APP-007', debugToolShown],
  ['FWS-SES-001', sessionInsecure],
  ['FWS-SES-003', sessionReadable],
  ['FWS-SES-004', sessionCrossSite],
  ['FWS-CRS-001', anyOriginWithCookies],
  ['FWS-CRS-002', anyOrigin],
  ['FWS-CSP-001', cspMissing],
  ['FWS-CSP-002', cspInlineScript],
  ['FWS-CSP-003', cspEval],
  ['FWS-CSP-004', cspBroadSource],
  ['FWS-CSP-005', cspDoors],
  ['FWS-CSP-006', framing],
  ['FWS-CSP-007', reportOnly],
  ['FWS-CSP-008', staticNonce],
  ['FWS-CSP-010', cspInlineStyle],
  ['FWS-HDR-001', hstsMissing],
  ['FWS-HDR-002', hstsWeak],
  ['FWS-HDR-003', preloadUnready],
  ['FWS-HDR-004', nosniffMissing],
  ['FWS-HDR-005', referrerWeak],
  ['FWS-HDR-006', openerMissing],
  ['FWS-HDR-007', resourceMissing],
  ['FWS-HDR-008', embedderMissing],
  ['FWS-HDR-009', permissionsMissing],
  ['FWS-HDR-010', auditorEnabled],
  ['FWS-HDR-011', versionDisclosed],
  ['FWS-HDR-012', headerDuplicated],
  ['FWS-TLS-001', httpNotRedirected],
  ['FWS-TLS-006', tlsCertificate],
  ['FWS-TLS-007', sensitivePathServed],
]);
