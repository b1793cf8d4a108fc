import { anyOriginOptions } from '../cors/public-paths.ts';
import { rule, type Rule, type RuleMeta } from '../rule.ts';
import { checkAnyOrigin, checkAnyOriginWithCookies, checkCatchAllPath } from './crs/any-origin.ts';
import { checkLocalOrigin, checkMalformedOrigin, checkPlainOrigin } from './crs/origins.ts';
import { checkPatterns } from './crs/patterns.ts';

const COMMON = { precision: 'very-high', needs: ['config'], targets: ['production', 'staging'], since: '0.1.0' } as const satisfies Partial<RuleMeta>;

/** Which other origins may read what the application answers. */
export const CRS: readonly Rule[] = [
  rule({
    ...COMMON, id: 'FWS-CRS-001', slug: 'cors-any-origin-credentials', title: 'Every site reads what its visitors may read', severity: 'critical', cwe: [942], asvs: ['3.4.2'],
    why: 'With `*` and credentials Laravel answers each origin with its own name and lets cookies go along: any page that a user opens reads the application as that user.',
    fires: '`cors.supports_credentials` is true, and `cors.allowed_origins` holds `*`, `null` or an entry that takes every site, or a pattern does',
    quiet: 'the origins are listed, or no cookies go along',
    remedy: 'List the origins in `cors.allowed_origins`, each with its scheme.',
    subsumes: ['FWS-CRS-002'],
    check: checkAnyOriginWithCookies,
  }),
  rule({
    ...COMMON, id: 'FWS-CRS-002', slug: 'cors-any-origin', title: 'Every site reads the answers', severity: 'high', cwe: [942], asvs: ['3.4.2'], options: anyOriginOptions,
    why: 'Any page can read what these paths answer without a cookie: also from inside a company\'s network, and with a token that it got.',
    fires: 'every origin is allowed without cookies, on a path that is not in the option `public-paths`; medium, with `strict` high',
    quiet: 'only paths that everybody may read answer other origins, such as `.well-known/*`',
    remedy: 'List the origins in `cors.allowed_origins`, or name the paths in `public-paths`.',
    check: checkAnyOrigin,
  }),
  rule({
    ...COMMON, id: 'FWS-CRS-003', slug: 'cors-localhost-origin', title: 'A developer\'s computer may read the answers', severity: 'high', cwe: [942], asvs: ['3.4.2'],
    why: 'On every visitor\'s computer something else can run on that port, and the names of an inner network belong to whoever is in it.',
    fires: 'an allowed origin is localhost, 127.*, 10.*, 192.168.*, *.test or alike; medium when no cookies go along',
    quiet: 'such origins are added in development only; `capacitor://localhost` is an app on a phone',
    remedy: 'Take the origin out of the list of this environment.',
    check: checkLocalOrigin,
  }),
  rule({
    ...COMMON, id: 'FWS-CRS-004', slug: 'cors-pattern-unsafe', title: 'A pattern of origins takes more than it was meant to', severity: 'high', cwe: [942], asvs: ['3.4.2'], targets: ['production', 'staging', 'example'],
    why: 'Whoever registers a domain that fits the pattern reads the application from there.',
    fires: 'a pattern is not tied at both ends, has a bare dot, leaves the characters right before a domain open, or does not compile; also an origin such as `https://*example.com`',
    quiet: '`#^https://[a-z0-9-]+\\.example\\.com\\z#`, `https://*.example.com`; a pattern with groups is not evaluable',
    remedy: 'Tie the pattern at both ends, escape its dots, and put a dot before the domain.',
    check: checkPatterns,
  }),
  rule({
    ...COMMON, id: 'FWS-CRS-005', slug: 'cors-origin-malformed', title: 'An allowed origin is none', severity: 'medium', cwe: [16], asvs: [],
    why: 'Laravel compares letter by letter with what the browser sends. An entry with a slash never fits, and the next thing tried is often `*`.',
    fires: 'an entry of `cors.allowed_origins` is empty, has a blank, a slash or path, no scheme, capital letters, or the default port',
    quiet: 'it is scheme, host and port',
    remedy: 'Write the origin as the browser sends it: `https://app.example.com`.',
    check: checkMalformedOrigin,
  }),
  rule({
    ...COMMON, id: 'FWS-CRS-006', slug: 'cors-insecure-scheme', title: 'An allowed origin is not https', severity: 'medium', cwe: [319], asvs: ['3.4.2'],
    why: 'Whoever is on the way changes a page of http, and with it reads the application that has https.',
    fires: 'an allowed origin begins with `http://`, is not localhost, and `app.url` is https',
    quiet: 'it is https, or the application itself has none',
    remedy: 'Write `https://`.',
    check: checkPlainOrigin,
  }),
  rule({
    ...COMMON, id: 'FWS-CRS-007', slug: 'cors-paths-catch-all', title: 'Every address answers other origins', severity: 'low', cwe: [942], asvs: ['3.4.2'],
    why: 'Pages that were never meant for other origins answer them too, also those that come later.',
    fires: '`cors.paths` holds `*`, and the origins are not all written out',
    quiet: 'the paths are named, as in `api/*`, or every origin is written out',
    remedy: 'Name the paths that other origins need.',
    check: checkCatchAllPath,
  }),
];
