import { OLD_PROTOCOLS, type CertificateFacts } from '../tls-facts.ts';
import { fault, judgeFact, judgeWire, safe, type LiveCheck, type WireAnswer } from './live-check.ts';

/** Whoever renews at the last third has nothing to do before that. */
const RENEWAL_DAYS = 14;
const SHARE_LEFT = 1 / 3;

/** FWS-TLS-001 */
export const httpNotRedirected: LiveCheck = ({ seen }) => {
  const remedy = 'Answer http with 301 to the same address over https, in the web server.';
  const { origin } = seen.site;
  const onward: readonly WireAnswer[] = seen.leavesHttps ? [fault({ subject: 'https', shown: 'a redirect to http', severity: 'high', message: `${origin} redirects from https to http.`, remedy: 'Trust the proxy that ends TLS, so that the application knows its addresses are https.' })] : [];
  const { plainHttp } = seen;
  if (plainHttp.kind === 'inconclusive') return judgeWire(seen, [...onward, plainHttp]);
  switch (plainHttp.value) {
    case 'redirects-to-https':
      return judgeWire(seen, [...onward, safe('http', 'redirects to https')]);
    case 'closed':
      return judgeWire(seen, [...onward, safe('http', 'closed')]);
    case 'no-counterpart':
      return judgeWire(seen, onward, 'https has an unusual port here, and nobody types that without https');
    case 'serves':
      return judgeWire(seen, [...onward, fault({ subject: 'http', shown: 'a page', severity: 'high', rank: 2, message: `The host of ${origin} answers http with a page.`, remedy })]);
    case 'redirects-to-http':
      return judgeWire(seen, [...onward, fault({ subject: 'http', shown: 'a redirect to http', severity: 'high', message: `The host of ${origin} redirects http to http, and only later or never to https.`, remedy })]);
  }
};

/** FWS-TLS-006 */
export const tlsCertificate: LiveCheck = (view) => judgeFact(view, view.seen.tls, ({ protocol, certificate, old }) => {
  const { host } = view.seen.site;
  const spoken = OLD_PROTOCOLS.filter((name) => old[name] === 'accepted');
  const answer = spoken.length === 0
    ? safe('tls-protocol', protocol ?? 'TLS')
    : fault({ subject: 'tls-protocol', shown: spoken.join(', '), severity: 'high', rank: protocol === undefined ? 2 : 1, message: `${host} speaks ${spoken.join(' and ')}${protocol === undefined ? ' and nothing newer' : ''}.`, remedy: 'Leave TLS 1.2 and 1.3 only: ssl_protocols TLSv1.2 TLSv1.3.' });
  return [certificateAnswer(certificate, host), answer];
});

function certificateAnswer({ chainProblem, namesHost, daysLeft, lifetimeDays }: CertificateFacts, host: string): WireAnswer {
  const subject = 'tls-certificate';
  const bad = (shown: string, message: string, remedy: string, rank: number): WireAnswer => fault({ subject, shown, severity: 'high', rank, message, remedy });
  if (daysLeft < 0) return bad('expired', `A certificate of ${host} has expired.`, 'Renew it, and watch the renewal.', 4);
  if (chainProblem !== undefined) return bad(chainProblem, `The certificate of ${host} leads to no authority that is trusted (${chainProblem}).`, 'Serve the whole chain, of an authority that browsers trust.', 3);
  if (!namesHost) return bad('another name', `The certificate of ${host} is for another name.`, 'Issue one that names this host.', 3);
  const limit = Math.min(RENEWAL_DAYS, lifetimeDays * SHARE_LEFT);
  if (daysLeft < limit) return bad(`${daysLeft} days left`, `The certificate of ${host} expires in ${daysLeft} days.`, 'Renew it now, and see why the renewal did not come by itself.', 2);
  return safe(subject, 'trusted');
}

/** FWS-TLS-007 */
export const sensitivePathServed: LiveCheck = ({ seen }) => judgeWire(seen, seen.paths.flatMap(({ path, served }): readonly WireAnswer[] => {
  if (path.rule !== 'FWS-TLS-007') return [];
  if (served.kind === 'inconclusive') return [served];
  const subject = `/${path.path}`;
  if (!served.value) return [safe(subject, 'not served')];
  return [fault({ subject, shown: 'served', severity: 'critical', message: `${seen.site.origin} hands out /${path.path}: ${path.what}.`, remedy: 'Let the web server serve the folder public only, take the file away, and replace every secret that stood in it.' })];
}));
