import { rule, type Rule, type RuleMeta } from '../rule.ts';
import { checkHostHeader } from './tls/hosts.ts';
import { checkHttpsForced } from './tls/https.ts';
import { checkMissingProxies, checkWildcardProxies } from './tls/proxies.ts';

const COMMON = { severity: 'medium', precision: 'medium', needs: ['code'], targets: ['production', 'staging'], since: '0.1.0' } as const satisfies Partial<RuleMeta>;

/** Transport: https, the proxies before the application, and the host that a request names. */
export const TLS: readonly Rule[] = [
  rule({
    ...COMMON, id: 'FWS-TLS-002', slug: 'https-not-forced', title: 'Nothing forces https', cwe: [319], asvs: ['12.2.1'], needs: ['config', 'code'], words: ['forceHttps', 'forceScheme'],
    why: 'Links, forms and redirects that lead to http can be read and changed on the way.',
    fires: '`app.url` is not https, no code calls `URL::forceHttps()` or `forceScheme(\'https\')`, and no server configuration in the repository sends http to https',
    quiet: 'one of the three does it',
    remedy: 'Call `URL::forceHttps()` in a provider.',
    check: checkHttpsForced,
  }),
  rule({
    ...COMMON, id: 'FWS-TLS-003', slug: 'trusted-proxies-wildcard', title: 'Everybody counts as a proxy, and may say which host was asked', cwe: [290], asvs: ['4.1.3', '15.3.4'], targets: ['production', 'staging', 'example'],
    needs: ['config', 'code'], words: ['trustProxies', 'TrustProxies', '$proxies'],
    why: 'With X-Forwarded-Host from anybody, links in mails lead where a stranger wants; with X-Forwarded-For limits and logs show an address that he chose.',
    fires: 'the trusted proxies are `*`, and the headers that they may set hold X-Forwarded-Host, as the framework\'s default does',
    quiet: 'the addresses of the proxies are named, or the headers are `HEADER_X_FORWARDED_AWS_ELB`',
    remedy: 'Name the addresses of the proxies, or leave X-Forwarded-Host out.',
    check: checkWildcardProxies,
  }),
  rule({
    ...COMMON, id: 'FWS-TLS-004', slug: 'trusted-proxies-missing', title: 'The proxy before the application is not trusted', cwe: [16], asvs: ['15.3.4'], needs: ['config', 'code'], words: ['trustProxies', 'TrustProxies', '$proxies'],
    why: 'The application takes every request for http from one address: links lead to http, and one user\'s limit is everybody\'s.',
    fires: 'TLS ends at a proxy (`tls-at`, or a proxy configuration in the repository), and no proxy is trusted',
    quiet: 'a proxy is trusted, or TLS ends in the web server of the application',
    remedy: 'Call `trustProxies(at:)` with the address of the proxy.',
    check: checkMissingProxies,
  }),
  rule({
    ...COMMON, id: 'FWS-TLS-005', slug: 'host-header-unvalidated', title: 'A request may name any host', cwe: [644], asvs: ['4.1.3'], words: ['trustHosts', 'TrustHosts'],
    why: 'Links to reset a password are made from the host of the request: a stranger who names his own gets the link when the user opens it.',
    fires: 'TrustHosts is not in use, and no web server configuration in the repository answers for named hosts',
    quiet: '`trustHosts()` is called, or a server names its hosts, as in `server_name app.example.com`',
    remedy: 'Call `trustHosts(at:)` with the hosts of the application.',
    check: checkHostHeader,
  }),
];
