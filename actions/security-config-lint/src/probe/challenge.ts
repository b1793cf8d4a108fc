import { linesOf, type HeaderList } from '../headers/list.ts';

/** Headers by which a service says that it, and not the application, has answered. */
const BY_HEADER: readonly (readonly [header: string, value: RegExp, who: string])[] = [
  ['cf-mitigated', /challenge/i, 'a challenge of Cloudflare'],
  ['x-amzn-waf-action', /challenge|captcha/i, 'a challenge of AWS WAF'],
  ['x-vercel-mitigated', /challenge|deny/i, 'a challenge of Vercel'],
  ['x-sucuri-block', /./, 'a block page of Sucuri'],
  ['x-datadome', /protected/i, 'a challenge of DataDome'],
];

/** What stands in the pages of such services, and in those that servers show before an application is there. */
const BY_TEXT: readonly (readonly [text: RegExp, who: string])[] = [
  [/\/cdn-cgi\/challenge-platform\/h\/|<title>Just a moment\.\.\.<\/title>|<title>Attention Required! \| Cloudflare<\/title>/, 'a challenge or block page of Cloudflare'],
  [/\bAwsWafIntegration\b|\bgokuProps\b/, 'a challenge of AWS WAF'],
  [/_Incapsula_Resource|Incapsula incident ID/, 'a block page of Imperva'],
  [/captcha-delivery\.com/, 'a challenge of DataDome'],
  [/id=["']px-captcha|\bwindow\._pxAppId\b[^]*captcha/, 'a challenge of HUMAN'],
  [/Sucuri WebSite Firewall - Access Denied/, 'a block page of Sucuri'],
  [/<H1>Access Denied<\/H1>[^]*Reference&#32;&#35;|errors\.edgesuite\.net/, 'a block page of Akamai'],
  [/\/\.well-known\/ddos-guard\/|<title>DDoS-Guard<\/title>/i, 'a challenge of DDoS-Guard'],
  [/\bid="anubis_challenge"|<title>Making sure you&#39;re not a bot!<\/title>/, 'a challenge of Anubis'],
  [/<title>Welcome to nginx!<\/title>/, 'the page that nginx comes with'],
  [/<title>Apache2? [^<]*Default Page[^<]*<\/title>|<h1>It works!<\/h1>/, 'the page that Apache comes with'],
];

/** Who stood in the way of the application, or undefined. A page of the application that only mentions such a service is none. */
export function challengeOf(headers: HeaderList, text: string): string | undefined {
  const byHeader = BY_HEADER.find(([name, value]) => linesOf(headers, name).some((line) => value.test(line)));
  return byHeader?.[2] ?? BY_TEXT.find(([pattern]) => pattern.test(text))?.[1];
}
