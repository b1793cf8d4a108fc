import type { App } from '../../app.ts';
import { callsIn, propertyIn } from '../../facts/php-calls.ts';
import { tlsEnd } from '../../facts/tls-end.ts';
import { trustedProxies } from '../../facts/trusted-proxies.ts';
import type { Finding } from '../../finding.ts';
import { judged, type Judgement } from '../../judgement.ts';
import { repositoryPlace, type Bad } from '../../subject-value.ts';
import type { Place, Trace } from '@ops/laravel/app';

const SUBJECT = 'TrustProxies';
/** Sets of headers that hold the name of the host; `Forwarded` has one too. */
const WITH_HOST = /\bHEADER_(?:X_FORWARDED_(?:HOST|ALL|TRAEFIK)|FORWARDED)\b/;
/** Names joined by `|`, none of which holds the host. */
const WITHOUT_HOST = /^(?:[\w\\]+::)?['"]?HEADER_X_FORWARDED_(?:FOR|PORT|PROTO|PREFIX|AWS_ELB)['"]?(?:\s*\|\s*[\w\\]+::HEADER_X_FORWARDED_(?:FOR|PORT|PROTO|PREFIX|AWS_ELB))*$/;

export function checkWildcardProxies(app: App): Judgement {
  const proxies = trustedProxies(app);
  if (proxies.kind === 'unknown') return open('expression', proxies.why);
  if (proxies.kind !== 'all') return judged({ safe: [{ subject: SUBJECT, shown: proxies.kind === 'none' ? 'no proxy' : 'named proxies', trace: [] }] }, '');
  const mask = maskIn(app);
  if (mask === 'unknown') return open('expression', 'the headers that proxies may set are computed');
  const where = traceTo(proxies.place, 'every proxy is trusted');
  if (mask === 'without-host') return judged({ safe: [{ subject: SUBJECT, shown: 'every proxy, without X-Forwarded-Host', trace: where }] }, '');
  return judged({ findings: [finding(app, proxies.place, where, 'Every proxy is trusted, with X-Forwarded-Host', {
    severity: 'medium', so: 'so whoever reaches the application directly chooses its host and the address that it logs', remedy: 'Trust the addresses of the proxy in `trustProxies(at:)`, or leave X-Forwarded-Host out of `headers`.',
  })] }, '');
}

export function checkMissingProxies(app: App): Judgement {
  const end = tlsEnd(app);
  if (end.kind === 'unknown') return open('tls-unknown', end.why);
  if (end.kind === 'app') return judged({ safe: [{ subject: SUBJECT, shown: 'TLS ends in the application\'s own server', trace: [] }] }, '');
  const proxies = trustedProxies(app);
  if (proxies.kind === 'unknown') return open('expression', proxies.why);
  if (proxies.kind !== 'none') return judged({ safe: [{ subject: SUBJECT, shown: 'a proxy is trusted', trace: traceTo(proxies.place, 'a proxy is trusted') }] }, '');
  return judged({ findings: [finding(app, undefined, [], `TLS ends at a proxy (${end.why}), and no proxy is trusted`, {
    severity: 'medium', so: 'so every request looks like http from the proxy\'s address: links, Secure cookies and limits by address go wrong', remedy: 'Call `trustProxies(at:)` with the address of the proxy.',
  })] }, '');
}

/** What proxies may say. Without a word from the application it is everything, the host too. */
function maskIn({ laravel }: App): 'with-host' | 'without-host' | 'unknown' {
  for (const path of laravel.filesWith(['trustProxies', 'TrustProxies'])) {
    const file = laravel.php(path);
    if (file === undefined) return 'unknown';
    const [call] = callsIn(file, ['trustProxies']);
    const node = call?.argument('headers', 1) ?? (/class\s+TrustProxies\b/.test(file.text) ? propertyIn(file, 'headers') : undefined);
    if (node === undefined) continue;
    const text = file.text.slice(node.loc.start.offset, node.loc.end.offset).trim();
    if (/[\^~&(]/.test(text)) return 'unknown';
    return WITH_HOST.test(text) ? 'with-host' : WITHOUT_HOST.test(text) ? 'without-host' : 'unknown';
  }
  return 'with-host';
}

function finding(app: App, at: Place | undefined, trace: Trace, what: string, { severity, so, remedy }: Bad): Finding {
  const place = repositoryPlace(app, at);
  return { subject: SUBJECT, severity, message: `${what}, ${so}.`, remedy, trace, shown: what, rank: 1, ...(place === undefined ? {} : { place }) };
}

function traceTo(place: Place | undefined, what: string): Trace {
  return place === undefined ? [] : [{ file: place.file, line: place.line, column: place.column, what }];
}

function open(reason: string, why: string): Judgement {
  return judged({ undecided: [{ subject: SUBJECT, reason, why, trace: [] }] }, '');
}
